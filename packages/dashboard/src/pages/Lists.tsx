import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { grouped } from "../format/figure.ts"
import { shownSpan } from "../format/time.ts"
import { FillBar, LotGauge } from "../ui/chart/Bars.tsx"
import * as columns from "../ui/table/columns.tsx"
import { Foreign, GivenId } from "../ui/parts/Figure.tsx"
import { Replaced } from "../ui/table/folding.tsx"
import { filtersOfMaking, type Listing, mineToday, recordsIn, sortsBy, statesOf, wordsOf } from "../ui/list/Listing.ts"
import { ListPage } from "../ui/list/ListPage.tsx"
import { NextOrder, useDueFrom } from "../ui/record/NextOrder.tsx"
import { RecordLink } from "../ui/record/Record.tsx"
import { ForRole } from "../ui/action/Role.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { WaitingCommissions, WaitingFills } from "../ui/table/WaitingFills.tsx"
import { eventWords } from "../words/events.ts"
import { pathOfEntry, pathOfPosition, pathOfRecord } from "../words/paths.ts"
import { isStopped } from "../words/signs.ts"
import { texts } from "../words/text/lists.ts"

const filters = {
  account: { name: "account", term: "account" },
  symbol: { name: "symbol", term: "symbol" },
  side: {
    name: "side",
    term: "side",
    options: [
      ["buy", texts.buy],
      ["sell", texts.sell]
    ]
  },
  actor: { name: "actor", term: "actor" },
  since: { name: "since", term: "since" },
  until: { name: "until", term: "until" }
} as const

const orders: Listing<Documents.OrderDocument> = {
  ...recordsIn("orders"),
  sorts: sortsBy("created", true),
  moment: "asOf",
  filters: [
    filters.account,
    filters.symbol,
    filters.side,
    statesOf("order"),
    {
      name: "phase",
      term: "phase",
      options: [
        ["pending", texts.pending],
        ["open", texts.open],
        ["filled", texts.filled],
        ["ended", texts.ended]
      ]
    },
    {
      name: "origin",
      term: "origin",
      options: [
        ["accumulation", texts.accumulation],
        ["direct", texts.direct],
        ["external", texts.external]
      ]
    },
    { name: "tradeId", term: "trade" },
    { name: "code", term: "code" },
    ...filtersOfMaking
  ],
  chips: [
    { name: texts.working, asks: { phase: "open" } },
    { name: texts.unconfirmed, asks: { status: "in_doubt" } },
    { name: texts.today, asks: {}, isToday: true },
    mineToday,
    { name: texts.rejected, asks: { status: "rejected" } },
    { name: texts.failed, asks: { status: "failed" } },
    { name: texts.external, asks: { origin: "external" } }
  ],
  read: (api, asked, page) => api.orders.list({ urlParams: { ...asked, ...page } }),
  totals: (api, asked) => api.orders.totals({ urlParams: asked }),
  empty: texts.noOrders,
  card: { headline: ["side", "quantity", "symbol", "status"], details: ["id", "created", "account"] },
  replacementOf: ({ replacedBy }) => replacedBy,
  columns: [
    columns.id("/orders"),
    columns.created,
    columns.account,
    columns.side,
    columns.quantity,
    columns.symbol,
    columns.node("orderType", ({ type }) => type.replace("_", " ")),
    columns.node("filled", ({ filledQuantity, quantity }) => <FillBar filled={filledQuantity} quantity={quantity} />),
    columns.average(({ averagePrice, filledQuantity }) => (filledQuantity === "0" ? null : averagePrice)),
    columns.orderStatus,
    columns.node("origin", ({ origin }) => origin),
    columns.linked("batch", "/batches", ({ batchId }) => batchId),
    {
      term: "insteadOf",
      kind: "node",
      of: ({ id, retryOf }) => <Replaced folder="/orders" id={id} of={retryOf} />,
      isShown: (rows) => rows.some(({ replacedBy, retryOf }) => replacedBy !== null || retryOf !== null)
    },
    columns.foreignId("brokerOrderId", ({ brokerOrderId }) => brokerOrderId)
  ]
}

/** Of the states of a trade these are what the daemon looks for; the others tell why it is not only that. */
const statuses: ReadonlySet<string> = new Set(["pending", "accumulated", "completed", "failed", "quarantined"])

const trades: Listing<Documents.TradeDocument> = {
  ...recordsIn("trades"),
  sorts: sortsBy("received", true),
  moment: "asOf",
  filters: [
    filters.account,
    filters.symbol,
    filters.side,
    { name: "status", term: "status", options: wordsOf("trade").filter(([state]) => statuses.has(state)) },
    { name: "source", term: "source" },
    { name: "sourceId", term: "sourceId" },
    { name: "owner", term: "beneficialOwner" },
    ...filtersOfMaking
  ],
  chips: [
    { name: texts.held, asks: { status: "quarantined" } },
    { name: texts.today, asks: {}, isToday: true },
    mineToday,
    { name: texts.failed, asks: { status: "failed" } }
  ],
  read: (api, asked, page) => api.trades.list({ urlParams: { ...asked, ...page } }),
  totals: (api, asked) => api.trades.totals({ urlParams: asked }),
  empty: texts.noTradesYet({
    createOne: <Link href="/trades/new">{texts.createOne}</Link>,
    command: <code>npx roundlot trades add --symbol AAPL --side buy --quantity 0.3</code>
  }),
  actions: (
    <ForRole role="trade">
      <Link href="/trades/new" className="button primary">
        {texts.newTrade}
      </Link>
    </ForRole>
  ),
  card: { headline: ["symbol", "side", "quantity", "status"], details: ["id", "received", "account"] },
  columns: [
    columns.id("/trades"),
    columns.time("received", ({ createdAt }) => createdAt),
    columns.account,
    columns.symbol,
    columns.side,
    columns.quantity,
    columns.figure("price", ({ price }) => price ?? ""),
    columns.tradeStatus,
    columns.figure("open", ({ openQuantity }) => openQuantity),
    columns.foreign("source", ({ source }) => source),
    columns.foreignId("sourceId", ({ sourceId }) => sourceId),
    {
      term: "beneficialOwner",
      kind: "node",
      of: ({ owner }) => <GivenId id={owner} isShort />,
      isShown: (rows) => rows.some(({ owner }) => owner !== null)
    },
    columns.linked("batch", "/batches", ({ batchId }) => batchId)
  ]
}

/** What an address asks of fills, as the API takes it. */
const askedOfFills = ({ canonical, ...asked }: Readonly<Record<string, string>>) => ({
  ...asked,
  ...(canonical === undefined ? {} : { canonical: canonical === "true" })
})

const fills: Listing<Documents.FillDocument> = {
  ...recordsIn("fills"),
  sorts: sortsBy("id"),
  moment: "asOf",
  filters: [
    filters.account,
    filters.symbol,
    filters.side,
    { name: "orderId", term: "order" },
    { name: "tradeId", term: "trade" },
    { name: "execId", term: "execId" },
    {
      name: "canonical",
      term: "canonical",
      options: [
        ["true", texts.counts],
        ["false", texts.replaced]
      ]
    },
    filters.since,
    filters.until
  ],
  chips: [
    { name: texts.today, asks: {}, isToday: true },
    { name: texts.replaced, asks: { canonical: "false" } }
  ],
  read: (api, asked, page) => api.fills.list({ urlParams: { ...askedOfFills(asked), ...page } }),
  totals: (api, asked) => api.fills.totals({ urlParams: askedOfFills(asked) }),
  empty: texts.noFills,
  card: { headline: ["side", "quantity", "symbol", "price", "counts"], details: ["id", "executed", "account"] },
  columns: [
    columns.id("/fills"),
    columns.time("executed", ({ executedAt }) => executedAt),
    columns.account,
    columns.side,
    columns.quantity,
    columns.symbol,
    columns.figure("price", ({ price }) => price),
    columns.figure("commission", ({ commission }) => commission),
    columns.currency,
    columns.linked("order", "/orders", ({ orderId }) => orderId),
    columns.node("origin", ({ origin }) => origin),
    columns.node("delay", ({ delayMs }) =>
      delayMs === null ? null : <span className="figure">{shownSpan(delayMs)}</span>
    ),
    columns.foreignId("execId", ({ execId }) => execId),
    columns.count("revision", ({ revision }) => revision),
    columns.counts
  ]
}

const decisions: Listing<Documents.DecisionDocument> = {
  ...recordsIn("decisions"),
  sorts: sortsBy("created"),
  moment: "asOf",
  filters: [
    filters.account,
    filters.symbol,
    { name: "strategy", term: "strategy" },
    statesOf("decision"),
    { name: "code", term: "code" },
    filters.since,
    filters.until
  ],
  read: (api, asked, page) => api.decisions.list({ urlParams: { ...asked, ...page } }),
  empty: texts.noDecisions({
    here: <Link href="/decisions/new">{texts.here}</Link>,
    command: <code>npx roundlot decide</code>
  }),
  actions: (
    <ForRole role="trade">
      <Link href="/decisions/new" className="button primary">
        {texts.newDecision}
      </Link>
    </ForRole>
  ),
  card: { headline: ["symbol", "side", "quantity", "status"], details: ["id", "created", "strategy"] },
  columns: [
    columns.id("/decisions"),
    columns.created,
    columns.account,
    columns.foreign("strategy", ({ strategy }) => strategy),
    columns.symbol,
    columns.side,
    columns.quantity,
    columns.figure("notional", ({ notional }) => notional ?? ""),
    columns.node("orderType", ({ orderType }) => orderType),
    columns.status("decision"),
    columns.linked("order", "/orders", ({ orderId }) => orderId),
    columns.foreign("rationale", ({ rationale }) => rationale)
  ]
}

const attempts: Listing<Documents.AttemptDocument> = {
  ...recordsIn("attempts"),
  sorts: sortsBy("sent"),
  filters: [
    filters.account,
    filters.symbol,
    { name: "strategy", term: "strategy" },
    { name: "httpStatus", term: "http" },
    { name: "brokerOrderId", term: "brokerOrderId" }
  ],
  moment: "asOf",
  read: (api, asked, page) => api.attempts.list({ urlParams: { ...asked, ...page } }),
  empty: texts.noAttempts,
  card: { headline: ["order", "outcome"], details: ["id", "sent"] },
  columns: [
    columns.id("/attempts"),
    columns.time("sent", ({ submittedAt }) => submittedAt),
    columns.linked("order", "/orders", ({ orderId }) => orderId),
    columns.count("attempt", ({ number }) => number),
    columns.node("outcome", ({ outcome }) => <StateSign family="attempt" state={outcome ?? "sending"} />),
    columns.count("http", ({ httpStatus }) => httpStatus),
    columns.figure("filled", ({ filledQuantity }) => filledQuantity),
    columns.foreignId("brokerOrderId", ({ brokerOrderId }) => brokerOrderId),
    columns.foreign("error", ({ errorCode, errorMessage }) =>
      [errorCode, errorMessage].filter((each) => each !== null).join(": ")
    )
  ]
}

const journal: Listing<Documents.EntryDocument> = {
  name: "journal",
  title: texts.journal,
  sorts: sortsBy("time"),
  moment: "asOf",
  filters: [filters.account, { name: "entity", term: "entity" }, { name: "tag", term: "event" }, filters.actor],
  chips: [{ name: texts.mine, asks: {}, isMine: true }],
  idOf: (entry) => `${entry.account} ${entry.seq}`,
  hrefOf: ({ account, seq }) => pathOfEntry(account, seq),
  read: (api, asked, page) => api.journal.list({ urlParams: { ...asked, ...page } }),
  empty: texts.noEntries,
  card: { headline: ["event", "entity"], details: ["sequence", "time", "actor"] },
  columns: [
    columns.node("sequence", ({ account, seq }) => (
      <Link href={pathOfEntry(account, seq)} className="figure">
        {grouped(String(seq))}
      </Link>
    )),
    columns.time("time", ({ at }) => at),
    columns.account,
    columns.node("event", ({ tag }) => eventWords(tag)),
    columns.node("entity", ({ account, entity }) => {
      const to = pathOfRecord({ kind: entity.kind, id: entity.id, account })
      const name = `${entity.kind} ${entity.id}`
      return to === undefined ? <Foreign text={name} /> : <RecordLink id={name} to={to} />
    }),
    columns.node("cause", ({ cause }) => cause.kind),
    columns.foreign("actor", ({ cause }) => cause.actor),
    columns.foreign("reason", ({ cause }) => cause.reason),
    columns.node("hash", ({ hash }) => (
      <span className="mono" title={hash}>
        {hash.slice(0, 8)}…{hash.slice(-4)}
      </span>
    ))
  ]
}

const Positions = () => {
  const dueFrom = useDueFrom()
  const positions: Listing<Documents.PositionDocument> = {
    name: "positions",
    title: texts.positions,
    moment: "asOf",
    filters: [filters.account, filters.symbol],
    idOf: (position) => `${position.account} ${position.symbol}`,
    hrefOf: pathOfPosition,
    read: (api, asked, page) => api.positions.list({ urlParams: { ...asked, ...page } }),
    empty: texts.noPositions,
    card: { headline: ["symbol", "next"], details: ["account", "hedged", "residual"] },
    columns: [
      columns.node("symbol", (position) => <Link href={pathOfPosition(position)}>{position.symbol}</Link>),
      columns.account,
      columns.figure("target", ({ target }) => target),
      columns.figure("hedged", ({ hedged }) => hedged),
      columns.figure("inFlight", ({ inFlight }) => inFlight),
      { term: "residual", kind: "figure", of: ({ residual }) => residual, signed: true },
      columns.node("gauge", (position) => (
        <LotGauge residual={position.residual} from={dueFrom(position)} isHeld={isStopped(position.answer)} />
      )),
      columns.node("next", (position) => <NextOrder position={position} />),
      columns.time("updated", ({ updatedAt }) => updatedAt)
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
      return (
        <>
          <ListPage listing={fills} />
          <WaitingFills />
          <WaitingCommissions />
        </>
      )
    case "decisions":
      return <ListPage listing={decisions} />
    case "attempts":
      return <ListPage listing={attempts} />
    case "journal":
      return <ListPage listing={journal} />
  }
}
