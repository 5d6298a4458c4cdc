import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import ts from "typescript"
import * as ExactJson from "../src/ports/ExactJson.ts"

// A pattern that takes more time than its text is long can be held up by who writes the text (ReDoS).

const root = fileURLToPath(new URL("../../..", import.meta.url))

const sourcesUnder = (folder: string): ReadonlyArray<string> =>
  readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourcesUnder(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })

/** The patterns that a file writes down, each once. */
const patternsIn = (path: string): ReadonlyArray<string> => {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const file = ts.createSourceFile(path, readFileSync(`${root}/${path}`, "utf8"), ts.ScriptTarget.Latest, false, kind)
  const patterns: Array<string> = []
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) patterns.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return patterns
}

/** Judged slow, or not in time, and why that is no matter: the place, and the pattern's beginning. */
const bounded = [
  ["packages/broker-alpaca/src/RefusalCodes.ts", "/"] // reads the first 500 characters
] as const

const LONGEST_MS = 60_000

const judged = async (pattern: string) => {
  const { checkSync } = await import("recheck")
  const end = pattern.lastIndexOf("/")
  return checkSync(pattern.slice(1, end), pattern.slice(end + 1), { timeout: LONGEST_MS })
}

beforeEach(() => void vi.stubEnv("RECHECK_SYNC_BACKEND", "pure"))
afterEach(() => void vi.unstubAllEnvs())

describe("patterns", () => {
  it("of the sources take no more time than their text is long", { timeout: 1_200_000 }, async () => {
    const packages = readdirSync(`${root}/packages`)
    const places = new Map<string, string>()
    for (const path of packages.flatMap((name) => sourcesUnder(`packages/${name}/src`)))
      for (const pattern of patternsIn(path))
        if (!bounded.some(([place, begin]) => path === place && pattern.startsWith(begin))) places.set(pattern, path)
    expect(places.size).toBeGreaterThan(200)
    const slow: Array<string> = []
    for (const [pattern, path] of places) {
      const { status } = await judged(pattern)
      if (status !== "safe") slow.push(`${status}: ${pattern} in ${path}`)
    }
    expect(slow).toEqual([])
  })

  it("that begin again at each quote, or at each zero, are found", async () => {
    expect((await judged(String.raw`/"(?:[^"\\]|\\.)*"|[[\]{},]/g`)).status).toBe("vulnerable")
    expect((await judged(String.raw`/\.?0+$/`)).status).toBe("vulnerable")
  })
})

describe("JSON of a broker with quotes that do not end", () => {
  it.each([String.raw`"\ `.trim(), String.raw`E\"`, '"\\"\n', '[{"', "0"])("is passed over at once: %j", (part) => {
    const text = `[${part.repeat(400_000)}]`
    expect(ExactJson.exact(text).length).toBeGreaterThanOrEqual(text.length)
    ExactJson.rowsIn(text)
  })
})
