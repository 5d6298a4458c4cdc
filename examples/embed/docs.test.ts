import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const filesIn = (folder: string, ending: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path))

const pages = ["README.md", ...filesIn("docs", ".md")]

/** The anchor that a heading gets: lower case, without punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-")

const anchorsIn = (path: string): ReadonlyArray<string> =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading))

const isBroken = (page: string, link: string): boolean => {
  const [path = "", anchor] = link.split("#")
  const target = path === "" ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return true
  return anchor !== undefined && !anchorsIn(target).includes(anchor)
}

it.each(pages)("every link of %s leads somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link)
  expect(links.filter((link) => isBroken(page, link))).toEqual([])
})

/** Pages that show the code of the examples, and how many blocks of it. */
const shownOn = [
  ["embed.md", 4],
  ["promises.md", 3],
  ["write-a-broker.md", 9],
  ["write-a-source.md", 5],
  ["write-a-store.md", 4]
] as const

it.each(shownOn)("the code of %s is the examples', word for word", (page, count) => {
  // Entries with their types: what `node_modules` links to is not followed.
  const entries = readdirSync(join(root, "examples"), { recursive: true, withFileTypes: true })
  const own = entries.filter(({ name, parentPath }) => name.endsWith(".ts") && !/node_modules|dist/.test(parentPath))
  const code = own.map(({ name, parentPath }) => readFileSync(join(parentPath, name), "utf8")).join("\n")
  const shown = [...read(`docs/guides/${page}`).matchAll(/```ts\n([^]*?)```/g)].map(([, block = ""]) => block.trim())
  expect(shown.length).toBe(count)
  expect(shown.filter((block) => !code.includes(block))).toEqual([])
})

/** An id of the ledger's rules, as comments and test titles cite it; those of orders (`O5`) look like reconciliation's. */
const RULE = /\b(?:A[1-4]|B[1-5]|C[1-5]|D[1-8]|E[1-4]|F(?:1[0-5]|\d))\b/g

it("every rule that the sources cite is stated", () => {
  const sources = filesIn("packages/core/src", ".ts").map(read)
  const comments = sources.flatMap((source) => source.match(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm) ?? [])
  const cited = new Set(comments.flatMap((comment) => comment.match(RULE) ?? []))
  const stated = new Set([...read("docs/rules.md").matchAll(/^(?:- \*\*|\| )(\w+)/gm)].map(([, id]) => id))
  expect(cited.size).toBeGreaterThan(20)
  expect([...cited].filter((id) => !stated.has(id))).toEqual([])
})
