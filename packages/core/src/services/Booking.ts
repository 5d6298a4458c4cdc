import { Effect } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../records/AccountName.ts"
import type * as Entry from "../events/Entry.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { Clock } from "../ports/Clock.ts"
import { type HeardBy, interpret } from "../rules/reconciliation/interpret.ts"
import type { Interpreted } from "../records/Interpreted.ts"
import type { Executed, OrderSeen, Received, Report } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { noteStage } from "./metrics.ts"

/** A logical commit of the program's own about an account. */
export const memberOf = <A>(
  account: AccountName,
  kind: Entry.Cause["kind"],
  needs: ReadonlyArray<Need>,
  apply: (recorder: Recorder) => A
): Member<A> => ({ account, cause: { kind, actor: "roundlot" }, needs, apply })

/** The logical commit that books a report: a frame of a stream or an answer, where nobody says when its reading began (W11). */
export const reportMember = (received: Received, begun?: Instant.Instant): Member<Interpreted> =>
  memberOf(received.report.account, "report", needsOf(received.report), (recorder) =>
    interpret(recorder, received, heardBy(begun))
  )

const heardBy = (begun: Instant.Instant | undefined): HeardBy => (begun === undefined ? "frame" : { begun })

/** Books reports in their order, and notes how long ago was executed what is booked for the first time. */
export const bookAll = (
  received: ReadonlyArray<Received>,
  begun?: Instant.Instant
): Effect.Effect<ReadonlyArray<Interpreted>, LedgerError, Ledger | Clock> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const answers = yield* ledger.submitAll(
      "report",
      received.map((each) => reportMember(each, begun))
    )
    yield* noteBooked(received, answers)
    return answers
  })

const noteBooked = (received: ReadonlyArray<Received>, answers: ReadonlyArray<Interpreted>) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    for (const [i, { report }] of received.entries()) {
      if (report._tag !== "Executed" || answers[i]?._tag !== "Applied") continue
      yield* noteStage("executed_to_booked", Instant.millisBetween(report.asOf, now))
    }
  })

/** What was read of an order: what it executed, and then how it stands. */
export interface OrderRead {
  readonly executions: ReadonlyArray<Received<Executed>>
  readonly seen: Received<OrderSeen>
}

/** So many executions of an order are booked together with how it stands; more would hold the thread for too long. */
const AT_ONCE = 64

const isCrowded = ({ executions }: OrderRead): boolean => executions.length > AT_ONCE

/**
 * Books what was read of orders, each in one logical commit: an end is never booked without the fills that were read with it, and
 * what cannot be booked of one order keeps nothing from the others. Many executions of one order come before its end, by themselves.
 */
export const bookRead = (
  reads: ReadonlyArray<OrderRead>,
  begun: Instant.Instant
): Effect.Effect<void, LedgerError, Ledger | Clock> =>
  Effect.gen(function* () {
    const few = bookEach(
      reads.filter((read) => !isCrowded(read)),
      begun
    )
    const many = reads
      .filter(isCrowded)
      .map(({ executions, seen }) => Effect.zipRight(bookAll(executions, begun), bookAll([seen], begun)))
    const exits = yield* Effect.forEach([few, ...many], (booking) => Effect.exit(booking))
    yield* Effect.forEach(exits, (exit) => exit, { discard: true })
  })

const bookEach = (reads: ReadonlyArray<OrderRead>, begun: Instant.Instant) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const answers = yield* ledger.submitAll(
      "report",
      reads.map((read) => readMember(read, begun))
    )
    yield* noteBooked(
      reads.flatMap(({ executions, seen }) => [...executions, seen]),
      answers.flat()
    )
  })

const readMember = ({ executions, seen }: OrderRead, begun: Instant.Instant): Member<ReadonlyArray<Interpreted>> => {
  const received = [...executions, seen]
  const needs = received.flatMap(({ report }) => needsOf(report))
  return memberOf(seen.report.account, "report", needs, (recorder) =>
    received.map((each) => interpret(recorder, each, { begun }))
  )
}

const needsOf = (report: Report): ReadonlyArray<Need> => {
  const { account } = report
  switch (report._tag) {
    case "OrderSeen":
      return [Need.OrderByBrokerId({ account, brokerOrderId: report.brokerOrderId })]
    case "Executed":
      return [
        Need.Execution({ account, execIdBase: report.execIdBase }),
        Need.WaitingCommissions({ account, execId: report.execId }),
        ...brokerIdNeeds(account, report.brokerOrderId)
      ]
    case "Answered": {
      const taken = report.answer._tag === "Accepted" ? report.answer.brokerOrderId : undefined
      return [Need.AttemptById({ id: report.attemptId }), ...brokerIdNeeds(account, taken)]
    }
    case "Commission":
      return [Need.FillByExecId({ account, execId: report.execId })]
    case "Listed":
      return [Need.WaitingFills({ account })]
    default:
      return []
  }
}

const brokerIdNeeds = (account: AccountName, brokerOrderId: string | undefined): ReadonlyArray<Need> =>
  brokerOrderId === undefined ? [] : [Need.OrderByBrokerId({ account, brokerOrderId })]

/** A member of the report lane for what was read at a broker, beside the reports themselves. */
export const reportedMember = <A>(
  account: AccountName,
  needs: Member<A>["needs"],
  apply: Member<A>["apply"]
): Member<A> => ({ account, cause: { kind: "report", actor: "roundlot" }, needs, apply })
