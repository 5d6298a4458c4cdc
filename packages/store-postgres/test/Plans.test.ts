import { assert, it } from "@effect/vitest"
import {
  Account,
  AccountName,
  Accumulator,
  Commands,
  Instant,
  Quantity,
  Roundlot,
  SourcePolicy,
  Trade
} from "@roundlot/core"
import { Effect, Redacted } from "effect"
import * as PostgresStore from "../src/PostgresStore.ts"
import { asking, database } from "./place.ts"

const account = AccountName.AccountName.make("main")
const CHUNKS = 40
const CHUNK = 30

const chunk = (number: number) =>
  Array.from({ length: CHUNK }, (_, i) =>
    Trade.input({
      source: "plans",
      sourceId: `${number}-${i}`,
      symbol: `S${i}`,
      side: "buy",
      quantity: Quantity.unsafe("0.3"),
      tradedAt: Instant.make(1n)
    })
  )

const takenIn = Effect.gen(function* () {
  const commands = yield* Commands.Commands
  const accumulator = yield* Accumulator.Accumulator
  yield* commands.setAccount(account, Account.defaultSettings, "test")
  for (let number = 0; number < CHUNKS; number++) {
    const results = yield* accumulator.submitMany(account, chunk(number), SourcePolicy.anyAge)
    assert.isTrue(results.every(({ _tag }) => _tag === "Accepted"))
  }
})

/** Connections of ours; what one has counted is there for others when it has ended. */
const CONNECTED = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'roundlot'`

const READ = `SELECT relname, idx_tup_fetch::int AS read FROM pg_stat_user_tables WHERE idx_tup_fetch > 0`

it.live("what was prepared while a database was empty reads no more of it than it needs when it has grown", () =>
  Effect.gen(function* () {
    const url = yield* database
    // Every statement is planned at its first use and never again, whatever the server would choose.
    const planning = `${url}?options=${encodeURIComponent("-c plan_cache_mode=force_generic_plan")}`
    yield* Effect.provide(takenIn, Roundlot.layerOn(PostgresStore.layer({ url: Redacted.make(planning) })))
    while ((yield* asking(url, CONNECTED)).length > 0) yield* Effect.yieldNow()
    const [counted] = yield* asking(url, `SELECT sum("seq")::int AS entries FROM roundlot_heads`)
    const entries = Number(counted?.["entries"])
    assert.isAbove(entries, CHUNKS * CHUNK)
    for (const { read, relname } of yield* asking(url, READ)) {
      assert.isBelow(Number(read), 3 * entries, `rows of ${String(relname)} that were read`)
    }
  }).pipe(Effect.scoped)
)
