import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Ref, Schedule } from "effect"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Turnstile from "../src/internal/turnstile.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-turn-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** In place of a store: busy, until somebody says that it is free. */
const busy = Symbol("busy")
const waiting = (tries: number): Turnstile.Waiting => ({
  isBusy: (error) => error === busy,
  patiently: (write) =>
    Effect.retry(write, { schedule: Schedule.spaced("1 millis"), while: (error) => error === busy }),
  tries
})

const patient = waiting(100_000)

/** A write that finds the store busy the first time, and so gets in line. */
const delayed = <A>(write: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const isFirst = yield* Ref.make(true)
    return Effect.flatMap(Ref.getAndSet(isFirst, false), (first) => (first ? Effect.fail(busy) : write))
  })

/** Has the turn until it may begin, and never ends. */
const standing = (turnstile: Turnstile.Turnstile, begins: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const isIn = yield* Deferred.make<void>()
    const mayBegin = yield* Deferred.make<void>()
    const write = yield* delayed(
      Deferred.succeed(isIn, undefined).pipe(
        Effect.zipRight(Deferred.await(mayBegin)),
        Effect.zipRight(begins),
        Effect.zipRight(Effect.sync(turnstile.pass)),
        Effect.zipRight(Effect.never)
      )
    )
    yield* Effect.forkScoped(turnstile.inTurn(write))
    yield* Deferred.await(isIn)
    return Deferred.succeed(mayBegin, undefined)
  })

describe("the turnstile before a store", () => {
  it.scopedLive("who comes while somebody waits begins when that one has begun, and not before", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "books.db")
      const one = yield* Turnstile.make(file, patient)
      const other = yield* Turnstile.make(file, patient)
      const story = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (what: string) => Ref.update(story, (before) => [...before, what])
      const letBegin = yield* standing(one, note("first begins"))
      const second = yield* Effect.fork(other.inTurn(note("second begins")))
      yield* Effect.yieldNow()
      yield* letBegin
      yield* Fiber.join(second)
      assert.deepStrictEqual(yield* Ref.get(story), ["first begins", "second begins"])
    })
  )

  it.scopedLive("where nobody waits, nobody takes a turn", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "books.db")
      const one = yield* Turnstile.make(file, patient)
      const other = yield* Turnstile.make(file, patient)
      const isIn = yield* Deferred.make<void>()
      yield* Effect.forkScoped(one.inTurn(Effect.zipRight(Deferred.succeed(isIn, undefined), Effect.never)))
      yield* Deferred.await(isIn)
      assert.strictEqual(yield* other.inTurn(Effect.succeed("written")), "written")
      assert.notInclude(readdirSync(dirname(file)), "books.db.wait")
    })
  )

  it.scopedLive("a mark that a process left behind when it died is gone after the next write, and stops nobody", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "books.db")
      writeFileSync(`${file}.wait`, "")
      const one = yield* Turnstile.make(file, patient)
      assert.strictEqual(yield* one.inTurn(Effect.succeed("written")), "written")
      assert.notInclude(readdirSync(dirname(file)), "books.db.wait")
    })
  )

  it.scopedLive("whoever is stuck with the turn stops nobody for ever", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "books.db")
      yield* standing(yield* Turnstile.make(file, patient), Effect.void)
      const other = yield* Turnstile.make(file, waiting(3))
      assert.strictEqual(yield* other.inTurn(Effect.succeed("written")), "written")
    })
  )
})
