import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describeStore } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { make } from "./LinesStore.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-lines-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const place = Effect.map(folder, (path) => ({ open: Effect.sync(() => make(join(path, "books.jsonl"))) }))

describeStore("a file of lines", place, ["reopening"])
