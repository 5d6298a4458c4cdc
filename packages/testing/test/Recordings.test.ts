import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Recordings } from "@roundlot/testing"
import { expect, it, onTestFinished } from "vitest"

const COMMIT = "0123456789abcdef0123456789abcdef01234567"

const unsourced = (rows: unknown): ReadonlyArray<string> => {
  const folder = mkdtempSync(join(tmpdir(), "recordings-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, "rows.json"), JSON.stringify(rows))
  return Recordings.unsourcedIn(folder)
}

it.each([
  [{ shapedBy: `owner/name@${COMMIT} src/file.ts` }],
  [{ shapedBy: `owner/name@${COMMIT} src/file.ts (a note); other/name@${COMMIT} file` }],
  [{ page: "https://example.com/issues/1" }],
  [{ page: "https://example.com/changelog (of a day)" }],
  [{ shapedBy: `owner/name@${COMMIT} src/file.ts`, page: "https://example.com/issues/1" }]
])("a row of this source has one: %j", (row) => {
  expect(unsourced([row])).toEqual([])
  expect(unsourced(row)).toEqual([])
})

it.each([
  [{}],
  [{ shapedBy: "owner/name@0123456 src/file.ts" }],
  [{ shapedBy: `owner/name@${COMMIT}` }],
  [{ shapedBy: `owner/name@${COMMIT} src/file.ts; owner/name#1` }],
  [{ shapedBy: "owner/name#1" }],
  [{ page: "owner/name#1" }],
  [{ shapedBy: "owner/name#1", page: "https://example.com/issues/1" }],
  ["a word"]
])("a row of this source has none: %j", (row) => {
  expect(unsourced([{ page: "https://example.com" }, row])).toEqual([
    "rows.json: row 1 names no repository, whole commit and path, and no page"
  ])
})
