import type { Books } from "../books/Books.ts"
import type { Order } from "../records/Order.ts"
import * as Decimal from "../values/Decimal.ts"
import type { LedgerEvent } from "../events/Event.ts"
import { lotMethodOf } from "../records/Account.ts"
import { holdingsOf } from "../records/Position.ts"
import { signed } from "../records/Side.ts"
import { computed } from "../rules/lot/identify.ts"
import type { Declared, History, Identification } from "../rules/lot/movements.ts"
import { joinKey } from "../tables/Table.ts"
import { format } from "../values/Id.ts"
import type { Instant } from "../values/Instant.ts"
import type { OwnerPosition } from "../records/OwnerPosition.ts"
import { isCounted, type Trade } from "../records/Trade.ts"

/**
 * F5: what of an order is not what its executions come to. Reports on profit and turnover are made of executions, and the ledger's figures
 * of what the order was said to have filled: where both agree, the reports add up to what the ledger holds.
 */
export const executionFault = (
  { fills }: Books,
  { filled, id, inferred, notional, unpriced }: Order
): string | undefined => {
  let shares = inferred
  let dollars = Decimal.zero
  let priceless = Decimal.zero
  for (const { canonical, price, quantity } of fills.find("order", [id])) {
    if (!canonical) continue
    shares = Decimal.add(shares, quantity)
    if (price === undefined) priceless = Decimal.add(priceless, quantity)
    else dollars = Decimal.add(dollars, Decimal.multiply(quantity, price))
  }
  if (!Decimal.equals(shares, filled)) {
    return `its executions and inferred shares are ${Decimal.format(shares)}, it filled ${Decimal.format(filled)} (F5)`
  }
  // What inferred shares cost is what the broker's average leaves for them, and no execution says.
  if (Decimal.isPositive(inferred)) return undefined
  if (!Decimal.equals(dollars, notional)) {
    return `its executions cost ${Decimal.format(dollars)}, its notional is ${Decimal.format(notional)} (F5)`
  }
  if (!Decimal.equals(priceless, unpriced)) {
    return `executions without a price are ${Decimal.format(priceless)} shares, its unpriced ones ${Decimal.format(unpriced)} (F5)`
  }
  return undefined
}

/** What a journal says of the tax lots of a symbol beside its fills. */
interface Said {
  readonly account: string
  readonly symbol: string
  readonly declared: Array<Declared>
  readonly splits: Array<History["splits"][number]>
  readonly identified: Array<Identification>
}

/** What journals say of tax lots, by account and symbol. */
export type LotEntries = Map<string, Said>

/** Keeps what an entry says of tax lots. */
export const keepLots = (
  kept: LotEntries,
  event: LedgerEvent,
  place: { readonly account: string; readonly seq: number; readonly at: Instant }
): void => {
  if (event._tag !== "BaseDeclared" && event._tag !== "SplitAccepted" && event._tag !== "LotsIdentified") return
  const { account, at, seq } = place
  const key = joinKey([account, event.symbol])
  const own = kept.get(key) ?? { account, symbol: event.symbol, declared: [], splits: [], identified: [] }
  kept.set(key, own)
  if (event._tag === "BaseDeclared") own.declared.push({ at, seq, by: event.by })
  else if (event._tag === "SplitAccepted") own.splits.push({ at, seq, to: event.to, from: event.from })
  else own.identified.push({ seq, fillId: event.fillId, lots: event.lots })
}

/** What is wrong with tax lots of a symbol, and whose they are. */
interface LotFault {
  readonly where: string
  readonly what: string
  readonly account: string
}

/**
 * LOT-13: computes the lots of every symbol in which a person identified some, by a fold that knows every entry: identifications are of fills
 * of the symbol and of no more than these have, and shares over all lots are those of the position.
 */
export function* lotFaults(books: Books, kept: LotEntries): Generator<LotFault | undefined> {
  const identified = new Map([...kept].filter(([, { identified }]) => identified.length > 0))
  if (identified.size === 0) return
  const orders = new Map<string, Array<Order>>()
  for (const order of books.orders.all()) {
    yield undefined
    const key = joinKey([order.account, order.symbol])
    if (identified.has(key)) orders.set(key, [...(orders.get(key) ?? []), order])
  }
  for (const [key, said] of identified) {
    const { account, symbol } = said
    const own = orders.get(key) ?? []
    for (const each of said.identified) {
      const what = identificationFault(books, own, each)
      if (what !== undefined) yield { where: `lots of ${format("fill", each.fillId)}`, what, account }
    }
    const what = sharesFault(books, own, said)
    if (what !== undefined) yield { where: `lots of ${account}/${symbol}`, what, account }
  }
}

const identificationFault = (
  { fills }: Books,
  orders: ReadonlyArray<Order>,
  { fillId, lots }: Identification
): string | undefined => {
  const ids = new Set(orders.map(({ id }) => id))
  const of = (id: number) => {
    const fill = fills.get(id)
    return fill !== undefined && ids.has(fill.orderId) ? fill : undefined
  }
  const fill = of(fillId)
  if (fill === undefined || lots.some(({ openedBy }) => of(openedBy) === undefined)) {
    return "they are identified by fills that are none of its symbol (LOT-13)"
  }
  const named = Decimal.sum(lots.map(({ quantity }) => quantity))
  if (!Decimal.isLess(fill.quantity, named)) return undefined
  return `${Decimal.format(named)} shares are identified, the fill has ${Decimal.format(fill.quantity)} (LOT-13)`
}

/** Shares that the books hold are those of lots, and those that no execution shows. A split rounds each figure of a position by itself. */
const sharesFault = (books: Books, orders: ReadonlyArray<Order>, said: Said): string | undefined => {
  const { account, symbol } = said
  const position = books.positions.get(joinKey([account, symbol]))
  const owner = books.accounts.get(account)
  if (position === undefined || owner === undefined || said.splits.length > 0) return undefined
  const executed = orders.flatMap(({ createdAt: orderedAt, id, side }) =>
    books.fills.find("order", [id]).map((fill) => ({ fill, side, orderedAt }))
  )
  const { open } = computed({ ...said, executed, currency: "" }, lotMethodOf(owner))
  const shares = [
    ...open.map((lot) => (lot.opening.isLong ? lot.shares : Decimal.negate(lot.shares))),
    ...orders.map(({ inferred, side }) => signed(side, inferred))
  ]
  const held = holdingsOf(position)
  return Decimal.equals(Decimal.sum(shares), held)
    ? undefined
    : `their shares are ${Decimal.format(Decimal.sum(shares))}, the books hold ${Decimal.format(held)} (LOT-13)`
}

/** What the trades of an owner come to, in the shares in which they are on record. */
interface Sum {
  readonly key: Pick<OwnerPosition, "owner" | "account" | "symbol">
  ordered: Decimal.Decimal
  held: Decimal.Decimal
}

/** A figure of an owner that is not what his trades come to. */
interface OwnerFault {
  readonly where: string
  readonly what: string
  readonly account: string
}

/** What of a trade is netted, and filled in its allocations. */
const settledOf = (books: Books, { id, netted }: Trade): Decimal.Decimal =>
  Decimal.sum([
    netted,
    ...books.allocations.find("trade", [id]).flatMap(({ kind, settled }) => (kind === "order" ? [settled] : []))
  ])

/** C7: every figure of an owner recalculated from trades, allocations and orders. Record by record, so that others can have the thread. */
export function* ownerFaults(books: Books): Generator<OwnerFault | undefined> {
  const sums = new Map<string, Sum>()
  const add = ({ account, owner, side, symbol }: Trade, ordered: Decimal.Decimal, held: Decimal.Decimal): void => {
    if (owner === undefined) return
    const key = joinKey([owner, account, symbol])
    const sum = sums.get(key) ?? { key: { owner, account, symbol }, ordered: Decimal.zero, held: Decimal.zero }
    sum.ordered = Decimal.add(sum.ordered, signed(side, ordered))
    sum.held = Decimal.add(sum.held, signed(side, held))
    sums.set(key, sum)
  }
  for (const trade of books.trades.all()) {
    yield undefined
    if (trade.owner !== undefined && isCounted(trade)) add(trade, trade.quantity, settledOf(books, trade))
  }
  for (const { filled, tradeId } of books.orders.all()) {
    yield undefined
    const trade = tradeId === undefined ? undefined : books.trades.get(tradeId)
    if (trade !== undefined) add(trade, Decimal.zero, filled)
  }
  for (const row of books.owner_positions.all()) {
    const key = joinKey([row.owner, row.account, row.symbol])
    const sum = sums.get(key)
    sums.delete(key)
    yield faultOf(row, sum)
  }
  for (const { held, key, ordered } of sums.values()) {
    if (Decimal.isZero(held) && Decimal.isZero(ordered)) continue
    yield { where: whereOf(key), what: "has trades but no row (C7)", account: key.account }
  }
}

const whereOf = ({ account, owner, symbol }: Sum["key"]): string => `owner_positions ${owner}/${account}/${symbol}`

const faultOf = (row: OwnerPosition, sum: Sum | undefined): OwnerFault | undefined => {
  const ordered = Decimal.add(sum?.ordered ?? Decimal.zero, row.splitOrdered)
  const held = Decimal.add(sum?.held ?? Decimal.zero, row.splitHeld)
  const fault = (what: string) => ({ where: whereOf(row), what, account: row.account })
  if (!Decimal.equals(row.ordered, ordered)) return fault("ordered shares are not the sum of its trades (C7)")
  return Decimal.equals(Decimal.add(row.executed, row.direct), held)
    ? undefined
    : fault("executed shares are not what its trades have settled (C7)")
}
