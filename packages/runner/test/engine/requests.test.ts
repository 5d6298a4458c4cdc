import { Reads } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { RequestRecord, Requests } from "@roundlot/core/ledger"
import { assert, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Engine from "./Engine.ts"

const DAY_MS = 24 * 60 * 60_000
const FIRST_MS = Date.UTC(2026, 10, 2)

const atDay = (days: number) => TestClock.setTime(FIRST_MS + days * DAY_MS)

const keys = Effect.map(Reads.all(RequestRecord.RequestTable), (requests) => requests.map(({ key }) => key))

it.scoped("what a key was answered with is answered again for 30 days, and then forgotten by the daemon", () =>
  Effect.gen(function* () {
    let acts = 0
    const ask = (key: string) =>
      Effect.provide(
        Requests.once(key, "buy 1", () => Effect.sync(() => `act ${++acts}`)),
        Entropy.layerSecure
      )
    yield* atDay(0)
    yield* ask("early")
    yield* atDay(29)
    yield* ask("late")
    yield* Requests.forgetOld
    assert.strictEqual(yield* ask("early"), "act 1")
    yield* atDay(31)
    yield* Engine.started
    assert.deepStrictEqual(yield* Engine.until(keys, (found) => found.length < 2), ["late"])
    assert.deepStrictEqual([yield* ask("early"), yield* ask("late")], ["act 3", "act 2"])
  }).pipe(Effect.provide(Engine.layer))
)
