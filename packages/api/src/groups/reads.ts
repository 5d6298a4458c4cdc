import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { flag, needed, only, word } from "./filters.ts"
import { bySymbol, byName, list, look, looking, moment, narrowed, page, period, query, says } from "./shared.ts"

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
  origin: word("Only made so: `accumulation`, `direct` or `external`."),
  phase: word("Only in this phase: `pending`, `open`, `filled` or `ended`."),
  status: only.status,
  fillStatus: word("Only filled so far: `unknown`, `partial`, `filled` or `cancelled`."),
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
export const orders = looking("orders", "What was sent, or will be, to brokers.")
  .add(
    list(
      "/api/v1/orders",
      query({ ...page, ...ordersAsked, sort: word("Sorted by `date` (unless said) or `status`.") }),
      Documents.OrderPage
    ).pipe(says("List orders", "Orders on record, by phase, status, broker id and more."))
  )
  .add(
    HttpApiEndpoint.get("totals", "/api/v1/orders/totals")
      .addSuccess(Documents.TotalsDocument)
      .setUrlParams(query(ordersAsked))
      .pipe(
        says(
          "Sum orders",
          "Count, shares, and notional of fills by currency, of all orders that the filters find, up to 10,000."
        )
      )
  )
  .add(
    look("show", "/api/v1/orders/:id", Documents.OrderDetail)
      .setUrlParams(query(moment))
      .pipe(
        says(
          "Show an order",
          "One order with attempts, allocations, fills, breaks and history. Give its `ETag` as `If-Match` of an act."
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
      .pipe(says("List the attempts of an order", "Each try to send the order, with the raw request and response."))
  )
  .add(
    look("timeline", "/api/v1/orders/:id/timeline", Documents.HistoryPage)
      .setUrlParams(query(moment))
      .pipe(
        says(
          "Show the history of an order",
          "What happened to the order, oldest first: each event with who or what caused it."
        )
      )
  )
  .middleware(Reading)

/** Where every account stands in every symbol. */
export const positions = looking("positions", "Where accounts stand.")
  .add(
    list(
      "/api/v1/positions",
      query({ ...page, account: only.account, symbol: only.symbol, ...moment }),
      Documents.PositionPage
    ).pipe(
      says(
        "List positions",
        "Where each account stands in each symbol, in signed shares, and why no order is made now."
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
          quantity: needed("How many shares, as a decimal above zero."),
          ...moment
        })
      )
      .addSuccess(Documents.NextDocument)
      .pipe(says("Preview a trade", "Says which order a trade would lead to, or why to none. Nothing is written."))
  )
  .middleware(Reading)

/** What strategies decided. */
export const decisions = records(
  "decisions",
  {
    group: "What strategies decided.",
    list: ["List decisions", "What strategies decided to trade, and what became of it."],
    show: ["Show a decision", "One decision with the attempts to send its order and its history."]
  },
  query({ ...narrowed, ...moment, symbol: only.symbol, strategy: only.strategy, status: only.status }),
  Documents.DecisionPage,
  Documents.DecisionDetail
)

/** Every try to send an order. */
export const attempts = records(
  "attempts",
  {
    group: "Every try to send an order.",
    list: ["List attempts", "Tries to send orders to brokers, with what each came to."],
    show: ["Show an attempt", "One try to send an order, with the raw request and response and the decision behind it."]
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

/** What brokers executed, and what of it counts nowhere yet. */
export const fills = looking("fills", "What brokers executed.")
  .add(
    list(
      "/api/v1/fills",
      query({
        ...narrowed,
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
      }),
      Documents.FillPage
    ).pipe(says("List fills", "Executions that brokers reported, by their time: shares, dollars a share, commission."))
  )
  .add(
    HttpApiEndpoint.get("waiting", "/api/v1/fills/waiting")
      .setUrlParams(query({ ...moment, account: only.account, symbol: only.symbol }))
      .addSuccess(Documents.WaitingFillPage)
      .pipe(
        says(
          "List unmatched fills",
          "Executions that count nowhere yet: their order is unknown, or they resemble one that counts."
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
  .middleware(Reading)

/** Which trade is in which order. */
export const allocations = records(
  "allocations",
  {
    group: "Which trade is in which order.",
    list: ["List allocations", "Which shares of which trade are in which order, or net against which trade."],
    show: ["Show an allocation", "One allocation with the trade and the order or trade that it joins."]
  },
  query({
    ...narrowed,
    ...moment,
    symbol: only.symbol,
    kind: word("Only of this kind: `net`, `order` or `unwind`."),
    tradeId: only.tradeId,
    orderId: only.orderId,
    standing: flag("Only allocations that hold (`true`), or only those that were released.")
  }),
  Documents.AllocationPage,
  Documents.AllocationDetail
)

/** Whose trades and orders they are. */
export const accounts = looking("accounts", "Whose trades and orders they are.")
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
export const instruments = looking("instruments", "The symbols that came up.")
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
    holds: word("Only those that stop this while they are open, as the records show it."),
    subject: word("Only about this order or trade, such as `O5`.")
  }),
  Documents.BreakPage,
  Documents.BreakDetail
)

/** What happened, entry by entry. */
export const journal = looking("journal", "What happened.")
  .add(
    list(
      "/api/v1/journal",
      query({ ...narrowed, ...moment, entity: only.entity, tag: only.tag, actor: only.actor }),
      Documents.EntryPage
    ).pipe(
      says(
        "List journal entries",
        "What happened, entry by entry, as it was written: hash-chained in each account's journal."
      )
    )
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
      .pipe(says("Show why", "What caused an entry or a record: a tree down to bytes, sources and persons."))
  )
  .middleware(Reading)

/** Raw requests and answers. */
export const payloads = looking("payloads", "Raw requests and answers.")
  .add(
    look("show", "/api/v1/payloads/:id", Documents.PayloadDocument).pipe(
      says(
        "Show a payload",
        "The bytes of a request, response or report; `body` is null where it is no text or not kept."
      )
    )
  )
  .middleware(Reading)

/** Which profit is reported. */
const ofProfit = {
  account: word("The account, by its name; needed where there are several and `by` is not said."),
  symbol: only.symbol,
  by: word(
    "Only sums, of every `symbol`, `day`, symbol and day (`symbolDay`) or `account`; without `account` of all accounts."
  ),
  from: word("From this trade date on, in New York: a date, `today`, `month` or `year`."),
  to: word("To this trade date, which is in it."),
  method: word(
    "Which lot is closed first: `fifo`, `lifo`, `hifo` or `average`. Without it: as the account is set (`lotMethod`)."
  ),
  ...moment
}

const csv = HttpApiSchema.Text({ contentType: "text/csv; charset=utf-8" })

/** All at a glance. */
export const overview = looking("overview", "All at a glance, cases and reports.")
  .add(
    HttpApiEndpoint.get("overview", "/api/v1/overview")
      .setUrlParams(query(moment))
      .addSuccess(Documents.OverviewDocument)
      .pipe(
        says(
          "Show the overview",
          "Accounts, open orders and breaks, positions that owe shares, controls, and how all stands."
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
          "What was done since midnight in New York: trades, orders, fills, dollars and commissions."
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
          "What became of each trade: shares, price, slippage, commission, milliseconds to order and fill."
        )
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
        says("List broker connections", "How each account's broker is reached: login, stream, last answer, faults.")
      )
  )
  .add(
    HttpApiEndpoint.get("cases", "/api/v1/cases")
      .setUrlParams(query(moment))
      .addSuccess(Documents.CasePage)
      .pipe(says("List open cases", "All that needs a person, the gravest first."))
  )
  .add(
    look("case", "/api/v1/cases/:id", Documents.CaseDetail)
      .setUrlParams(query(moment))
      .pipe(says("Show a case", "One case: what it risks, what is recommended, and notes."))
  )
  .add(
    HttpApiEndpoint.get("resolve", "/api/v1/resolve")
      .setUrlParams(query({ q: needed("What to look for."), ...moment }))
      .addSuccess(Documents.ResolvedPage)
      .pipe(
        says("Find records", "The records that a text may mean: an id of ours or of a broker, a symbol, an account.")
      )
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
export const live = looking("live", "What happens, as it happens.")
  .addError(problems.Gone)
  .add(
    HttpApiEndpoint.get("events", "/api/v1/live")
      .setUrlParams(following)
      .setHeaders(
        Schema.Struct({
          "last-event-id": word("The newest cursor that was seen, as browsers send it when they connect again.")
        })
      )
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
      .pipe(
        says(
          "Follow changes as events",
          "Server-sent events. A reader that comes again with the newest id misses nothing. 410 for a cursor of another store."
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
