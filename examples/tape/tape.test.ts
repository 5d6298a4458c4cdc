import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"

const here = fileURLToPath(new URL(".", import.meta.url))
const rows = readFileSync(join(here, "trades.csv"), "utf8").trimEnd().split("\r\n").slice(1)

it("the generator writes the same tape again", () => {
  const folder = mkdtempSync(join(tmpdir(), "tape-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const again = join(folder, "trades.csv")
  execFileSync(process.execPath, [join(here, "generate.mjs"), again])
  expect(readFileSync(again).equals(readFileSync(join(here, "trades.csv")))).toBe(true)
})

it("the tape has redeliveries, which are the same row again, and late rows", () => {
  const firsts = [...new Set(rows)]
  const times = firsts.map((row) => row.split(",")[1] ?? "")
  const late = times.filter((time, index) => times.slice(0, index).some((earlier) => earlier > time))
  expect(rows).toHaveLength(2000)
  expect(rows.length - firsts.length).toBe(40)
  expect(late).toHaveLength(40)
})
