import { it } from "@effect/vitest"
import { Sources, SourcePolicy, type AccountName } from "@roundlot/core"
import { Booked, EvmSource, type EvmSettings } from "@roundlot/source-evm"
import { Effect, Schedule } from "effect"
import { chain, logged } from "./chain.ts"
import { account, engine, opened, settingsOf, trades } from "./desk.ts"

const following = (account: AccountName.AccountName, settings: EvmSettings.EvmSettings, url: string) =>
  Effect.gen(function* () {
    const books = yield* Booked.booksOf(account, "pool")
    const source = yield* EvmSource.make({ name: "pool", settings, providers: [{ name: "node", url }], books })
    yield* Sources.follow(account, {
      name: "pool",
      policy: SourcePolicy.plain,
      ageMs: source.ageMs,
      deliveries: (cursor) => source.deliveries(cursor, "wait")
    })
  }).pipe(Effect.scoped)

it.scopedLive("what README.md shows follows a contract", () =>
  Effect.gen(function* () {
    const node = yield* chain()
    const books = yield* engine
    yield* Effect.gen(function* () {
      yield* opened
      yield* Effect.promise(async () => node.mine(await node.sign({ trade: [logged(1)] })))
      yield* Effect.forkScoped(following(account, { ...settingsOf(node), providers: ["node"] }, node.http))
      const isThere = Effect.map(trades, ({ length }) => length === 1)
      yield* Effect.repeat(isThere, { schedule: Schedule.spaced("20 millis"), until: (there) => there })
    }).pipe(Effect.provide(books))
  })
)
