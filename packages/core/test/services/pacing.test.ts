import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import * as pacing from "../../src/services/pacing.ts"
import * as Stage from "./Stage.ts"

const pace = { keyOf: (name: string) => name, firstMs: 2_000, longestMs: 60_000 }

/** In which seconds `name` is asked for, where it stands in the list of things to ask for in those that `isThere` says. */
const askedIn = (seconds: number, isThere: (second: number) => boolean) =>
  Effect.gen(function* () {
    const asked = yield* pacing.make<string>()
    const times: Array<number> = []
    for (let second = 0; second < seconds; second++) {
      const due = yield* pacing.due(asked, isThere(second) ? ["name"] : [], pace)
      if (due.length > 0) times.push(second)
      yield* TestClock.adjust("1 second")
    }
    return times
  })

test("ACC-7: what stays is asked for ever less often, up to the longest pause", () =>
  Stage.play(
    Effect.gen(function* () {
      expect(yield* askedIn(200, () => true)).toEqual([2, 6, 14, 30, 62, 122, 182])
    })
  ))

test("ACC-7: what comes and goes with the answers of its broker is not asked for each time that it comes", () =>
  Stage.play(
    Effect.gen(function* () {
      const times = yield* askedIn(200, (second) => second % 4 !== 3)
      expect(times.length).toBeLessThanOrEqual(8)
      expect(times.slice(0, 3)).toEqual([2, 6, 14])
    })
  ))

test("what was away for two of its pauses begins anew", () =>
  Stage.play(
    Effect.gen(function* () {
      expect(yield* askedIn(40, (second) => second < 8 || second >= 24)).toEqual([2, 6, 26, 30, 38])
    })
  ))
