import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { Clock } from "../../src/ports/Clock.ts"
import * as AttendedCase from "../../src/records/AttendedCase.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { SampleDetails } from "@roundlot/testing"
import { openOrUpdate } from "../../src/rules/breaks/ledgerBreaks.ts"
import { Answer } from "../../src/records/Report.ts"
import { severityOf } from "../../src/rules/reconciliation/severity.ts"
import { watchBlocked } from "../../src/services/BlockedPositions.ts"
import { Need } from "../../src/books/Need.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { reportedMember } from "../../src/services/Booking.ts"
import { Commands, type CommandRequest } from "../../src/services/Commands.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Risk from "../../src/services/Risk.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Stage from "./Stage.ts"

/** A broker to which nothing can be sent before `isBack`. */
const awayUntil = (isBack: () => boolean) =>
  Stage.layer({
    prepare: () =>
      Stage.prepared((id) =>
        Effect.sync(() =>
          Stage.answered(
            id,
            isBack()
              ? Answer.Accepted({ brokerOrderId: Stage.theirId })
              : Answer.NotSent({ why: "log in again", retryAfterMs: 5_000 })
          )
        )
      )
  })

const send = Effect.gen(function* () {
  yield* Gates.confirmInstruments
  yield* Submission.submitPending(() => Effect.succeed(true))
})

const openBreaks = Effect.map(Reads.all(BreakTable), (all) => all.filter(({ closedAt }) => closedAt === undefined))

test("F3: an order that no attempt has sent for a minute is a critical case with its shares and why; more attempts write nothing; sent, it is none", () => {
  let isBack = false
  return Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* Stage.submit(Stage.trade("t1", "2.5"))
      yield* send
      yield* TestClock.adjust("30 seconds")
      yield* send
      yield* watchBlocked
      expect(yield* openBreaks).toEqual([])
      yield* TestClock.adjust("35 seconds")
      yield* watchBlocked
      const [found, ...more] = yield* openBreaks
      if (found === undefined) throw new Error("nothing is blocked")
      expect(more).toEqual([])
      const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
      const stake = (yield* Risk.stakesOf([found]))(found)
      expect([found.subject, evidenceOf(found), severityOf(found, stake, now)]).toEqual([
        "unsent",
        "O1 could not be sent: log in again",
        "critical"
      ])
      expect(stake.blocks.map(({ shares }) => Decimal.format(shares))).toEqual(["2"])
      yield* TestClock.adjust("1 minute")
      yield* Effect.zipRight(send, watchBlocked)
      expect(yield* openBreaks).toEqual([found])
      isBack = true
      yield* TestClock.adjust("1 minute")
      yield* send
      yield* watchBlocked
      expect([yield* Stage.statuses, yield* openBreaks]).toEqual([["submitted"], []])
    }),
    awayUntil(() => isBack)
  )
})

test("F3: an order that nothing has tried for a minute, since its broker was never read, is a critical case as well", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* Stage.submit(Stage.trade("t1", "2.5"))
      yield* Gates.confirmInstruments
      yield* Submission.submitPending(() => Effect.succeed(false))
      yield* TestClock.adjust("55 seconds")
      yield* watchBlocked
      expect(yield* openBreaks).toEqual([])
      yield* TestClock.adjust("6 seconds")
      yield* watchBlocked
      expect((yield* openBreaks).map((each) => [each.subject, evidenceOf(each)])).toEqual([
        ["unsent", "O1 is not sent: its broker has not been read since startup"]
      ])
      yield* Submission.submitPending(() => Effect.succeed(true))
      yield* watchBlocked
      expect([yield* Stage.statuses, yield* openBreaks]).toEqual([["submitted"], []])
    }),
    awayUntil(() => true)
  ))

/** The doubt of the only order is a break from now on. */
const doubtOpened = Effect.flatMap(Ledger, (ledger) => {
  const symbol = Ticker.make("AAPL")
  return ledger.submit(
    "report",
    reportedMember(Stage.account, [Need.Position({ account: Stage.account, symbol })], (recorder) =>
      openOrUpdate(recorder, { symbol, subject: "O1", details: SampleDetails.sampleDetails.Doubt })
    )
  )
})

test("F3, G: a position stays a critical case until the break of its order in doubt is critical itself", () => {
  const kinds = Effect.map(openBreaks, (all) => all.map(({ kind }) => kind))
  return Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* Stage.submit(Stage.trade("t1", "2.5"))
      yield* Gates.confirmInstruments
      yield* TestClock.adjust("50 seconds")
      yield* Effect.zipRight(send, doubtOpened)
      yield* TestClock.adjust("15 seconds")
      yield* watchBlocked
      expect([yield* Stage.statuses, yield* kinds]).toEqual([["in_doubt"], ["Doubt", "PositionBlocked"]])
      yield* TestClock.adjust("45 seconds")
      yield* watchBlocked
      expect(yield* kinds).toEqual(["Doubt"])
    }),
    Stage.layer({
      prepare: () =>
        Stage.prepared((id) =>
          Effect.succeed(Stage.answered(id, Answer.Unknown({ why: "no answer", candidate: undefined })))
        )
    })
  )
})

/** One order may be worth so many dollars. */
const allowsOrdersOf = (most: string) =>
  Effect.flatMap(Commands, (service) =>
    service.setAccount(Stage.account, { ...defaultSettings, maxOrderNotional: Quantity.unsafe(most) }, "test", "why")
  )

/** What dana does about a case. */
const attended = (command: CommandRequest["command"]) =>
  Effect.flatMap(Commands, (commands) =>
    commands.perform({ id: command._tag, account: Stage.account, actor: "dana", reason: "on call", command })
  )

test("D4: a position that a control blocks has an owner, an acknowledgement and notes like any case, and holds nothing; another obstacle is another case", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      yield* allowsOrdersOf("100")
      yield* Stage.submit(Stage.trade("t1", "2"))
      yield* watchBlocked
      yield* TestClock.adjust("5 seconds")
      yield* Effect.zipRight(watchBlocked, watchBlocked)
      const [found, ...more] = yield* openBreaks
      if (found === undefined) throw new Error("nothing is blocked")
      expect([found.kind, found.subject, found.holds, more]).toEqual([
        "PositionBlocked",
        "InstrumentUnverified",
        "nothing",
        []
      ])
      const caseId = AttendedCase.ofBreak(found)
      yield* attended({ _tag: "AssignCase", caseId, owner: "dana" })
      yield* attended({ _tag: "AcknowledgeCase", caseId, severity: "critical" })
      yield* attended({ _tag: "NoteCase", caseId })
      yield* watchBlocked
      const seenTo = yield* Reads.all(AttendedCase.AttendedCaseTable)
      expect(seenTo).toMatchObject([{ caseId: `B${found.id}`, owner: "dana", acknowledged: "critical" }])
      expect(yield* openBreaks).toMatchObject([{ id: found.id }])
      yield* Gates.confirmInstruments
      yield* TestClock.adjust("5 seconds")
      yield* watchBlocked
      expect(yield* openBreaks).toMatchObject([{ subject: "MaxNotional" }])
      expect(yield* Reads.all(AttendedCase.AttendedCaseTable)).toEqual(seenTo)
      yield* allowsOrdersOf("1000")
      yield* watchBlocked
      expect([yield* openBreaks, yield* Stage.statuses]).toEqual([[], ["pending"]])
    })
  ))

test("D4: the process that drives an account alone opens the break of its position", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* Stage.submit(Stage.trade("t1", "2"))
      yield* TestClock.adjust("5 seconds")
      yield* watchBlocked
      expect(yield* openBreaks).toEqual([])
      yield* Effect.zipRight(Stage.driving, watchBlocked)
      expect(yield* openBreaks).toMatchObject([{ kind: "PositionBlocked" }])
    })
  ))
