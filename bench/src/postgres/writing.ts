import { once } from "node:events"
import { PostgresStore } from "@roundlot/store-postgres"
import { Effect, Redacted } from "effect"
import { play } from "../schedule.ts"
import { type Shape, tradesOf } from "../workload.ts"

/**
 * Plays trades of an account of its own on a database, and says from when until when, in milliseconds. Before that it plays on another
 * account for the compiler, says that it is ready, and waits to be told to begin.
 */
const [url = "", desk = "desk", trades = "0"] = process.argv.slice(2)

const WARMING = 6_000

const shapeOf = (named: string, of: number): Shape => ({
  trades: of,
  accounts: 1,
  instruments: 250,
  ids: "random",
  block: 100,
  desk: named
})

const playing = (shape: Shape) => play(shape, tradesOf(shape, 1), { perGroup: 100, named: shape.desk ?? "desk" })

const told = Effect.promise(async () => {
  console.log("ready")
  await once(process.stdin, "data")
  process.stdin.destroy()
})

const { seconds } = await playing(shapeOf(`${desk}warm`, WARMING)).pipe(
  Effect.zipRight(told),
  Effect.zipRight(playing(shapeOf(desk, Number(trades)))),
  Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })),
  Effect.scoped,
  Effect.runPromise
)
const until = Date.now()
console.log(JSON.stringify({ from: until - seconds * 1000, until }))
