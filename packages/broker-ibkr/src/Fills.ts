import { Broker, Decimal, Instant } from "@roundlot/core"
import type { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Effect } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import { type Desk, isConnected, now, payloadOf, sort, wholeOf } from "./Desk.ts"
import { COMBINATION, executedOf, isDurable } from "./Execution.ts"
import type { ExecutionFacts } from "./Message.ts"
import { gather } from "./Reading.ts"
import { decimalOf } from "./Text.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

/** `yyyymmdd-hh:mm:ss` in UTC, as filters take it. */
const filterTime = (at: Instant.Instant): string => {
  const text = Instant.format(at)
  return `${text.slice(0, 10).replaceAll("-", "")}-${text.slice(11, 19)}`
}

const executions = (
  desk: Desk,
  from: Instant.Instant | undefined
): Effect.Effect<ReadonlyArray<ExecutionFacts>, Broker.BrokerReadFailed> =>
  gather<ExecutionFacts>(desk.session, {
    operation: "executions",
    ask: (line, reqId) =>
      line.send(
        say(requests.executions, {
          reqId,
          account: desk.names.number,
          time: from === undefined ? "" : filterTime(from)
        })
      ),
    take: (message, reqId) => {
      if (message._tag === "ExecutionsEnd" && message.reqId === reqId) return { _tag: "End" }
      return message._tag === "Execution" && message.execution.reqId === reqId
        ? { _tag: "Part", part: message.execution }
        : undefined
    }
  })

/** Executions as reports. Of a combination its legs count, never the sum of them too. One that cannot be read is no silence: it fails. */
export const executed = (
  desk: Desk,
  all: ReadonlyArray<ExecutionFacts>,
  at: Instant.Instant
): Effect.Effect<ReadonlyArray<Report.Received<Report.Executed>>, Broker.BrokerReadFailed> => {
  for (const facts of all) if (facts.contract.secType === COMBINATION) sort(desk, facts)
  return Effect.forEach(
    all.filter(({ contract }) => contract.secType !== COMBINATION),
    (facts) => {
      const cost = desk.session.commissions.get(facts.execId)
      const isLeg = desk.combinations.has(facts.permId)
      const read = executedOf(desk.names, facts, at, isLeg, cost)
      const report =
        read !== undefined && !isLeg && isRepeated(desk, facts, read) ? { ...read, mayHaveOtherId: true } : read
      return report === undefined
        ? Effect.fail(unreadableExecution(facts))
        : Effect.succeed({ report, payload: payloadOf(desk, "execDetails", facts) })
    }
  )
}

/**
 * F10: TWS now and then shows an execution twice, under two ids. An execution raises its order's total: one like another that has the same
 * total is the same one.
 */
const isRepeated = ({ totals }: Desk, facts: ExecutionFacts, { execIdBase }: Report.Executed): boolean => {
  const { cumulative, permId, price, shares } = facts
  if (!isDurable(permId) || !Decimal.isPositive(decimalOf(cumulative) ?? Decimal.zero)) return false
  const key = [permId, cumulative, shares, price].join("/")
  const first = totals.get(key)
  if (first === undefined) totals.set(key, execIdBase)
  return first !== undefined && first !== execIdBase
}

const unreadableExecution = ({ contract, execId, permId, shares, side }: ExecutionFacts) =>
  new Broker.BrokerReadFailed({
    operation: "executions",
    kind: "unreadable",
    detail: `TWS reports an execution of ${contract.symbol} (id '${execId}', order ${permId}), '${side}' of '${shares}' shares, which cannot be booked`
  })

type Fills = Effect.Effect<Broker.Listing<Report.Executed>, Broker.BrokerReadFailed>

/**
 * SYNC-5: no zone is guessed. Where the first listing of executions has times without one and none is configured, it is not read, and
 * so nothing is sent. One that comes later is booked at the time of its receipt: an execution is never passed over.
 */
const zoned = (desk: Desk, all: ReadonlyArray<ExecutionFacts>) =>
  Effect.suspend(() => {
    const unread = all.find(({ time }) => BrokerTime.parse(time, desk.names.zone) === undefined)
    if (!desk.isZoned && desk.names.zone === undefined && unread !== undefined)
      return Effect.fail(withoutZone(unread.time))
    desk.isZoned = true
    return Effect.succeed(all)
  })

const withoutZone = (time: string) =>
  new Broker.BrokerReadFailed({
    operation: "executions",
    kind: "unreadable",
    detail: `TWS tells the time of an execution, '${time}', in no zone that is known here: set IB_TIME_ZONE to the zone that TWS was logged in with, such as America/New_York`
  })

/** The executions of a window. */
export const fills = (desk: Desk, { from, to }: Broker.TimeWindow): Fills =>
  Effect.gen(function* () {
    const asOf = yield* now
    const all = yield* Effect.flatMap(executions(desk, from), (listed) => zoned(desk, listed))
    const received = yield* executed(desk, all, asOf)
    return {
      ...((yield* isConnected(desk)) ? wholeOf(desk, from, asOf) : { complete: false }),
      received: received.filter(
        ({ report }) => from <= Instant.addMillis(report.executedAt, 1000) && report.executedAt <= to
      )
    }
  })

/** The executions of an order. */
export const fillsOf = (desk: Desk, brokerOrderId: ClientOrderId.BrokerOrderId): Fills =>
  Effect.gen(function* () {
    const asOf = yield* now
    const received = yield* executed(desk, yield* executions(desk, undefined), asOf)
    return { complete: true, received: received.filter(({ report }) => report.brokerOrderId === brokerOrderId) }
  })
