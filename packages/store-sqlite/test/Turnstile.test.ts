import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Ref } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Turnstile from "../src/internal/turnstile.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-turn-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const PATIENT = 100_000

describe("the turnstile before a store", () => {
  it.scopedLive("who comes second begins when the first has begun, not when he would come again", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "books.db")
      const one = yield* Turnstile.make(file, PATIENT)
      const other = yield* Turnstile.make(file, PATIENT)
      const story = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (what: string) => Ref.update(story, (before) => [...before, what])
      const isIn = yield* Deferred.make<void>()
      const mayBegin = yield* Deferred.make<void>()
      const first = yield* Effect.fork(
        one.inTurn(
          Deferred.succeed(isIn, undefined).pipe(
            Effect.zipRight(Deferred.await(mayBegin)),
            Effect.zipRight(note("first begins")),
            Effect.zipRight(Effect.sync(one.pass)),
            Effect.zipRight(Effect.never)
          )
        )
      )
      yield* Deferred.await(isIn)
      const second = yield* Effect.fork(other.inTurn(note("second begins")))
      yield* Deferred.succeed(mayBegin, undefined)
      yield* Fiber.join(second)
      assert.deepStrictEqual(yield* Ref.get(story), ["first begins", "second begins"])
      yield* Fiber.interrupt(first)
    })
  )

  it.scopedLive("whoever is stuck with the turn stops nobody for ever", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "books.db")
      const stuck = yield* Turnstile.make(file, PATIENT)
      const isIn = yield* Deferred.make<void>()
      yield* Effect.forkScoped(stuck.inTurn(Effect.zipRight(Deferred.succeed(isIn, undefined), Effect.never)))
      yield* Deferred.await(isIn)
      const other = yield* Turnstile.make(file, 3)
      assert.strictEqual(yield* other.inTurn(Effect.succeed("written")), "written")
    })
  )
})
