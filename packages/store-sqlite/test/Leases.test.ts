import { existsSync, readdirSync } from "node:fs"
import { dirname } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { LeaseContract } from "@roundlot/testing"
import { Effect, Exit, Scope, TestClock } from "effect"
import { bare, store } from "./place.ts"

const { account } = LeaseContract

const here = { host: "here", pid: 2 }

/** A lease that a process took a second ago, of which we know only what it left. */
const left = (file: string, session: string, host: string) =>
  Effect.gen(function* () {
    const db = yield* bare(file)
    yield* TestClock.adjust("1 second")
    db.prepare(`INSERT INTO roundlot_ops_leases VALUES (?, 7, ?, ?, 1, 0, 0)`).run(account, session, host)
  })

/** The lock of a session, free as the kernel leaves it, or held. */
const lock = (file: string, session: string) => bare(`${file}.lease-${session}`)

describe("leases of a store in a file", () => {
  for (const { expected, name, run } of LeaseContract.clauses) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { repository } = yield* store()
        const seen = yield* run({ repository, pass: (ms) => TestClock.adjust(ms) })
        assert.deepStrictEqual(seen, expected)
      })
    )
  }

  it.scoped("a holder that is gone on this host is replaced at once, and what it left is removed", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      yield* left(file, "gone", here.host)
      yield* lock(file, "gone")
      const session = yield* repository.leases.open(here)
      assert.strictEqual(yield* session.take(account), 8)
      assert.isFalse(existsSync(`${file}.lease-gone`))
    })
  )

  it.scoped("a holder that lives on this host but has stopped is replaced after a lease's time", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      yield* left(file, "stopped", here.host)
      ;(yield* lock(file, "stopped")).exec("BEGIN EXCLUSIVE")
      const session = yield* repository.leases.open(here)
      assert.strictEqual((yield* Effect.flip(session.take(account)))._tag, "LeaseHeld")
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* session.take(account), 8)
    })
  )

  for (const [session, host] of [
    ["elsewhere", "there"],
    ["lost", here.host]
  ] as const) {
    it.scoped(`of a holder ${session}, whose lock says nothing, only time tells`, () =>
      Effect.gen(function* () {
        const { file, repository } = yield* store()
        yield* left(file, session, host)
        if (session === "elsewhere") yield* lock(file, session)
        const asking = yield* repository.leases.open(here)
        assert.strictEqual((yield* Effect.flip(asking.take(account)))._tag, "LeaseHeld")
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual(yield* asking.take(account), 8)
      })
    )
  }

  it.scoped("a session that ends leaves no file", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      const scope = yield* Scope.make()
      yield* Scope.extend(repository.leases.open(here), scope)
      const locks = () => readdirSync(dirname(file)).filter((name) => name.includes(".lease-"))
      assert.lengthOf(locks(), 1)
      yield* Scope.close(scope, Exit.void)
      assert.lengthOf(locks(), 0)
    })
  )

  it.scoped("who waits for a lease stands in nobody's way", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      const one = yield* repository.leases.open({ host: "there", pid: 1 })
      yield* one.take(account)
      const writer = yield* bare(file)
      writer.exec("BEGIN IMMEDIATE")
      const two = yield* repository.leases.open(here)
      assert.strictEqual((yield* Effect.flip(two.take(account)))._tag, "LeaseHeld")
      writer.exec("ROLLBACK")
    })
  )
})
