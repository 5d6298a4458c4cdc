import type { Books } from "../books/Books.ts"
import type { LedgerEvent } from "../events/Event.ts"
import { lotMethodOf } from "../records/Account.ts"
import type { Order } from "../records/Order.ts"
import { holdingsOf } from "../records/Position.ts"
import { signed } from "../records/Side.ts"
import { computed } from "../rules/lot/identify.ts"
import type { Declared, History, Identification } from "../rules/lot/movements.ts"
import { joinKey } from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"
import { format } from "../values/Id.ts"
import type { Instant } from "../values/Instant.ts"

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
