import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Reading, SIGNATURE, Signed, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { only } from "./filters.ts"
import { acting, asTyped, idempotent, list, look, moment, page, period, query, said, says, sorted } from "./shared.ts"

/** Which trades. */
const tradesAsked = {
  ...period,
  account: only.account,
  ...moment,
  symbol: only.symbol,
  status: only.status,
  side: only.side,
  source: only.source,
  sourceId: only.sourceId,
  owner: only.owner,
  orderId: only.orderId,
  actor: only.actor
}

/** What came in. */
export const trades = acting("trades", "Trades from sources.")
  .add(
    list("/api/v1/trades", query({ ...page, ...tradesAsked, ...sorted }), Documents.TradePage)
      .middleware(Reading)
      .pipe(says("List trades", "Recorded trades, a page at a time."))
  )
  .add(
    HttpApiEndpoint.get("totals", "/api/v1/trades/totals")
      .addSuccess(Documents.TotalsDocument)
      .setUrlParams(query({ ...tradesAsked, ...sorted }))
      .middleware(Reading)
      .pipe(
        says("Sum trades", "Count, shares and notional of all matching trades; of more than 1,000, of the first 1,000.")
      )
  )
  .add(
    look("show", "/api/v1/trades/:id", Documents.TradeDetail)
      .setUrlParams(query(moment))
      .middleware(Reading)
      .pipe(
        says("Show a trade", "One trade with allocations, orders, fills, breaks and status history, with an `ETag`.")
      )
  )
  .add(
    look("executions", "/api/v1/trades/:id/executions", Documents.ExecutionPage)
      .setUrlParams(query(moment))
      .middleware(Reading)
      .pipe(
        says(
          "List the executions of a trade",
          "The fills of the trade's orders; `share` is how many shares of each are the trade's."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("take", "/api/v1/trades")
      .setHeaders(idempotent)
      .setPayload(
        said(Schema.Union(Documents.TradeRequest, Schema.Array(Documents.TradeRequest).pipe(Schema.maxItems(1000))))
      )
      .addSuccess(Documents.TakenPage)
      .middleware(Trading)
      .pipe(
        asTyped("roundlot trades add --symbol {symbol} --side {side} --quantity {quantity}"),
        says(
          "Submit trades",
          "Accepts up to 1,000 trades. Results are in the same order: `accepted`, `duplicate` (known `sourceId`, same contents), `conflict` (other contents: the first stays), `quarantined` (not counted yet) or `recorded`. One invalid trade rejects all."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("sources", "/api/v1/sources")
      .addSuccess(Documents.SourcePage)
      .middleware(Reading)
      .pipe(says("List sources", "The sources that the configuration names, with the terms of their orders."))
  )
  .add(
    HttpApiEndpoint.post("deliver", "/api/v1/sources/:source/trades")
      .setPath(
        Schema.Struct({
          source: Schema.String.annotations({ description: "The source, by its name in the configuration." })
        })
      )
      .setHeaders(
        Schema.Struct({
          [SIGNATURE]: Schema.String.annotations({
            description: "`t=SECONDS,v1=HEX`: the HMAC-SHA256 of `SECONDS.BODY` with the source's secret."
          })
        })
      )
      .setPayload(said(Documents.DeliveryRequest))
      .addSuccess(Documents.TakenPage)
      .middleware(Signed)
      .pipe(
        asTyped("roundlot trades import {file} --source {source}"),
        says(
          "Deliver trades as a source",
          "Accepts up to 1,000 trades signed by their source: all, or none if one is invalid. `after` is the `cursor` of the delivery before: 409 with the source's `cursor` if it differs."
        )
      )
  )
