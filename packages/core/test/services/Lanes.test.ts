import { describe, expect, it } from "vitest"
import * as Lanes from "../../src/ledger/Lanes.ts"

const job = (size: number): Lanes.Job => ({ members: { length: size } })

const spans = (parts: ReadonlyArray<Lanes.Part<Lanes.Job>>, jobs: ReadonlyArray<Lanes.Job>) =>
  parts.map(({ from, job, to }) => [jobs.indexOf(job), from, to])

describe("the lanes of the ledger's queue", () => {
  it("are served in their order, whatever came first", () => {
    const lanes = Lanes.make(10)
    const jobs = [job(1), job(1), job(1), job(1)]
    const order = ["intake", "send", "command", "report"] as const
    for (const [i, each] of jobs.entries()) lanes.put(order[i] ?? "intake", each)
    expect(spans(lanes.take(10), jobs).map(([which]) => which)).toEqual([2, 3, 1, 0])
    expect(lanes.isEmpty()).toBe(true)
  })

  it("a job goes into as many groups as it needs, in its order", () => {
    const lanes = Lanes.make(10)
    const jobs = [job(2), job(5)]
    for (const each of jobs) lanes.put("intake", each)
    expect(spans(lanes.take(3), jobs)).toEqual([
      [0, 0, 2],
      [1, 0, 1]
    ])
    expect(spans(lanes.take(3), jobs)).toEqual([[1, 1, 4]])
    expect(spans(lanes.take(3), jobs)).toEqual([[1, 4, 5]])
    expect(lanes.take(3)).toEqual([])
  })

  it("a full lane pushes back: what comes waits outside, in its order, until there is room; other lanes go on", () => {
    const lanes = Lanes.make(4)
    const jobs = [job(3), job(3), job(3), job(1)]
    for (const each of jobs.slice(0, 3)) lanes.put("intake", each)
    lanes.put("command", jobs[3] ?? job(1))
    // The third is outside: six members stand in a lane for four.
    expect(spans(lanes.take(100), jobs)).toEqual([
      [3, 0, 1],
      [0, 0, 3],
      [1, 0, 3]
    ])
    expect(lanes.isEmpty()).toBe(false)
    expect(spans(lanes.take(100), jobs)).toEqual([[2, 0, 3]])
    expect(lanes.isEmpty()).toBe(true)
  })

  it("what waits outside can be taken back, what stands in the lane cannot", () => {
    const lanes = Lanes.make(1)
    const jobs = [job(1), job(1)]
    const [first, second] = jobs.map((each) => lanes.put("intake", each))
    first?.()
    second?.()
    expect(spans(lanes.take(100), jobs)).toEqual([[0, 0, 1]])
    expect(lanes.isEmpty()).toBe(true)
  })
})
