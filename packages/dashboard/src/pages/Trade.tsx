import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { dismissTrade, reverseTrade } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { DataTable, type Column } from "../ui/DataTable.tsx"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, Time } from "../ui/Figure.tsx"
import { Asked, Empty, Panel } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { Side, StateSign } from "../ui/Sign.tsx"
import { pathOfPosition } from "../words/paths.ts"

type Trade = Documents.TradeDetail

const allocations: ReadonlyArray<Column<Documents.AllocationDetail>> = [
  {
    term: "kind",
    kind: "node",
    of: ({ kind }) => (kind === "net" ? "netted" : kind === "order" ? "ordered" : "unwound")
  },
  {
    term: "order",
    kind: "node",
    of: ({ counterTradeId, orderId }) =>
      orderId !== null ? (
        <Link href={`/orders/${orderId}`}>{orderId}</Link>
      ) : counterTradeId === null ? null : (
        <Link href={`/trades/${counterTradeId}`}>{counterTradeId}</Link>
      )
  },
  { term: "allocation", kind: "figure", of: ({ quantity }) => quantity },
  { term: "settled", kind: "figure", of: ({ settled }) => settled },
  {
    term: "reason",
    kind: "node",
    of: ({ releasedWhy }) =>
      releasedWhy === null ? null : (
        <>
          given back: <Foreign text={releasedWhy} />
        </>
      )
  }
]

const fills: ReadonlyArray<Column<Documents.FillDocument>> = [
  {
    term: "id",
    kind: "node",
    of: ({ id }) => (
      <Link href={`/fills/${id}`} className="mono">
        {id}
      </Link>
    )
  },
  { term: "executed", kind: "time", of: ({ executedAt }) => executedAt },
  { term: "quantity", kind: "figure", of: ({ quantity }) => quantity },
  { term: "price", kind: "figure", of: ({ price }) => price },
  { term: "commission", kind: "figure", of: ({ commission }) => commission },
  {
    term: "counts",
    kind: "node",
    of: ({ canonical }) => <StateSign family="fill" state={canonical ? "canonical" : "superseded"} />
  }
]

const Detail = ({ trade }: { readonly trade: Trade }) => (
  <>
    <PageHead
      note={
        <>
          <Link href="/trades">Trades</Link> · <span className="mono">{trade.id}</span>
        </>
      }
      actions={
        trade.status === "pending" ? (
          <ActionButton action={dismissTrade(trade)} />
        ) : (
          <ActionButton action={reverseTrade(trade)} />
        )
      }
    >
      <Side side={trade.side} /> <Figure of={trade.quantity} />{" "}
      <Link href={pathOfPosition(trade)}>
        <Foreign text={trade.symbol} />
      </Link>{" "}
      <StateSign family="trade" state={trade.status} />
    </PageHead>
    <Facts
      facts={[
        ["account", trade.account],
        ["price", trade.price === null ? null : <Figure of={trade.price} money />],
        ["tradedAt", <Time at={trade.tradedAt} />],
        ["received", <Time at={trade.createdAt} />],
        ["source", <Foreign text={trade.source} />],
        [
          "sourceId",
          <span className="mono">
            <Foreign text={trade.sourceId} />
          </span>
        ],
        ["batch", trade.batchId === null ? null : <Link href={`/batches/${trade.batchId}`}>{trade.batchId}</Link>],
        ["direction", trade.direction],
        ["open", <Figure of={trade.openQuantity} />],
        ["netted", <Figure of={trade.nettedQuantity} />],
        ["reason", trade.reason === null ? null : <Foreign text={trade.reason} />]
      ]}
    />
    <div className="two">
      <Panel title="Where its shares went" note={`${trade.allocations.length} allocations`}>
        {trade.allocations.length === 0 ? (
          <Empty>All of it waits in the queue of its position.</Empty>
        ) : (
          <DataTable
            label="Where its shares went"
            columns={allocations}
            rows={trade.allocations}
            idOf={({ id }) => id}
            isShort
          />
        )}
      </Panel>
      <Panel title="Fills of its orders" note={`${trade.fills.length} fills`}>
        {trade.fills.length === 0 ? (
          <Empty>Nothing is executed for it yet.</Empty>
        ) : (
          <DataTable label="Fills of its orders" columns={fills} rows={trade.fills} idOf={({ id }) => id} isShort />
        )}
      </Panel>
    </div>
    <Panel title="Story">
      <ol className="rows story">
        {trade.statuses.map(({ at, cause, reason, status }) => (
          <li key={`${at} ${status}`}>
            <Time at={at} />
            <span className="what">
              <StateSign family="trade" state={status} />{" "}
              <span className="faint">
                by {cause.kind}, <Foreign text={cause.actor} />
              </span>{" "}
              <Foreign text={reason} />
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  </>
)

/** A trade: where its shares went, and what was executed for it. */
export const TradePage = ({ id }: { readonly id: string }) => {
  const query = useAsk(["trade", id], (api) => api.trades.show({ path: { id } }))
  return (
    <Asked query={query} title={id}>
      {(trade) => <Detail trade={trade} />}
    </Asked>
  )
}
