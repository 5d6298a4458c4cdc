import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import { AccountName } from "../../src/records/AccountName.ts"
import { inTurn, type EachAccount } from "../../src/services/accountwise.ts"
import * as pacing from "../../src/services/pacing.ts"
import * as Stage from "./Stage.ts"

const ours = { account: AccountName.make("ours") }
const pace = { keyOf: ({ account }: typeof ours) => account, firstMs: 2_000, longestMs: 60_000 }

/** In which seconds `name` is asked for, where it stands in the list of things to ask for in those that `isThere` says. */
const askedIn = (seconds: number, isThere: (second: number) => boolean) =>
  Effect.gen(function* () {
    const asked = yield* pacing.make<AccountName>()
    const times: Array<number> = []
    for (let second = 0; second < seconds; second++) {
      yield* pacing.askDue(asked, isThere(second) ? [ours] : [], pace, inTurn, () =>
        Effect.sync(() => times.push(second))
      )
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

test("W9: what a pass leaves out, since its account is still busy, keeps its turn", () =>
  Stage.play(
    Effect.gen(function* () {
      const asked = yield* pacing.make<AccountName>()
      const times: Array<number> = []
      for (let second = 0; second < 40; second++) {
        const each: EachAccount = second < 30 ? () => Effect.void : inTurn
        const due = yield* pacing.askDue(asked, [ours], pace, each, () => Effect.sync(() => times.push(second)))
        expect(due.length === 1).toBe((second >= 2 && second <= 30) || second === 34)
        yield* TestClock.adjust("1 second")
      }
      expect(times).toEqual([30, 34])
    })
  ))

test("what was away for two of its pauses begins from its first pause", () =>
  Stage.play(
    Effect.gen(function* () {
      expect(yield* askedIn(40, (second) => second < 8 || second >= 24)).toEqual([2, 6, 26, 30, 38])
    })
  ))
