import { describe, expect, it } from "vitest"
import { limitHead, limitWords, serviceHead, serviceWords } from "../../src/records/codeWords.ts"
import { limitNames } from "../../src/records/limitNames.ts"

describe("names in words", () => {
  it("of services: those that have a code are named, a label begins with a capital", () => {
    expect(["doubts", "gates", "thread", "poll paper"].map(serviceWords)).toEqual([
      "unconfirmed orders",
      "re-evaluation",
      "event loop",
      "poll paper"
    ])
    expect(["time of the books", "poll paper"].map(serviceHead)).toEqual(["Book time", "Poll paper"])
  })

  it("of limits: by the name in a configuration, none is a code", () => {
    expect(limitWords("limits.orderNotional")).toBe("dollars per order")
    for (const limit of [...limitNames, "buyingPower"]) expect(limitHead(limit)).toMatch(/^[A-Z][a-z]+( [a-z]+)*$/)
  })
})
