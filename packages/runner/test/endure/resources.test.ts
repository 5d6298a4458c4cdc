import { describe, expect, it } from "vitest"
import { growthIn, percentileOf, type Sample } from "./resources.ts"

const LIFE = 15

/** An hour as it should be: what is held sways, the file grows as trades do. */
const steady = (at: number): Sample => ({
  minutes: at,
  life: Math.floor(at / LIFE) + 1,
  trades: (at + 1) * 1_000,
  residentMiB: 180 + (at % 4) * 8,
  descriptors: 40 + (at % 7) * 12,
  callers: (at % 7) * 12,
  p50Ms: 4,
  p99Ms: 60 + (at % 5) * 5,
  bareMs: 1,
  healthMs: 3,
  booksMiB: 2 * (at + 1),
  logMiB: 4,
  exchangeMiB: 1
})

const hour = (change: (sample: Sample) => Partial<Sample>) =>
  Array.from({ length: 4 * LIFE }, (_, at) => ({ ...steady(at), ...change(steady(at)) }))

const inLife = ({ minutes }: Sample): number => minutes % LIFE

describe("what grew under a load that did not", () => {
  it("is nothing in an hour that was steady", () => expect(growthIn(hour(() => ({})))).toEqual([]))

  it.each([
    ["memory", (sample: Sample) => ({ residentMiB: 100 + 20 * inLife(sample) }), [1, 2, 3, 4]],
    ["descriptors", (sample: Sample) => ({ descriptors: sample.callers + 20 + 10 * inLife(sample) }), [1, 2, 3, 4]],
    ["latency", ({ minutes }: Sample) => ({ p50Ms: 4 + minutes * minutes }), [undefined]],
    ["books", ({ trades }: Sample) => ({ booksMiB: trades * trades * 1e-7 }), [undefined]]
  ] as const)("is %s that leaks", (what, leak, lives) =>
    expect(growthIn(hour(leak)).map((growth) => [growth.what, growth.life])).toEqual(lives.map((life) => [what, life]))
  )

  it("is not judged by a few samples", () =>
    expect(growthIn(hour(({ minutes }) => ({ residentMiB: minutes * 100 })).slice(0, 8))).toEqual([]))
})

describe("a percentile", () => {
  it("is the value that so many of a hundred are not above", () => {
    const values = Array.from({ length: 200 }, (_, at) => 200 - at)
    expect([percentileOf(values, 50), percentileOf(values, 99), percentileOf([7], 99)]).toEqual([100, 198, 7])
  })
})
