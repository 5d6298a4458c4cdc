import { Broker, Decimal, Instant, type Ticker } from "@roundlot/core"
import { Effect, Option, Schema } from "effect"
import type { Desk } from "./Desk.ts"
import { errorIn } from "./ErrorBody.ts"
import { isNoShare, traitsOf } from "./MarketData.ts"
import { asking, contentsOf, reading, rowsOf } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

const Balance = Schema.Struct({
  buyingPower: Schema.optional(Decimal.FromString),
  cashAvailableForTrading: Schema.optional(Decimal.FromString),
  longMarketValue: Schema.optional(Decimal.FromString),
  shortMarketValue: Schema.optional(Decimal.FromString)
})

/** One row of an account's `positions`. */
export const PositionAnswer = Schema.Struct({
  longQuantity: Decimal.FromString,
  shortQuantity: Decimal.FromString,
  averagePrice: Schema.optional(Decimal.FromString),
  instrument: Schema.Struct({ symbol: Schema.String })
})

/** What is read of an account, with what it holds. */
export const AccountAnswer = Schema.Struct({
  securitiesAccount: Schema.Struct({
    accountNumber: Schema.String,
    isClosingOnlyRestricted: Schema.optional(Schema.Boolean),
    currentBalances: Schema.optional(Balance),
    positions: Schema.optional(Schema.Array(Schema.Unknown))
  })
})

const readAccount = ({ linked, wire }: Pick<Desk, "linked" | "wire">, operation: string, fields: string) =>
  Effect.flatMap(linked, ({ hash }) => reading(wire, operation, `/trader/v1/accounts/${hash}${fields}`, AccountAnswer))

/** Do balances value shares, long or short? */
const valuesShares = ({ longMarketValue, shortMarketValue }: typeof Balance.Type): boolean =>
  [longMarketValue, shortMarketValue].some((value) => value !== undefined && !Decimal.isZero(value))

/** What the account holds. Schwab leaves `positions` out where nothing is held: where its balances value shares, that is no listing (P8). A row that cannot be read is no absence: the listing is in part then (P8). */
export const positions = (desk: Desk): Broker.BrokerService["positions"] =>
  Effect.gen(function* () {
    const { securitiesAccount } = yield* readAccount(desk, "positions", "?fields=positions")
    const { accountNumber, currentBalances = {}, positions: listed } = securitiesAccount
    const { complete, rows } = yield* rowsOf("positions", PositionAnswer, listed ?? [])
    return {
      complete: complete && (listed !== undefined || !valuesShares(currentBalances)),
      brokerAccountId: accountNumber,
      holdings: rows.map(({ value: { averagePrice, instrument: of, longQuantity, shortQuantity } }) => ({
        symbol: of.symbol,
        quantity: Decimal.subtract(longQuantity, shortQuantity),
        averagePrice
      }))
    }
  })

/** The account's number, buying power, and whether it may trade. */
export const figures = (desk: Pick<Desk, "linked" | "wire">): Broker.BrokerService["account"] =>
  Effect.map(
    readAccount(desk, "account", ""),
    ({ securitiesAccount: { accountNumber, currentBalances, isClosingOnlyRestricted } }) => ({
      brokerAccountId: accountNumber,
      mayTrade: isClosingOnlyRestricted === undefined ? undefined : !isClosingOnlyRestricted,
      words: isClosingOnlyRestricted === true ? "isClosingOnlyRestricted" : undefined,
      currency: "USD",
      buyingPower: currentBalances?.buyingPower ?? currentBalances?.cashAvailableForTrading
    })
  )

const SECOND_MS = 1_000

/** Schwab has no clock to ask: the date of an answer is its time, to the second. */
export const brokersTime = (wire: Wire): NonNullable<Broker.BrokerService["clock"]> =>
  Effect.flatMap(asking(wire, "clock", "/trader/v1/accounts/accountNumbers"), ({ headers }) => {
    const millis = Date.parse(headers.get("date") ?? "")
    return Number.isNaN(millis)
      ? Effect.fail(
          new Broker.BrokerReadFailed({ operation: "clock", kind: "unreadable", detail: "the answer has no date" })
        )
      : Effect.succeed({ at: Instant.fromMillis(millis), cutToMs: SECOND_MS })
  })

/** What is read of instruments. */
export const InstrumentsAnswer = Schema.Struct({
  instruments: Schema.optional(Schema.Array(Schema.Struct({ symbol: Schema.String, assetType: Schema.String })))
})

const STOCKS: ReadonlySet<string> = new Set(["EQUITY", "ETF"])

/** Schwab says no lot: it is one share. What else it does not trade of what it lists, a refused order says. */
export const instrument = (
  wire: Wire,
  symbol: Ticker.Ticker
): Effect.Effect<Broker.BrokerInstrument, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const query = new URLSearchParams({ symbol, projection: "symbol-search" })
    const outcome = yield* asking(wire, "instrument", `/marketdata/v1/instruments?${query.toString()}`)
    if (outcome.status === 404 && Option.isSome(errorIn(outcome.text))) return { _tag: "NotKnown", symbol }
    const { instruments = [] } = yield* contentsOf("instrument", InstrumentsAnswer, outcome)
    const found = instruments.find((each) => each.symbol === symbol)
    if (found === undefined) return { _tag: "NotKnown", symbol }
    const { shortable, tradable } = yield* traitsOf(wire, symbol)
    return {
      _tag: "Known",
      symbol,
      assetClass: STOCKS.has(found.assetType) ? "equity" : found.assetType.toLowerCase(),
      currency: "USD",
      tradable: tradable && !isNoShare(found.assetType),
      fractionable: false,
      shortable,
      lot: Decimal.unsafe("1")
    }
  })
