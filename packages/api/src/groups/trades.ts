import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Reading, SIGNATURE, Signed, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { problems } from "../Problem.ts"
import { acting, asTyped, idempotent, list, look, moment, narrowed, query, said, text } from "./shared.ts"

/** What came in. */
export const trades = acting("trades")
  .add(
    list(
      "/api/v1/trades",
      query({
        ...narrowed,
        ...moment,
        symbol: text,
        status: text,
        side: text,
        sort: text,
        source: text,
        sourceId: text,
        orderId: text
      }),
      Documents.TradePage
    ).middleware(Reading)
  )
  .add(look("show", "/api/v1/trades/:id", Documents.TradeDetail).setUrlParams(query(moment)).middleware(Reading))
  .add(
    look("executions", "/api/v1/trades/:id/executions", Documents.ExecutionPage)
      .setUrlParams(query(moment))
      .middleware(Reading)
  )
  .add(
    HttpApiEndpoint.post("take", "/api/v1/trades")
      .setHeaders(idempotent)
      .setPayload(
        said(Schema.Union(Documents.TradeRequest, Schema.Array(Documents.TradeRequest).pipe(Schema.maxItems(1000))))
      )
      .addSuccess(Documents.TakenPage)
      .middleware(Trading)
      .pipe(asTyped("roundlot trades add --symbol {symbol} --side {side} --quantity {quantity}"))
  )
  .add(
    HttpApiEndpoint.post("deliver", "/api/v1/sources/:source/trades")
      .setPath(Schema.Struct({ source: Schema.String }))
      .setHeaders(Schema.Struct({ [SIGNATURE]: Schema.String }))
      .setPayload(said(Documents.DeliveryRequest))
      .addSuccess(Documents.TakenPage)
      .addError(problems.OutOfOrder)
      .middleware(Signed)
      .pipe(asTyped("roundlot trades import {file} --source {source}"))
  )
