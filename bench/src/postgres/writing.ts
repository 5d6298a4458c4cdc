import { PostgresStore } from "@roundlot/store-postgres"
import { Effect, Redacted } from "effect"
import { play } from "../schedule.ts"
import { type Shape, tradesOf } from "../workload.ts"

/** Plays trades of an account of its own on a database, and says from when until when, in milliseconds. */
const [url = "", desk = "desk", trades = "0"] = process.argv.slice(2)
const shape: Shape = { trades: Number(trades), accounts: 1, instruments: 250, ids: "random", block: 100, desk }

const seconds = await play(shape, tradesOf(shape, 1), { perGroup: 100, named: desk }).pipe(
  Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })),
  Effect.scoped,
  Effect.map((took) => took.seconds),
  Effect.runPromise
)
const until = Date.now()
console.log(JSON.stringify({ from: until - seconds * 1000, until }))
