import { Schema } from "effect"
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { MAIN } from "./daemon.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted, timing } from "./measuring.ts"

const ROWS = 10_000
const FEW = 1_000
const SYMBOLS = ["AAPL", "MSFT", "KO", "IBM", "PFE", "DIS", "NKE", "V", "MA", "T"]
const MOST_SHARES = 5
const LONGEST_S = 60

const Watched = Schema.decodeUnknownSync(Schema.parseJson(Schema.Struct({ done: Schema.Int })))
const Listed = Schema.decodeUnknownSync(Schema.parseJson(Schema.Struct({ items: Schema.Array(Schema.Unknown) })))

/** Ten symbols, both sides of each in turns: orders of one side wait for those of the other. */
const rowOf = (at: number): string => {
  const symbol = SYMBOLS[at % SYMBOLS.length] ?? ""
  const side = Math.floor(at / SYMBOLS.length) % 2 === 0 ? "buy" : "sell"
  return `b-${at},2026-11-20T15:00:00Z,${symbol},${side},${1 + (at % MOST_SHARES)},100`
}

const fileOf = (rows: number): string =>
  ["source_id,timestamp,symbol,side,quantity,price", ...Array.from({ length: rows }, (_, at) => rowOf(at)), ""].join(
    "\n"
  )

/** What a batch took, and what of it is for a person: rows that are not done, breaks that were ever open. */
interface Executed {
  readonly seconds: number
  readonly cases: number
}

/** From the start of a daemon that finds a batch waiting to its end, each row an order at the paper exchange. */
const executed = (asked: Asked, rows: number): Promise<Executed> =>
  inFolder(asked, (folder) => {
    const csv = join(folder, "rows.csv")
    writeFileSync(csv, fileOf(rows))
    const store = ["--store", `sqlite:${join(folder, "books.db")}`]
    const run = (...args: ReadonlyArray<string>): string =>
      execFileSync(process.execPath, ["--v8-pool-size=0", MAIN, ...args, ...store], { encoding: "utf8" })
    run("batches", "submit", "--mode", "execute", csv, "--name", "all", "--account", "paper")
    const took = timing()
    run("start", "--until-idle", "--log-level", "error")
    const { seconds } = took()
    const { done } = Watched(run("batches", "watch", "G1", "--json"))
    const { items } = Listed(run("breaks", "list", "--limit", "0", "--json"))
    return Promise.resolve({ seconds, cases: rows - done + items.length })
  })

/** A batch of which each row is executed: how long it takes, and whether a row of many costs more than one of few. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const rows = asked.trades ?? ROWS
  const ofMany: Array<Executed> = []
  const ofFew: Array<Executed> = []
  for (let round = 0; round < (asked.rounds ?? 1); round++) {
    ofFew.push(await executed(asked, FEW))
    ofMany.push(await executed(asked, rows))
  }
  const secondsOf = (all: ReadonlyArray<Executed>) => median(all.map(({ seconds }) => seconds))
  const [many, few] = [secondsOf(ofMany), secondsOf(ofFew)]
  const cases = Math.max(...[...ofMany, ...ofFew].map((each) => each.cases))
  return [
    atMost(`a batch of ${rows} rows that are executed`, many, LONGEST_S, " s"),
    atMost("rows of it that are not done, and breaks that were open", cases, 0, ""),
    atMost("a row of it, beside one of 1,000", many / rows / (few / FEW), 1.2, "×"),
    noted("rows a second", (rows / many).toFixed(0))
  ]
}
