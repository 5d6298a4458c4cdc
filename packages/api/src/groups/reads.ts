import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { list, look, looking, moment, narrowed, page, period, query, text, yesOrNo } from "./shared.ts"

/** Records of a kind: which there are, and what is known of one. */
const records = <
  const Name extends string,
  Parameters extends Schema.Schema.Any,
  Page extends Schema.Schema.Any,
  Detail extends Schema.Schema.Any
>(
  name: Name,
  parameters: Parameters & HttpApiEndpoint.HttpApiEndpoint.ValidateUrlParams<Parameters>,
  pages: Page,
  detail: Detail
) =>
  looking(name)
    .add(list(`/api/v1/${name}`, parameters, pages))
    .add(look("show", `/api/v1/${name}/:id`, detail).setUrlParams(query(moment)))
    .middleware(Reading)

/** The orders on record. */
export const orders = looking("orders")
  .add(
    list(
      "/api/v1/orders",
      query({
        ...narrowed,
        ...moment,
        symbol: text,
        side: text,
        sort: text,
        origin: text,
        phase: text,
        status: text,
        fillStatus: text,
        brokerOrderId: text,
        clientOrderId: text,
        orderNumber: text,
        clientId: text,
        secType: text,
        exchange: text,
        currency: text,
        tradeId: text
      }),
      Documents.OrderPage
    )
  )
  .add(look("show", "/api/v1/orders/:id", Documents.OrderDetail).setUrlParams(query(moment)))
  .add(look("fills", "/api/v1/orders/:id/fills", Documents.FillPage).setUrlParams(query({ ...page, ...moment })))
  .add(look("attempts", "/api/v1/orders/:id/attempts", Documents.ExchangePage).setUrlParams(query(moment)))
  .add(look("timeline", "/api/v1/orders/:id/timeline", Documents.HistoryPage).setUrlParams(query(moment)))
  .middleware(Reading)

const bySymbol = Schema.Struct({ symbol: Schema.String })

/** Where every account stands in every symbol. */
export const positions = looking("positions")
  .add(list("/api/v1/positions", query({ ...page, account: text, symbol: text, ...moment }), Documents.PositionPage))
  .add(
    HttpApiEndpoint.get("show", "/api/v1/positions/:symbol")
      .setPath(bySymbol)
      .setUrlParams(query({ account: text, ...moment }))
      .addSuccess(Documents.PositionDetail)
  )
  .add(
    HttpApiEndpoint.get("preview", "/api/v1/positions/:symbol/preview")
      .setPath(bySymbol)
      .setUrlParams(query({ account: text, side: Schema.String, quantity: Schema.String, ...moment }))
      .addSuccess(Documents.NextDocument)
  )
  .middleware(Reading)

/** What strategies decided. */
export const decisions = records(
  "decisions",
  query({ ...narrowed, ...moment, symbol: text, strategy: text, status: text }),
  Documents.DecisionPage,
  Documents.DecisionDetail
)

/** Every try to send an order. */
export const attempts = records(
  "attempts",
  query({ ...narrowed, ...moment, symbol: text, strategy: text, httpStatus: text, brokerOrderId: text }),
  Documents.AttemptPage,
  Documents.AttemptDetail
)

/** What brokers executed, and what of it counts nowhere yet. */
export const fills = looking("fills")
  .add(
    list(
      "/api/v1/fills",
      query({
        ...narrowed,
        ...moment,
        symbol: text,
        side: text,
        orderId: text,
        tradeId: text,
        execId: text,
        permId: text,
        orderNumber: text,
        clientId: text,
        secType: text,
        exchange: text,
        currency: text,
        canonical: yesOrNo
      }),
      Documents.FillPage
    )
  )
  .add(
    HttpApiEndpoint.get("waiting", "/api/v1/fills/waiting")
      .setUrlParams(query({ ...moment, account: text, symbol: text }))
      .addSuccess(Documents.WaitingFillPage)
  )
  .add(
    HttpApiEndpoint.get("waitingCommissions", "/api/v1/fills/waiting-commissions")
      .setUrlParams(query({ ...moment, account: text }))
      .addSuccess(Documents.WaitingCommissionPage)
  )
  .add(look("show", "/api/v1/fills/:id", Documents.FillDetail).setUrlParams(query(moment)))
  .middleware(Reading)

/** Which trade is in which order. */
export const allocations = records(
  "allocations",
  query({ ...narrowed, ...moment, symbol: text, kind: text, tradeId: text, orderId: text, standing: yesOrNo }),
  Documents.AllocationPage,
  Documents.AllocationDetail
)

/** Whose trades and orders they are. */
export const accounts = looking("accounts")
  .add(
    list(
      "/api/v1/accounts",
      query({ ...page, ...moment, account: text, broker: text, environment: text }),
      Documents.AccountPage
    )
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/accounts/:name")
      .setPath(Schema.Struct({ name: Schema.String }))
      .setUrlParams(query(moment))
      .addSuccess(Documents.AccountDetail)
  )
  .middleware(Reading)

/** The symbols that came up. */
export const instruments = looking("instruments")
  .add(
    list(
      "/api/v1/instruments",
      query({ ...page, ...moment, account: text, symbol: text, status: text }),
      Documents.InstrumentPage
    )
  )
  .middleware(Reading)

/** Differences and contradictions. */
export const breaks = records(
  "breaks",
  query({
    ...narrowed,
    ...moment,
    symbol: text,
    sort: text,
    status: text,
    standing: text,
    kind: text,
    holds: text,
    subject: text
  }),
  Documents.BreakPage,
  Documents.BreakDetail
)

/** What happened, entry by entry. */
export const journal = looking("journal")
  .add(list("/api/v1/journal", query({ ...narrowed, ...moment, entity: text, tag: text }), Documents.EntryPage))
  .add(
    HttpApiEndpoint.get("head", "/api/v1/journal/head").setUrlParams(query(moment)).addSuccess(Documents.HeadDocument)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/accounts/:name/entries/:seq")
      .setPath(Schema.Struct({ name: Schema.String, seq: Schema.String }))
      .addSuccess(Documents.EntryDocument)
  )
  .middleware(Reading)

/** Raw requests and answers. */
export const payloads = looking("payloads")
  .add(look("show", "/api/v1/payloads/:id", Documents.PayloadDocument))
  .middleware(Reading)

/** All at a glance. */
export const overview = looking("overview")
  .add(
    HttpApiEndpoint.get("overview", "/api/v1/overview")
      .setUrlParams(query(moment))
      .addSuccess(Documents.OverviewDocument)
  )
  .add(
    HttpApiEndpoint.get("today", "/api/v1/overview/today")
      .setUrlParams(query(moment))
      .addSuccess(Documents.TodayDocument)
  )
  .add(
    HttpApiEndpoint.get("hedging", "/api/v1/reports/hedging")
      .setUrlParams(query({ ...narrowed, ...moment, symbol: text }))
      .addSuccess(Documents.HedgingPage)
  )
  .add(
    HttpApiEndpoint.get("trail", "/api/v1/reports/trail")
      .setUrlParams(query({ ...period, account: text, ...moment }))
      .addSuccess(HttpApiSchema.Text({ contentType: "text/csv; charset=utf-8" }))
  )
  .add(HttpApiEndpoint.get("connections", "/api/v1/connections").addSuccess(Documents.ConnectionPage))
  .add(HttpApiEndpoint.get("cases", "/api/v1/cases").setUrlParams(query(moment)).addSuccess(Documents.CasePage))
  .add(look("case", "/api/v1/cases/:id", Documents.CaseDetail).setUrlParams(query(moment)))
  .add(
    HttpApiEndpoint.get("resolve", "/api/v1/resolve")
      .setUrlParams(query({ q: Schema.String, ...moment }))
      .addSuccess(Documents.ResolvedPage)
  )
  .middleware(Reading)

const following = query({
  /** The newest cursor that was seen, `INCARNATION-POSITION`; without one it begins now. Wins over `Last-Event-ID`. */
  after: text,
  /** Only of this account. */
  account: text,
  /** Only of these kinds of records, with commas between: `order,fill`. */
  entity: text
})

/** What happens, as it happens. */
export const live = looking("live")
  .addError(problems.Gone)
  .add(
    HttpApiEndpoint.get("events", "/api/v1/live")
      .setUrlParams(following)
      .setHeaders(Schema.Struct({ "last-event-id": text }))
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
  )
  .add(
    HttpApiEndpoint.get("socket", "/api/v1/live/socket").setUrlParams(following).addSuccess(HttpApiSchema.Empty(101))
  )
  .middleware(Reading)
