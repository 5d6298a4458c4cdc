import { expect, it } from "@effect/vitest"
import { numbers, render, short, times, words } from "../../src/views/table.ts"

interface Row {
  readonly name: string | null
  readonly amount: string | null
  readonly at: string | null
}

const columns = [
  words<Row>("NAME", (row) => row.name),
  numbers<Row>("AMOUNT", (row) => row.amount),
  times<Row>("AT", (row) => row.at)
]

it("numbers stand to the right, times are cut to the second, and - stands for nothing", () => {
  const rows = [
    { name: "AAPL", amount: "0.3", at: "2026-11-20T14:30:00.123456Z" },
    { name: null, amount: "-1234.5", at: null },
    { name: "", amount: null, at: null }
  ]
  expect(render(columns, rows)).toBe(
    ["NAME   AMOUNT  AT", "AAPL      0.3  2026-11-20 14:30:00", "-     -1234.5  -", "-           -  -"].join("\n")
  )
  expect(render(columns, [])).toBe("NAME  AMOUNT  AT")
})

it("one document is one line, whatever its texts hold", () => {
  const text = render(columns, [{ name: `a\nb\u001B[31m${"x".repeat(200)}`, amount: "1", at: null }])
  const lines = text.split("\n")
  expect(lines).toHaveLength(2)
  expect(lines[1]?.startsWith("a\\nb\\u001B[31mxxx")).toBe(true)
  expect(lines[1]).toContain("…")
  expect(lines[1]?.length).toBeLessThan(60)
})

it("long decimals are rounded for people", () => {
  expect(short("150.123456789012")).toBe("150.1235")
  expect(short("150.1")).toBe("150.1")
  expect(short("0.000012345678")).toBe("0.00001235")
  expect(short("-0.00049996")).toBe("-0.0005")
  expect(short("0.0123456")).toBe("0.0123")
  expect(short(null)).toBeNull()
})
