import { Clock } from "@roundlot/core"
import { Health } from "@roundlot/core/ledger"
import { Effect, Layer } from "effect"
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { rejectedTrades } from "@roundlot/daemon"

const folder = mkdtempSync(join(tmpdir(), "roundlot-rejected-"))
afterAll(() => rmSync(folder, { recursive: true }))

it("ACC-4: what is kept after a line that was cut off is a line of its own, and a reason is no longer than a person reads", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const reject = yield* rejectedTrades.keepRejected("app", { daemonFile: join(folder, "books.daemon.json") })
      const rejected = (reason: string) => reject([{ place: "message 1", reason, raw: "{" }])
      yield* rejected("first")
      const file = join(folder, "books.app.rejected.jsonl")
      appendFileSync(file, '{"at":"2026-11-2')
      yield* rejected("x".repeat(1_000_000))
      const lines = readFileSync(file, "utf8").trimEnd().split("\n")
      expect([lines.length, JSON.parse(lines[0] ?? "").reason]).toEqual([3, "first"])
      expect(JSON.parse(lines[2] ?? "").reason.length).toBeLessThan(1_000)
      const said = (yield* (yield* Health.Health).all).map(({ detail }) => detail ?? "")
      expect(said.join("").length).toBeLessThan(1_000)
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(Health.layer, Clock.layerAlwaysOpen)))
  ))
