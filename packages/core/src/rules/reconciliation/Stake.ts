import { dueFrom, type Account } from "../../records/Account.ts"
import type { AccountName } from "../../records/AccountName.ts"
import type { Instrument } from "../../records/Instrument.ts"
import type { Ticker } from "../../records/Ticker.ts"
import { symbolKey } from "../../tables/Table.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Attempt } from "../../records/Attempt.ts"
import { endUnknownSince, type Order } from "../../records/Order.ts"
import { opposite, ofSign } from "../../records/Side.ts"
import { lotOf } from "../position/due.ts"
import type { Position } from "../../records/Position.ts"
import type * as Instant from "../../values/Instant.ts"
import type { Obstacle } from "./blocked.ts"
import { kinds, type Break } from "../../records/Break.ts"
import { decidingOf, type Deciding } from "./deciding.ts"

/** Shares that a position owes and that are not ordered; in dollars where a price is known. */
export interface Blocked {
  readonly account: AccountName
  readonly symbol: Ticker
  readonly shares: Decimal.Decimal
  readonly dollars: Decimal.Decimal | undefined
}

/** What stands behind an open break: positions that wait for its end, and an order of which nobody knows whether the broker has it. */
export interface Stake {
  readonly blocks: ReadonlyArray<Blocked>
  /** Shares that the order may still fill. */
  readonly inDoubt: Blocked | undefined
  /** Since when nobody knows that, where it is not since the break opened. */
  readonly unknownSince: Instant.Instant | undefined
  /** What on record speaks for one side of that doubt. */
  readonly deciding: ReadonlyArray<Deciding>
  /** Of a holding that the books do not know: have they trades of its symbol, or orders under way? */
  readonly isTraded: boolean
  /** Of an excess, or a holding that the books do not know, the other open breaks of its symbol and of its whole account that are settled first: its shares may be what is wrong. */
  readonly beside: ReadonlyArray<Pick<Break, "id" | "kind">>
}

/** Is it about an order, for whose end what is due waits? */
export const isAboutOrder = (kind: Break["kind"]): boolean =>
  kinds[kind].isFateUnknown === true || kinds[kind].isIdle === true

/** Nothing waits for it. */
export const noStake: Stake = {
  blocks: [],
  inDoubt: undefined,
  unknownSince: undefined,
  deciding: [],
  isTraded: false,
  beside: []
}

/** A position with the policies that say from when on it owes an order. */
export interface Standing {
  readonly position: Position
  readonly account: Account
  readonly instrument: Instrument | undefined
}

/**
 * D2, D3: the residual, in shares without a sign, from which on an order is due; zero below, and while it is collected (D9). Where its price
 * is unknown it counts.
 */
export const owedOf = ({ account, instrument, position }: Standing): Decimal.Decimal => {
  if (position.answer._tag === "Collecting") return Decimal.zero
  const shares = Decimal.abs(position.residual)
  if (Decimal.isLess(shares, dueFrom(account, lotOf({ account, instrument })))) return Decimal.zero
  const { lastPrice } = position
  if (account.thresholdNotional === undefined || lastPrice === undefined) return shares
  return Decimal.isLess(Decimal.multiply(shares, lastPrice), account.thresholdNotional) ? Decimal.zero : shares
}

const dollarsOf = (shares: Decimal.Decimal, price: Decimal.Decimal | undefined): Decimal.Decimal | undefined =>
  price === undefined ? undefined : Decimal.multiply(shares, price)

/** Shares of a position that are kept from being ordered, with their dollars. */
const blocksOf = ({ account, lastPrice, symbol }: Position, shares: Decimal.Decimal): Blocked => ({
  account,
  symbol,
  shares,
  dollars: dollarsOf(shares, lastPrice)
})

/** What a position owes, in shares and dollars; nothing where that is less than an order. */
export const blockedOf = (standing: Standing): ReadonlyArray<Blocked> => {
  const shares = owedOf(standing)
  return Decimal.isZero(shares) ? [] : [blocksOf(standing.position, shares)]
}

/** The subjects of breaks of a position whose order no attempt has sent, or that waits for a login. */
const unsent: ReadonlyArray<Obstacle> = ["unsent", "login"]

/** F3: by the books it is in flight. */
const unsentOf = ({ position }: Standing): Blocked => blocksOf(position, Decimal.abs(position.inFlight))

/** D5: what a live order lets wait: all that is due where the position made it, else what is due on its other side. */
const letsWait = (order: Order, { position }: Standing): boolean =>
  order.origin === "accumulation" || ofSign(position.residual) === opposite(order.side)

const inDoubtOf = (order: Order, standings: ReadonlyArray<Standing>): Blocked => {
  const { account, quantity, symbol } = order
  const shares = Decimal.max(Decimal.zero, Decimal.subtract(quantity, order.filled))
  const price = standings[0]?.position.lastPrice ?? order.referencePrice ?? order.limitPrice
  const dollars = order.askedNotional ?? dollarsOf(shares, price)
  return { account, symbol, shares, dollars }
}

/** Of a doubt its sending; W11: of an end that nothing confirms, since when nobody knows whether the order works. */
const unknownSinceOf = (kind: Break["kind"], order: Order): Instant.Instant | undefined => {
  if (kind === "EndUnconfirmed") return endUnknownSince(order)
  return kind === "Doubt" && order.status === "in_doubt" ? order.sentAt : undefined
}

/**
 * What stands behind an open break. `standings` are the positions that it is about: its symbol's, or all of its account where it holds
 * that; `order` is the one that it is about, `attempts` are those of that order.
 */
export const stakeOf = (
  { holds, kind, subject }: Pick<Break, "holds" | "kind"> & Partial<Pick<Break, "subject">>,
  standings: ReadonlyArray<Standing>,
  order: Order | undefined,
  attempts: ReadonlyArray<Attempt> = []
): Stake => {
  const isUnknown = kinds[kind].isFateUnknown === true && order !== undefined
  const waiting =
    holds !== "nothing" || kind === "PositionBlocked"
      ? standings
      : order !== undefined && isAboutOrder(kind)
        ? standings.filter((standing) => letsWait(order, standing))
        : []
  return {
    blocks: unsent.some((each) => each === subject) ? waiting.map(unsentOf) : waiting.flatMap(blockedOf),
    inDoubt: isUnknown ? inDoubtOf(order, standings) : undefined,
    unknownSince: isUnknown ? unknownSinceOf(kind, order) : undefined,
    deciding: isUnknown ? decidingOf(order, attempts) : [],
    isTraded: kind === "ForeignPosition" && standings.some(isTraded),
    beside: []
  }
}

const isTraded = ({ position: { exposure, inFlight } }: Standing): boolean =>
  !Decimal.isZero(exposure) || !Decimal.isZero(inFlight)

/** A position that several breaks block is counted once. */
export const distinct = (blocked: ReadonlyArray<Blocked>): ReadonlyArray<Blocked> => [
  ...new Map(blocked.map((each) => [symbolKey(each.account, each.symbol), each])).values()
]

/** The dollars of several parts; `undefined` where of one of them no price is known. */
export const dollarsOfAll = (parts: ReadonlyArray<Blocked>): Decimal.Decimal | undefined => {
  const known = parts.flatMap(({ dollars }) => dollars ?? [])
  return known.length < parts.length ? undefined : Decimal.sum(known)
}

/** What stands behind all breaks of one cause. */
export const together = (stakes: ReadonlyArray<Stake>): Stake => {
  const inDoubt = stakes.flatMap((each) => each.inDoubt ?? [])
  const [first] = inDoubt
  return {
    ...noStake,
    blocks: distinct(stakes.flatMap(({ blocks }) => blocks)),
    inDoubt: first && {
      ...first,
      shares: Decimal.sum(inDoubt.map(({ shares }) => shares)),
      dollars: dollarsOfAll(inDoubt)
    },
    deciding: stakes.flatMap(({ deciding }) => deciding)
  }
}

/** The dollars of all that stands behind a break, zero where nothing does; `undefined` where of a part of it no price is known. */
export const dollarsAtRisk = ({ blocks, inDoubt }: Stake): Decimal.Decimal | undefined =>
  dollarsOfAll(inDoubt === undefined ? blocks : [...blocks, inDoubt])
