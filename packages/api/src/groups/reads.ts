import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { flag, needed, only, word } from "./filters.ts"
import { byName, list, look, looking, moment, narrowed, page, period, query, says, sorted } from "./shared.ts"

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
        "The bytes of a request, response or report; `body` is null if it is not text or was not kept."
      )
    )
  )
  .middleware(Reading)
