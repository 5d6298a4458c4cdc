import { join } from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option } from "effect"
import { open } from "../src/internal/connection.ts"
import * as Snapshots from "../src/internal/snapshots.ts"
import { bare, folder } from "./place.ts"

const snapshots = Effect.gen(function* () {
  const file = join(yield* folder, "roundlot.db")
  yield* Effect.acquireRelease(
    Effect.sync(() => open(file)),
    (db) => Effect.sync(() => db.close())
  )
  return { file, inSnapshot: yield* Snapshots.make(file) }
})

/** The connection that a snapshot looks by. */
const own = Effect.map(Effect.serviceOption(SqlClient.TransactionConnection), (shared) => {
  if (Option.isNone(shared)) throw new Error("it is in no snapshot")
  const [connection] = shared.value
  return connection
})

const read = Effect.flatMap(own, (connection) => connection.executeValues("SELECT count(*) FROM sqlite_schema", []))

describe("snapshots", () => {
  it.scoped("one after the other have one connection, however each of them ends", () =>
    Effect.gen(function* () {
      const { file, inSnapshot } = yield* snapshots
      const used = new Set<unknown>()
      const look = Effect.zipLeft(
        Effect.map(own, (connection) => void used.add(connection)),
        read
      )
      yield* Effect.repeatN(inSnapshot(look), 9)
      assert.strictEqual(yield* Effect.flip(inSnapshot(Effect.zipRight(look, Effect.fail("no")))), "no")
      yield* Effect.exit(inSnapshot(Effect.zipRight(look, Effect.die("a fault"))))
      const looks = yield* Deferred.make<void>()
      const interrupted = yield* Effect.fork(
        inSnapshot(Effect.zipRight(Effect.zipRight(look, Deferred.succeed(looks, undefined)), Effect.never))
      )
      yield* Deferred.await(looks)
      yield* Fiber.interrupt(interrupted)
      const other = yield* bare(file)
      other.exec("CREATE TABLE later (a)")
      assert.deepStrictEqual(yield* inSnapshot(Effect.zipRight(look, read)), [[1]])
      assert.strictEqual(used.size, 1)
    })
  )

  it.scoped("at the same time have one each, of which no more than four are kept", () =>
    Effect.gen(function* () {
      const { inSnapshot } = yield* snapshots
      const together = Effect.gen(function* () {
        const all = yield* Deferred.make<void>()
        const used = new Set<unknown>()
        const look = Effect.flatMap(own, (connection) => {
          used.add(connection)
          return used.size === 6 ? Deferred.succeed(all, undefined) : Deferred.await(all)
        })
        yield* Effect.all(
          Array.from({ length: 6 }, () => inSnapshot(look)),
          { concurrency: "unbounded" }
        )
        return used
      })
      const [before, after] = [yield* together, yield* together]
      assert.strictEqual([...after].filter((connection) => before.has(connection)).length, 4)
    })
  )
})
