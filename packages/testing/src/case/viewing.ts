import { Either } from "effect"
import { type Trade, Decimal, Order, Position } from "@roundlot/core"
import { Id, OrderState } from "@roundlot/core/adapter"
import { Allocation, Break, type Event, Lot, OwnerPosition, PositionAnswer, decode } from "@roundlot/core/ledger"
import { type CaseTable, namesOf, tradesOf } from "./Case.ts"

/** The view of a position: what a case shows of it. */
export interface View {
  readonly position: { readonly [figure: string]: string }
  readonly orders: { readonly [id: string]: unknown }
  readonly trades: { readonly [id: string]: unknown }
  /** C7: what is ordered and executed of each owner, in signed shares. */
  readonly owners: { readonly [owner: string]: unknown }
  readonly breaks: ReadonlyArray<string>
  readonly why: string
}

const FIGURES = ["exposure", "target", "hedged", "inFlight", "residual"] as const

/** What the books of a case come to. */
export const viewOf = (table: CaseTable): View => {
  const names = namesOf(table)
  const [position] = table.desk.all(Position.PositionTable)
  const allocations = table.desk.all(Allocation.AllocationTable).filter((each) => each.releasedAt === undefined)
  const lots = new Map(table.desk.all(Lot.LotTable).map((lot) => [lot.id, lot]))
  const openOf = (trade: Trade.Trade): string => {
    const lot = trade.lotId === undefined ? undefined : lots.get(trade.lotId)
    return lot === undefined ? "0" : Decimal.format(Decimal.abs(lot.open))
  }
  const name = (id: string): string => names.get(id) ?? id
  const figures = FIGURES.map((figure) => [figure, position === undefined ? "0" : Decimal.format(position[figure])])
  return {
    position: Object.fromEntries(figures),
    orders: Object.fromEntries(
      table.desk
        .all(Order.OrderTable)
        .map((order) => [name(Id.format("order", order.id)), orderView(order, allocations, name)])
    ),
    trades: Object.fromEntries(
      tradesOf(table).map((trade) => [
        trade.sourceId,
        { status: capital(trade.status), open: openOf(trade), net: netView(trade, allocations, name) }
      ])
    ),
    owners: Object.fromEntries(
      table.desk
        .all(OwnerPosition.OwnerPositionTable)
        .map(({ executed, ordered, owner }) => [
          owner,
          { ordered: Decimal.format(ordered), executed: Decimal.format(executed) }
        ])
    ),
    breaks: breaksView(table, name),
    why: renamed(position?.answer ?? PositionAnswer.FIRST_ANSWER, name)
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

const orderView = (
  order: Order.Order,
  allocations: ReadonlyArray<Allocation.Allocation>,
  name: (id: string) => string
) => {
  const links = allocations.flatMap((each) => {
    if (each.orderId !== order.id && each.counterOrderId !== order.id) return []
    const other = each.orderId === order.id ? each.counterOrderId : each.orderId
    const partner = each.tradeId === undefined ? Id.format("order", other ?? 0) : Id.format("trade", each.tradeId)
    return [{ partner: name(partner), quantity: each.quantity, settled: each.settled }]
  })
  return {
    origin: capital(order.origin),
    side: order.side,
    quantity: Decimal.format(order.quantity),
    state: OrderState.tagOf[order.status],
    filled: Decimal.format(order.filled),
    // C6: where fills are divided, what each trade has of them stands beside what it has in the order.
    allocations: order.allocation === undefined ? merged(links) : divided(links),
    excess: Decimal.format(order.excess)
  }
}

const netView = (trade: Trade.Trade, allocations: ReadonlyArray<Allocation.Allocation>, name: (id: string) => string) =>
  merged(
    allocations.flatMap((each) => {
      if (each.kind !== "net" || (each.tradeId !== trade.id && each.counterTradeId !== trade.id)) return []
      const partner = each.tradeId === trade.id ? each.counterTradeId : each.tradeId
      return [{ partner: name(Id.format("trade", partner ?? 0)), quantity: each.quantity }]
    })
  )

interface Link {
  readonly partner: string
  readonly quantity: Decimal.Decimal
}

/** Several links between the same two are shown as one, at the first one's place. */
const merged = (links: ReadonlyArray<Link>): ReadonlyArray<readonly [string, string]> => {
  const sums = new Map<string, Decimal.Decimal>()
  for (const { partner, quantity } of links) sums.set(partner, Decimal.add(sums.get(partner) ?? Decimal.zero, quantity))
  return [...sums].map(([partner, quantity]) => [partner, Decimal.format(quantity)])
}

const divided = (links: ReadonlyArray<Link & { readonly settled: Decimal.Decimal }>) => {
  const settled = new Map(merged(links.map((link) => ({ ...link, quantity: link.settled }))))
  return merged(links).map(([partner, quantity]) => [partner, quantity, settled.get(partner) ?? "0"])
}

const breaksView = (table: CaseTable, name: (id: string) => string): ReadonlyArray<string> => {
  const shown = table.desk
    .all(Break.BreakTable)
    .filter((each) => each.closedAt === undefined)
    .map((each) => `${each.kind} ${name(each.subject)}`)
  return [...new Set(shown)].toSorted()
}

const renamed = (answer: PositionAnswer.PositionAnswer, name: (id: string) => string): string =>
  answer._tag === "Ordered" ? `Ordered ${name(Id.format("order", answer.orderId))}` : PositionAnswer.answerText(answer)

/** The answer that an event records of its position, if it does. */
const recordedIn = (event: Event.LedgerEvent): PositionAnswer.PositionAnswer | undefined => {
  if (event._tag === "Evaluated") return event.answer
  const isDue = event._tag === "OrderCreated" && event.origin === "accumulation"
  return isDue ? { _tag: "Ordered", orderId: event.id } : undefined
}

/** What was answered at each evaluation, in order. */
export const answersOf = (table: CaseTable): ReadonlyArray<string> => {
  const names = namesOf(table)
  const query = { account: table.desk.account, afterSeq: 0, entity: undefined, limit: 1_000_000 }
  const answers: Array<string> = []
  for (const entry of table.desk.store.entries(query)) {
    const found = recordedIn(Either.getOrThrow(decode.decodeEntry(entry)))
    if (found === undefined) continue
    const answer = renamed(found, (id) => names.get(id) ?? id)
    if (answer !== answers.at(-1)) answers.push(answer)
  }
  return answers
}
