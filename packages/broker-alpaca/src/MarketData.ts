import { Decimal, Instant, type Broker } from "@roundlot/core"
import type { Quote } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"
import { asking, exactContentsOf } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

const Trade = Schema.Struct({ t: Instant.FromString, p: Decimal.FromString })

/** Bid and ask; zero where nobody stands on that side. */
const BestQuote = Schema.Struct({ t: Instant.FromString, bp: Decimal.FromString, ap: Decimal.FromString })

/** What is read of a snapshot; prices come as numbers, and keep every digit. */
const Snapshot = Schema.Struct({
  symbol: Schema.String,
  currency: Schema.optional(Schema.NullOr(Schema.String)),
  latestTrade: Schema.optional(Schema.NullOr(Trade)),
  latestQuote: Schema.optional(Schema.NullOr(BestQuote))
})

const quotedOf = ({ currency, latestQuote: best, latestTrade: trade, symbol }: typeof Snapshot.Type): Quote.Quote => ({
  symbol,
  currency: currency ?? undefined,
  last: trade ? { price: trade.p, at: trade.t } : undefined,
  bid: best ? { price: best.bp, at: best.t } : undefined,
  ask: best ? { price: best.ap, at: best.t } : undefined
})

/** By which Alpaca says that it has no data of a symbol. */
const NO_DATA: ReadonlySet<number> = new Set([400, 404, 422])

/** The last trade with the best bid and ask of a symbol, by one request to Alpaca's market data; of the feed that the keys have. */
export const snapshot = (wire: Wire, symbol: string): Effect.Effect<Quote.Quote, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const outcome = yield* asking(wire, "quote", `/v2/stocks/${encodeURIComponent(symbol)}/snapshot`)
    return NO_DATA.has(outcome.status)
      ? { symbol: undefined }
      : quotedOf(yield* exactContentsOf("quote", Snapshot, outcome))
  })
