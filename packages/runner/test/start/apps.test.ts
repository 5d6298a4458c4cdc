import { assert, describe, it } from "@effect/vitest"
import { Events } from "@roundlot/core"
import { Health } from "@roundlot/core/ledger"
import { Effect, Queue, Ref, Stream, TestClock } from "effect"
import type { OwnApp } from "@roundlot/daemon/configuration"
import { supervised } from "@roundlot/daemon"
import * as Engine from "../engine/Engine.ts"
import { bareWith } from "../settings/bare.ts"

const settingsOf = (app: OwnApp) => bareWith({ apps: new Map([["echo", app]]) })

const part = Effect.map(
  Effect.flatMap(Health.Health, ({ all }) => all),
  (parts) => parts.find((each) => each.part === "app echo")
)

describe("an app that a configuration brings", () => {
  it.scoped("hears what happens in the daemon, with all that a daemon has", () =>
    Effect.gen(function* () {
      const heard = yield* Queue.unbounded<string>()
      const echo: OwnApp = Stream.runForEach(Events.stream({ after: Events.BEGINNING }), ({ event }) =>
        heard.offer(event._tag)
      )
      yield* supervised.runApps(settingsOf(echo))
      yield* Engine.opened({})
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Queue.take(heard), "AccountOpened")
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("that fails is shown by its name, is run again with a new scope, and not once it has ended", () =>
    Effect.gen(function* () {
      const closed = yield* Ref.make(0)
      let runs = 0
      const echo: OwnApp = Effect.gen(function* () {
        runs += 1
        yield* Effect.addFinalizer(() => Ref.update(closed, (count) => count + 1))
        if (runs === 1) return yield* Effect.fail(new Error("not yet"))
        if (runs === 2) return yield* Effect.die(new Error("nor now"))
      })
      yield* supervised.runApps(settingsOf(echo))
      const details: Array<string | undefined> = []
      for (const wait of ["0 seconds", "1 second", "2 seconds", "1 hour"] as const) {
        yield* TestClock.adjust(wait)
        details.push((yield* part)?.detail)
      }
      assert.deepStrictEqual(details, ["not yet", "nor now", "", ""])
      assert.strictEqual(runs, 3)
      assert.strictEqual(yield* Ref.get(closed), 3)
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("that failed is well once it has run again for a while, and is run again where it interrupted itself", () =>
    Effect.gen(function* () {
      let runs = 0
      const echo: OwnApp = Effect.suspend(() => (runs++ === 0 ? Effect.interrupt : Effect.never))
      yield* supervised.runApps(settingsOf(echo))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(runs, 2)
      assert.isFalse((yield* part)?.isWell)
      yield* TestClock.adjust("15 seconds")
      assert.isTrue((yield* part)?.isWell)
    }).pipe(Effect.provide(Engine.layer))
  )

  it.effect("is let go when the daemon ends", () =>
    Effect.gen(function* () {
      const closed = yield* Ref.make(false)
      const echo: OwnApp = Effect.zipRight(
        Effect.addFinalizer(() => Ref.set(closed, true)),
        Effect.never
      )
      yield* Effect.scoped(Effect.zipRight(supervised.runApps(settingsOf(echo)), TestClock.adjust("1 minute")))
      assert.isTrue(yield* Ref.get(closed))
    }).pipe(Effect.provide(Engine.layer))
  )
})
