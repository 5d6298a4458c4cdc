import { Decimal, Instant, Ticker, type Broker } from "@roundlot/core"
import { pin, type Address } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"
import { PAPER_URL } from "./Credentials.ts"
import { listWhole } from "./Listings.ts"
import { asking, contentsOf, reading, saysNotThere } from "./Reading.ts"
import type * as Wire from "./Wire.ts"

/** One row of `GET /v2/positions`. */
export const PositionAnswer = Schema.Struct({
  symbol: Schema.String,
  asset_class: Schema.optional(Schema.String),
  qty: Decimal.FromString,
  side: Schema.Literal("long", "short"),
  avg_entry_price: Schema.optional(Schema.NullOr(Decimal.FromString))
})

/**
 * A short holding is below zero, whichever sign Alpaca gives its quantity. A row that cannot be read, of a side that is not documented
 * among them, is no absence: the listing is in part then (P8).
 */
export const positions = (wire: Wire.Wire): Broker.BrokerService["positions"] =>
  Effect.map(listWhole(wire, "positions", "/v2/positions", PositionAnswer), ({ complete, rows }) => ({
    complete,
    holdings: rows.map(({ value: { asset_class, avg_entry_price, qty, side, symbol } }) => ({
      symbol,
      assetClass: asset_class === "us_equity" ? "equity" : asset_class,
      quantity: side === "short" ? Decimal.negate(Decimal.abs(qty)) : qty,
      averagePrice: avg_entry_price ?? undefined
    }))
  }))

/** What is read of `GET /v2/account`. */
export const AccountAnswer = Schema.Struct({
  account_number: Schema.String,
  currency: Schema.String,
  buying_power: Decimal.FromString,
  status: Schema.optional(Schema.String),
  trading_blocked: Schema.optional(Schema.Boolean),
  account_blocked: Schema.optional(Schema.Boolean),
  trade_suspended_by_user: Schema.optional(Schema.Boolean)
})

/** Statuses of accounts that trade; the second is of one with play money alone (alpacahq/alpaca-py, AccountStatus). */
const trading: ReadonlyArray<string> = ["ACTIVE", "PAPER_ONLY"]

/** What one field says against it counts whatever the others say; that it may trade is said by all of them alone. */
const mayTrade = (answer: typeof AccountAnswer.Type): boolean | undefined => {
  const { account_blocked, status, trade_suspended_by_user, trading_blocked } = answer
  const isBlocked = trading_blocked === true || account_blocked === true || trade_suspended_by_user === true
  if (isBlocked || (status !== undefined && !trading.includes(status))) return false
  const isSaid = status !== undefined && trading_blocked !== undefined && account_blocked !== undefined
  return isSaid ? true : undefined
}

/** The fields that keep it from trading, as Alpaca has them. */
const whyNot = (answer: typeof AccountAnswer.Type): string =>
  [
    ...(answer.status === undefined || trading.includes(answer.status) ? [] : [`status ${answer.status}`]),
    ...(["trading_blocked", "account_blocked", "trade_suspended_by_user"] as const).filter((field) => answer[field])
  ].join(", ")

/** The account's number, buying power, and whether it may trade. */
export const accountFigures = (wire: Wire.Wire): Broker.BrokerService["account"] =>
  Effect.map(reading(wire, "account", "/v2/account", AccountAnswer), (answer) => ({
    brokerAccountId: answer.account_number,
    currency: answer.currency,
    buyingPower: answer.buying_power,
    mayTrade: mayTrade(answer),
    words: mayTrade(answer) === false ? whyNot(answer) : undefined
  }))

const PAPER_ACCOUNT = /^PA/

/** Alpaca writes PA before the numbers of paper accounts. Behind an address of real money nobody is asked. */
export const proofOf = (
  { environment, origin }: Address.Address,
  figures: Broker.BrokerService["account"]
): Effect.Effect<Broker.Proof, Broker.BrokerReadFailed> =>
  environment === "live"
    ? Effect.succeed(unproven(`its address is ${origin}, which is for real money`))
    : Effect.map(figures, ({ brokerAccountId: number = "" }) =>
        PAPER_ACCOUNT.test(number)
          ? { _tag: "Paper" }
          : unproven(`${origin} shows the account ${pin.masked(number)}, whose number does not begin with PA`)
      )

const unproven = (seen: string): Broker.Proof => ({
  _tag: "Unproven",
  seen,
  remedy: `Use the keys of a paper account, at ${PAPER_URL}, or a simulator ('roundlot simulate alpaca')`
})

/** What is read of `GET /v2/clock`. */
export const ClockAnswer = Schema.Struct({ timestamp: Instant.FromString })

/** Alpaca's own clock, to the millisecond. */
export const brokersTime = (wire: Wire.Wire): NonNullable<Broker.BrokerService["clock"]> =>
  Effect.map(reading(wire, "clock", "/v2/clock", ClockAnswer), ({ timestamp }) => ({ at: timestamp, cutToMs: 1 }))

/** What is read of an instrument; one that does not say whether it is traded in fractions is not, as before Alpaca had them. */
export const AssetAnswer = Schema.Struct({
  symbol: Ticker.Ticker,
  class: Schema.String,
  status: Schema.String,
  tradable: Schema.Boolean,
  fractionable: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  shortable: Schema.Boolean
})

/** The lot is one share even where Alpaca takes fractions: what is sent in whole lots is an account's choice. */
export const instrument = (
  wire: Wire.Wire,
  symbol: Ticker.Ticker
): Effect.Effect<Broker.BrokerInstrument, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const outcome = yield* asking(wire, "instrument", `/v2/assets/${encodeURIComponent(symbol)}`)
    if (saysNotThere(outcome)) return { _tag: "NotKnown", symbol }
    const asset = yield* contentsOf("instrument", AssetAnswer, outcome)
    return {
      _tag: "Known",
      symbol: asset.symbol,
      assetClass: asset.class === "us_equity" ? "equity" : asset.class,
      currency: "USD",
      tradable: asset.tradable && asset.status === "active",
      fractionable: asset.fractionable,
      shortable: asset.shortable,
      lot: Decimal.unsafe("1")
    }
  })
