import { Decimal, Instant, type Broker } from "@roundlot/core"
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
export const Entry = Schema.Struct({
  symbol: Schema.String,
  quote: Schema.optional(
    Schema.Struct({
      lastPrice: price,
      tradeTime: moment,
      bidPrice: price,
      askPrice: price,
      quoteTime: moment,
      securityStatus: Schema.optional(Schema.Unknown)
    })
  )
})

/** Quotes by symbol; under `errors` stand the symbols that Schwab does not know. */
const Answer = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const readEntry = Schema.decodeUnknownOption(Entry)

const quotedOf = (dollars: Decimal.Decimal | undefined, millis: number | undefined): Quote.Quoted | undefined =>
  dollars === undefined || millis === undefined ? undefined : { price: dollars, at: Instant.fromMillis(millis) }

const NOTHING: Quote.Quote = { symbol: undefined }

/**
 * The statuses that are documented (Level One Equities, field 32): outside of hours every symbol is `Closed`, which is no halt and no
 * end of its listing. Another one does not say.
 */
const isHaltedIn = (status: unknown): boolean | undefined =>
  status === "Halted" ? true : status === "Normal" || status === "Closed" ? false : undefined

const quoteOf = ({ quote, symbol }: typeof Entry.Type): Quote.Quote => ({
  symbol,
  last: quotedOf(quote?.lastPrice, quote?.tradeTime),
  bid: quotedOf(quote?.bidPrice, quote?.quoteTime),
  ask: quotedOf(quote?.askPrice, quote?.quoteTime),
  isHalted: isHaltedIn(quote?.securityStatus)
})

/** What is read of ReferenceEquity (Market Data specification). */
const Reference = Schema.Struct({
  reference: Schema.Struct({ isShortable: Schema.Boolean, isHardToBorrow: Schema.optional(Schema.Boolean) })
})

const readReference = Schema.decodeUnknownOption(Reference)
const readType = Schema.decodeUnknownOption(Schema.Struct({ assetMainType: Schema.String }))
const readSymbol = Schema.decodeUnknownOption(Schema.Struct({ symbol: Schema.String }))

/** The types of Schwab's specifications, AssetMainType and that of an instrument, that are traded otherwise than as shares, or not at all. */
const notShares: ReadonlySet<string> = new Set([
  "BOND",
  "FOREX",
  "FUTURE",
  "FUTURE_OPTION",
  "INDEX",
  "INDICATOR",
  "MUTUAL_FUND",
  "OPTION"
])

/** Is this the type of what cannot be ordered as shares? One that is not documented does not say. */
export const isNoShare = (type: string): boolean => notShares.has(type)

/** The last trade with the best bid and ask of a symbol, by one request to Schwab's market data. */
export const quote = (wire: Wire, symbol: string): Effect.Effect<Quote.Quote, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const entry = yield* entryOf(wire, "quote", symbol, "quote")
    return Option.match(readEntry(entry), { onNone: () => NOTHING, onSome: quoteOf })
  })

/** What Schwab's quotes say of trading a symbol. */
export type Traits = Pick<Extract<Broker.BrokerInstrument, { readonly _tag: "Known" }>, "shortable" | "tradable">

/**
 * Does Schwab trade a symbol as shares, and lend it for a short sale? That it is traded is denied by its type alone: `securityStatus`
 * has no word for it (`Halted` passes, `Closed` is every symbol's at night, `Unknown` is an index's), and a symbol without an entry may
 * not have been quoted yet. What is lent must be said: both fields are documented, so that a missing one is no permission; what is hard
 * to borrow Schwab refuses to sell short online.
 */
export const traitsOf = (wire: Wire, symbol: string): Effect.Effect<Traits, Broker.BrokerReadFailed> =>
  Effect.map(entryOf(wire, "instrument", symbol, "reference"), (entry) => {
    const isIts = Option.exists(readSymbol(entry), ({ symbol: of }) => of === symbol)
    return {
      tradable: !(isIts && Option.exists(readType(entry), ({ assetMainType }) => isNoShare(assetMainType))),
      shortable: isIts && Option.exists(readReference(entry), ({ reference }) => isLent(reference))
    }
  })

const isLent = ({ isHardToBorrow, isShortable }: (typeof Reference.Type)["reference"]): boolean =>
  isShortable && isHardToBorrow !== true

/** A symbol's part of the answer with the nodes that are asked for; nothing where Schwab does not know it. */
const entryOf = (wire: Wire, operation: string, symbol: string, fields: string) =>
  Effect.gen(function* () {
    const query = new URLSearchParams({ symbols: symbol, fields })
    const outcome = yield* asking(wire, operation, `/marketdata/v1/quotes?${query.toString()}`)
    if (outcome.status === 404 && Option.isSome(errorIn(outcome.text))) return undefined
    return (yield* contentsOf(operation, Answer, outcome))[symbol]
  })
