import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import { Ledger } from "../../src/ledger/Ledger.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { AttemptTable } from "../../src/records/Attempt.ts"
import type { LoginStanding } from "../../src/ports/Broker.ts"
import { Clock } from "../../src/ports/Clock.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { recommendedFor } from "../../src/rules/reconciliation/recommended.ts"
import { severityOf } from "../../src/rules/reconciliation/severity.ts"
import { Answer } from "../../src/records/Report.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Risk from "../../src/services/Risk.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const valid: LoginStanding = { _tag: "Valid", until: Instant.make(10n ** 15n) }
const ended: LoginStanding = { _tag: "NeedsLogin", why: "the login has expired" }

/** A broker to which nothing leaves without a login. */
const place = () => {
  const login: { standing: LoginStanding } = { standing: valid }
  const layer = Stage.layer({
    login: Effect.sync(() => login.standing),
    prepare: ({ symbol }) =>
      Stage.prepared((id) =>
        Effect.sync(() =>
          Stage.answered(
            id,
            login.standing._tag === "NeedsLogin"
              ? Answer.NotSent({ why: login.standing.why, retryAfterMs: 5_000 })
              : Answer.Accepted({ brokerOrderId: symbol === "KO" ? Stage.theirId : Stage.otherId })
          )
        )
      )
  })
  return { layer, login }
}

const attempts = Effect.map(Reads.all(AttemptTable), (all) => all.length)

/** A daemon whose login ends, and a position that owes an order from then on; three minutes pass. */
const without = (login: { standing: LoginStanding }) =>
  Effect.gen(function* () {
    yield* Stage.opened()
    yield* Effect.forkScoped(Daemon.run())
    yield* Stage.submit(Stage.trade("t1", "1", "KO"))
    yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
    login.standing = ended
    yield* Stage.submit(Stage.trade("t2", "2.5"))
    yield* TestClock.adjust("3 minutes")
    return (yield* attempts) - 1
  })

test("F3, ACC-7: without a login nothing is tried, and it goes at once when the login comes", () => {
  const { layer, login } = place()
  return Stage.play(
    Effect.gen(function* () {
      expect(yield* without(login)).toBe(0)
      expect((yield* Stage.orders)[1]).toMatchObject({ status: "pending", heldFor: "Login", attempts: 0 })
      login.standing = valid
      yield* TestClock.adjust("2 seconds")
      expect((yield* Stage.orders)[1]).toMatchObject({ status: "submitted", heldFor: undefined, attempts: 1 })
      expect(yield* attempts).toBe(2)
      expect(
        yield* Effect.flatMap(
          Effect.flatMap(Ledger, ({ now }) => now),
          Risk.blocked
        )
      ).toEqual([])
    }),
    layer
  )
})

test("F3: what waits for a login is a critical case with its shares and what to do, gone with the login", () => {
  const { layer, login } = place()
  return Stage.play(
    Effect.gen(function* () {
      yield* without(login)
      const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
      const openBreaks = Effect.map(Reads.all(BreakTable), (all) =>
        all.filter(({ closedAt, kind }) => kind === "PositionBlocked" && closedAt === undefined)
      )
      const [found, ...more] = yield* openBreaks
      if (found === undefined) return yield* Effect.dieMessage("nothing is blocked")
      expect([more, found.subject, evidenceOf(found)]).toEqual([
        [],
        "login",
        "O2 is not sent: the broker requires a login"
      ])
      const stake = (yield* Risk.stakesOf([found]))(found)
      expect(severityOf(found, stake, now)).toBe("critical")
      expect(stake.blocks.map(({ shares }) => Decimal.format(shares))).toEqual(["2"])
      expect(recommendedFor(found, stake).reason).toContain("Log in")
      login.standing = valid
      yield* TestClock.adjust("5 seconds")
      expect(yield* openBreaks).toEqual([])
    }),
    layer
  )
})
