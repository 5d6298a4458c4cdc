import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { BadRequest, Conflict, Fault, KeyReused, NotFound, Unavailable } from "../Problem.ts"
import { body, byId, idempotent, page, period, query, reason, text } from "./shared.ts"

const acting = <const Name extends string>(name: Name) =>
  HttpApiGroup.make(name)
    .addError(BadRequest)
    .addError(NotFound)
    .addError(Conflict)
    .addError(KeyReused)
    .addError(Fault)
    .addError(Unavailable)

/** What came in. */
export const trades = acting("trades")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/trades")
      .setUrlParams(
        query({
          ...page,
          ...period,
          account: text,
          symbol: text,
          status: text,
          side: text,
          source: text,
          sourceId: text,
          orderId: text
        })
      )
      .addSuccess(Documents.TradePage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/trades/:id")
      .setPath(byId)
      .addSuccess(Documents.TradeDetail)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.get("executions", "/api/v1/trades/:id/executions")
      .setPath(byId)
      .addSuccess(Documents.ExecutionPage)
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.post("take", "/api/v1/trades")
      .setHeaders(idempotent)
      .setPayload(
        Schema.Union(Documents.TradeRequest, Schema.Array(Documents.TradeRequest).pipe(Schema.maxItems(1000)))
      )
      .addSuccess(Documents.TakenPage)
      .middleware(Trading)
  )

const because = body({ reason })

/** What an operator orders. */
export const controls = acting("controls")
  .add(HttpApiEndpoint.get("list", "/api/v1/controls").addSuccess(Documents.ControlPage).middleware(Reading))
  .add(
    HttpApiEndpoint.post("halt", "/api/v1/controls/halt")
      .setHeaders(idempotent)
      .setPayload(body({ reason, account: text, symbol: text }))
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("resume", "/api/v1/controls/resume")
      .setHeaders(idempotent)
      .setPayload(body({ reason, account: text, symbol: text }))
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("cancelOrder", "/api/v1/orders/:id/cancel")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("dismissBreak", "/api/v1/breaks/:id/dismiss")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("reverseTrade", "/api/v1/trades/:id/reverse")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
  )
  .add(
    HttpApiEndpoint.post("dismissTrade", "/api/v1/trades/:id/dismiss")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(because)
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
  )
