import { Decimal, Instant, type Broker } from "@roundlot/core"
import { Recent, SharedReads, type ClientOrderId } from "@roundlot/core/adapter"
import { Clock, Effect, Option, type Duration } from "effect"
import type { Linked } from "./Accounts.ts"
import { dateOf, type ListWindow } from "./Listing.ts"
import { executionsOf, lastChangeOf, missingOf, OrderAnswer, withChildren } from "./OrderAnswer.ts"
import { statuses } from "./OrderStatus.ts"
import { asking, contentsOf } from "./Reading.ts"
import { errorIn } from "./ErrorBody.ts"
import type { Wire } from "./Wire.ts"

/** An order as it was read, with its text and when that was true on Schwab's clock. */
export interface Read {
  readonly order: OrderAnswer
  readonly text: string
  readonly asOf: Instant.Instant
}

/** The orders of a window; not `complete` where a row could not be read. */
interface Listed {
  readonly complete: boolean
  /** From when on Schwab lists orders. */
  readonly earliest: Instant.Instant
  readonly reads: ReadonlyArray<Read>
}

type OrderId = ClientOrderId.BrokerOrderId
type Failed = Broker.BrokerReadFailed

/** The orders of one account, however they are asked for. Whoever asks shares one read of an order, and its answer for a moment. */
export interface Orders {
  /** One order; none where Schwab does not have it. */
  readonly one: (id: OrderId) => Effect.Effect<Option.Option<Read>, Failed>
  /** The order as it is after what happened now: an answer that is already there does not do. */
  readonly afresh: (id: OrderId) => Effect.Effect<Option.Option<Read>, Failed>
  /** What is remembered of an order is no longer true. */
  readonly changed: (id: OrderId) => Effect.Effect<void>
  /** The orders that were entered in a window, as far back as Schwab lists. */
  readonly entered: (window: Broker.TimeWindow) => Effect.Effect<Listed, Failed>
}

/** How far back orders are listed. */
export const HISTORY_MS = 60 * 86_400_000

/** The orders of an account. */
export const make = (
  wire: Wire,
  linked: Effect.Effect<Linked, Failed>,
  listing: ListWindow,
  servesAgainFor: Duration.DurationInput | undefined
): Effect.Effect<Orders> =>
  Effect.gen(function* () {
    const stamps = yield* makeStamps
    const readOne = (id: string): Effect.Effect<Option.Option<Read>, Failed> =>
      Effect.gen(function* () {
        const { hash } = yield* linked
        const outcome = yield* asking(wire, "order", `/trader/v1/accounts/${hash}/orders/${id}`)
        // Schwab itself says that there is none; a 404 of anything between does not.
        if (outcome.status === 404 && Option.isSome(errorIn(outcome.text))) return Option.none()
        const order = yield* contentsOf("order", OrderAnswer, outcome)
        return Option.some({ order, text: outcome.text, asOf: yield* stamps.of(order, yield* dateOf(outcome)) })
      })
    const answers = yield* SharedReads.make(readOne, servesAgainFor)
    const entered = (window: Broker.TimeWindow): Effect.Effect<Omit<Listed, "earliest">, Failed> =>
      Effect.gen(function* () {
        const { complete, rows } = yield* listing.list(window)
        const all = rows.flatMap((row) => withChildren(row.order).map((order) => ({ ...row, order })))
        const reads = yield* Effect.forEach(all, ({ answeredAt, order, text }) =>
          Effect.map(stamps.of(order, answeredAt), (asOf): Read => ({ order, text, asOf }))
        )
        yield* Effect.forEach(reads, (read) => answers.remember(read.order.orderId, Option.some(read)), {
          discard: true
        })
        return { complete, reads }
      })
    return {
      one: answers.one,
      afresh: answers.afresh,
      changed: (id) => Effect.zipRight(listing.changed, answers.changed(id)),
      entered: (window) =>
        Effect.gen(function* () {
          const earliest = Instant.fromMillis((yield* Clock.currentTimeMillis) - HISTORY_MS + A_MINUTE_MS)
          const from = Instant.later(window.from, earliest)
          return { ...(yield* entered({ from, to: Instant.later(window.to, earliest) })), earliest }
        })
    }
  })

const A_MINUTE_MS = 60_000

const figureOf = (figure: Decimal.Decimal | null | undefined): string =>
  figure === null || figure === undefined ? "-" : Decimal.format(figure)

/** What a snapshot of an order says, as far as it can change. */
const contentsIn = (order: OrderAnswer): string =>
  [
    order.status,
    ...[order.quantity, order.filledQuantity, order.price, order.stopPrice].map(figureOf),
    ...executionsOf(order).map(({ execIdBase }) => execIdBase)
  ].join(" ")

interface Stamp {
  readonly order: OrderAnswer
  readonly contents: string
  readonly at: Instant.Instant
}

/**
 * When a snapshot was true (F0). Schwab gives an order no time of its last change: the times of its executions, its entry and its end
 * are known, and a snapshot that differs from the one before is later than that. An equal snapshot has the same time, so that it is no
 * news (FILL-14). Where a snapshot says more than its times can (shares without their executions, an end without its time) it is as
 * old as the answer, whose time is cut to the second: executions of that second which are listed later are those that it counted, and
 * must not seem to be of after it.
 */
const makeStamps = Effect.sync(() => {
  const stamps = Recent.make<Stamp>()
  return {
    of: (order: OrderAnswer, answeredAt: Instant.Instant): Effect.Effect<Instant.Instant> =>
      Effect.sync(() => {
        const before = stamps.get(order.orderId)
        if (before?.order === order) return before.at
        const contents = contentsIn(order)
        const at = before?.contents === contents ? before.at : stampOf(order, answeredAt, before)
        stamps.set(order.orderId, { order, contents, at })
        return at
      })
  }
})

const A_MICROSECOND = 1n
const REST_OF_A_SECOND = 999_999n

const stampOf = (order: OrderAnswer, answeredAt: Instant.Instant, before: Stamp | undefined): Instant.Instant => {
  const own = lastChangeOf(order)
  const isEnd = statuses.livenessOf(order.status)._tag === "Closed"
  const saysMore = Decimal.isPositive(missingOf(order)) || (isEnd && !order.closeTime)
  const told = saysMore ? Instant.later(own, Instant.make(answeredAt + REST_OF_A_SECOND)) : own
  return before === undefined ? told : Instant.later(told, Instant.make(before.at + A_MICROSECOND))
}
