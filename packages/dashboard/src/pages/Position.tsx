import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { grouped } from "../format/figure.ts"
import { halt, resume } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { momentOf, useAsOf } from "../ui/asOf.ts"
import { Equation, LotGauge } from "../ui/Bars.tsx"
import * as columns from "../ui/columns.tsx"
import type { Column } from "../ui/DataTable.tsx"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, Time } from "../ui/Figure.tsx"
import { useDueFrom } from "../ui/NextOrder.tsx"
import { Asked, Empty, Panel } from "../ui/Panel.tsx"
import { BreakBanner, Shown } from "../ui/Record.tsx"
import { type Point, StepChart } from "../ui/StepChart.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { SignView } from "../ui/Sign.tsx"
import { Rows, TablePanel } from "../ui/TablePanel.tsx"
import { signOfNext } from "../words/signs.ts"

type Position = Documents.PositionDetail

const lots: ReadonlyArray<Column<Documents.LotDocument>> = [
  columns.node("id", ({ id }) => <span className="mono">{id}</span>),
  columns.node("trade", ({ orderId, tradeId }) =>
    tradeId !== null ? (
      <Link href={`/trades/${tradeId}`}>{tradeId}</Link>
    ) : orderId === null ? null : (
      <Link href={`/orders/${orderId}`}>excess of {orderId}</Link>
    )
  ),
  columns.foreign("sourceId", ({ sourceId }) => sourceId),
  { term: "open", kind: "figure", of: ({ open }) => open, signed: true }
]

const orders: ReadonlyArray<Column<Documents.OrderDocument>> = [
  columns.id("/orders"),
  columns.created,
  columns.side,
  columns.quantity,
  columns.figure("filled", ({ filledQuantity }) => filledQuantity),
  columns.status("order")
]

const slippage: ReadonlyArray<Column<Point>> = [
  columns.time("tradedAt", ({ at }) => at),
  columns.figure("slippageBp", ({ figure }) => figure)
]

/** What hedging cost against the trades' own prices, trade by trade. */
const Slippage = ({ hedged }: { readonly hedged: ReadonlyArray<Documents.HedgingDocument> }) => {
  const points = hedged
    .flatMap(({ slippageBp, tradedAt }) => (slippageBp === null ? [] : [{ at: tradedAt, figure: slippageBp }]))
    .toReversed()
  const newest = points.at(-1)
  if (newest === undefined) return <Empty>No trade with a price of its own was hedged yet.</Empty>
  return (
    <StepChart
      label="Slippage"
      summary={`${points.length} ${points.length === 1 ? "trade" : "trades"}; the newest cost ${grouped(newest.figure)} bp. Below zero is better than the trade's own price.`}
      unit="bp"
      points={points}
      columns={slippage}
    />
  )
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const Detail = ({ position }: { readonly position: Position }) => {
  const from = useDueFrom()(position)
  const { account, next, symbol } = position
  const past = momentOf(useAsOf())
  const recent = useAsk(["orders of", account, symbol, past], (api) =>
    api.orders.list({ urlParams: { account, symbol, order: "newest", limit: 20, ...past } })
  )
  const hedging = useAsk(["hedging of", account, symbol], (api) =>
    api.overview.hedging({ urlParams: { account, symbol, order: "newest", limit: 200 } })
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
            {upper(next.why)}.{" "}
            <span className="faint">
              An order is due from {grouped(from)}.
              {next.answer === position.answer && (
                <>
                  {" "}
                  So since <Time at={position.answerSince} />.
                </>
              )}
            </span>
          </span>
        </div>
      </Panel>
      {position.breaks.map((found) => (
        <BreakBanner key={found.id} found={found} />
      ))}
      <div className="two">
        <TablePanel
          title="Open lots"
          note="oldest first"
          empty="Nothing waits in the queue."
          columns={lots}
          rows={position.lots}
          idOf={({ id }) => id}
        />
        <Panel
          title="Orders"
          note="newest first"
          action={<Link href={`/orders?account=${account}&symbol=${symbol}`}>All</Link>}
        >
          <Asked query={recent}>
            {({ items }) => (
              <Rows
                label="Orders"
                empty="No order was made for it yet."
                columns={orders}
                rows={items}
                idOf={({ id }) => id}
                isShort
              />
            )}
          </Asked>
        </Panel>
      </div>
      <Panel title="Slippage" note="of the newest 200 trades, against each trade's own price">
        <Asked query={hedging}>{({ items }) => <Slippage hedged={items} />}</Asked>
      </Panel>
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
export const PositionPage = ({ account, symbol }: { readonly account: string; readonly symbol: string }) => (
  <Shown
    name={["position", account, symbol]}
    title={symbol}
    read={(api, past) => api.positions.show({ path: { symbol }, urlParams: { account, ...past } })}
  >
    {(position) => <Detail position={position} />}
  </Shown>
)
