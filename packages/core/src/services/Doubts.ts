import { Effect, Ref } from "effect"
import { Need } from "../books/Need.ts"
import type { AttemptId } from "../identity/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { OrderTable, type Order } from "../order/Order.ts"
import { doubt } from "../order/send.ts"
import { orderOf } from "../order/transition.ts"
import { Brokers, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { NotFound, OrderSeen, Received } from "../reconciliation/Report.ts"
import * as Instant from "../time/Instant.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import { reportMember, sendOrder } from "./Submission.ts"
import { reported } from "./work.ts"

/** How long an attempt is left before it is asked for, and between two look-ups, in milliseconds. */
const SETTLING_MS = 5_000

/** When each doubtful attempt was last asked for, in milliseconds of a clock that never jumps; lives as long as the program. */
export type Asked = Ref.Ref<ReadonlyMap<AttemptId, number>>

/** Nothing was asked for yet. */
export const makeAsked: Effect.Effect<Asked> = Ref.make<ReadonlyMap<AttemptId, number>>(new Map())

/** Asks for orders in doubt that have settled: one pass. What is found is booked; what is surely not there may go again. */
export const askForDoubtful = (asked: Asked) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const now = yield* clock.now
    const nowMs = yield* clock.monotonicMs
    const doubtful = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["in_doubt"] }] })
    const last = yield* Ref.get(asked)
    const since = new Map<AttemptId, number>()
    const settled: Array<Order> = []
    for (const order of doubtful) {
      if (order.attemptId === undefined) continue
      const sinceMs = last.get(order.attemptId) ?? nowMs - Math.max(0, Instant.millisBetween(order.updatedAt, now))
      const isSettled = nowMs - sinceMs >= SETTLING_MS
      since.set(order.attemptId, isSettled ? nowMs : sinceMs)
      if (isSettled) settled.push(order)
    }
    yield* Ref.set(asked, since)
    yield* Effect.forEach(settled, (order) => reported(`doubts ${order.account}`, ask(order)), {
      concurrency: 4,
      discard: true
    })
    return settled.length
  })

const ask = Effect.fn("Doubts.ask")(function* (order: Order) {
  const brokers = yield* Brokers
  const broker = yield* brokers.get(order.account)
  const found = yield* look(order, broker)
  if (found === undefined)
    return yield* stays(order, "the broker has no client order ids to ask for; look at its orders")
  const { report } = found
  if (report._tag === "OrderSeen") return yield* book(found)
  if (!report.complete) return yield* stays(order, "the broker has not looked through its whole history")
  if (!broker.capabilities.uniqueClientOrderIds) return yield* stays(order, "not found at the broker")
  return yield* sendOrder(order)
})

type Found = Received<OrderSeen | NotFound>

/** The candidate id that an unclear answer named is asked for first, then our own id. */
const look = Effect.fn("Doubts.look")(function* (order: Order, broker: BrokerService) {
  if (order.candidate !== undefined) {
    const candidate: Found = yield* withRetries(broker.order(order.candidate))
    const isOurs = candidate.report._tag === "OrderSeen" && candidate.report.clientOrderId === order.clientOrderId
    if (isOurs) return candidate
  }
  const byClientId: Found | undefined =
    broker.lookup === undefined ? undefined : yield* withRetries(broker.lookup(order.clientOrderId))
  return byClientId
})

const book = (found: Found) => Effect.flatMap(Ledger, (ledger) => ledger.submit("report", reportMember(found)))

const stays = (order: Order, evidence: string) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit("report", {
      account: order.account,
      cause: { kind: "report", actor: "roundlot" },
      needs: [Need.OrderById({ id: order.id })],
      apply: (recorder) => {
        const current = orderOf(recorder, order.id)
        if (current.status === "in_doubt") doubt(recorder, current, evidence)
      }
    })
  )
