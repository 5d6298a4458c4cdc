import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../../../..", import.meta.url))

/** A text of the repository. */
export const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** What was installed or built: never entered, for it holds a hundred times the files. */
const others = new Set(["node_modules", "dist"])

/** Files below a folder by their ending, without what was installed or built. */
export const filesIn = (folder: string, ending: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return others.has(entry.name) ? [] : filesIn(path, ending)
    return `/${path}`.endsWith(ending) ? [path] : []
  })

/** Every page that people read. */
export const pages = [
  "README.md",
  ...filesIn("docs", ".md"),
  ...filesIn("packages", ".md").filter((path) => path.endsWith("README.md"))
]

/** A block of code on a page, and where it begins. */
export interface Block {
  readonly page: string
  readonly language: string
  readonly code: string
}

/** The fenced blocks of a page, in their order. */
export const blocksOf = (page: string): ReadonlyArray<Block> =>
  [...read(page).matchAll(/^```(\S*)\n([^]*?)^```$/gm)].map(([, language = "", code = ""]) => ({
    page,
    language,
    code
  }))

const has = (code: string, words: string | RegExp): boolean =>
  typeof words === "string" ? code.includes(words) : words.test(code)

/** The one block of a page that has these words. */
export const blockWith = (page: string, words: string | RegExp, language = "sh"): Block => {
  const found = blocksOf(page).filter((block) => block.language === language && has(block.code, words))
  const [one] = found
  if (one === undefined || found.length > 1) throw new Error(`${page} has ${found.length} blocks with ${words}`)
  return one
}

/** Blocks of commands on pages that are not among those that are known; where and how they begin. */
export const unknownOf = (all: ReadonlyArray<string>, known: ReadonlyArray<Block>): ReadonlyArray<string> => {
  const said = new Set(known.map(({ code, page }) => `${page}: ${code}`))
  const shown = all.flatMap(blocksOf).filter(({ language }) => language === "sh")
  return shown.map(({ code, page }) => `${page}: ${code}`).filter((each) => !said.has(each))
}

/** Lines that a renderer would show as code although no fence says what they are. */
export const indentedIn = (page: string): ReadonlyArray<string> =>
  read(page)
    .replaceAll(/^```[^]*?^```$/gm, "")
    .split("\n")
    .filter(
      (line, at, lines) => /^ {4}\S/.test(line) && (lines[at - 1] ?? "") === "" && !/^ {4}(?:[-*]|\d+\.) /.test(line)
    )

/** Commands in running text: `roundlot …` between backticks. */
export const spokenIn = (page: string): ReadonlyArray<string> =>
  [
    ...read(page)
      .replaceAll(/^```[^]*?^```$/gm, "")
      .matchAll(/`(?:npx )?roundlot ([^`]+)`/g)
  ].map(([, words = ""]) => words.replaceAll(/\s+/g, " "))

/** A line of a shell, as words; or a file that it writes. */
export type Line =
  | { readonly _tag: "Command"; readonly words: ReadonlyArray<string> }
  | { readonly _tag: "File"; readonly name: string; readonly text: string }
  | { readonly _tag: "Variable"; readonly name: string; readonly value: string }

const WORD = /"([^"]*)"|'([^']*)'|(#.*$)|([^\s"'#]\S*)/g

const wordsOf = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(WORD)]
    .filter(([, , , comment]) => comment === undefined)
    .map(([, double, single, , plain = ""]) => double ?? single ?? plain)

const lineOf = (text: string): Line => {
  const [, name = "", value = ""] = /^(?:export )?([A-Z_]+)=(\S*)$/.exec(text) ?? []
  return name === "" ? { _tag: "Command", words: wordsOf(text) } : { _tag: "Variable", name, value }
}

/** A block as a shell would read it: continued lines are one, comments are nothing, here-documents are files. */
export const linesOf = (code: string): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  const rest = code.replaceAll(/ ?\\\n\s*/g, " ").split("\n")
  for (let text = rest.shift(); text !== undefined; text = rest.shift()) {
    const [, name, end] = /^cat > (\S+) <<'(\w+)'$/.exec(text) ?? []
    if (name !== undefined && end !== undefined) {
      const at = rest.indexOf(end)
      lines.push({ _tag: "File", name, text: `${rest.splice(0, at).join("\n")}\n` })
      rest.shift()
    } else if (text.trim() !== "" && !text.trim().startsWith("#")) lines.push(lineOf(text.trim()))
  }
  return lines
}
