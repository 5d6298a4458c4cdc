import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describeStore } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { make } from "./LinesStore.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-lines-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const place = Effect.map(folder, (path) => ({ open: Effect.sync(() => make(join(path, "books.jsonl"))) }))

describeStore("a file of lines", place, ["reopening"])

it("the guide shows what is here, word for word", () => {
  const guide = readFileSync(new URL("../../docs/guides/write-a-store.md", import.meta.url), "utf8")
  const sources = ["LinesStore.ts", "LinesStore.test.ts"]
    .map((name) => readFileSync(new URL(name, import.meta.url), "utf8"))
    .join("\n")
  const shown = [...guide.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) => code.trim())
  expect(shown.length).toBeGreaterThan(2)
  expect(shown.filter((code) => !sources.includes(code))).toEqual([])
})
