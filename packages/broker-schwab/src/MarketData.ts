import { Decimal, Instant } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import type { Quote } from "@roundlot/core/adapter"
import { Effect, Option, Schema } from "effect"
import { errorIn } from "./ErrorBody.ts"
import { asking, contentsOf } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

/** Milliseconds since 1970, of this century. */
const Moment = Schema.NumberFromString.pipe(Schema.int(), Schema.between(946_684_800_000, 4_102_444_800_000))

const price = Schema.optional(Decimal.FromString)
const moment = Schema.optional(Moment)

/** What is read of a quote; `quoteTime` is the time of bid and ask. */
const Entry = Schema.Struct({
  symbol: Schema.String,
  quote: Schema.optional(
    Schema.Struct({ lastPrice: price, tradeTime: moment, bidPrice: price, askPrice: price, quoteTime: moment })
  )
})

/** Quotes by symbol; under `errors` stand the symbols that Schwab does not know. */
const Answer = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const readEntry = Schema.decodeUnknownOption(Entry)

const quotedOf = (dollars: Decimal.Decimal | undefined, millis: number | undefined): Quote.Quoted | undefined =>
  dollars === undefined || millis === undefined ? undefined : { price: dollars, at: Instant.fromMillis(millis) }

const NOTHING: Quote.Quote = { symbol: undefined }

const quoteOf = ({ quote, symbol }: typeof Entry.Type): Quote.Quote => ({
  symbol,
  last: quotedOf(quote?.lastPrice, quote?.tradeTime),
  bid: quotedOf(quote?.bidPrice, quote?.quoteTime),
  ask: quotedOf(quote?.askPrice, quote?.quoteTime)
})

/** The last trade with the best bid and ask of a symbol, by one request to Schwab's market data. */
export const quote = (wire: Wire, symbol: string): Effect.Effect<Quote.Quote, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const query = new URLSearchParams({ symbols: symbol, fields: "quote" })
    const outcome = yield* asking(wire, "quote", `/marketdata/v1/quotes?${query.toString()}`)
    if (outcome.status === 404 && Option.isSome(errorIn(outcome.text))) return NOTHING
    const entries = yield* contentsOf("quote", Answer, outcome)
    return Option.match(readEntry(entries[symbol]), { onNone: () => NOTHING, onSome: quoteOf })
  })
