import { Screen, table } from "@roundlot/queries"
import { expect, it } from "@effect/vitest"

interface Row {
  readonly name: string | null
  readonly amount: string | null
  readonly at: string | null
}

const columns = [
  table.words<Row>("NAME", (row) => row.name),
  table.numbers<Row>("AMOUNT", (row) => row.amount),
  table.times<Row>("AT", (row) => row.at)
]

it("numbers stand to the right, times are cut to the second, and - stands for nothing", () => {
  const rows = [
    { name: "AAPL", amount: "0.3", at: "2026-11-20T14:30:00.123456Z" },
    { name: null, amount: "-1234.5", at: null },
    { name: "", amount: null, at: null }
  ]
  expect(table.render(columns, rows)).toBe(
    ["NAME   AMOUNT  AT (UTC)", "AAPL      0.3  2026-11-20 14:30:00", "-     -1234.5  -", "-           -  -"].join("\n")
  )
  expect(table.render(columns, [])).toBe("NAME  AMOUNT  AT (UTC)")
})

it("one document is one line, whatever its texts hold", () => {
  const rows = [{ name: `a\nb\u001B[31m${"x".repeat(400)}`, amount: "1", at: null }]
  const text = table.render(columns, rows, { width: 200, isColoured: false })
  const lines = text.split("\n")
  expect(lines).toHaveLength(2)
  expect(lines[1]?.startsWith("a\\nb\\u001B[31mxxx")).toBe(true)
  expect(lines[1]).toContain("…")
  expect(lines[1]?.length).toBeLessThan(60)
})

it("dollars are rounded for people, and have two decimals at least", () => {
  expect(table.short("150.123456789012")).toBe("150.1235")
  expect(table.short("150.1")).toBe("150.10")
  expect(table.short("-7")).toBe("-7.00")
  expect(table.withDoubt("12.5", true)).toBe("12.50 + ?")
  expect(table.short("0.000012345678")).toBe("0.00001235")
  expect(table.short("-0.00049996")).toBe("-0.0005")
  expect(table.short("0.0123456")).toBe("0.0123")
  expect(table.short(null)).toBeNull()
})

const named = (length: number) => table.render(columns, [{ name: "x".repeat(length), amount: null, at: null }])

it("what is piped is whole; what no terminal could hold is cut all the same", () => {
  expect(named(200)).toContain("x".repeat(200))
  expect(named(300)).toContain(`${"x".repeat(239)}…`)
})

const narrow = [
  table.words<Row>("NAME", (row) => row.name),
  table.minor(table.words<Row>("AGAIN", (row) => row.name)),
  table.numbers<Row>("AMOUNT", (row) => row.amount),
  table.minor(table.times<Row>("AT", (row) => row.at))
]
const row = { name: "Friday's long file of trades", amount: "1234567.123456", at: "2026-11-20T14:30:00.123456Z" }
const at = (width: number) => table.render(narrow, [row], { width, isColoured: false }).split("\n")

it("a screen too narrow has its texts cut, then minor columns left out from the right, and says so; numbers are never cut", () => {
  expect(at(100)[0]).toMatch(/^NAME +AGAIN +AMOUNT  AT \(UTC\)$/)
  expect(at(60)).toEqual([
    expect.stringMatching(/^NAME +AGAIN +AMOUNT$/),
    expect.stringMatching(/1234567\.123456$/),
    "Not shown: AT (UTC). --wide shows all."
  ])
  expect(at(40)).toEqual([
    expect.stringMatching(/^NAME +AMOUNT$/),
    expect.stringMatching(/^Friday's .*…  1234567\.123456$/),
    "Not shown: 2 columns. --wide shows all."
  ])
  expect(at(28)[1]).toBe("Friday's lo…  1234567.123456")
  for (const width of [100, 80, 60, 40, 28]) {
    for (const line of at(width).slice(0, 2)) expect(Array.from(line).length).toBeLessThanOrEqual(width)
  }
})

it("a state has its tone on a screen with colours, and lines stand as without", () => {
  const state = [table.states<Row>("STATUS", (each) => each.name), table.numbers<Row>("AMOUNT", (each) => each.amount)]
  const rows = ["filled", "rejected", "unheard"].map((name) => ({ name, amount: "1", at: null }))
  const [, ok, bad, none] = table.render(state, rows, { width: 80, isColoured: true }).split("\n")
  expect(ok).toBe("\u001B[32mfilled\u001B[0m         1")
  expect(bad).toBe("\u001B[31mrejected\u001B[0m       1")
  expect(none).toBe("unheard        1")
})

it("colours stand at a terminal, unless the environment says otherwise", () => {
  expect(Screen.hasColours({}, true)).toBe(true)
  expect(Screen.hasColours({}, false)).toBe(false)
  expect(Screen.hasColours({ NO_COLOR: "1", FORCE_COLOR: "1" }, true)).toBe(false)
  expect(Screen.hasColours({ NO_COLOR: "" }, true)).toBe(true)
  expect(Screen.hasColours({ FORCE_COLOR: "1" }, false)).toBe(true)
  expect(Screen.hasColours({ FORCE_COLOR: "0" }, true)).toBe(false)
  expect(Screen.hasColours({ TERM: "dumb" }, true)).toBe(false)
})
