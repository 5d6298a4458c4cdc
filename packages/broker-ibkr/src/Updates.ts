import { Broker, type Instant } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect, Queue, Stream } from "effect"
import { type Desk, note, now, payloadOf } from "./Desk.ts"
import { isDurable } from "./Execution.ts"
import { executed, fillsOf } from "./Fills.ts"
import { type ExecutionFacts, type Message, type OrderFacts, unreadable } from "./Message.ts"
import { everyOrder } from "./Orders.ts"
import { type ListedOrder, seenOf, shownOf } from "./OrderSeen.ts"
import { decimalOf } from "./Text.ts"

/**
 * A leg may come before the sum of its combination, and alone looks like a fill of any order: of an order that was never shown, the
 * orders are read first. Where that fails it is passed on as it came.
 */
const sortFirst = (desk: Desk, { permId }: ExecutionFacts): Effect.Effect<void> =>
  !isDurable(permId) || desk.sorted.has(permId)
    ? Effect.void
    : Effect.ignore(Effect.tap(everyOrder(desk), () => Effect.sync(() => desk.sorted.add(permId))))

/** What was last heard of an order: TWS repeats itself. */
const lineOf = ({ averagePrice, cumulative, rawStatus, state }: Report.OrderSeen): string =>
  [state._tag, rawStatus, cumulative, averagePrice].map(String).join("/")

/**
 * Executions, their costs and orders as TWS sends them. Before an end is passed on its executions are asked for. It fails when the
 * connection ends, and when TWS's servers were away, so that its follower reads everything again.
 */
export const updates = (desk: Desk): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const line = yield* desk.session.line
      const heard = yield* Queue.unbounded<Message>()
      yield* Effect.acquireRelease(
        Effect.sync(() => line.listen((message) => void heard.unsafeOffer(message))),
        (undo) => Effect.sync(undo)
      )
      const known = new Map<string, OrderFacts>()
      const last = new Map<string, string>()
      const isNew = (report: Report.OrderSeen): boolean => {
        const shown = lineOf(report)
        if (last.get(report.brokerOrderId) === shown) return false
        last.set(report.brokerOrderId, shown)
        return true
      }
      /** What is news of an order; of one that has ended its executions come first. */
      const newsOf = (listed: ListedOrder, method: string, message: unknown, asOf: Instant.Instant) =>
        Effect.gen(function* () {
          const report = seenOf(desk, listed, asOf, false)
          if (report === undefined || !isNew(report)) return []
          const payload = payloadOf(desk, method, message)
          if (report.state._tag === "Open") return [{ report, payload }]
          const { received } = yield* fillsOf(desk, report.brokerOrderId)
          return [...received, { report: { ...report, executionsRead: true }, payload }]
        })
      const reports = (message: Message): Effect.Effect<ReadonlyArray<Report.Received>, Broker.BrokerReadFailed> =>
        Effect.gen(function* () {
          const asOf = yield* now
          note(desk, message)
          switch (message._tag) {
            case "Lost":
              return yield* new Broker.BrokerReadFailed({ operation: "updates", kind: "network", detail: message.why })
            case "Unreadable":
              // It may have said anything of any order: all of them are read again.
              return message.about === "orders"
                ? yield* new Broker.BrokerReadFailed({
                    operation: "updates",
                    kind: "unreadable",
                    detail: unreadable(message)
                  })
                : []
            case "Execution":
              if (message.execution.reqId !== "-1") return []
              yield* sortFirst(desk, message.execution)
              return yield* executed(desk, [message.execution], asOf)
            case "Commission":
              return commissionOf(desk, message, asOf)
            case "OpenOrder":
              known.set(message.order.permId, message.order)
              return []
            case "OrderStatus": {
              const facts = known.get(message.permId)
              if (facts === undefined) return []
              const shown = shownOf(desk, { ...facts, status: message.status }, message)
              return yield* newsOf({ ...shown, endedAt: undefined }, "orderStatus", message, asOf)
            }
            case "Notice": {
              const ending = desk.endings.ofPlaced(message.id)
              return ending === undefined ? [] : yield* newsOf(ending, "error", message, asOf)
            }
            default:
              return []
          }
        })
      if (line.isLost()) heard.unsafeOffer({ _tag: "Lost", why: "TWS closed the connection" })
      return Stream.mapConcatEffect(Stream.fromQueue(heard), reports)
    })
  )

const commissionOf = (
  desk: Desk,
  message: Extract<Message, { readonly _tag: "Commission" }>,
  asOf: Instant.Instant
): ReadonlyArray<Report.Received<Report.Commission>> => {
  const amount = decimalOf(message.amount)
  if (amount === undefined) return []
  const report: Report.Commission = {
    _tag: "Commission",
    account: desk.names.account,
    asOf,
    asOfKind: "ours",
    execId: message.execId,
    amount,
    currency: message.currency
  }
  return [{ report, payload: payloadOf(desk, "commissionReport", message) }]
}
