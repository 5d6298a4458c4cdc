import { Instant } from "@roundlot/core"
import type { Recent, Report } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import type * as Endings from "./Endings.ts"
import { COMBINATION, isDurable, type Names } from "./Execution.ts"
import type { Line } from "./Line.ts"
import type { ExecutionFacts, Message, OrderFacts } from "./Message.ts"
import type * as Session from "./Session.ts"
import { bytesOf } from "./Text.ts"

/** What every request of one account works with. */
export interface Desk {
  readonly session: Session.Session
  readonly names: Names
  readonly clientId: number
  /** Account numbers, and how they are shown. */
  readonly secrets: ReadonlyMap<string, string>
  /** Requests whose answers have no number are asked one after the other. */
  readonly alone: Effect.Semaphore
  /** An account's values are subscribed to once at a time; orders and positions are listed meanwhile. */
  readonly oneSubscription: Effect.Semaphore
  /** Under which of our ids, or of another client's, an order stands. */
  readonly placed: Map<string, { readonly orderId: string; readonly clientId: string }>
  /** How orders of ours ended that TWS had shown. */
  readonly endings: Endings.Endings
  /** On which line an order was sent, by its reference, whose answer is not known. */
  readonly unanswered: Recent.Recent<Line>
  /** Durable ids of combinations: what is executed under them are legs. */
  readonly combinations: Set<string>
  /** Durable ids of which is known whether they are combinations. */
  readonly sorted: Set<string>
  /** By which execution an order came to a total: what tells it again under another id is that one. */
  readonly totals: Recent.Recent<string>
  /** Executions were listed, and what had a time had a zone, or one is configured. */
  isZoned: boolean
}

/** The moment, by our clock. */
export const now = Effect.map(Clock.currentTimeMillis, (millis) => Instant.fromMillis(millis))

/** Bytes that are kept of a message: account numbers masked. */
export const payloadOf = ({ secrets }: Desk, message: string, contents: unknown): Report.RawPayload => ({
  contentType: "application/json",
  bytes: bytesOf({ message, contents }, secrets),
  wire: { source: "ibkr", method: message }
})

/** Notes under which ids an order stands, and whether it is a combination. */
export const note = (desk: Desk, message: Message): void => {
  if (message._tag === "CompletedOrder") sort(desk, message.order)
  if (message._tag !== "OpenOrder") return
  const { clientId, order, orderId } = message
  if (isDurable(order.permId)) desk.placed.set(order.permId, { orderId, clientId })
  sort(desk, order)
}

/** Notes whether an order is a combination. */
export const sort = (
  { combinations, sorted }: Desk,
  { contract, permId }: Pick<OrderFacts | ExecutionFacts, "contract" | "permId">
): void => {
  if (!isDurable(permId)) return
  sorted.add(permId)
  if (contract.secType === COMBINATION) combinations.add(permId)
}

/** Without its servers TWS lists what it had of them. */
export const isConnected = ({ session }: Desk): Effect.Effect<boolean> =>
  Effect.map(session.now, (line) => line !== undefined && !line.isLost() && !line.isDegraded())

/** Of a window that begins at `from`, what TWS has whole: the day of New York, or of the zone that it was logged in with where that is later. */
export const wholeOf = ({ names }: Desk, from: Instant.Instant, asOf: Instant.Instant) => {
  const begins = BrokerTime.dayBegins(asOf, names.zone)
  return { complete: from >= begins, wholeFrom: Instant.later(from, begins) }
}
