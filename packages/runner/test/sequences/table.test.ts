import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { sequences } from "./all.ts"
import type { Books, Sequence } from "./Sequence.ts"

const page = join(import.meta.dirname, "../../../../docs/reference/sequences.md")

const titles: { readonly [N in Sequence["at"]]: string } = {
  alpaca: "Alpaca",
  ibkr: "Interactive Brokers",
  schwab: "Schwab"
}

const BEGIN = "<!-- rows -->"

const addressOf = (source: string): string => {
  const [, repository = "", number = ""] = /^([^/#\s]+\/[^/#\s]+)#(\d+)$/.exec(source) ?? []
  return repository === "" ? source : `https://github.com/${repository}/issues/${number}`
}

const counted = (all: ReadonlyArray<string>, none: string): string => (all.length === 0 ? none : all.join(", "))

const saidOf = ({ answer, breaks = [], fills, orders, position, sent = orders.length }: Books): string =>
  [
    counted(orders, "no order"),
    `executions ${counted(fills, "none")}`,
    `position ${position}`,
    counted(
      breaks.map((kind) => `\`${kind}\``),
      "no break"
    ),
    `sent ${sent === 1 ? "once" : `${sent} times`}`,
    ...(answer === undefined ? [] : [`then \`${answer}\``])
  ].join("; ")

const cellsOf = ({ at, books, id, source, what }: Sequence): ReadonlyArray<string> => [
  `[${id}](../../packages/runner/test/sequences/${at}.ts)`,
  what,
  `[${source}](${addressOf(source)})`,
  saidOf(books)
]

const HEAD = ["id", "what happens", "source", "what the books say in the end"]

const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const tableOf = (at: Sequence["at"]): string =>
  [
    `## ${titles[at]}`,
    "",
    line(HEAD),
    line(HEAD.map(() => "---")),
    ...sequences.filter((each) => each.at === at).map((each) => line(cellsOf(each))),
    ""
  ].join("\n")

const written = (["alpaca", "ibkr", "schwab"] as const).map(tableOf).join("\n")

const published = (): ReadonlyArray<ReadonlyArray<string>> =>
  readFileSync(page, "utf8")
    .split("\n")
    .filter((each) => each.startsWith("| ["))
    .map((each) => each.split(" | ").map((cell) => cell.replace(/^\| /, "").replace(/\|$/, "").trim()))

test("the published table has every sequence, as it is played, and no other", () => {
  if (process.env["ROUNDLOT_GOLDEN"] === "write") {
    const [head = ""] = readFileSync(page, "utf8").split(BEGIN)
    writeFileSync(page, `${head}${BEGIN}\n\n${written}`)
  }
  expect(published()).toEqual(sequences.map(cellsOf))
})

test("each broker has fourteen sequences at least, each with an id of its own and a source", () => {
  expect(new Set(sequences.map(({ id }) => id)).size).toBe(sequences.length)
  for (const at of ["alpaca", "ibkr", "schwab"] as const) {
    const own = sequences.filter((each) => each.at === at)
    expect(own.length).toBeGreaterThanOrEqual(14)
    expect(own.map(({ id }) => id)).toEqual(own.map((_, i) => `${at.toUpperCase()}-${i + 1}`))
  }
  for (const { source } of sequences) expect(addressOf(source)).toMatch(/^https:\/\//)
})
