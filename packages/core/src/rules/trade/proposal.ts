import { Data } from "effect"
import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import type { Instruction } from "../../records/OrderTerms.ts"
import type { Allowance } from "../../records/Token.ts"
import type { Trade, TradeInput } from "../../records/Trade.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import { symbolKey } from "../../tables/Table.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { OrderId, TradeId } from "../../values/Id.ts"
import * as Instant from "../../values/Instant.ts"
import * as Price from "../../values/Price.ts"
import { marketPriceOf } from "../position/evaluation.ts"
import { intake, type IntakeResult } from "./intake.ts"
import { arrivalOf, type SourcePolicy } from "./SourcePolicy.ts"

/** How long a person has to approve an order that was proposed, in milliseconds: 15 minutes. */
export const LIFE_MS = 15 * 60_000

/** The most orders a day that a token may be allowed to propose for an account. */
export const MOST_A_DAY = 100

/** An order that a program proposes. */
export interface Proposal {
  /** Without its identity in the source: that is its number among those of its day. */
  readonly input: Omit<TradeInput, "sourceId" | "occurrence" | "proposal"> & { readonly direct: Instruction }
  readonly policy: SourcePolicy
  readonly allowance: Allowance
  /** The market date on which it counts. */
  readonly day: string
}

/** What became of a proposal. */
export type Proposed = Data.TaggedEnum<{
  /** The order waits for a person until `approveBy`; `isKnown`: the same was proposed before, and waits already. */
  readonly Waiting: {
    readonly tradeId: TradeId
    readonly orderId: OrderId
    readonly approveBy: Instant.Instant
    readonly isKnown: boolean
  }
  /** Its trade is on record and no order was made of it, for what intake found. */
  readonly NoOrder: { readonly result: IntakeResult }
  /** The day's orders have been proposed. */
  readonly TooMany: { readonly ordersPerDay: number }
  /** It would come to more dollars than may be proposed on a day. */
  readonly TooMuch: { readonly notional: Decimal.Decimal; readonly left: Decimal.Decimal }
  /** What a share is worth is not known: the limit price of an order to buy would say it. */
  readonly NoPrice: object
}>

/** Constructors of `Proposed`. */
export const Proposed = Data.taggedEnum<Proposed>()

const SOURCE = "proposed:"

/** The source under which trades stand that a token of this name has proposed. */
export const proposedSource = (token: string): string => `${SOURCE}${token}`

/** Is it the source of what a token proposes? No other trade comes from there. */
export const isProposedSource = (source: string): boolean => source.startsWith(SOURCE)

const OCCURRENCE = "0"

const idOf = (day: string, number: number): string => `${day}/${number}`

/** The account, and the trades of a day that may have been proposed by a source, each by its number: as many as are allowed. */
export const needsOf = (account: string, { allowance, day, input: { source } }: Proposal): ReadonlyArray<Need> => [
  Need.Account({ account }),
  ...Array.from({ length: allowance.ordersPerDay }, (_, i) =>
    Need.Identity({ account, source, sourceId: idOf(day, i + 1), occurrence: OCCURRENCE })
  )
]

/**
 * Takes in an order that a program proposes: it waits for a person, and lapses. What it may propose on a day is counted in the commit that
 * takes it in. The same again, while it waits, is the one that waits.
 */
export const propose = (recorder: Recorder, proposal: Proposal): Proposed => {
  const { allowance, day, input, policy } = proposal
  const proposed = proposedOn(recorder, proposal)
  const waiting = proposed.flatMap((trade) => waitingFor(recorder, trade) ?? [])
  const same = waiting.find(({ trade }) => isSame(trade, input))
  if (same !== undefined) return waitingOf(same.order, same.trade, true)
  if (proposed.length >= allowance.ordersPerDay) return Proposed.TooMany({ ordersPerDay: allowance.ordersPerDay })
  const { symbol } = arrivalOf(policy, { ...input, sourceId: "", occurrence: OCCURRENCE })
  const price = highestKnown(recorder, symbol ?? UNMAPPED, input)
  if (price === undefined) return Proposed.NoPrice()
  const notional = Decimal.multiply(input.quantity, price)
  const spent = Decimal.sum(proposed.map(({ proposedNotional }) => proposedNotional ?? Decimal.zero))
  const left = Decimal.subtract(allowance.notionalPerDay, spent)
  if (Decimal.isLess(left, notional)) return Proposed.TooMuch({ notional, left })
  const approveBy = Instant.addMillis(recorder.world.at, LIFE_MS)
  const arrival = arrivalOf(policy, {
    ...input,
    sourceId: idOf(day, proposed.length + 1),
    occurrence: OCCURRENCE,
    proposal: { approveBy, notional }
  })
  const result = intake(recorder, arrival)
  const trade = recorder.books.trades.get(result.tradeId)
  const made = trade === undefined ? undefined : waitingFor(recorder, trade)
  return made === undefined ? Proposed.NoOrder({ result }) : waitingOf(made.order, made.trade, false)
}

const waitingOf = ({ id: orderId }: Order, { approveBy, id: tradeId }: Trade, isKnown: boolean): Proposed => {
  if (approveBy === undefined) throw new Error(`trade T${tradeId} was not proposed`)
  return Proposed.Waiting({ tradeId, orderId, approveBy, isKnown })
}

/** What the source has proposed on the day, in its order: their numbers have no gap. */
const proposedOn = ({ account, books }: Recorder, { allowance, day, input: { source } }: Proposal) => {
  const proposed: Array<Trade> = []
  while (proposed.length < allowance.ordersPerDay) {
    const identity = [account, source, idOf(day, proposed.length + 1), OCCURRENCE]
    const [trade] = books.trades.find("identity", identity)
    if (trade === undefined) break
    proposed.push(trade)
  }
  return proposed
}

/** A trade with its order, where that still waits for a person. */
const waitingFor = (recorder: Recorder, trade: Trade): { readonly trade: Trade; readonly order: Order } | undefined => {
  const { account, books, world } = recorder
  if (trade.status !== "pending" || trade.approveBy === undefined || trade.approveBy <= world.at) return undefined
  recorder.need(Need.Position({ account, symbol: trade.symbol }))
  const order = books.orders.find("live", [account, trade.symbol]).find(({ tradeId }) => tradeId === trade.id)
  return order === undefined || order.approvedAt !== undefined ? undefined : { trade, order }
}

const isSame = (trade: Trade, { direct, quantity, side, symbol }: Proposal["input"]): boolean =>
  trade.givenSymbol === symbol &&
  trade.side === side &&
  Decimal.equals(trade.quantity, quantity) &&
  trade.orderType === direct.type &&
  isEqual(trade.limitPrice, direct.limitPrice) &&
  isEqual(trade.stopPrice, direct.stopPrice) &&
  trade.timeInForce === direct.timeInForce &&
  trade.goodTill === direct.goodTill &&
  trade.session === direct.session

const isEqual = (a: Price.Price | undefined, b: Price.Price | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

/**
 * What a share is worth, for the allowance alone, since controls judge the order again (D6): the highest of the order's own prices and those
 * that are known. Only the limit of an order to buy bounds it by itself: one to sell may be filled far above, a stop far beyond.
 */
const highestKnown = (
  recorder: Recorder,
  symbol: Ticker,
  { direct, side }: Proposal["input"]
): Price.Price | undefined => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const market = marketPriceOf(recorder, symbol)
  const known = [
    side === "buy" ? direct.limitPrice : undefined,
    books.positions.get(symbolKey(account, symbol))?.lastPrice,
    market._tag === "Priced" ? market.price : undefined
  ]
  return known.some((price) => price !== undefined)
    ? Price.highest([...known, direct.limitPrice, direct.stopPrice])
    : undefined
}
