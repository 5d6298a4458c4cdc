import { describe, expect, test } from "vitest"
import * as Instant from "../../src/values/Instant.ts"
import { skewOf } from "../../src/values/skew.ts"

const at = Instant.fromMillis

describe("how far our clock is from a broker's", () => {
  test.each([
    ["the same time, told at once", 10_000, 10_000, 1, 10_000, { leastMs: 0, uncertainMs: 1 }],
    [
      "told in whole seconds, as late in the second as can be",
      10_999,
      10_000,
      1000,
      10_999,
      { leastMs: 0, uncertainMs: 1000 }
    ],
    ["the answer was on its way for a second", 10_000, 10_400, 1, 11_000, { leastMs: 0, uncertainMs: 1001 }],
    ["theirs is ahead by 2 s and the way", 10_000, 12_300, 1, 10_300, { leastMs: 2000, uncertainMs: 301 }],
    [
      "theirs is behind, what was cut off counted in its favour",
      10_000,
      6_000,
      1000,
      10_100,
      { leastMs: 3000, uncertainMs: 1100 }
    ]
  ])("%s", (_, asked, told, cutToMs, answered, skew) => {
    expect(skewOf(at(asked), { at: at(told), cutToMs }, at(answered))).toEqual(skew)
  })
})
