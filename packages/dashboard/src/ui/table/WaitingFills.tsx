import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../../api/asking.ts"
import { useAsOf } from "../parts/asOf.ts"
import * as columns from "./columns.tsx"
import type { Column } from "./Column.ts"
import { useFilters } from "../parts/filters.ts"
import { StateSign } from "../parts/Sign.tsx"
import { TablePanel } from "./TablePanel.tsx"
import { texts } from "../../words/text/tables.ts"

type Waiting = Documents.WaitingFillDocument

const waiting: ReadonlyArray<Column<Waiting>> = [
  columns.foreignId("execId", ({ execId }) => execId),
  columns.node("counts", ({ standing }) => <StateSign family="fill" state={standing} />),
  columns.time("executed", ({ executedAt }) => executedAt),
  columns.account,
  columns.side,
  columns.quantity,
  columns.symbol,
  columns.figure("price", ({ price }) => price),
  columns.foreignId("brokerOrderId", ({ brokerOrderId }) => brokerOrderId),
  columns.node("subject", ({ breakId, orderId }) =>
    breakId === null
      ? null
      : texts.fillOfOrder({
          fill: <Link href={`/attention/${breakId}`}>{texts.likeAFill}</Link>,
          order: <Link href={`/orders/${orderId}`}>{orderId}</Link>
        })
  )
]

type Commission = Documents.WaitingCommissionDocument

const commissions: ReadonlyArray<Column<Commission>> = [
  columns.foreignId("execId", ({ execId }) => execId),
  columns.account,
  columns.figure("commission", ({ amount }) => amount),
  columns.foreign("currency", ({ currency }) => currency),
  columns.time("received", ({ receivedAt }) => receivedAt)
]

/** F12 of reconciliation: commissions whose execution is not booked yet. Absent where there is none. */
export const WaitingCommissions = () => {
  const account = useFilters().get("account")
  const isPast = useAsOf() !== ""
  const asked = account === "" ? {} : { account }
  const { data } = useAsk(
    ["commissions waiting", asked],
    (api) => api.fills.waitingCommissions({ urlParams: asked }),
    !isPast
  )
  const rows = data?.items ?? []
  return isPast || rows.length === 0 ? null : (
    <TablePanel
      title={texts.commissionsWithoutAnExecution}
      note={texts.commissions({ count: rows.length })}
      empty={texts.none}
      columns={commissions}
      rows={rows}
      idOf={({ account: owner, execId, number }) => `${owner} ${execId} ${number}`}
    />
  )
}

interface WaitingFillsProps {
  /** Whose order they may be of; all of the address's filters where none is named. */
  readonly order?: Pick<Documents.OrderDetail, "id" | "account" | "symbol" | "brokerOrderIds"> | undefined
}

/** Executions that count nowhere yet: parked until their order is known, or suspected to be another one. Absent where there is none. */
export const WaitingFills = ({ order }: WaitingFillsProps) => {
  const { get } = useFilters()
  const { account, symbol } = order ?? { account: get("account"), symbol: get("symbol") }
  const asked = { ...(account === "" ? {} : { account }), ...(symbol === "" ? {} : { symbol }) }
  const isPast = useAsOf() !== ""
  const { data } = useAsk(["fills waiting", asked], (api) => api.fills.waiting({ urlParams: asked }), !isPast)
  const isMeant = ({ brokerOrderId, orderId }: Waiting): boolean =>
    order === undefined ||
    orderId === order.id ||
    (brokerOrderId !== null && order.brokerOrderIds.includes(brokerOrderId))
  const rows = (data?.items ?? []).filter(isMeant)
  // What waits is told of now alone.
  return isPast || rows.length === 0 ? null : (
    <TablePanel
      title={texts.unmatchedFills}
      note={texts.executions({ count: rows.length })}
      empty={texts.none}
      columns={waiting}
      rows={rows}
      idOf={({ account: owner, execId }) => `${owner} ${execId}`}
    />
  )
}
