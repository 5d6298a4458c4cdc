import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { magnitude } from "../format/figure.ts"
import { FillBar, LotGauge } from "../ui/Bars.tsx"
import { Foreign } from "../ui/Figure.tsx"
import { type Listing, ListPage } from "../ui/ListPage.tsx"
import { NextOrder, useDueFrom } from "../ui/NextOrder.tsx"
import { Side, StateSign } from "../ui/Sign.tsx"
import { eventWords } from "../words/events.ts"
import { pathOfPosition, pathOfRecord } from "../words/paths.ts"
import { signs, type Family } from "../words/signs.ts"

const account = { name: "account", term: "account" } as const
const symbol = { name: "symbol", term: "symbol" } as const
const sides = {
  name: "side",
  term: "side",
  options: [
    ["buy", "Buy"],
    ["sell", "Sell"]
  ]
} as const

const states = (family: Family) =>
  ({
    name: "status",
    term: "status",
    options: Object.entries(signs[family]).map(([state, { word }]) => [state, word] as const)
  }) as const

const RecordLink = ({ id, to }: { readonly id: string; readonly to: string }) => (
  <Link href={to} className="mono">
    {id}
  </Link>
)

const orders: Listing<Documents.OrderDocument> = {
  name: "orders",
  title: "Orders",
  filters: [
    account,
    symbol,
    sides,
    states("order"),
    {
      name: "origin",
      term: "origin",
      options: [
        ["accumulation", "Accumulation"],
        ["direct", "Direct"],
        ["external", "External"]
      ]
    },
    { name: "tradeId", term: "trade" }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/orders/${id}`,
  read: (api, asked, page) => api.orders.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: "No orders yet. The first is made once a position owes a whole lot.",
  columns: [
    { term: "id", kind: "node", of: ({ id }) => <RecordLink id={id} to={`/orders/${id}`} /> },
    { term: "created", kind: "time", of: ({ createdAt }) => createdAt },
    { term: "account", kind: "node", of: (order) => order.account },
    { term: "side", kind: "node", of: ({ side }) => <Side side={side} /> },
    { term: "quantity", kind: "figure", of: ({ quantity }) => quantity },
    { term: "symbol", kind: "node", of: (order) => <strong>{order.symbol}</strong> },
    { term: "orderType", kind: "node", of: ({ type }) => type.replace("_", " ") },
    {
      term: "filled",
      kind: "node",
      of: ({ filledQuantity, quantity }) => <FillBar filled={filledQuantity} quantity={quantity} />
    },
    {
      term: "averagePrice",
      kind: "figure",
      of: ({ averagePrice, filledQuantity }) => (filledQuantity === "0" ? "" : averagePrice),
      money: false
    },
    { term: "status", kind: "node", of: ({ status }) => <StateSign family="order" state={status} /> },
    { term: "origin", kind: "node", of: ({ origin }) => origin },
    {
      term: "brokerOrderId",
      kind: "node",
      of: ({ brokerOrderId }) => (
        <span className="mono">
          <Foreign text={brokerOrderId} />
        </span>
      )
    }
  ]
}

const trades: Listing<Documents.TradeDocument> = {
  name: "trades",
  title: "Trades",
  filters: [
    account,
    symbol,
    sides,
    states("trade"),
    { name: "source", term: "source" },
    { name: "sourceId", term: "sourceId" }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/trades/${id}`,
  read: (api, asked, page) => api.trades.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: (
    <>
      No trades yet. <Link href="/trades/new">Make one</Link>, or send one:{" "}
      <code>npx roundlot trades add --symbol AAPL --side buy --quantity 0.3</code>
    </>
  ),
  actions: (
    <Link href="/trades/new" className="button primary">
      New trade
    </Link>
  ),
  columns: [
    { term: "id", kind: "node", of: ({ id }) => <RecordLink id={id} to={`/trades/${id}`} /> },
    { term: "received", kind: "time", of: ({ createdAt }) => createdAt },
    { term: "account", kind: "node", of: (trade) => trade.account },
    {
      term: "symbol",
      kind: "node",
      of: (trade) => (
        <strong>
          <Foreign text={trade.symbol} />
        </strong>
      )
    },
    { term: "side", kind: "node", of: ({ side }) => <Side side={side} /> },
    { term: "quantity", kind: "figure", of: ({ quantity }) => quantity },
    { term: "price", kind: "figure", of: ({ price }) => price ?? "" },
    { term: "status", kind: "node", of: ({ status }) => <StateSign family="trade" state={status} /> },
    { term: "open", kind: "figure", of: ({ openQuantity }) => openQuantity },
    { term: "source", kind: "node", of: ({ source }) => <Foreign text={source} /> },
    {
      term: "sourceId",
      kind: "node",
      of: ({ sourceId }) => (
        <span className="mono">
          <Foreign text={sourceId} />
        </span>
      )
    },
    {
      term: "batch",
      kind: "node",
      of: ({ batchId }) => (batchId === null ? null : <RecordLink id={batchId} to={`/batches/${batchId}`} />)
    }
  ]
}

const fills: Listing<Documents.FillDocument> = {
  name: "fills",
  title: "Fills",
  filters: [
    account,
    symbol,
    sides,
    { name: "orderId", term: "order" },
    { name: "tradeId", term: "trade" },
    { name: "execId", term: "execId" }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/fills/${id}`,
  read: (api, asked, page) => api.fills.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: "No fills yet. They come when a broker executes an order.",
  columns: [
    { term: "id", kind: "node", of: ({ id }) => <RecordLink id={id} to={`/fills/${id}`} /> },
    { term: "executed", kind: "time", of: ({ executedAt }) => executedAt },
    { term: "quantity", kind: "figure", of: ({ quantity }) => quantity },
    { term: "price", kind: "figure", of: ({ price }) => price },
    { term: "commission", kind: "figure", of: ({ commission }) => commission },
    { term: "order", kind: "node", of: ({ orderId }) => <RecordLink id={orderId} to={`/orders/${orderId}`} /> },
    {
      term: "execId",
      kind: "node",
      of: ({ execId }) => (
        <span className="mono">
          <Foreign text={execId} />
        </span>
      )
    },
    { term: "revision", kind: "figure", of: ({ revision }) => String(revision) },
    {
      term: "counts",
      kind: "node",
      of: ({ canonical }) => <StateSign family="fill" state={canonical ? "canonical" : "superseded"} />
    }
  ]
}

const decisions: Listing<Documents.DecisionDocument> = {
  name: "decisions",
  title: "Decisions",
  filters: [account, symbol, { name: "strategy", term: "strategy" }, states("decision")],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/decisions/${id}`,
  read: (api, asked, page) => api.decisions.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: (
    <>
      No decisions yet. A strategy makes one with the SDK, a person with <code>npx roundlot decide</code>.
    </>
  ),
  columns: [
    { term: "id", kind: "node", of: ({ id }) => <RecordLink id={id} to={`/decisions/${id}`} /> },
    { term: "created", kind: "time", of: ({ createdAt }) => createdAt },
    { term: "account", kind: "node", of: (decision) => decision.account },
    { term: "strategy", kind: "node", of: ({ strategy }) => <Foreign text={strategy} /> },
    { term: "symbol", kind: "node", of: (decision) => <strong>{decision.symbol}</strong> },
    { term: "side", kind: "node", of: ({ side }) => <Side side={side} /> },
    { term: "quantity", kind: "figure", of: ({ quantity }) => quantity ?? "" },
    { term: "notional", kind: "figure", of: ({ notional }) => notional ?? "" },
    { term: "orderType", kind: "node", of: ({ orderType }) => orderType },
    { term: "status", kind: "node", of: ({ status }) => <StateSign family="decision" state={status} /> },
    {
      term: "order",
      kind: "node",
      of: ({ orderId }) => (orderId === null ? null : <RecordLink id={orderId} to={`/orders/${orderId}`} />)
    },
    { term: "rationale", kind: "node", of: ({ rationale }) => <Foreign text={rationale} /> }
  ]
}

const attempts: Listing<Documents.AttemptDocument> = {
  name: "attempts",
  title: "Attempts",
  filters: [
    account,
    symbol,
    { name: "strategy", term: "strategy" },
    { name: "httpStatus", term: "http" },
    { name: "brokerOrderId", term: "brokerOrderId" }
  ],
  idOf: ({ id }) => id,
  hrefOf: ({ id }) => `/attempts/${id}`,
  read: (api, asked, page) => api.attempts.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: "No attempts yet. There is one for each try to send an order.",
  columns: [
    { term: "id", kind: "node", of: ({ id }) => <RecordLink id={id} to={`/attempts/${id}`} /> },
    { term: "sent", kind: "time", of: ({ submittedAt }) => submittedAt },
    { term: "order", kind: "node", of: ({ orderId }) => <RecordLink id={orderId} to={`/orders/${orderId}`} /> },
    { term: "attempt", kind: "figure", of: ({ number }) => String(number) },
    { term: "outcome", kind: "node", of: ({ outcome }) => <StateSign family="attempt" state={outcome ?? "sending"} /> },
    { term: "http", kind: "figure", of: ({ httpStatus }) => (httpStatus === null ? "" : String(httpStatus)) },
    { term: "filled", kind: "figure", of: ({ filledQuantity }) => filledQuantity },
    {
      term: "brokerOrderId",
      kind: "node",
      of: ({ brokerOrderId }) => (
        <span className="mono">
          <Foreign text={brokerOrderId} />
        </span>
      )
    },
    {
      term: "error",
      kind: "node",
      of: ({ errorCode, errorMessage }) => (
        <Foreign text={[errorCode, errorMessage].filter((each) => each !== null).join(": ")} />
      )
    }
  ]
}

const journal: Listing<Documents.EntryDocument> = {
  name: "journal",
  title: "Journal",
  filters: [account, { name: "entity", term: "entity" }, { name: "tag", term: "event" }],
  idOf: (entry) => `${entry.account} ${entry.seq}`,
  read: (api, asked, page) => api.journal.list({ urlParams: { ...asked, ...page, order: "newest" } }),
  empty: "Nothing has happened yet. Everything that does is here, entry by entry.",
  columns: [
    { term: "sequence", kind: "figure", of: ({ seq }) => String(seq) },
    { term: "time", kind: "time", of: ({ at }) => at },
    { term: "account", kind: "node", of: (entry) => entry.account },
    { term: "event", kind: "node", of: ({ tag }) => eventWords(tag) },
    {
      term: "entity",
      kind: "node",
      of: ({ account: of, entity }) => {
        const to = pathOfRecord({ kind: entity.kind, id: entity.id, account: of })
        const name = `${entity.kind} ${entity.id}`
        return to === undefined ? <Foreign text={name} /> : <RecordLink id={name} to={to} />
      }
    },
    { term: "cause", kind: "node", of: ({ cause }) => cause.kind },
    { term: "actor", kind: "node", of: ({ cause }) => <Foreign text={cause.actor} /> },
    { term: "reason", kind: "node", of: ({ cause }) => <Foreign text={cause.reason} /> },
    {
      term: "hash",
      kind: "node",
      of: ({ hash }) => (
        <span className="mono" title={hash}>
          {hash.slice(0, 8)}…{hash.slice(-4)}
        </span>
      )
    }
  ]
}

const Positions = () => {
  const dueFrom = useDueFrom()
  const positions: Listing<Documents.PositionDocument> = {
    name: "positions",
    title: "Positions",
    filters: [account, symbol],
    idOf: (position) => `${position.account} ${position.symbol}`,
    hrefOf: pathOfPosition,
    read: (api, asked, page) => api.positions.list({ urlParams: { ...asked, ...page } }),
    empty: "No positions yet. The first trade makes one.",
    columns: [
      {
        term: "symbol",
        kind: "node",
        of: (position) => <Link href={pathOfPosition(position)}>{position.symbol}</Link>
      },
      { term: "account", kind: "node", of: (position) => position.account },
      { term: "target", kind: "figure", of: ({ target }) => target },
      { term: "hedged", kind: "figure", of: ({ hedged }) => hedged },
      { term: "inFlight", kind: "figure", of: ({ inFlight }) => inFlight },
      { term: "residual", kind: "figure", of: ({ residual }) => residual, signed: true },
      {
        term: "gauge",
        kind: "node",
        of: (position) => <LotGauge residual={position.residual} from={dueFrom(position)} />
      },
      {
        term: "next",
        kind: "node",
        of: (position) => (
          <NextOrder answer={position.answer} residual={position.residual} from={magnitude(dueFrom(position))} />
        )
      },
      { term: "updated", kind: "time", of: ({ updatedAt }) => updatedAt }
    ]
  }
  return <ListPage listing={positions} />
}

interface ListsProps {
  readonly list: "positions" | "trades" | "orders" | "fills" | "decisions" | "attempts" | "journal"
}

/** The list of a kind of record. */
export const Lists = ({ list }: ListsProps) => {
  switch (list) {
    case "positions":
      return <Positions />
    case "trades":
      return <ListPage listing={trades} />
    case "orders":
      return <ListPage listing={orders} />
    case "fills":
      return <ListPage listing={fills} />
    case "decisions":
      return <ListPage listing={decisions} />
    case "attempts":
      return <ListPage listing={attempts} />
    case "journal":
      return <ListPage listing={journal} />
  }
}
