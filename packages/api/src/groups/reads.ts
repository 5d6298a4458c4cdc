import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { BadRequest, Fault, Gone, NotFound, Unavailable } from "../Problem.ts"
import { byId, page, period, query, text } from "./shared.ts"

const looking = <const Name extends string>(name: Name) =>
  HttpApiGroup.make(name).addError(BadRequest).addError(NotFound).addError(Fault).addError(Unavailable)

/** The orders on record. */
export const orders = looking("orders")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/orders")
      .setUrlParams(
        query({
          ...page,
          ...period,
          account: text,
          symbol: text,
          side: text,
          origin: text,
          phase: text,
          status: text,
          fillStatus: text,
          brokerOrderId: text,
          clientOrderId: text,
          tradeId: text
        })
      )
      .addSuccess(Documents.OrderPage)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/orders/:id")
      .setPath(byId)
      .setUrlParams(query({ asOf: text }))
      .addSuccess(Documents.OrderDetail)
  )
  .add(
    HttpApiEndpoint.get("fills", "/api/v1/orders/:id/fills")
      .setPath(byId)
      .setUrlParams(query(page))
      .addSuccess(Documents.FillPage)
  )
  .add(HttpApiEndpoint.get("attempts", "/api/v1/orders/:id/attempts").setPath(byId).addSuccess(Documents.ExchangePage))
  .add(HttpApiEndpoint.get("timeline", "/api/v1/orders/:id/timeline").setPath(byId).addSuccess(Documents.HistoryPage))
  .middleware(Reading)

/** Where every account stands in every symbol. */
export const positions = looking("positions")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/positions")
      .setUrlParams(query({ ...page, account: text, symbol: text }))
      .addSuccess(Documents.PositionPage)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/positions/:symbol")
      .setPath(Schema.Struct({ symbol: Schema.String }))
      .setUrlParams(query({ account: text, asOf: text }))
      .addSuccess(Documents.PositionDetail)
  )
  .add(
    HttpApiEndpoint.get("preview", "/api/v1/positions/:symbol/preview")
      .setPath(Schema.Struct({ symbol: Schema.String }))
      .setUrlParams(query({ account: text, side: Schema.String, quantity: Schema.String }))
      .addSuccess(Documents.NextDocument)
  )
  .middleware(Reading)

/** What strategies decided. */
export const decisions = looking("decisions")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/decisions")
      .setUrlParams(query({ ...page, ...period, account: text, symbol: text, strategy: text, status: text }))
      .addSuccess(Documents.DecisionPage)
  )
  .add(HttpApiEndpoint.get("show", "/api/v1/decisions/:id").setPath(byId).addSuccess(Documents.DecisionDetail))
  .middleware(Reading)

/** Every try to send an order. */
export const attempts = looking("attempts")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/attempts")
      .setUrlParams(
        query({
          ...page,
          ...period,
          account: text,
          symbol: text,
          strategy: text,
          httpStatus: text,
          brokerOrderId: text
        })
      )
      .addSuccess(Documents.AttemptPage)
  )
  .add(HttpApiEndpoint.get("show", "/api/v1/attempts/:id").setPath(byId).addSuccess(Documents.AttemptDetail))
  .middleware(Reading)

/** What brokers executed. */
export const fills = looking("fills")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/fills")
      .setUrlParams(
        query({
          ...page,
          ...period,
          account: text,
          symbol: text,
          side: text,
          orderId: text,
          tradeId: text,
          execId: text,
          canonical: Schema.optional(Schema.BooleanFromString)
        })
      )
      .addSuccess(Documents.FillPage)
  )
  .add(HttpApiEndpoint.get("show", "/api/v1/fills/:id").setPath(byId).addSuccess(Documents.FillDetail))
  .middleware(Reading)

/** Which trade is in which order. */
export const allocations = looking("allocations")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/allocations")
      .setUrlParams(
        query({
          ...page,
          ...period,
          account: text,
          symbol: text,
          kind: text,
          tradeId: text,
          orderId: text,
          standing: Schema.optional(Schema.BooleanFromString)
        })
      )
      .addSuccess(Documents.AllocationPage)
  )
  .add(HttpApiEndpoint.get("show", "/api/v1/allocations/:id").setPath(byId).addSuccess(Documents.AllocationDetail))
  .middleware(Reading)

/** Whose trades and orders they are. */
export const accounts = looking("accounts")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/accounts")
      .setUrlParams(query({ ...page, broker: text, environment: text }))
      .addSuccess(Documents.AccountPage)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/accounts/:name")
      .setPath(Schema.Struct({ name: Schema.String }))
      .addSuccess(Documents.AccountDetail)
  )
  .middleware(Reading)

/** The symbols that came up. */
export const instruments = looking("instruments")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/instruments")
      .setUrlParams(query({ ...page, account: text, symbol: text, status: text }))
      .addSuccess(Documents.InstrumentPage)
  )
  .middleware(Reading)

/** Differences and contradictions. */
export const breaks = looking("breaks")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/breaks")
      .setUrlParams(
        query({ ...page, ...period, account: text, symbol: text, status: text, kind: text, holds: text, subject: text })
      )
      .addSuccess(Documents.BreakPage)
  )
  .add(HttpApiEndpoint.get("show", "/api/v1/breaks/:id").setPath(byId).addSuccess(Documents.BreakDetail))
  .middleware(Reading)

/** What happened, entry by entry. */
export const journal = looking("journal")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/journal")
      .setUrlParams(query({ ...page, ...period, account: text, entity: text, tag: text }))
      .addSuccess(Documents.EntryPage)
  )
  .add(HttpApiEndpoint.get("head", "/api/v1/journal/head").addSuccess(Documents.HeadDocument))
  .middleware(Reading)

/** Raw requests and answers. */
export const payloads = looking("payloads")
  .add(HttpApiEndpoint.get("show", "/api/v1/payloads/:id").setPath(byId).addSuccess(Documents.PayloadDocument))
  .middleware(Reading)

/** All at a glance. */
export const overview = looking("overview")
  .add(HttpApiEndpoint.get("overview", "/api/v1/overview").addSuccess(Documents.OverviewDocument))
  .add(
    HttpApiEndpoint.get("hedging", "/api/v1/reports/hedging")
      .setUrlParams(query({ ...page, ...period, account: text, symbol: text }))
      .addSuccess(Documents.HedgingPage)
  )
  .add(HttpApiEndpoint.get("cases", "/api/v1/cases").addSuccess(Documents.CasePage))
  .add(
    HttpApiEndpoint.get("resolve", "/api/v1/resolve")
      .setUrlParams(query({ q: Schema.String }))
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
  .addError(Gone)
  .add(
    HttpApiEndpoint.get("events", "/api/v1/live")
      .setUrlParams(following)
      .setHeaders(Schema.Struct({ "last-event-id": text }))
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
  )
  .add(HttpApiEndpoint.get("socket", "/api/v1/live/socket").setUrlParams(following).addSuccess(HttpApiSchema.NoContent))
  .middleware(Reading)
