import type { ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal, type Price } from "@roundlot/core"
import { assetIdOf } from "./orderJson.ts"

const DECIMALS_OF_SHARES = 16

const shareOf = (part: Decimal.Decimal, whole: Decimal.Decimal): Decimal.Decimal =>
  Decimal.isZero(whole) ? Decimal.zero : Decimal.divide(part, Decimal.abs(whole), DECIMALS_OF_SHARES)

/**
 * A holding at the price of now, and what a share of it cost. The exchange keeps no close of the day before, so that is the price of now
 * too, and what was gained counts as gained today, as Alpaca shows what was bought today.
 */
export const positionJson = (
  { quantity: held, symbol }: ExchangeOrder.ExchangeHolding,
  paid: Decimal.Decimal,
  price: Price.Price | undefined
) => ({
  asset_id: assetIdOf(symbol),
  symbol,
  exchange: "NASDAQ",
  asset_class: "us_equity",
  qty: Decimal.format(held),
  qty_available: Decimal.format(held),
  avg_entry_price: Decimal.format(paid),
  side: Decimal.isNegative(held) ? "short" : "long",
  cost_basis: Decimal.format(Decimal.multiply(held, paid)),
  ...(price === undefined ? withoutMarket : atMarket(held, paid, price))
})

const withoutMarket = {
  market_value: null,
  unrealized_pl: null,
  unrealized_plpc: null,
  unrealized_intraday_pl: null,
  unrealized_intraday_plpc: null,
  current_price: null,
  lastday_price: null,
  change_today: null
}

const atMarket = (held: Decimal.Decimal, paid: Decimal.Decimal, price: Price.Price) => {
  const cost = Decimal.multiply(held, paid)
  const value = Decimal.multiply(held, price)
  const gained = Decimal.subtract(value, cost)
  const [gain, share, now] = [gained, shareOf(gained, cost), price].map(Decimal.format)
  return {
    market_value: Decimal.format(value),
    unrealized_pl: gain,
    unrealized_plpc: share,
    unrealized_intraday_pl: gain,
    unrealized_intraday_plpc: share,
    current_price: now,
    lastday_price: now,
    change_today: "0"
  }
}
