import { hash } from "node:crypto"
import { Instant, type Broker } from "@roundlot/core"
import { ExactJson, Recent, type HttpOutcome } from "@roundlot/core/adapter"
import { Clock, Effect, Option, Ref, Schema } from "effect"
import { isOf, type Linked } from "./Accounts.ts"
import { OrderAnswer } from "./OrderAnswer.ts"
import { asking, textOf, unreadable } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

type Failed = Broker.BrokerReadFailed

/** An order of a listing, with its text, and Schwab's clock when it was listed. */
export interface Row {
  readonly order: OrderAnswer
  readonly text: string
  readonly answeredAt: Instant.Instant
}

/** The orders that were entered in a window; not `complete` where a row could not be read. */
export interface Listed {
  readonly complete: boolean
  readonly rows: ReadonlyArray<Row>
}

/** Lists the orders of one account that were entered in a window. */
export interface ListWindow {
  readonly list: (window: Broker.TimeWindow) => Effect.Effect<Listed, Failed>
  /** What was listed is no longer true. */
  readonly changed: Effect.Effect<void>
}

const ORDERS_A_PAGE = 3_000
const SHORTEST_WINDOW = 2_000_000n

const decodeRow = Schema.decodeUnknownOption(Schema.parseJson(OrderAnswer))

/** What the text of a row says; nothing where it cannot be read. */
type ReadRow = (text: string) => Option.Option<OrderAnswer>

/**
 * Most orders of a listing are as they were in the one before: what stands there letter by letter again is the same answer, and is not
 * decoded again. Texts are known by their hashes: a row that was kept would keep the whole page that it is cut out of.
 */
const makeReadRow = Effect.sync((): ReadRow => {
  const known = Recent.make<OrderAnswer>()
  return (text) => {
    const key = hash("sha256", text, "base64")
    const before = known.get(key)
    const order = before === undefined ? decodeRow(ExactJson.exact(text)) : Option.some(before)
    if (Option.isSome(order)) known.set(key, order.value)
    return order
  }
})

/** A time as the query takes it: to the millisecond. */
const timeOf = (at: Instant.Instant): string => Instant.format(at).replace(/(\.\d{3})\d{3}Z$/, "$1Z")

/** Schwab's clock when it answered; ours where it does not say. */
export const dateOf = ({ headers }: HttpOutcome.Answered): Effect.Effect<Instant.Instant> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const said = Date.parse(headers.get("date") ?? "")
    return Instant.fromMillis(Number.isNaN(said) ? now : said)
  })

/** Lists what stands under a path; a page that is full is asked for again in two halves, of which the second begins where the first ends. */
const page = (wire: Wire, readRow: ReadRow, path: string, window: Broker.TimeWindow): Effect.Effect<Listed, Failed> =>
  Effect.gen(function* () {
    const query = new URLSearchParams({
      fromEnteredTime: timeOf(window.from),
      toEnteredTime: timeOf(window.to),
      maxResults: String(ORDERS_A_PAGE)
    })
    const outcome = yield* asking(wire, "orders", `${path}?${query.toString()}`)
    const texts = ExactJson.rowsIn(yield* textOf("orders", outcome))
    if (texts === undefined) return yield* unreadable("orders", outcome)
    const isFull = texts.length >= ORDERS_A_PAGE
    if (isFull && window.to - window.from > SHORTEST_WINDOW) return yield* halves(wire, readRow, path, window)
    const answeredAt = yield* dateOf(outcome)
    const rows = texts.flatMap((text) =>
      Option.match(readRow(text), { onNone: () => [], onSome: (order) => [{ order, text, answeredAt }] })
    )
    const unread = texts.length - rows.length
    if (unread > 0)
      yield* Effect.logWarning(`${unread} rows of Schwab's orders cannot be read; the others are accepted`)
    return { complete: unread === 0 && !isFull, rows }
  })

const halves = (
  wire: Wire,
  readRow: ReadRow,
  path: string,
  { from, to }: Broker.TimeWindow
): Effect.Effect<Listed, Failed> =>
  Effect.gen(function* () {
    const middle = Instant.make((from + to) / 2n)
    const first = yield* page(wire, readRow, path, { from, to: middle })
    const second = yield* page(wire, readRow, path, { from: middle, to })
    const rows = new Map([...first.rows, ...second.rows].map((row) => [row.order.orderId, row]))
    return { complete: first.complete && second.complete, rows: [...rows.values()] }
  })

/** The listing of one account by itself. */
export const ofAccount = (wire: Wire, linked: Effect.Effect<Linked, Failed>): Effect.Effect<ListWindow> =>
  Effect.map(makeReadRow, (readRow) => ({
    list: (window) =>
      Effect.flatMap(linked, (account) => page(wire, readRow, `/trader/v1/accounts/${account.hash}/orders`, window)),
    changed: Effect.void
  }))

/** What was asked for and answered lately. */
interface Shared {
  /** The window that each account asked for last, and when. */
  readonly asked: ReadonlyMap<string, { readonly window: Broker.TimeWindow; readonly atMs: number }>
  readonly answered: { readonly window: Broker.TimeWindow; readonly listed: Listed; readonly atMs: number } | undefined
}

/** Other accounts' windows are asked for with one's own as long as they are no older. */
const REMEMBERED_MS = 60_000
const SERVES_AGAIN_MS = 1_000

/** Orders tell to the second when they were entered. */
const A_SECOND_MS = 1_000

const covers = (outer: Broker.TimeWindow, inner: Broker.TimeWindow): boolean =>
  outer.from <= inner.from && inner.to <= outer.to

const union = (a: Broker.TimeWindow, b: Broker.TimeWindow): Broker.TimeWindow => ({
  from: a.from < b.from ? a.from : b.from,
  to: Instant.later(a.to, b.to)
})

/**
 * The listings of several accounts of one login, of which one request answers all: whoever asks first asks for what the others asked
 * for last, too, and they are served for a second.
 */
export const ofAll = (wire: Wire): Effect.Effect<(linked: Effect.Effect<Linked, Failed>) => ListWindow> =>
  Effect.gen(function* () {
    const shared = yield* Ref.make<Shared>({ asked: new Map(), answered: undefined })
    const one = yield* Effect.makeSemaphore(1)
    const readRow = yield* makeReadRow
    const ask = (accountNumber: string, window: Broker.TimeWindow) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        const { answered, asked } = yield* Ref.updateAndGet(shared, (before) => ({
          ...before,
          asked: new Map(before.asked).set(accountNumber, { window, atMs })
        }))
        if (answered !== undefined && atMs - answered.atMs < SERVES_AGAIN_MS && covers(answered.window, window))
          return answered.listed
        const wide = [...asked.values()]
          .filter((each) => atMs - each.atMs < REMEMBERED_MS)
          .reduce((whole, each) => union(whole, each.window), window)
        const listed = yield* page(wire, readRow, "/trader/v1/orders", wide)
        yield* Ref.update(shared, (before) => ({ ...before, answered: { window: wide, listed, atMs } }))
        return listed
      }).pipe(one.withPermits(1))
    return (linked) => ({
      list: (window) =>
        Effect.gen(function* () {
          const own = yield* linked
          const { complete, rows } = yield* ask(own.accountNumber, window)
          const asked = rows.filter(
            ({ order }) =>
              Instant.addMillis(window.from, -A_SECOND_MS) <= order.enteredTime && order.enteredTime <= window.to
          )
          const ownerless = asked.filter(({ order }) => !order.accountNumber)
          if (ownerless.length > 0)
            yield* Effect.logWarning(
              `${ownerless.length} rows of Schwab's orders name no account: the listing is in part`
            )
          return {
            complete: complete && ownerless.length === 0,
            rows: asked.filter(({ order }) => isOf(own, order.accountNumber ?? ""))
          }
        }),
      changed: Ref.update(shared, (before) => ({ ...before, answered: undefined }))
    })
  })
