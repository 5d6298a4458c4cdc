import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Schema } from "effect"
import { Client } from "pg"
import { type Asked, atLeast, atMost, type Figure, median, noted } from "../measuring.ts"
import { type Databases, onServer } from "./database.ts"

const WRITING = fileURLToPath(new URL("./writing.ts", import.meta.url))

/** From when until when a process wrote, in milliseconds. */
const Written = Schema.Struct({ from: Schema.Number, until: Schema.Number })

type Written = typeof Written.Type

const writtenIn = Schema.decodeSync(Schema.parseJson(Written))

/** A process of its own that plays trades of one account. */
const writing = (url: string, desk: string, trades: number): Promise<Written> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, WRITING, url, desk, String(trades)], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let said = ""
    child.stdout.on("data", (part: Buffer) => (said += part.toString()))
    child.once("close", (code) =>
      code === 0 ? resolve(writtenIn(said)) : reject(new Error(`a writer ended with ${code ?? "a signal"}`))
    )
  })

/** Trades a second from when the first of them began until the last was done. */
const rateOf = (trades: number, all: ReadonlyArray<Written>): number =>
  (trades * all.length * 1000) / (Math.max(...all.map(({ until }) => until)) - Math.min(...all.map(({ from }) => from)))

const on = async <A>({ drop, fresh }: Databases, use: (url: string) => Promise<A>): Promise<A> => {
  const url = await fresh()
  try {
    return await use(url)
  } finally {
    await drop(url)
  }
}

/** Uses a database while somebody holds rows of it in a transaction that does not end. */
const beside = async <A>(url: string, taking: ReadonlyArray<string>, use: () => Promise<A>): Promise<A> => {
  const client = new Client({ connectionString: url })
  client.on("error", () => undefined)
  await client.connect()
  try {
    await client.query("BEGIN")
    for (const statement of taking) await client.query(statement)
    return await use()
  } finally {
    await client.end()
  }
}

/** What a writer on another account holds who falls asleep before its COMMIT: its head, and what it wrote. */
const ASLEEP = [
  `INSERT INTO roundlot_heads ("account", "seq", "hash") VALUES ('asleep', 0, '')`,
  `SELECT 1 FROM roundlot_heads WHERE "account" = 'asleep' FOR UPDATE`
]

/** Whoever holds this keeps everybody from appending to the feed. */
const NO_FEED = [`SELECT 1 FROM roundlot_ops_fed WHERE "account" = '' FOR UPDATE`]

const none = (): Array<number> => []

/** Processes that write to accounts of their own on one server: one, two, one beside a sleeper, and one without a feed. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    const trades = asked.trades ?? (asked.quick ? 2_000 : 10_000)
    const rates = { one: none(), two: none(), besideSleeper: none(), withoutFeed: none() }
    const one = (url: string) => writing(url, "a", trades)
    const lines = [
      async () => rates.one.push(rateOf(trades, [await on(databases, one)])),
      async () =>
        rates.besideSleeper.push(rateOf(trades, [await on(databases, (url) => beside(url, ASLEEP, () => one(url)))])),
      async () =>
        rates.withoutFeed.push(rateOf(trades, [await on(databases, (url) => beside(url, NO_FEED, () => one(url)))])),
      async () =>
        rates.two.push(rateOf(trades, await on(databases, (url) => Promise.all([one(url), writing(url, "b", trades)]))))
    ]
    for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
      // Whoever comes after a longer one finds a server that is still busy with what that left: each begins a round in its turn.
      const first = round % lines.length
      for (const line of [...lines.slice(first), ...lines.slice(0, first)]) await line()
    }
    const alone = median(rates.one)
    return [
      noted("one writer", `${alone.toFixed(0)} trades a second`),
      atLeast("two writers on two accounts, of one", median(rates.two) / alone, 1.3, "×"),
      atLeast(
        "one beside another that sleeps in a transaction, of one alone",
        median(rates.besideSleeper) / alone,
        0.9
      ),
      atMost(
        "what appending to the feed costs, of the time without",
        (median(rates.withoutFeed) / alone - 1) * 100,
        5,
        " %"
      )
    ]
  })
