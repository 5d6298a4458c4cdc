import { fileURLToPath } from "node:url"
import { Schema } from "effect"
import { Client } from "pg"
import { type Asked, atLeast, atMost, type Figure, median, noted } from "../measuring.ts"
import { player } from "../player.ts"
import { type Databases, onServer } from "./database.ts"

const WRITING = fileURLToPath(new URL("./writing.ts", import.meta.url))

/** From when until when a process wrote, in milliseconds. */
const Written = Schema.Struct({ from: Schema.Number, until: Schema.Number })

type Written = typeof Written.Type

const writtenOf = Schema.decodeUnknownSync(Written)

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

const LINES = ["one", "besideSleeper", "withoutFeed", "two"] as const

type Line = (typeof LINES)[number]

/** What somebody else holds meanwhile. */
const TAKEN: { readonly [line in Line]?: ReadonlyArray<string> } = { besideSleeper: ASLEEP, withoutFeed: NO_FEED }

/** Trades a second of each line in one round. */
type Round = { readonly [line in Line]: number }

const rateIn = (databases: Databases, trades: number, line: Line): Promise<number> =>
  on(databases, async (url) => {
    const writer = (desk: string) => player(WRITING, [url, desk, String(trades)])
    const writers = [await writer("a")]
    if (line === "two") writers.push(await writer("b"))
    const all = () => Promise.all(writers.map(async ({ tell }) => writtenOf(await tell())))
    const taken = TAKEN[line]
    const written = await (taken === undefined ? all() : beside(url, taken, all))
    for (const { end } of writers) end()
    return rateOf(trades, written)
  })

/** Every line once. Whoever comes after a longer one finds a server that is still busy with what that left: each begins in its turn. */
const roundOf = async (databases: Databases, trades: number, turn: number): Promise<Round> => {
  const first = turn % LINES.length
  const rates = { one: 0, besideSleeper: 0, withoutFeed: 0, two: 0 }
  for (const line of [...LINES.slice(first), ...LINES.slice(0, first)]) {
    rates[line] = await rateIn(databases, trades, line)
  }
  return rates
}

/** Processes that write to accounts of their own on one server: one, two, one beside a sleeper, and one without a feed. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    const trades = asked.trades ?? (asked.quick ? 2_000 : 10_000)
    const rounds: Array<Round> = []
    for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
      rounds.push(await roundOf(databases, trades, round))
    }
    // Beside the one of its own round: the machine is not the same in all of them.
    const ofOne = (line: Line) => median(rounds.map((rates) => rates[line] / rates.one))
    const rates = LINES.map((line) => `${line} ${rounds.map((round) => round[line].toFixed(0)).join(", ")}`)
    return [
      noted("trades a second, round by round", rates.join("; ")),
      atLeast("two writers on two accounts, of one", ofOne("two"), 1.3, "×"),
      atLeast("one beside another that sleeps in a transaction, of one alone", ofOne("besideSleeper"), 0.9),
      atMost("what appending to the feed costs, of the time without", (ofOne("withoutFeed") - 1) * 100, 5, " %")
    ]
  })
