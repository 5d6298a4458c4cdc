import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { grouped } from "../format/figure.ts"
import { halt, resume } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { Equation, LotGauge } from "../ui/Bars.tsx"
import { DataTable, type Column } from "../ui/DataTable.tsx"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, Time } from "../ui/Figure.tsx"
import { useDueFrom } from "../ui/NextOrder.tsx"
import { Asked, Empty, Panel } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { SignIcon, SignView, Side, StateSign } from "../ui/Sign.tsx"
import { eventWords } from "../words/events.ts"
import { signOfNext } from "../words/signs.ts"

type Position = Documents.PositionDetail

const lots: ReadonlyArray<Column<Documents.LotDocument>> = [
  { term: "id", kind: "node", of: ({ id }) => <span className="mono">{id}</span> },
  {
    term: "trade",
    kind: "node",
    of: ({ orderId, tradeId }) =>
      tradeId !== null ? (
        <Link href={`/trades/${tradeId}`}>{tradeId}</Link>
      ) : orderId === null ? null : (
        <Link href={`/orders/${orderId}`}>excess of {orderId}</Link>
      )
  },
  { term: "sourceId", kind: "node", of: ({ sourceId }) => <Foreign text={sourceId} /> },
  { term: "open", kind: "figure", of: ({ open }) => open, signed: true }
]

const orders: ReadonlyArray<Column<Documents.OrderDocument>> = [
  {
    term: "id",
    kind: "node",
    of: ({ id }) => (
      <Link href={`/orders/${id}`} className="mono">
        {id}
      </Link>
    )
  },
  { term: "created", kind: "time", of: ({ createdAt }) => createdAt },
  { term: "side", kind: "node", of: ({ side }) => <Side side={side} /> },
  { term: "quantity", kind: "figure", of: ({ quantity }) => quantity },
  { term: "filled", kind: "figure", of: ({ filledQuantity }) => filledQuantity },
  { term: "status", kind: "node", of: ({ status }) => <StateSign family="order" state={status} /> }
]

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const Detail = ({ position }: { readonly position: Position }) => {
  const from = useDueFrom()(position)
  const { account, next, symbol } = position
  const recent = useAsk(["orders of", account, symbol], (api) =>
    api.orders.list({ urlParams: { account, symbol, order: "newest", limit: 20 } })
  )
  const due = next.order === null ? [] : [`${upper(next.order.side)} ${next.order.quantity} ${symbol}`]
  return (
    <>
      <PageHead
        note={
          <>
            <Link href="/positions">Positions</Link> · {account}
          </>
        }
        actions={
          <>
            <Link
              href={`/trades/new?account=${encodeURIComponent(account)}&symbol=${encodeURIComponent(symbol)}`}
              className="button"
            >
              New trade
            </Link>
            <ActionButton action={resume(due, account, symbol)} label="Resume" className="button" />
            <span className="apart">
              <ActionButton
                action={halt(position.orders.length, account, symbol)}
                label="Halt"
                className="button halt"
              />
            </span>
          </>
        }
      >
        {symbol}
      </PageHead>
      <Panel
        title="Where it stands"
        note={
          <>
            as of <Time at={position.updatedAt} />
          </>
        }
      >
        <Equation sum={position} />
        <div className="next">
          <LotGauge residual={position.residual} from={from} />
          <SignView sign={signOfNext(next.answer)} />
          <span>
            {upper(next.why)}. <span className="faint">An order is due from {grouped(from)}.</span>
          </span>
        </div>
      </Panel>
      {position.breaks.map(({ evidence, id, kind }) => (
        <div key={id} className="banner tone-warn" role="status">
          <SignIcon shape="triangle" />
          <span>
            <Link href={`/attention/${id}`}>{eventWords(kind)}</Link>: <Foreign text={evidence} />
          </span>
        </div>
      ))}
      <div className="two">
        <Panel title="Open lots" note="oldest first">
          {position.lots.length === 0 ? (
            <Empty>Nothing waits in the queue.</Empty>
          ) : (
            <DataTable label="Open lots" columns={lots} rows={position.lots} idOf={({ id }) => id} isShort />
          )}
        </Panel>
        <Panel
          title="Orders"
          note="newest first"
          action={<Link href={`/orders?account=${account}&symbol=${symbol}`}>All</Link>}
        >
          <Asked query={recent}>
            {({ items }) =>
              items.length === 0 ? (
                <Empty>No order was made for it yet.</Empty>
              ) : (
                <DataTable label="Orders" columns={orders} rows={items} idOf={({ id }) => id} isShort />
              )
            }
          </Asked>
        </Panel>
      </div>
      <Facts
        facts={[
          ["exposure", <Figure of={position.exposure} signed />],
          ["base", <Figure of={position.base} signed />],
          ["direct", <Figure of={position.direct} signed />],
          ["adopted", <Figure of={position.adopted} signed />],
          ["held", position.held === null ? null : <Foreign text={position.held} />]
        ]}
      />
    </>
  )
}

/** A position: where it stands, what waits in its queue, and its orders. */
export const PositionPage = ({ account, symbol }: { readonly account: string; readonly symbol: string }) => {
  const query = useAsk(["position", account, symbol], (api) =>
    api.positions.show({ path: { symbol }, urlParams: { account } })
  )
  return (
    <Asked query={query} title={symbol}>
      {(position) => <Detail position={position} />}
    </Asked>
  )
}
