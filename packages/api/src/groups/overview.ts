import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { flag, needed, only, word } from "./filters.ts"
import { always, look, looking, moment, narrowed, period, query, ReadsWhole, says } from "./shared.ts"

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
      .setUrlParams(query({ ...narrowed, ...moment, symbol: only.symbol, owner: only.owner }))
      .addSuccess(Documents.HedgingPage)
      .pipe(
        says(
          "Report hedging",
          "Execution quality of each trade: shares, price, slippage, commission, milliseconds to order and fill."
        )
      )
  )
  .add(
    look("confirmation", "/api/v1/reports/confirmations/:id", Documents.ConfirmationDocument)
      .setUrlParams(query(moment))
      .pipe(
        says(
          "Confirm a trade",
          "One trade with the orders that filled it, their executions, prices, times and commissions."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("slippage", "/api/v1/reports/slippage")
      .setUrlParams(
        query({ ...ofDatesReceived, ...moment, account: only.account, symbol: only.symbol, owner: only.owner })
      )
      .addSuccess(Documents.SlippagePage)
      .annotate(ReadsWhole, always)
      .pipe(
        says("Report slippage", "Slippage and commissions of the trades of a period, by symbol, with sums by currency.")
      )
  )
  .add(
    HttpApiEndpoint.get("trail", "/api/v1/reports/trail")
      .setUrlParams(query({ ...period, account: only.account, ...moment }))
      .addSuccess(csv)
      .annotate(ReadsWhole, always)
      .pipe(
        says("Export the audit trail", "The events of trades, allocations, fills and corrections of a period, as CSV.")
      )
  )
  .add(
    HttpApiEndpoint.get("profit", "/api/v1/reports/profit")
      .setUrlParams(query({ ...ofProfit, sums: flag("Only sums (`true`), without lots and closings.") }))
      .addSuccess(Documents.ProfitPage)
      .annotate(ReadsWhole, always)
      .pipe(
        says("Report profit", "Tax lots, realised and unrealised profit, fees and turnover of a period, with sums.")
      )
  )
  .add(
    HttpApiEndpoint.get("profitExport", "/api/v1/reports/profit/export")
      .setUrlParams(query(ofProfit))
      .addSuccess(csv)
      .annotate(ReadsWhole, always)
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
    "Cursor of the last event received, `INCARNATION-POSITION`; without one the stream starts now. Takes precedence over `Last-Event-ID`."
  ),
  account: only.account,
  entity: word("Only of these kinds of records, comma-separated: `order,fill`.")
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
