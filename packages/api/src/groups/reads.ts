import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { flag, needed, only, word } from "./filters.ts"
import { bySymbol, byName, list, look, looking, moment, narrowed, page, period, query, says, sorted } from "./shared.ts"

/** What an operation is for: in a line, and what comes of it. */
type Words = readonly [summary: string, description: string]

/** Records of a kind: which there are, and what is known of one. */
const records = <
  const Name extends string,
  Parameters extends Schema.Schema.Any,
  Page extends Schema.Schema.Any,
  Detail extends Schema.Schema.Any
>(
  name: Name,
  words: { readonly group: string; readonly list: Words; readonly show: Words },
  parameters: Parameters & HttpApiEndpoint.HttpApiEndpoint.ValidateUrlParams<Parameters>,
  pages: Page,
  detail: Detail
) =>
  looking(name, words.group)
    .add(list(`/api/v1/${name}`, parameters, pages).pipe(says(...words.list)))
    .add(
      look("show", `/api/v1/${name}/:id`, detail)
        .setUrlParams(query(moment))
        .pipe(says(...words.show))
    )
    .middleware(Reading)

/** Which orders. */
const ordersAsked = {
  ...period,
  account: only.account,
  ...moment,
  symbol: only.symbol,
  side: only.side,
  origin: word("Only of this origin: `accumulation`, `direct` or `external`."),
  phase: word("Only in this phase: `pending`, `open`, `filled` or `ended`."),
  status: only.status,
  code: word("Only refused or ended with this code: a control such as `MaxNotional`, or a code of the broker."),
  fillStatus: word("Only with this fill state: `unknown`, `partial`, `filled` or `cancelled`."),
  brokerOrderId: only.brokerOrderId,
  clientOrderId: only.clientOrderId,
  orderNumber: only.orderNumber,
  clientId: only.clientId,
  secType: only.secType,
  exchange: only.exchange,
  currency: only.currency,
  tradeId: only.tradeId,
  actor: only.actor
}

/** The orders on record. */
export const orders = looking("orders", "Orders to brokers.")
  .add(
    list("/api/v1/orders", query({ ...page, ...ordersAsked, ...sorted }), Documents.OrderPage).pipe(
      says("List orders", "Orders on record, by phase, status, broker id and more.")
    )
  )
  .add(
    HttpApiEndpoint.get("totals", "/api/v1/orders/totals")
      .addSuccess(Documents.TotalsDocument)
      .setUrlParams(query({ ...ordersAsked, ...sorted }))
      .pipe(
        says(
          "Sum orders",
          "Count, shares, and notional of fills by currency, of all matching orders; of more than 1,000, of the first 1,000."
        )
      )
  )
  .add(
    look("show", "/api/v1/orders/:id", Documents.OrderDetail)
      .setUrlParams(query(moment))
      .pipe(
        says(
          "Show an order",
          "One order with attempts, allocations, fills, breaks and history. Send its `ETag` as `If-Match` with a command."
        )
      )
  )
  .add(
    look("fills", "/api/v1/orders/:id/fills", Documents.FillPage)
      .setUrlParams(query({ ...page, ...moment }))
      .pipe(
        says(
          "List the fills of an order",
          "Every revision of every execution of the order; those with `canonical` true count."
        )
      )
  )
  .add(
    look("attempts", "/api/v1/orders/:id/attempts", Documents.ExchangePage)
      .setUrlParams(query(moment))
      .pipe(says("List the attempts of an order", "Submission attempts of the order, with raw request and response."))
  )
  .add(
    look("timeline", "/api/v1/orders/:id/timeline", Documents.HistoryPage)
      .setUrlParams(query(moment))
      .pipe(says("Show the history of an order", "Events of the order, oldest first, each with actor and cause."))
  )
  .middleware(Reading)

/** Where every account stands in every symbol. */
export const positions = looking("positions", "Positions of accounts.")
  .add(
    list(
      "/api/v1/positions",
      query({ ...page, account: only.account, symbol: only.symbol, ...moment }),
      Documents.PositionPage
    ).pipe(
      says(
        "List positions",
        "Positions by account and symbol, in signed shares, with the next order or why none is due."
      )
    )
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/positions/:symbol")
      .setPath(bySymbol)
      .setUrlParams(query({ account: only.account, ...moment }))
      .addSuccess(Documents.PositionDetail)
      .pipe(
        says(
          "Show a position",
          "One position with its open lots, live orders, open breaks and the order that comes next."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("preview", "/api/v1/positions/:symbol/preview")
      .setPath(bySymbol)
      .setUrlParams(
        query({
          account: only.account,
          side: needed("`buy` or `sell`."),
          quantity: needed("Quantity in shares, a decimal above zero."),
          ...moment
        })
      )
      .addSuccess(Documents.NextDocument)
      .pipe(
        says("Preview a trade", "Returns the order that would follow a trade, or why none would. Nothing is written.")
      )
  )
  .middleware(Reading)

/** What the owners of trades have. */
export const owners = looking("owners", "Beneficial owners of trades.")
  .add(
    HttpApiEndpoint.get("positions", "/api/v1/owners/:owner/positions")
      .setPath(Schema.Struct({ owner: needed("The beneficial owner, as trades name it.") }))
      .setUrlParams(query({ ...page, account: only.account, symbol: only.symbol, ...moment }))
      .addSuccess(Documents.OwnerPositionPage)
      .pipe(
        says(
          "List the positions of an owner",
          "Shares ordered and executed for the owner, by account and symbol; empty for an unknown owner."
        )
      )
  )
  .middleware(Reading)

/** Decisions of strategies. */
export const decisions = records(
  "decisions",
  {
    group: "Decisions of strategies.",
    list: ["List decisions", "Decisions of strategies and their outcomes."],
    show: ["Show a decision", "One decision with the attempts of its order and its history."]
  },
  query({
    ...narrowed,
    ...moment,
    symbol: only.symbol,
    strategy: only.strategy,
    status: only.status,
    code: word("Only refused by this control, such as `MaxNotional`.")
  }),
  Documents.DecisionPage,
  Documents.DecisionDetail
)

/** Every try to send an order. */
export const attempts = records(
  "attempts",
  {
    group: "Submission attempts of orders.",
    list: ["List attempts", "Submission attempts of orders, with their outcomes."],
    show: ["Show an attempt", "One submission attempt with raw request and response, and its decision."]
  },
  query({
    ...narrowed,
    ...moment,
    symbol: only.symbol,
    strategy: only.strategy,
    httpStatus: only.httpStatus,
    brokerOrderId: only.brokerOrderId
  }),
  Documents.AttemptPage,
  Documents.AttemptDetail
)

/** Which fills. */
const fillsAsked = {
  ...period,
  account: only.account,
  ...moment,
  symbol: only.symbol,
  side: only.side,
  orderId: only.orderId,
  tradeId: only.tradeId,
  execId: only.execId,
  permId: only.permId,
  orderNumber: only.orderNumber,
  clientId: only.clientId,
  secType: only.secType,
  exchange: only.exchange,
  currency: only.currency,
  canonical: flag("Only revisions that count (`true`), or only those that another one replaced.")
}

/** What brokers executed, and what of it counts nowhere yet. */
export const fills = looking("fills", "Executions of brokers.")
  .add(
    list("/api/v1/fills", query({ ...page, ...fillsAsked }), Documents.FillPage).pipe(
      says("List fills", "Executions that brokers reported, by their time: shares, dollars a share, commission.")
    )
  )
  .add(
    HttpApiEndpoint.get("totals", "/api/v1/fills/totals")
      .addSuccess(Documents.TotalsDocument)
      .setUrlParams(query({ ...fillsAsked, order: page.order }))
      .pipe(
        says(
          "Sum fills",
          "Count, shares, notional and commissions by currency of all matching fills that count; of more than 1,000, of the first 1,000."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("waiting", "/api/v1/fills/waiting")
      .setUrlParams(query({ ...moment, account: only.account, symbol: only.symbol }))
      .addSuccess(Documents.WaitingFillPage)
      .pipe(
        says(
          "List unmatched fills",
          "Executions that do not count yet: their order is unknown, or they may be duplicates."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("waitingCommissions", "/api/v1/fills/waiting-commissions")
      .setUrlParams(query({ ...moment, account: only.account }))
      .addSuccess(Documents.WaitingCommissionPage)
      .pipe(says("List unmatched commissions", "Commissions whose execution has not been reported yet."))
  )
  .add(
    look("show", "/api/v1/fills/:id", Documents.FillDetail)
      .setUrlParams(query(moment))
      .pipe(says("Show a fill", "One execution with all of its revisions and the terms of its order."))
  )
  .add(
    look("lots", "/api/v1/fills/:id/lots", Documents.FillLotsDocument)
      .setUrlParams(query(moment))
      .pipe(says("Show the lots of a fill", "The tax lots that a fill closes, and those that it may close."))
  )
  .middleware(Reading)

/** Allocations of trades to orders. */
export const allocations = records(
  "allocations",
  {
    group: "Allocations of trades to orders.",
    list: ["List allocations", "Shares of trades allocated to orders, or netted against other trades."],
    show: ["Show an allocation", "One allocation with the trade and the order or trade that it joins."]
  },
  query({
    ...narrowed,
    ...moment,
    symbol: only.symbol,
    kind: word("Only of this kind: `net`, `order` or `unwind`."),
    tradeId: only.tradeId,
    orderId: only.orderId,
    standing: flag("Only allocations in force (`true`), or only released ones.")
  }),
  Documents.AllocationPage,
  Documents.AllocationDetail
)

/** Whose trades and orders they are. */
export const accounts = looking("accounts", "Trading accounts.")
  .add(
    list(
      "/api/v1/accounts",
      query({ ...page, ...moment, account: only.account, broker: only.broker, environment: only.environment }),
      Documents.AccountPage
    ).pipe(says("List accounts", "Accounts with their policies: lots, limits, direction, how orders are executed."))
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/accounts/:name")
      .setPath(byName)
      .setUrlParams(query(moment))
      .addSuccess(Documents.AccountDetail)
      .pipe(says("Show an account", "One account with its policies, its trading state and the states that were set."))
  )
  .middleware(Reading)

/** The symbols that came up. */
export const instruments = looking("instruments", "Known symbols.")
  .add(
    list(
      "/api/v1/instruments",
      query({ ...page, ...moment, account: only.account, symbol: only.symbol, status: only.status }),
      Documents.InstrumentPage
    ).pipe(
      says("List instruments", "Symbols as each account trades them: lot, tick, and whether the broker knows them.")
    )
  )
  .middleware(Reading)

/** Differences and contradictions. */
export const breaks = records(
  "breaks",
  {
    group: "Differences between books and broker.",
    list: ["List breaks", "Differences between the books and a broker, and contradictions in what brokers report."],
    show: ["Show a break", "One break with its evidence, what it puts at risk, notes and history."]
  },
  query({
    ...narrowed,
    ...moment,
    symbol: only.symbol,
    sort: word("Sorted by `severity` or `opened`: open ones by severity unless said, all others as they were opened."),
    status: only.status,
    standing: word(
      "Only of this severity (`escalated`, `critical`, `warning`, `info`), or ended so (`gone`, `resolved`)."
    ),
    kind: word("Only of this kind, such as `PositionDiffers`."),
    holds: word("Only those that block this while open: `nothing`, `symbol` or `account`."),
    subject: word(
      "Only about this order or trade, such as `O5`, or of blocked positions this control, such as `MaxNotional`."
    )
  }),
  Documents.BreakPage,
  Documents.BreakDetail
)

/** What accounts hold, books against broker. */
export const reconciliation = looking("reconciliation", "What accounts hold, books against broker.")
  .add(
    list(
      "/api/v1/reconciliation",
      query({
        ...page,
        account: only.account,
        symbol: only.symbol,
        outcome: word("Only with this outcome: `differs`, `skipped` or `agrees`.")
      }),
      Documents.ComparisonPage
    ).pipe(
      says(
        "List holdings, books against broker",
        "Each symbol as it was compared last: differences first, with breaks."
      )
    )
  )
  .add(
    HttpApiEndpoint.get("runs", "/api/v1/reconciliation/runs")
      .setUrlParams(
        query({
          ...narrowed,
          outcome: word("Only with this outcome: `agreed`, `differed`, `not_compared` or `failed`.")
        })
      )
      .addSuccess(Documents.ReconciliationRunPage)
      .pipe(says("List reconciliations", "Each reconciliation of the last 30 days with its outcome."))
  )
  .middleware(Reading)

/** What happened, entry by entry. */
export const journal = looking("journal", "Events of the books.")
  .add(
    list(
      "/api/v1/journal",
      query({ ...narrowed, ...moment, entity: only.entity, tag: only.tag, actor: only.actor }),
      Documents.EntryPage
    ).pipe(says("List journal entries", "Events as recorded, hash-chained in each account's journal."))
  )
  .add(
    HttpApiEndpoint.get("head", "/api/v1/journal/head")
      .setUrlParams(query(moment))
      .addSuccess(Documents.HeadDocument)
      .pipe(says("Show the newest entries", "The newest place of the feed and of every journal, with hashes."))
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/accounts/:name/entries/:seq")
      .setPath(
        Schema.Struct({
          ...byName.fields,
          seq: needed("The number of the entry, from 1 on.")
        })
      )
      .addSuccess(Documents.EntryDocument)
      .pipe(says("Show a journal entry", "One entry of an account's journal by its number."))
  )
  .add(
    HttpApiEndpoint.get("why", "/api/v1/journal/why")
      .setUrlParams(query({ of: needed("An entry, `paper/12`, or a record, `F3`.") }))
      .addSuccess(Documents.WhyDocument)
      .pipe(says("Show why", "Causes of an entry or a record, as a tree down to raw bytes, sources and persons."))
  )
  .middleware(Reading)

/** Raw requests and answers. */
export const payloads = looking("payloads", "Raw requests, responses and reports.")
  .add(
    look("show", "/api/v1/payloads/:id", Documents.PayloadDocument).pipe(
      says(
        "Show a payload",
        "The bytes of a request, response or report; `body` is null where it is no text or not kept."
      )
    )
  )
  .middleware(Reading)

/** The period of a report on fills. */
const ofDates = {
  from: word("First trade date, in New York: a date, `today`, `month` or `year`."),
  to: word("Last trade date, inclusive.")
}

/** The period of a report on trades. */
const ofDatesReceived = {
  from: word("First date of receipt, in New York: a date, `today`, `month` or `year`."),
  to: word("Last date of receipt, inclusive.")
}

/** Which profit is reported. */
const ofProfit = {
  account: word("Account name; required with several accounts, unless `by` is given."),
  symbol: only.symbol,
  by: word("Only sums, grouped by `symbol`, `day`, `symbolDay` or `account`; of all accounts without `account`."),
  ...ofDates,
  method: word("Lot method: `fifo`, `lifo`, `hifo` or `average`; default: `lotMethod` of the account."),
  ...moment
}

const csv = HttpApiSchema.Text({ contentType: "text/csv; charset=utf-8" })

/** All at a glance. */
export const overview = looking("overview", "Overview, cases and reports.")
  .add(
    HttpApiEndpoint.get("overview", "/api/v1/overview")
      .setUrlParams(query(moment))
      .addSuccess(Documents.OverviewDocument)
      .pipe(
        says(
          "Show the overview",
          "Accounts, open orders and breaks, positions with a residual, controls, and the overall state."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("today", "/api/v1/overview/today")
      .setUrlParams(query(moment))
      .addSuccess(Documents.TodayDocument)
      .pipe(
        says(
          "Show today's activity",
          "Activity since midnight in New York: trades, orders, fills, dollars and commissions."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("hedging", "/api/v1/reports/hedging")
      .setUrlParams(query({ ...narrowed, ...moment, symbol: only.symbol }))
      .addSuccess(Documents.HedgingPage)
      .pipe(
        says(
          "Report hedging",
          "Execution quality of each trade: shares, price, slippage, commission, milliseconds to order and fill."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("slippage", "/api/v1/reports/slippage")
      .setUrlParams(query({ ...ofDatesReceived, ...moment, account: only.account, symbol: only.symbol }))
      .addSuccess(Documents.SlippagePage)
      .pipe(
        says("Report slippage", "Slippage and commissions of the trades of a period, by symbol, with sums by currency.")
      )
  )
  .add(
    HttpApiEndpoint.get("trail", "/api/v1/reports/trail")
      .setUrlParams(query({ ...period, account: only.account, ...moment }))
      .addSuccess(csv)
      .pipe(
        says("Export the audit trail", "The events of trades, allocations, fills and corrections of a period, as CSV.")
      )
  )
  .add(
    HttpApiEndpoint.get("profit", "/api/v1/reports/profit")
      .setUrlParams(query({ ...ofProfit, sums: flag("Only sums (`true`), without lots and closings.") }))
      .addSuccess(Documents.ProfitPage)
      .pipe(
        says("Report profit", "Tax lots, realised and unrealised profit, fees and turnover of a period, with sums.")
      )
  )
  .add(
    HttpApiEndpoint.get("profitExport", "/api/v1/reports/profit/export")
      .setUrlParams(query(ofProfit))
      .addSuccess(csv)
      .pipe(says("Export profit", "The same as CSV, with the SHA-256 of its bytes as `Repr-Digest`."))
  )
  .add(
    HttpApiEndpoint.get("connections", "/api/v1/connections")
      .addSuccess(Documents.ConnectionPage)
      .pipe(
        says(
          "List broker connections",
          "Connection of each account to its broker: login, stream, last response, errors."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("cases", "/api/v1/cases")
      .setUrlParams(query(moment))
      .addSuccess(Documents.CasePage)
      .pipe(says("List open cases", "Cases that need attention, most severe first."))
  )
  .add(
    look("case", "/api/v1/cases/:id", Documents.CaseDetail)
      .setUrlParams(query(moment))
      .pipe(says("Show a case", "One case with the shares at risk, the recommended action, and notes."))
  )
  .add(
    HttpApiEndpoint.get("resolve", "/api/v1/resolve")
      .setUrlParams(query({ q: needed("Search text."), ...moment }))
      .addSuccess(Documents.ResolvedPage)
      .pipe(says("Find records", "Records that match a text: a Roundlot or broker id, a symbol, an account."))
  )
  .middleware(Reading)

const following = query({
  after: word(
    "The newest cursor that was seen, `INCARNATION-POSITION`; without one it begins now. Wins over `Last-Event-ID`."
  ),
  account: only.account,
  entity: word("Only of these kinds of records, with commas between: `order,fill`.")
})

/** What happens, as it happens. */
export const live = looking("live", "Live events.")
  .addError(problems.Gone)
  .add(
    HttpApiEndpoint.get("events", "/api/v1/live")
      .setUrlParams(following)
      .setHeaders(
        Schema.Struct({
          "last-event-id": word("Cursor of the last event received, as browsers send it when they reconnect.")
        })
      )
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
      .pipe(
        says(
          "Follow changes as events",
          "Server-sent events. A client that reconnects with the last id misses nothing. 410 for a cursor of another store."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("socket", "/api/v1/live/socket")
      .setUrlParams(following)
      .addSuccess(HttpApiSchema.Empty(101))
      .pipe(says("Follow changes by WebSocket", "The same as `/api/v1/live` over a WebSocket."))
  )
  .middleware(Reading)
