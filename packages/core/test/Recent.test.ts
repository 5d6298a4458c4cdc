import { describe, expect, it } from "vitest"
import * as Recent from "../src/ports/Recent.ts"

const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `k${from + i}`)

describe("what is remembered of orders and executions", () => {
  it("is the newest, and no more than so many however long a connection lives", () => {
    const recent = Recent.make<string>(3)
    for (const key of keys(0, 1_000)) recent.set(key, key)
    expect(keys(0, 1_000).filter((key) => recent.get(key) === key)).toEqual(["k997", "k998", "k999"])
  })

  it("is 10,000 unless said, and an entry told again is one, and the newest", () => {
    const recent = Recent.make<number>()
    recent.set("first", 1)
    recent.set("second", 1)
    recent.set("first", 2)
    for (const key of keys(0, Recent.MOST_REMEMBERED - 2)) recent.set(key, 0)
    expect(recent.get("second")).toBe(1)
    recent.set("one more", 0)
    expect(recent.get("second")).toBeUndefined()
    expect(recent.get("first")).toBe(2)
  })
})
