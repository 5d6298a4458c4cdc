import type { Documents } from "@roundlot/api"
import { useMemo, useState } from "react"
import { useList } from "../api/asking.ts"
import { negated, signOf, sumOf } from "../format/figure.ts"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { Figure, Foreign } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { usePhone } from "../ui/parts/usePhone.ts"
import { RecordLink } from "../ui/record/Record.tsx"
import type { Card, Column, SumsOf } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { ReadRows } from "../ui/table/TablePanel.tsx"
import type { Term } from "../words/glossary.ts"
import { texts } from "../words/text/orders.ts"

type Order = Documents.OrderDetail
type Trade = Documents.TradeDocument

/** More trades than these are one line until they are asked for. */
const MOST_UNFOLDED = 20

/** Are they a line, and whole in a table of the page's width where that is asked for? */
export const areFolded = ({ tradeIds }: Pick<Order, "tradeIds">): boolean => tradeIds.length > MOST_UNFOLDED

/** What an order took of a trade: shares, and what it gave back. */
interface Taken {
  readonly allocated: string
  readonly settled: string
  readonly released: Order["allocations"]
}

/** What allocations come to, those that were released apart. */
const takenIn = (allocations: Order["allocations"]): Taken => {
  const standing = allocations.filter(({ releasedAt }) => releasedAt === null)
  return {
    allocated: sumOf(standing.map(({ quantity }) => quantity)),
    settled: sumOf(standing.map(({ settled }) => settled)),
    released: allocations.filter(({ releasedAt }) => releasedAt !== null)
  }
}

const allocatedIn = ({ allocations }: Order): string =>
  takenIn(allocations.filter(({ tradeId }) => tradeId !== null)).allocated

type TakenOf = (trade: Trade) => Taken

/** What an order took of each of its trades: a direct order takes all of its one. */
const takenBy = ({ allocations, filledQuantity, origin }: Order): TakenOf => {
  if (origin === "direct") return ({ quantity }) => ({ allocated: quantity, settled: filledQuantity, released: [] })
  const byTrade = new Map<string | null, Array<Order["allocations"][number]>>()
  for (const each of allocations) byTrade.set(each.tradeId, [...(byTrade.get(each.tradeId) ?? []), each])
  return ({ id }) => takenIn(byTrade.get(id) ?? [])
}

const unfilledOf = ({ openQuantity }: Trade, { allocated, settled }: Taken): string =>
  sumOf([openQuantity, allocated, negated(settled)])

/** What of a trade is neither this order's nor open: other trades netted it, or other orders took it. */
const elsewhereOf = ({ openQuantity, quantity }: Trade, { allocated }: Taken): string =>
  sumOf([quantity, negated(openQuantity), negated(allocated)])

/** Why shares were released: the order that replaces this one is the reason where there is one. */
const Released = ({ of, replacedBy }: { readonly of: Order["allocations"][number] } & Pick<Order, "replacedBy">) => {
  const quantity = <Figure of={of.quantity} />
  if (replacedBy === null) return texts.released({ quantity, reason: <Foreign text={of.releasedWhy} /> })
  return texts.releasedForNext({ quantity, order: <RecordLink id={replacedBy} to={`/orders/${replacedBy}`} /> })
}

const released = ({ replacedBy }: Order, takenOf: TakenOf): Column<Trade> =>
  columns.node("reason", (trade) =>
    takenOf(trade).released.map((each) => (
      <span key={each.id}>
        <Released of={each} replacedBy={replacedBy} />{" "}
      </span>
    ))
  )

const isElsewhere =
  (takenOf: TakenOf) =>
  (trade: Trade): boolean =>
    signOf(elsewhereOf(trade, takenOf(trade))) !== 0

const columnsOf = (order: Order, takenOf: TakenOf, hasElsewhere: boolean): ReadonlyArray<Column<Trade>> => [
  columns.linked("trade", "/trades", ({ id }) => id),
  columns.time("received", ({ createdAt }) => createdAt),
  columns.foreignId("sourceId", ({ sourceId }) => sourceId),
  columns.quantity,
  columns.figure("allocation", (trade) => takenOf(trade).allocated),
  ...(hasElsewhere ? [columns.figure("elsewhere", (trade: Trade) => elsewhereOf(trade, takenOf(trade)))] : []),
  columns.figure("unfilled", (trade) => unfilledOf(trade, takenOf(trade))),
  columns.tradeStatus,
  ...(order.allocations.some(({ releasedAt }) => releasedAt !== null) ? [released(order, takenOf)] : [])
]

const idOf = ({ id }: Trade): string => id

/** What a phone shows of a trade: a table is wider than it. */
const card: Card = {
  headline: ["trade", "quantity", "status"],
  details: ["allocation", "elsewhere", "unfilled", "reason"]
}

const notOnCard: ReadonlyArray<Term> = ["received", "sourceId"]

/** What the trades come to, where all of them are there; what was allocated of them is known before. */
const sumsOf = (order: Order, trades: ReadonlyArray<Trade>, isAll: boolean): SumsOf => {
  if (!isAll) return { allocation: allocatedIn(order) }
  const takenOf = takenBy(order)
  return {
    quantity: sumOf(trades.map(({ quantity }) => quantity)),
    allocation: sumOf(trades.map((trade) => takenOf(trade).allocated)),
    elsewhere: sumOf(trades.map((trade) => elsewhereOf(trade, takenOf(trade)))),
    unfilled: sumOf(trades.map((trade) => unfilledOf(trade, takenOf(trade))))
  }
}

/** The trades of an order, read on as they are scrolled. */
const Trades = ({ isShort, order }: { readonly order: Order; readonly isShort: boolean }) => {
  const asOf = useAsOf()
  const isPhone = usePhone()
  const list = useList({
    key: ["order trades", order.id, asOf],
    idOf,
    use: (api, page) => api.trades.list({ urlParams: { orderId: order.id, ...page, ...momentOf(asOf) } })
  })
  const hasElsewhere = list.rows.some(isElsewhere(takenBy(order)))
  return (
    <ReadRows
      key={`${order.id} ${asOf}`}
      list={isShort ? { ...list, count: undefined } : list}
      label={texts.sourceTrades}
      empty={texts.noSourceTrades}
      columns={useMemo(() => columnsOf(order, takenBy(order), hasElsewhere), [hasElsewhere, order])}
      sums={sumsOf(order, list.rows, !list.hasMore)}
      idOf={idOf}
      isShort={isShort}
      card={isPhone ? card : undefined}
      hidden={isPhone ? notOnCard : []}
    />
  )
}

/** Many trades: a line of what they come to, and each where it is unfolded. */
const Folded = ({ order }: { readonly order: Order }) => {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="well" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {texts.tradesAllocated({
          count: order.tradeIds.length,
          quantity: <Figure of={allocatedIn(order)} />
        })}
      </summary>
      {isOpen ? <Trades order={order} isShort={false} /> : null}
    </details>
  )
}

/** Shares that no trade covers: an overfill, and the order that takes it back. */
const Unallocated = ({ of }: { readonly of: Order["allocations"][number] }) => (
  <p className="extent">
    {texts.unallocatedShares({
      quantity: <Figure of={of.quantity} />,
      order:
        of.counterOrderId === null ? null : <RecordLink id={of.counterOrderId} to={`/orders/${of.counterOrderId}`} />
    })}
  </p>
)

/** What an order is made of: each trade, how much of it the order took, and how much waits. */
export const OrderTrades = ({ order }: { readonly order: Order }) => {
  const count = order.tradeIds.length
  return (
    <Panel title={texts.sourceTrades} note={count === 0 ? undefined : texts.trades({ count })}>
      {areFolded(order) ? <Folded order={order} /> : <Trades order={order} isShort />}
      {order.allocations
        .filter(({ quantity, tradeId }) => tradeId === null && signOf(quantity) !== 0)
        .map((each) => (
          <Unallocated key={each.id} of={each} />
        ))}
    </Panel>
  )
}
