import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock } from "@roundlot/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { DriveLease } from "@roundlot/store-sqlite"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-lease-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("the right to drive a store", () => {
  it.scopedLive("is one process's at a time, named to whoever asks, and free again when the holder is gone", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "store.db")
      const refused = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* DriveLease.hold(file, { host: "desk", pid: 7 })
          return yield* Effect.flip(Effect.scoped(DriveLease.hold(file, { host: "other", pid: 8 })))
        })
      )
      assert.strictEqual(refused._tag, "DriveLeaseHeld")
      assert.include(refused.message, "process 7 on desk")
      yield* Effect.scoped(DriveLease.hold(file, { host: "other", pid: 8 }))
    }).pipe(Effect.provide(Clock.layerAlwaysOpen))
  )
})
