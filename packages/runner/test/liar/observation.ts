import { Audit, Order, Position, Reads, type Instant } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Attempt, Break, Ledger, Risk, Severity, Trading } from "@roundlot/core/ledger"
import { ExchangeOrder } from "@roundlot/broker-paper"
import { Effect, Schema } from "effect"
import { account, type Desk } from "./desks.ts"
import { STRANGER } from "./market.ts"
import type { Moment, OpenBreak, Terms, Traded } from "./judge.ts"

const openBreaks = Effect.map(Reads.all(Break.BreakTable), (all) =>
  all.filter(({ closedAt }) => closedAt === undefined)
)

/** Symbols of the orders in doubt that no break is about and that are critical, as health shows them. */
const doubtsApart = (breaks: ReadonlyArray<Break.Break>, now: Instant.Instant) =>
  Effect.map(Risk.doubtful, (doubtful) => {
    const named = new Set(
      breaks.filter(({ kind }) => Break.kinds[kind].isFateUnknown === true).map(({ subject }) => subject)
    )
    return doubtful
      .filter((each) => !named.has(Id.format("order", each.order.id)))
      .filter((each) => Severity.isUrgent(Trading.severityOfDoubt(each, now)))
      .map(({ order }) => order.symbol)
  })

/** Without those of the stranger. */
const own = <R extends { readonly account: string }>(rows: ReadonlyArray<R>): ReadonlyArray<R> =>
  rows.filter(({ account }) => account !== STRANGER)

const haltedAt = (exchange: Desk["exchange"], symbols: ReadonlySet<string>) =>
  Effect.filter([...symbols], (symbol) => Effect.map(exchange.stand(account, symbol), ({ isHalted }) => isHalted))

/** Books, broker and what a person is shown, as they stand. */
export const observe = ({ exchange, tellsState }: Desk, atMs: number, trades: ReadonlyArray<Traded>) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.now)
    const breaks = yield* openBreaks
    const stakes = yield* Risk.stakesOf(breaks)
    const isUrgent = (each: Break.Break) => Severity.isUrgent(Severity.severityOf(each, stakes(each), now))
    const moment: Moment = {
      atMs,
      trades,
      theirs: { orders: own(yield* exchange.orders), executions: own(yield* exchange.fills) },
      orders: yield* Reads.all(Order.OrderTable),
      attempts: yield* Reads.all(Attempt.AttemptTable),
      positions: yield* Reads.all(Position.PositionTable),
      breaks: breaks.map((each): OpenBreak => ({
        ...each,
        isUrgent: isUrgent(each)
      })),
      cases: yield* doubtsApart(breaks, now),
      halted: yield* haltedAt(exchange, new Set(trades.map(({ symbol }) => symbol))),
      tellsState
    }
    return moment
  })

const asPlaced = Schema.decodeUnknownSync(ExchangeOrder.PlaceRequest)

/** The requests to place an order that came through to the broker. */
export const placedAt = ({ exchange }: Desk) =>
  Effect.map(exchange.requests, (all) =>
    all.filter(({ operation }) => operation === "place").map(({ payload }): Terms => asPlaced(payload))
  )

/** What `audit` finds. */
export const audited = Effect.map(Audit.run(), ({ findings }) =>
  findings.map(
    (each) =>
      `AUDIT: ${JSON.stringify(each, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}`
  )
)
