import { PostgresStore } from "@roundlot/store-postgres"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect, Redacted, Runtime } from "effect"
import { whenTold } from "../player.ts"
import { play } from "../schedule.ts"
import { type Shape, tradesOf } from "../workload.ts"

/**
 * Plays trades of an account of its own on a database when it is told, and says from when until when, in milliseconds. Before that it
 * plays on another account, for the compiler.
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

const playing = (named: string, of: number) => {
  const shape = shapeOf(named, of)
  return Effect.map(play(shape, tradesOf(shape, 1), { perGroup: 100, named }), ({ seconds }) => {
    const until = Date.now()
    return { from: until - seconds * 1000, until }
  })
}

await Effect.gen(function* () {
  yield* playing(`${desk}warm`, WARMING)
  const run = Runtime.runPromise(yield* Effect.runtime<TradeRepository.TradeRepository>())
  yield* Effect.promise(() => whenTold(() => run(playing(desk, Number(trades)))))
}).pipe(Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })), Effect.scoped, Effect.runPromise)
