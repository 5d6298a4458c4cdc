import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { orderOf, type Seen } from "../api/records.ts"
import { negated, productOf, signOf, sumOf } from "../format/figure.ts"
import {
  acceptReport,
  approveOrder,
  cancelOrder,
  contradicting,
  markEnded,
  markNotPlaced,
  markPlaced,
  retryOrder,
  voidOrder
} from "../ui/action/orders.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { refreshOrder } from "../ui/action/jobs.ts"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { Candidates, candidatesOf } from "../ui/action/Candidates.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { type Fact, Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment, Said } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { Equation } from "../ui/chart/Bars.tsx"
import { PriceBand } from "../ui/chart/PriceBand.tsx"
import { BreakBanner, Crumb, RecordLink, Shown, WhyLink } from "../ui/record/Record.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { CoolDown, Side, SignIcon, SignView, StateSign } from "../ui/parts/Sign.tsx"
import { Payload, Timeline } from "../ui/record/Story.tsx"
import { Terms } from "../ui/record/Terms.tsx"
import { TablePanel } from "../ui/table/TablePanel.tsx"
import { WaitingFills } from "../ui/table/WaitingFills.tsx"
import { inferredIn } from "../words/inferred.ts"
import { pathOfPosition } from "../words/paths.ts"
import { signOfOrder, signOfState } from "../words/signs.ts"
import { ladderWords } from "../words/terms.ts"
import { texts } from "../words/text/orders.ts"
import { OrderStages } from "./OrderStages.tsx"
import { areFolded, OrderTrades } from "./OrderTrades.tsx"

type Order = Seen<Documents.OrderDetail>

/** What the fills that count come to; a commission that is not known of each of them is not known. */
const sumsOut = ({ averagePrice, filledNotional, fills }: Order) => {
  const canonical = fills.filter((fill) => fill.canonical)
  const commissions = canonical.flatMap(({ commission }) => commission ?? [])
  return {
    quantity: sumOf(canonical.map(({ quantity }) => quantity)),
    price: averagePrice,
    notional: filledNotional,
    commission: commissions.length === canonical.length ? sumOf(commissions) : null,
    counts: averagePrice === null ? null : texts.averagePrice
  }
}

const Inferred = ({ order }: { readonly order: Order }) => {
  const inferred = inferredIn(order)
  return inferred === undefined ? null : (
    <p className="inferred">
      <StateSign family="fill" state="inferred" /> {texts.inferred({ quantity: <Figure of={inferred} /> })}
    </p>
  )
}

const cameOut: ReadonlyArray<Column<Documents.FillDocument>> = [
  columns.id("/fills"),
  columns.time("executed", ({ executedAt }) => executedAt),
  columns.figureOfFill("quantity", ({ quantity }) => quantity),
  columns.figureOfFill("price", ({ price }) => price),
  columns.figureOfFill("notional", ({ price, quantity }) => (price === null ? null : productOf(quantity, price))),
  columns.figureOfFill("commission", ({ commission }) => commission),
  columns.counts
]

/** What its position comes to with this order, at the moment that is looked at. */
const PositionOfOrder = ({ account, symbol }: { readonly account: string; readonly symbol: string }) => {
  const asOf = useAsOf()
  const { data } = useAsk(["position", account, symbol, asOf], (api) =>
    api.positions.show({ path: { symbol }, urlParams: { account, ...momentOf(asOf) } })
  )
  return data === undefined ? null : (
    <Panel
      title={texts.positionOf({ symbol, account })}
      note={texts.asOf({ at: <Moment at={data.updatedAt} /> })}
      action={<Link href={pathOfPosition(data)}>{texts.position}</Link>}
    >
      <Equation of={data} />
    </Panel>
  )
}

const Attempts = ({ attempts }: { readonly attempts: Order["attempts"] }) => (
  <>
    {attempts.map(({ errorCode, errorMessage, httpStatus, id, number, outcome, request, response }) => (
      <Panel
        key={id}
        id={`attempt-${number}`}
        title={texts.attempt({ number })}
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
          <Payload title={texts.request} of={request} />
          <Payload title={texts.response} of={response} />
        </div>
      </Panel>
    ))}
  </>
)

const isLive = ({ status }: Order): boolean =>
  status === "submitted" || status === "partially_filled" || status === "pending"

/** What is also to be said of where an order stands. */
const Tags = ({
  of: { cancelRequestedAt, endedAt, filledQuantity, notBefore, origin, quantity, status }
}: {
  readonly of: Order
}) => (
  <>
    {status === "pending" ? <CoolDown until={notBefore} /> : null}
    {cancelRequestedAt === null || endedAt !== null ? null : <StateSign family="orderTag" state="cancelAsked" />}
    {origin === "external" ? <StateSign family="orderTag" state="external" /> : null}
    {signOf(sumOf([filledQuantity, negated(quantity)])) <= 0 ? null : (
      <StateSign family="orderTag" state="overfilled" />
    )}
  </>
)

/** What its broker reported and was not possible: evidence, with what a person may resolve. */
const HeldReports = ({ order }: { readonly order: Order }) => {
  const open = order.heldReports.filter(({ settledAt }) => settledAt === null)
  if (open.length === 0) return null
  return (
    <div className="banner tone-doubt" role="status">
      <span>
        {open.map(({ execId, field, number, possible, reported, rule }) => (
          <span key={number}>
            {execId === null
              ? texts.heldReport({ number, rule, field, reported, possible })
              : texts.heldReportOfExecution({ number, rule, field, reported, possible, execId })}{" "}
            <ActionButton action={acceptReport(order, number)} className="button small" />{" "}
          </span>
        ))}
      </span>
      <ActionButton action={voidOrder(order)} className="button small" />
    </div>
  )
}

/** A person decides whether it is sent: it was proposed, or its scope asks for that. */
const AwaitsApproval = ({ order }: { readonly order: Order }) => {
  const { approvedAt, heldFor, proposal, status } = order
  if (status !== "pending" || approvedAt !== null || (proposal === null && heldFor !== "Approval")) return null
  return (
    <div className="banner tone-doubt" role="status">
      <SignIcon sign={signOfState("orderTag", "proposed")} />
      <span>
        {proposal === null
          ? texts.sentOnceApproved
          : texts.proposedBy({
              source: <Foreign text={proposal.source} />,
              notional: <Figure of={proposal.notional} money />,
              approveBy: <Moment at={proposal.approveBy} />
            })}
      </span>
      <ActionButton action={approveOrder(order)} className="button small" />
    </div>
  )
}

/** The order that a person asked for in the place of one that ended; nothing where nobody did. */
const Retried = ({ order: { account, id, symbol }, since }: { readonly order: Order; readonly since: string }) => {
  const asOf = useAsOf()
  const { data } = useAsk(["replaced", id, since, asOf], (api) =>
    api.orders.list({ urlParams: { account, symbol, since, order: "oldest", limit: 100, ...momentOf(asOf) } })
  )
  const next = data?.items.find(({ retryOf }) => retryOf === id)
  return next === undefined ? (
    <span className="faint">{texts.noneYet}</span>
  ) : (
    <RecordLink id={next.id} to={`/orders/${next.id}`} />
  )
}

/** What took the place of an order: the next of its position where it was no longer due, else what a person asked for. */
const ReplacedBy = ({ order, since }: { readonly order: Order; readonly since: string }) =>
  order.replacedBy === null ? (
    <Retried order={order} since={since} />
  ) : (
    <RecordLink id={order.replacedBy} to={`/orders/${order.replacedBy}`} />
  )

/** What the order comes from: trades of a direct one, its batch, the decision, and the order in whose place it is. */
const originsOf = ({ batchId, decisionId, origin, retryOf, tradeIds }: Order): ReadonlyArray<Fact> => [
  [
    "trade",
    origin === "direct" && tradeIds.length > 0
      ? tradeIds.map((id) => <RecordLink key={id} id={id} to={`/trades/${id}`} />)
      : null
  ],
  ["batch", batchId === null ? null : <RecordLink id={batchId} to={`/batches/${batchId}`} />],
  ["decision", decisionId === null ? null : <RecordLink id={decisionId} to={`/decisions/${decisionId}`} />],
  ["insteadOf", retryOf === null ? null : <RecordLink id={retryOf} to={`/orders/${retryOf}`} />]
]

/** Its broker says otherwise: it counts as live until a second reading, or a person, agrees. */
const Contradicted = ({ order }: { readonly order: Order }) =>
  order.contradiction === null ? null : (
    <div className="banner tone-doubt" role="status">
      <SignIcon sign={signOfState("order", "in_doubt")} />
      <span>
        {texts.contradicted({
          fact: contradicting[order.contradiction.fact],
          since: <Moment at={order.contradiction.since} />
        })}
      </span>
      <ActionButton action={markEnded(order, order.contradiction)} className="button small" />
    </div>
  )

/** What may be done with an order as it stands: one that is live is read again or cancelled, one that ended short is retried. */
const Actions = ({ of: order }: { readonly of: Order }) => {
  const isOpen = isLive(order) || order.status === "in_doubt"
  const isShort = !isOpen && order.status !== "filled"
  return (
    <>
      {isOpen ? <ActionButton action={refreshOrder(order)} className="button quiet" /> : null}
      {isLive(order) && order.cancelRequestedAt === null ? <ActionButton action={cancelOrder(order)} /> : null}
      {isShort && order.origin === "accumulation" && order.replacedBy === null ? (
        <ActionButton action={retryOrder(order)} />
      ) : null}
    </>
  )
}

/** It was sent, and nothing was heard of it: a person says what became of it. */
const Unconfirmed = ({ order }: { readonly order: Order }) => (
  <div className="banner tone-doubt" role="status" data-verdicts="">
    <SignIcon sign={signOfState("order", "in_doubt")} />
    <span>{texts.unconfirmed({ command: <code>npx roundlot orders resolve {order.id}</code> })}</span>
    {/* Where the broker lists what it may be, one of those is chosen and none is written by hand. */}
    {candidatesOf(order).length > 0 ? null : (
      <ActionButton action={markPlaced(order, undefined)} className="button small" />
    )}
    <ActionButton action={markNotPlaced(order)} className="button small" />
  </div>
)

const factsOf = (order: Order): ReadonlyArray<Fact> => [
  ["account", order.account],
  ["orderType", <Terms of={order} />],
  ["askedNotional", order.askedNotional === null ? null : <Figure of={order.askedNotional} money />],
  ["limitPrice", order.limitPrice === null ? null : <Figure of={order.limitPrice} money />],
  ["ladder", order.ladder === null ? null : ladderWords(order.ladder)],
  ["stopPrice", order.stopPrice === null ? null : <Figure of={order.stopPrice} money />],
  [
    "filled",
    <>
      {texts.filledOfQuantity({
        filled: <Figure of={order.filledQuantity} />,
        quantity: <Figure of={order.quantity} />
      })}
    </>
  ],
  [
    "averagePrice",
    order.averagePrice === null ? null : (
      <>
        <Figure of={order.averagePrice} money isAbout /> <WhyLink of={order.id} />
      </>
    )
  ],
  ["notional", <Figure of={order.filledNotional} money />],
  ["unpriced", order.unpricedQuantity === "0" ? null : <Figure of={order.unpricedQuantity} />],
  ["excess", order.excess === "0" ? null : <Figure of={order.excess} />],
  ["origin", order.origin],
  ...originsOf(order),
  [
    "replacedBy",
    order.phase !== "ended" || order.endedAt === null ? null : <ReplacedBy order={order} since={order.endedAt} />
  ],
  ["brokerOrderId", order.brokerOrderId === null ? null : <GivenId id={order.brokerOrderId} />],
  ["clientOrderId", <GivenId id={order.clientOrderId} />],
  // The order that replaces it is its reason.
  ["reason", order.reason === null || order.replacedBy !== null ? null : <Said text={order.reason} />],
  ["error", order.code === null ? null : <Foreign text={order.code} />]
]

const Detail = ({ order }: { readonly order: Order }) => (
  <>
    <PageHead note={<Crumb id={order.id} name={texts.orders} to="/orders" />} actions={<Actions of={order} />}>
      <Side side={order.side} /> <Figure of={order.quantity} /> <Link href={pathOfPosition(order)}>{order.symbol}</Link>{" "}
      <SignView sign={signOfOrder(order)} />
      <Tags of={order} />
    </PageHead>
    {order.status === "in_doubt" ? <Unconfirmed order={order} /> : null}
    <AwaitsApproval order={order} />
    <Contradicted order={order} />
    <Candidates order={order} />
    <HeldReports order={order} />
    <Facts facts={factsOf(order)} />
    <OrderStages order={order} />
    {order.breaks.map((found) => (
      <BreakBanner key={found.id} found={found} />
    ))}
    <div className={areFolded(order) ? "two tables" : "two tables flow"}>
      <OrderTrades order={order} />
      <TablePanel
        title={texts.executions}
        note={texts.fills({ count: order.fills.length })}
        id="fills"
        empty={texts.noExecutionsYet}
        columns={cameOut}
        rows={order.fills}
        sums={sumsOut(order)}
        idOf={({ id }) => id}
        below={
          <>
            <Inferred order={order} />
            {order.priceBand === null ? null : <PriceBand band={order.priceBand} fills={order.fills} />}
          </>
        }
      />
    </div>
    <PositionOfOrder account={order.account} symbol={order.symbol} />
    <WaitingFills order={order} />
    <Attempts attempts={order.attempts} />
    <Timeline account={order.account} history={order.history} />
    <p className="faint">
      {texts.changed({
        at: <Moment at={order.updatedAt} />,
        command: <code>npx roundlot orders show {order.id}</code>
      })}
    </p>
  </>
)

/** An order: how far it is, what went in, what came out, and every exchange with its broker. */
export const OrderPage = ({ id }: { readonly id: string }) => (
  <Shown name={["order", id]} title={id} read={(api, past) => orderOf(id, past)(api)}>
    {(order) => <Detail order={order} />}
  </Shown>
)
