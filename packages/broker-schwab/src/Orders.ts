import { Decimal, Instant, Recent, SharedReads } from "@roundlot/core"
import type { Broker, ClientOrderId, HttpOutcome } from "@roundlot/core"
import { Clock, Effect, Option, Schema } from "effect"
import type { Duration } from "effect"
import type { Linked } from "./Accounts.ts"
import { exact, rowsIn } from "./ExactJson.ts"
import { executionsOf, lastChangeOf, missingOf, OrderAnswer, withChildren } from "./OrderAnswer.ts"
import { livenessOf } from "./OrderStatus.ts"
import { asking, contentsOf, textOf, unreadable } from "./Reading.ts"
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
    const page = (window: Broker.TimeWindow): Effect.Effect<Listed, Failed> =>
      Effect.gen(function* () {
        const { hash } = yield* linked
        const query = new URLSearchParams({
          fromEnteredTime: timeOf(window.from),
          toEnteredTime: timeOf(window.to),
          maxResults: String(ORDERS_A_PAGE)
        })
        const outcome = yield* asking(wire, "orders", `/trader/v1/accounts/${hash}/orders?${query.toString()}`)
        const rows = rowsIn(yield* textOf("orders", outcome))
        if (rows === undefined) return yield* unreadable("orders", outcome)
        const at = yield* dateOf(outcome)
        if (rows.length >= ORDERS_A_PAGE && window.to - window.from > SHORTEST_WINDOW)
          return yield* halves(window, page)
        const decoded = rows.map((text) => ({ text, order: decodeRow(exact(text)) }))
        const reads = yield* Effect.forEach(
          decoded.flatMap(({ order, text }) =>
            Option.match(order, {
              onNone: () => [],
              onSome: (found) => withChildren(found).map((each) => ({ order: each, text }))
            })
          ),
          ({ order, text }) => Effect.map(stamps.of(order, at), (asOf): Read => ({ order, text, asOf }))
        )
        const unread = decoded.filter(({ order }) => Option.isNone(order)).length
        if (unread > 0)
          yield* Effect.logWarning(`${unread} rows of Schwab's orders cannot be read; the others are taken`)
        yield* Effect.forEach(reads, (read) => answers.remember(read.order.orderId, Option.some(read)), {
          discard: true
        })
        return { complete: unread === 0 && rows.length < ORDERS_A_PAGE, reads }
      })
    return {
      one: answers.one,
      afresh: answers.afresh,
      changed: answers.changed,
      entered: (window) =>
        Effect.gen(function* () {
          const earliest = Instant.fromMillis((yield* Clock.currentTimeMillis) - HISTORY_MS + A_MINUTE_MS)
          return yield* page({ from: Instant.later(window.from, earliest), to: Instant.later(window.to, earliest) })
        })
    }
  })

const A_MINUTE_MS = 60_000
const ORDERS_A_PAGE = 3_000
const SHORTEST_WINDOW = 2_000_000n

const decodeRow = Schema.decodeUnknownOption(Schema.parseJson(OrderAnswer))

/** A time as the query takes it: to the millisecond. */
const timeOf = (at: Instant.Instant): string => Instant.format(at).replace(/(\.\d{3})\d{3}Z$/, "$1Z")

/** A page that is full is asked for again in two halves, of which the second begins where the first ends. */
const halves = (
  { from, to }: Broker.TimeWindow,
  page: (window: Broker.TimeWindow) => Effect.Effect<Listed, Failed>
): Effect.Effect<Listed, Failed> =>
  Effect.gen(function* () {
    const middle = Instant.make((from + to) / 2n)
    const first = yield* page({ from, to: middle })
    const second = yield* page({ from: middle, to })
    const reads = new Map([...first.reads, ...second.reads].map((read) => [read.order.orderId, read]))
    return { complete: first.complete && second.complete, reads: [...reads.values()] }
  })

/** Schwab's clock when it answered; ours where it does not say. */
const dateOf = ({ headers }: HttpOutcome.Answered): Effect.Effect<Instant.Instant> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const said = Date.parse(headers.get("date") ?? "")
    return Instant.fromMillis(Number.isNaN(said) ? now : said)
  })

/** What a snapshot of an order says, as far as it can change. */
const contentsIn = (order: OrderAnswer): string =>
  [
    order.status,
    order.quantity === null || order.quantity === undefined ? "-" : Decimal.format(order.quantity),
    order.filledQuantity === null || order.filledQuantity === undefined ? "-" : Decimal.format(order.filledQuantity),
    ...executionsOf(order).map(({ execIdBase }) => execIdBase)
  ].join(" ")

interface Stamp {
  readonly contents: string
  readonly at: Instant.Instant
}

/**
 * When a snapshot was true (F0). Schwab gives an order no time of its last change: the times of its executions, its entry and its end
 * are known, and a snapshot that differs from the one before is later than that. An equal snapshot has the same time, so that it is no
 * news (FILL-14). Where a snapshot says more than its times can (shares without their executions, an end without its time) it is as
 * old as the answer.
 */
const makeStamps = Effect.sync(() => {
  const stamps = Recent.make<Stamp>()
  return {
    of: (order: OrderAnswer, answeredAt: Instant.Instant): Effect.Effect<Instant.Instant> =>
      Effect.sync(() => {
        const before = stamps.get(order.orderId)
        const contents = contentsIn(order)
        if (before?.contents === contents) return before.at
        const at = stampOf(order, answeredAt, before)
        stamps.set(order.orderId, { contents, at })
        return at
      })
  }
})

const A_MICROSECOND = 1n

const stampOf = (order: OrderAnswer, answeredAt: Instant.Instant, before: Stamp | undefined): Instant.Instant => {
  const own = lastChangeOf(order)
  const isEnd = livenessOf(order.status)._tag === "Closed"
  const saysMore = Decimal.isPositive(missingOf(order)) || (isEnd && !order.closeTime)
  const told = saysMore ? Instant.later(own, answeredAt) : own
  return before === undefined ? told : Instant.later(told, Instant.make(before.at + A_MICROSECOND))
}
