import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { doubtRows } from "./doubts.ts"
import { fillRows } from "./fills.ts"
import { orderRows } from "./orders.ts"
import { names } from "./Place.ts"
import type { Name } from "./Place.ts"
import { positionRows } from "./positions.ts"
import { refusalRows } from "./refusals.ts"

const folder = join(import.meta.dirname, "../../../../docs/reference")

const page = readFileSync(join(folder, "cases.md"), "utf8")

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim())

const lines = page.split("\n").filter((line) => line.startsWith("| "))

const COLUMNS = 7

/** What the page says of a row at a broker. */
const published = lines
  .map(cellsOf)
  .filter((cells) => cells.length === COLUMNS && /^[OFP]\d+$/.test(cells[0] ?? ""))
  .flatMap(([row = "", , , ...cells]) => names.map((name, i) => ({ row, name, cell: cells[i] ?? "" })))

const titles: { readonly [N in Name]: string } = {
  schwab: "Schwab",
  ibkr: "Interactive Brokers",
  alpaca: "Alpaca",
  paper: "paper"
}

/** Why rows cannot come about at brokers. */
const reasons = new Set(
  lines
    .map(cellsOf)
    .filter((cells) => cells.length === 3 && /^[OFP]\d+/.test(cells[0] ?? ""))
    .flatMap(([rows = "", at = ""]) =>
      rows.split(", ").flatMap((row) => at.split(", ").map((name) => `${row} ${name}`))
    )
)

const tried = new Set(
  [...orderRows, ...doubtRows, ...refusalRows, ...fillRows, ...positionRows].flatMap(({ at, row }) =>
    at.map((name) => `${row} ${name}`)
  )
)

const rowsOf = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)

/** Where a test of the row is, or why there is none. */
const proofOf = ({ cell, name, row }: (typeof published)[number]): string => {
  if (cell === "✓") return "cases"
  if (cell === "–") return reasons.has(`${row} ${titles[name]}`) ? "cannot" : "no reason"
  const file = /\]\(([^)]*)\)/.exec(cell)?.[1] ?? ""
  const isNamed = new RegExp(`["\`][^"\`\\n]*\\b${row}\\b[^"\`\\n]*["\`]`).test(
    readFileSync(join(folder, file), "utf8")
  )
  return isNamed ? "elsewhere" : "not named there"
}

test("the published table has every row once, with a test or a reason for every broker", () => {
  const rows = published.filter(({ name }) => name === "paper").map(({ row }) => row)
  expect(rows).toEqual([...rowsOf("O", 29), ...rowsOf("F", 15), ...rowsOf("P", 12)])
  const proofs = published.map((each) => ({ at: `${each.row} ${each.name}`, proof: proofOf(each) }))
  expect(proofs.filter(({ proof }) => proof.startsWith("no"))).toEqual([])
  expect(new Set(proofs.flatMap(({ at, proof }) => (proof === "cases" ? [at] : [])))).toEqual(tried)
  const needed = published.flatMap(({ cell, name, row }) => (cell === "–" ? [`${row} ${titles[name]}`] : []))
  expect([...reasons].toSorted()).toEqual(needed.toSorted())
})
