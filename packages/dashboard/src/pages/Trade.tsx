import type { Documents } from "@roundlot/api"
import { isQuarantined } from "@roundlot/api/client"
import { Link } from "wouter"
import { type Seen, tradeOf } from "../api/records.ts"
import { dismissTrade, reverseTrade } from "../ui/action/trades.ts"
import type { Action } from "../ui/action/Action.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment, Said } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { Crumb, RecordLink, Shown, WhyLink } from "../ui/record/Record.tsx"
import { Actor } from "../ui/record/Story.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Side, StateSign } from "../ui/parts/Sign.tsx"
import { TablePanel } from "../ui/table/TablePanel.tsx"
import { pathOfEntries, pathOfPosition } from "../words/paths.ts"
import { texts } from "../words/text/trades.ts"

type Trade = Seen<Documents.TradeDetail>

const allocations: ReadonlyArray<Column<Documents.AllocationDetail>> = [
  columns.node("kind", ({ kind }) => (kind === "net" ? "netted" : kind === "order" ? "ordered" : "unwound")),
  columns.node("order", ({ counterTradeId, orderId }) =>
    orderId !== null ? (
      <RecordLink id={orderId} to={`/orders/${orderId}`} />
    ) : counterTradeId === null ? null : (
      <RecordLink id={counterTradeId} to={`/trades/${counterTradeId}`} />
    )
  ),
  columns.figure("allocation", ({ quantity }) => quantity),
  columns.figure("settled", ({ settled }) => settled),
  columns.givenBack
]

const fills: ReadonlyArray<Column<Documents.FillDocument>> = [
  columns.id("/fills"),
  columns.time("executed", ({ executedAt }) => executedAt),
  columns.quantity,
  columns.figure("price", ({ price }) => price),
  columns.figure("commission", ({ commission }) => commission),
  columns.counts
]

/** A trade that is counted can be undone, once; a direct one is sent as given, and no reversal or write-off is undone. */
const isReversible = ({ kind, reverses, standing, status }: Trade): boolean =>
  kind === "accumulate" &&
  reverses === null &&
  standing !== "reversed" &&
  (status === "accumulated" || status === "completed")

/** What can be done about a trade as it stands; nothing where every command would be refused. */
const actionOn = (trade: Trade): Action | undefined => {
  // Pending without a reason is a direct one whose order works.
  if (trade.status === "pending") return trade.reasonCode === null ? undefined : dismissTrade(trade)
  return isReversible(trade) ? reverseTrade(trade) : undefined
}

const History = ({ of }: { readonly of: Trade["statuses"] }) => (
  <Panel title={texts.history}>
    <ol className="rows story">
      {of.map(({ at, cause, reason, reasonCode, status }) => (
        <li key={`${at} ${status}`}>
          <Moment at={at} />
          <span className="what">
            <StateSign
              family="trade"
              state={isQuarantined({ status, reason: reasonCode ?? undefined }) ? "quarantined" : status}
            />{" "}
            <Actor of={cause.actor} /> <Said text={reason} />
          </span>
        </li>
      ))}
    </ol>
  </Panel>
)

const Detail = ({ trade }: { readonly trade: Trade }) => {
  const action = actionOn(trade)
  return (
    <>
      <PageHead
        note={<Crumb id={trade.id} name={texts.trades} to="/trades" />}
        actions={action === undefined ? undefined : <ActionButton action={action} />}
      >
        <Side side={trade.side} /> <Figure of={trade.quantity} />{" "}
        <Link href={pathOfPosition(trade)}>
          <Foreign text={trade.symbol} />
        </Link>{" "}
        <StateSign family="trade" state={trade.standing} />
      </PageHead>
      <Facts
        facts={[
          ["account", trade.account],
          [
            "price",
            trade.price === null ? null : (
              <>
                <Figure of={trade.price} money /> <WhyLink of={trade.id} />
              </>
            )
          ],
          ["tradedAt", <Moment at={trade.tradedAt} />],
          ["received", <Moment at={trade.createdAt} />],
          ["source", <Foreign text={trade.source} />],
          ["sourceId", <GivenId id={trade.sourceId} />],
          ["beneficialOwner", trade.owner === null ? null : <GivenId id={trade.owner} />],
          ["actor", <Foreign text={trade.statuses[0]?.cause.actor ?? null} />],
          ["batch", trade.batchId === null ? null : <RecordLink id={trade.batchId} to={`/batches/${trade.batchId}`} />],
          ["direction", trade.direction],
          ["open", <Figure of={trade.openQuantity} />],
          ["netted", <Figure of={trade.nettedQuantity} />],
          ["reason", trade.reason === null ? null : <Said text={trade.reason} />],
          ["entries", <Link href={pathOfEntries(trade.account, trade.id)}>{texts.viewInJournal}</Link>]
        ]}
      />
      <div className="two tables">
        <TablePanel
          title={texts.allocations}
          note={texts.allocationCount({ count: trade.allocations.length })}
          empty={
            trade.kind === "direct"
              ? texts.directNotAllocated
              : trade.status === "failed"
                ? texts.neverAllocated
                : texts.notAllocated
          }
          columns={allocations}
          rows={trade.allocations}
          idOf={({ id }) => id}
        />
        <TablePanel
          title={texts.fills}
          note={texts.fillCount({ count: trade.fills.length })}
          empty={texts.noFillsYet}
          columns={fills}
          rows={trade.fills}
          idOf={({ id }) => id}
        />
      </div>
      <History of={trade.statuses} />
    </>
  )
}

/** A trade: where its shares went, and what was executed for it. */
export const TradePage = ({ id }: { readonly id: string }) => (
  <Shown name={["trade", id]} title={id} read={(api, past) => tradeOf(id, past)(api)}>
    {(trade) => <Detail trade={trade} />}
  </Shown>
)
