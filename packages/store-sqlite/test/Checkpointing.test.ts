import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Sqlite } from "@roundlot/sqlite"
import { Effect, Exit, HashMap, Logger, Option, Scope } from "effect"
import * as Checkpointing from "../src/internal/checkpointing.ts"
import { open } from "../src/internal/connection.ts"
import { folder, gone } from "./place.ts"

/** More rows than a writer has who needs no thread. */
const MANY = 10_000

/** A writer's connection to an empty store. */
const writer = Effect.gen(function* () {
  const file = join(yield* folder, "roundlot.db")
  const db = yield* Effect.acquireRelease(
    Effect.sync(() => open(file)),
    (db) => Effect.sync(() => db.close())
  )
  return { file, db }
})

/** Fills some fifty pages: far fewer than a commit would write into the file itself. */
const fill = (db: Sqlite.Database): void => {
  db.exec("CREATE TABLE filled (text TEXT)")
  const insert = db.prepare("INSERT INTO filled VALUES (?)")
  for (let i = 0; i < 50; i++) insert.run("x".repeat(4_000))
}

const boundOf = (db: Sqlite.Database) => Sqlite.scalar(db, "PRAGMA wal_autocheckpoint")()

const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.zipRight(Effect.sleep("2 millis"), until(holds))))

describe("pages beside the file", () => {
  it.scopedLive("are written into it by a thread where a program writes much, and commits leave them to it", () =>
    Effect.gen(function* () {
      const { db, file } = yield* writer
      fill(db)
      const before = statSync(file).size
      const { committed } = yield* Checkpointing.make(file, db)
      committed(MANY)
      assert.isAbove(Number(boundOf(db)), 2_048)
      yield* until(() => statSync(file).size > before)
      assert.isAbove(Number(boundOf(db)), 2_048)
    })
  )

  it.scopedLive("are left to commits where little is written", () =>
    Effect.gen(function* () {
      const { db, file } = yield* writer
      const { committed } = yield* Checkpointing.make(file, db)
      committed(100)
      assert.strictEqual(boundOf(db), 2_048)
    })
  )

  it.scopedLive("are left to commits where a program may have no thread", () =>
    Effect.gen(function* () {
      const { db, file } = yield* writer
      const { committed } = yield* Checkpointing.make(file, db, false)
      committed(MANY)
      assert.strictEqual(boundOf(db), 2_048)
    })
  )

  it.scopedLive("are left to commits again where the thread cannot work, which is told once", () => {
    const told: Array<string> = []
    const telling = Logger.make(({ annotations, message }) => {
      told.push(`${String(message)} ${String(Option.getOrUndefined(HashMap.get(annotations, "error")))}`)
    })
    return Effect.gen(function* () {
      const { db, file } = yield* writer
      const { committed } = yield* Checkpointing.make(`${file}.nowhere`, db)
      committed(MANY)
      yield* until(() => boundOf(db) === 2_048)
      committed(MANY)
      assert.strictEqual(boundOf(db), 2_048)
      assert.lengthOf(told, 1)
      assert.include(told[0], "by commits")
      assert.include(told[0], "unable to open database file")
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, telling)))
  })

  it.scopedLive("leave nothing beside the file when the store is closed: the thread has let go of it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { db, file } = yield* Scope.extend(writer, scope)
      const { committed } = yield* Scope.extend(Checkpointing.make(file, db), scope)
      fill(db)
      committed(MANY)
      const wasBeside = existsSync(`${file}-wal`)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(wasBeside)
      yield* gone(`${file}-wal`)
    })
  )
})
