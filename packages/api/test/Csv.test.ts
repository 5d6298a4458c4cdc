import { Csv } from "@roundlot/api"
import { describe, expect, it } from "vitest"

describe("a record of CSV", () => {
  it.each(["=1+1", "+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "-1+1", "-", "\uFF1D1", "\uFF0B1", "\uFF0D1", "\uFF201"])(
    "has no text that a spreadsheet takes for a formula: %j",
    (text) => expect(Csv.record([text])).toContain(`'${text}`)
  )

  it("has figures as they are, and every text whole", () => {
    expect(Csv.record(["-0.5", -1, "a-b", 'say "=1"', null])).toBe(`-0.5,-1,a-b,"say ""=1""",\r\n`)
  })
})
