import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { cancelOrder } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { DataTable, type Column } from "../ui/DataTable.tsx"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, Time } from "../ui/Figure.tsx"
import { Asked, Empty, Panel } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { Side, SignIcon, StateSign } from "../ui/Sign.tsx"
import { Payload, type Stage, Stages, Timeline } from "../ui/Story.tsx"
import { eventWords } from "../words/events.ts"
import { pathOfPosition } from "../words/paths.ts"
import { signOfState } from "../words/signs.ts"

type Order = Documents.OrderDetail

const stagesOf = (order: Order): ReadonlyArray<Stage> => [
  { word: "Created", at: order.createdAt, shape: "ring" },
  { word: "Sent", at: order.sentAt, shape: "ring-arrow" },
  { word: "Accepted", at: order.acceptedAt, shape: "disc-dot" },
  { word: "First fill", at: order.firstFilledAt, shape: "disc-part" },
  ...(order.cancelRequestedAt === null
    ? []
    : [{ word: "Cancel asked", at: order.cancelRequestedAt, shape: "square-x" } as const]),
  ...(order.endedAt === null
    ? []
    : [
        {
          word: signOfState("order", order.status).word,
          at: order.endedAt,
          shape: signOfState("order", order.status).shape
        }
      ])
]

const wentIn: ReadonlyArray<Column<Documents.AllocationDetail>> = [
  {
    term: "trade",
    kind: "node",
    of: ({ tradeId }) => (tradeId === null ? "an order's excess" : <Link href={`/trades/${tradeId}`}>{tradeId}</Link>)
  },
  { term: "sourceId", kind: "node", of: ({ sourceId }) => <Foreign text={sourceId} /> },
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

const struck = (fill: Documents.FillDocument, text: string | null) =>
  fill.canonical ? (
    <Figure of={text} />
  ) : (
    <s>
      <Figure of={text} />
    </s>
  )

const cameOut: ReadonlyArray<Column<Documents.FillDocument>> = [
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
  { term: "quantity", kind: "node", of: (fill) => struck(fill, fill.quantity) },
  { term: "price", kind: "node", of: (fill) => struck(fill, fill.price) },
  { term: "commission", kind: "node", of: (fill) => struck(fill, fill.commission) },
  {
    term: "counts",
    kind: "node",
    of: ({ canonical, revision }) => (
      <StateSign family="fill" state={canonical ? "canonical" : "superseded"} tail={`r${revision}`} />
    )
  }
]

const Attempts = ({ attempts }: { readonly attempts: Order["attempts"] }) => (
  <>
    {attempts.map(({ errorCode, errorMessage, httpStatus, id, number, outcome, request, response }) => (
      <Panel
        key={id}
        id={`attempt-${number}`}
        title={`Attempt ${number}`}
        note={
          <StateSign
            family="attempt"
            state={outcome ?? "sending"}
            tail={httpStatus === null ? undefined : String(httpStatus)}
          />
        }
        action={<Link href={`/attempts/${id}`}>{id}</Link>}
      >
        {errorMessage === null && errorCode === null ? null : (
          <p className="tone-danger">
            <Foreign text={[errorCode, errorMessage].filter((each) => each !== null).join(": ")} />
          </p>
        )}
        <div className="two">
          <Payload title="Request" of={request} />
          <Payload title="Response" of={response} />
        </div>
      </Panel>
    ))}
  </>
)

const isLive = ({ status }: Order): boolean =>
  status === "submitted" || status === "partially_filled" || status === "pending"

const Detail = ({ order }: { readonly order: Order }) => (
  <>
    <PageHead
      note={
        <>
          <Link href="/orders">Orders</Link> · <span className="mono">{order.id}</span>
        </>
      }
      actions={isLive(order) && order.cancelRequestedAt === null ? <ActionButton action={cancelOrder(order)} /> : null}
    >
      <Side side={order.side} /> <Figure of={order.quantity} /> <Link href={pathOfPosition(order)}>{order.symbol}</Link>{" "}
      <StateSign family="order" state={order.status} />
    </PageHead>
    {order.status === "in_doubt" ? (
      <div className="banner tone-doubt" role="status">
        <SignIcon shape="diamond-half" />
        <span>
          In doubt: it was sent and no clear answer came. It counts as in flight until that is known. To decide it with
          the broker's evidence: <code>npx roundlot orders resolve {order.id}</code>
        </span>
      </div>
    ) : null}
    <Facts
      facts={[
        ["account", order.account],
        ["orderType", `${order.type.replace("_", " ")}, ${order.timeInForce}`],
        ["limitPrice", order.limitPrice === null ? null : <Figure of={order.limitPrice} money />],
        [
          "filled",
          <>
            <Figure of={order.filledQuantity} /> of <Figure of={order.quantity} />
          </>
        ],
        [
          "averagePrice",
          order.averagePrice === null ? null : (
            <>
              ≈ <Figure of={order.averagePrice} money />
            </>
          )
        ],
        ["notional", <Figure of={order.filledNotional} money />],
        ["unpriced", order.unpricedQuantity === "0" ? null : <Figure of={order.unpricedQuantity} />],
        ["excess", order.excess === "0" ? null : <Figure of={order.excess} />],
        ["origin", order.origin],
        [
          "brokerOrderId",
          order.brokerOrderId === null ? null : (
            <span className="mono">
              <Foreign text={order.brokerOrderId} />
            </span>
          )
        ],
        ["clientOrderId", <span className="mono">{order.clientOrderId}</span>],
        ["reason", order.reason === null ? null : <Foreign text={order.reason} />],
        ["error", order.code === null ? null : <Foreign text={order.code} />]
      ]}
    />
    <Panel title="Stages">
      <Stages stages={stagesOf(order)} />
    </Panel>
    {order.breaks.map(({ evidence, id, kind, status }) => (
      <div key={id} className="banner tone-warn" role="status">
        <SignIcon shape="triangle" />
        <span>
          <Link href={`/attention/${id}`}>{eventWords(kind)}</Link> ({status}): <Foreign text={evidence} />
        </span>
      </div>
    ))}
    <div className="two">
      <Panel title="What went in" note={`${order.allocations.length} allocations`}>
        {order.allocations.length === 0 ? (
          <Empty>No trade's shares are in it.</Empty>
        ) : (
          <DataTable label="What went in" columns={wentIn} rows={order.allocations} idOf={({ id }) => id} isShort />
        )}
      </Panel>
      <Panel title="What came out" note={`${order.fills.length} fills`} id="fills">
        {order.fills.length === 0 ? (
          <Empty>Nothing is executed yet.</Empty>
        ) : (
          <DataTable label="What came out" columns={cameOut} rows={order.fills} idOf={({ id }) => id} isShort />
        )}
      </Panel>
    </div>
    <Attempts attempts={order.attempts} />
    <Timeline history={order.history} />
    <p className="faint">
      Changed <Time at={order.updatedAt} />. The same on the command line:{" "}
      <code>npx roundlot orders show {order.id}</code>
    </p>
  </>
)

/** An order: how far it is, what went in, what came out, and every exchange with its broker. */
export const OrderPage = ({ id }: { readonly id: string }) => {
  const query = useAsk(["order", id], (api) => api.orders.show({ path: { id }, urlParams: {} }))
  return (
    <Asked query={query} title={id}>
      {(order) => <Detail order={order} />}
    </Asked>
  )
}
