import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { acting, body, command, idempotent, list, look, narrowed, query, reason, text } from "./shared.ts"

/** What came in. */
export const trades = acting("trades")
  .add(
    list(
      "/api/v1/trades",
      query({
        ...narrowed,
        asOf: text,
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
  .add(
    look("show", "/api/v1/trades/:id", Documents.TradeDetail)
      .setUrlParams(query({ asOf: text }))
      .middleware(Reading)
  )
  .add(look("executions", "/api/v1/trades/:id/executions", Documents.ExecutionPage).middleware(Reading))
  .add(
    HttpApiEndpoint.post("take", "/api/v1/trades")
      .setHeaders(idempotent)
      .setPayload(
        Schema.Union(Documents.TradeRequest, Schema.Array(Documents.TradeRequest).pipe(Schema.maxItems(1000)))
      )
      .addSuccess(Documents.TakenPage)
      .middleware(Trading)
  )

/** Sets the trading state of everything, an account or a symbol. */
const setState = <const Name extends string>(name: Name) =>
  HttpApiEndpoint.post(name, `/api/v1/controls/${name}`)
    .setHeaders(idempotent)
    .setPayload(body({ reason, account: text, symbol: text }))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)

/** What an operator orders. */
export const controls = acting("controls")
  .add(HttpApiEndpoint.get("list", "/api/v1/controls").addSuccess(Documents.ControlPage).middleware(Reading))
  .add(setState("halt"))
  .add(setState("resume"))
  .add(command("cancelOrder", "/api/v1/orders/:id/cancel", Documents.DoneDocument))
  .add(command("dismissBreak", "/api/v1/breaks/:id/dismiss", Documents.DoneDocument))
  .add(command("reverseTrade", "/api/v1/trades/:id/reverse", Documents.DoneDocument))
  .add(command("dismissTrade", "/api/v1/trades/:id/dismiss", Documents.DoneDocument))
