import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { orderOf, type Seen } from "../api/records.ts"
import { negated, signOf, sumOf } from "../format/figure.ts"
import { cancelOrder, markNotPlaced, markPlaced } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { Candidates } from "../ui/Candidates.tsx"
import * as columns from "../ui/columns.tsx"
import type { Column } from "../ui/Column.ts"
import { Facts } from "../ui/Facts.tsx"
import { Figure, Foreign, GivenId, Time } from "../ui/Figure.tsx"
import { Panel } from "../ui/Panel.tsx"
import { PriceBand } from "../ui/PriceBand.tsx"
import { BreakBanner, Crumb, RecordLink, Shown } from "../ui/Record.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { Side, SignIcon, StateSign } from "../ui/Sign.tsx"
import { Payload, type Stage, Stages, Timeline } from "../ui/Story.tsx"
import { TablePanel } from "../ui/TablePanel.tsx"
import { pathOfPosition } from "../words/paths.ts"
import { filledTail, signOfState } from "../words/signs.ts"

type Order = Seen<Documents.OrderDetail>

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

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
  columns.node("trade", ({ tradeId }) =>
    tradeId === null ? "an order's excess" : <RecordLink id={tradeId} to={`/trades/${tradeId}`} />
  ),
  columns.foreign("sourceId", ({ sourceId }) => sourceId),
  columns.figure("allocation", ({ quantity }) => quantity),
  columns.figure("settled", ({ settled }) => settled),
  columns.givenBack
]

/** What of the allocations still stands. */
const sumsIn = (allocations: Order["allocations"]) => {
  const standing = allocations.filter(({ releasedAt }) => releasedAt === null)
  return {
    allocation: sumOf(standing.map(({ quantity }) => quantity)),
    settled: sumOf(standing.map(({ settled }) => settled))
  }
}

/** What the fills that count come to; a commission that is not known of each of them is not known. */
const sumsOut = ({ averagePrice, fills }: Order) => {
  const canonical = fills.filter((fill) => fill.canonical)
  const commissions = canonical.flatMap(({ commission }) => commission ?? [])
  return {
    quantity: sumOf(canonical.map(({ quantity }) => quantity)),
    price: averagePrice,
    commission: commissions.length === canonical.length ? sumOf(commissions) : null,
    counts: averagePrice === null ? null : "≈ average price"
  }
}

const cameOut: ReadonlyArray<Column<Documents.FillDocument>> = [
  columns.id("/fills"),
  columns.time("executed", ({ executedAt }) => executedAt),
  columns.figureOfFill("quantity", ({ quantity }) => quantity),
  columns.figureOfFill("price", ({ price }) => price),
  columns.figureOfFill("commission", ({ commission }) => commission),
  columns.counts
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
        action={<RecordLink id={id} to={`/attempts/${id}`} />}
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

/** What is also to be said of where an order stands. */
const Tags = ({ of: { cancelRequestedAt, endedAt, filledQuantity, origin, quantity } }: { readonly of: Order }) => (
  <>
    {cancelRequestedAt === null || endedAt !== null ? null : <StateSign family="orderTag" state="cancelAsked" />}
    {origin === "external" ? <StateSign family="orderTag" state="external" /> : null}
    {signOf(sumOf([filledQuantity, negated(quantity)])) <= 0 ? null : (
      <StateSign family="orderTag" state="overfilled" />
    )}
  </>
)

const Detail = ({ order }: { readonly order: Order }) => (
  <>
    <PageHead
      note={<Crumb id={order.id} name="Orders" to="/orders" />}
      actions={isLive(order) && order.cancelRequestedAt === null ? <ActionButton action={cancelOrder(order)} /> : null}
    >
      <Side side={order.side} /> <Figure of={order.quantity} /> <Link href={pathOfPosition(order)}>{order.symbol}</Link>{" "}
      <StateSign family="order" state={order.status} tail={filledTail(order)} />
      <Tags of={order} />
    </PageHead>
    {order.status === "in_doubt" ? (
      <div className="banner tone-doubt" role="status">
        <SignIcon shape="diamond-half" />
        <span>
          In doubt: it was sent and no clear answer came. It counts as in flight until that is known. Look at the broker
          and decide it with what you see there; on the command line:{" "}
          <code>npx roundlot orders resolve {order.id}</code>
        </span>
        <ActionButton action={markPlaced(order, undefined)} className="button small" />
        <ActionButton action={markNotPlaced(order)} className="button small" />
      </div>
    ) : null}
    <Candidates order={order} />
    <Facts
      facts={[
        ["account", order.account],
        ["orderType", `${order.type.replace("_", " ")}, ${order.timeInForce}`],
        ["askedNotional", order.askedNotional === null ? null : <Figure of={order.askedNotional} money />],
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
        ["brokerOrderId", order.brokerOrderId === null ? null : <GivenId id={order.brokerOrderId} />],
        ["clientOrderId", <GivenId id={order.clientOrderId} />],
        ["reason", order.reason === null ? null : <Foreign text={order.reason} />],
        ["error", order.code === null ? null : <Foreign text={order.code} />]
      ]}
    />
    <Panel title="Stages">
      <Stages stages={stagesOf(order)} />
    </Panel>
    {order.breaks.map((found) => (
      <BreakBanner key={found.id} found={found} state={found.status} />
    ))}
    <div className="two">
      <TablePanel
        title="What went in"
        note={counted(order.allocations.length, "allocation")}
        empty="No trade's shares are in it."
        columns={wentIn}
        rows={order.allocations}
        sums={sumsIn(order.allocations)}
        idOf={({ id }) => id}
      />
      <TablePanel
        title="What came out"
        note={counted(order.fills.length, "fill")}
        id="fills"
        empty="Nothing is executed yet."
        columns={cameOut}
        rows={order.fills}
        sums={sumsOut(order)}
        idOf={({ id }) => id}
        below={order.priceBand === null ? null : <PriceBand band={order.priceBand} fills={order.fills} />}
      />
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
export const OrderPage = ({ id }: { readonly id: string }) => (
  <Shown name={["order", id]} title={id} read={(api, past) => orderOf(id, past)(api)}>
    {(order) => <Detail order={order} />}
  </Shown>
)
