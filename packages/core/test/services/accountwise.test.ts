import { Cause, Effect, Exit, TestClock } from "effect"
import { expect, test } from "vitest"
import { AccountName } from "../../src/records/AccountName.ts"
import { makeBeside } from "../../src/services/accountwise.ts"
import * as Stage from "./Stage.ts"

const [broken, sound] = [AccountName.make("broken"), AccountName.make("sound")]

/** What a pass ended with, where that is a fault. */
const faultOf = (pass: Effect.Effect<void>) =>
  Effect.map(Effect.exit(pass), (exit) => (Exit.isFailure(exit) ? Cause.pretty(exit.cause).split("\n")[0] : undefined))

test("FILL-4: a defect in what is done for one account is reported once, by its pass or the next one, and stops no other's", () =>
  Stage.play(
    Effect.gen(function* () {
      const each = yield* makeBeside
      const done: Array<AccountName> = []
      const passOf = (defect: Effect.Effect<never>) =>
        faultOf(
          each([broken, sound], (account) => (account === broken ? defect : Effect.sync(() => done.push(account))))
        )
      const defect = Effect.die(new Error("a defect of ours"))
      expect(yield* passOf(defect)).toBe("Error: a defect of ours")
      const late = yield* Effect.fork(passOf(Effect.delay(defect, "3 seconds")))
      yield* TestClock.adjust("2 seconds")
      expect(yield* late).toBeUndefined()
      yield* TestClock.adjust("1 second")
      const nothing = faultOf(each([], () => Effect.void))
      expect([yield* nothing, yield* nothing]).toEqual(["Error: a defect of ours", undefined])
      expect(done).toEqual([sound, sound])
    })
  ))
