import { Decimal } from "@roundlot/core"
import { number } from "./Answer.ts"

/** What an account has: its money, what one purchase may cost, and what its shares are worth at the market. */
export interface Money {
  readonly cash: Decimal.Decimal
  readonly buyingPower: Decimal.Decimal
  readonly long: Decimal.Decimal
  /** Not above zero. */
  readonly short: Decimal.Decimal
}

const NOTHING = number(Decimal.zero)

const all = (names: ReadonlyArray<string>, value: string) => Object.fromEntries(names.map((name) => [name, value]))

/** What nothing here has: debts, deposits on their way, other assets than shares. */
const nothing = [
  "accruedInterest",
  "cashReceipts",
  "longOptionMarketValue",
  "moneyMarketFund",
  "pendingDeposits",
  "mutualFundValue",
  "bondValue",
  "shortOptionMarketValue",
  "longMarginValue",
  "maintenanceCall",
  "maintenanceRequirement",
  "marginBalance",
  "regTCall",
  "shortBalance",
  "shortMarginValue"
] as const

const onlyAtFirst = [
  "cashAvailableForTrading",
  "dayTradingBuyingPowerCall",
  "dayTradingEquityCall",
  "totalCash"
] as const

/** Balances by the names that Schwab has for them. Those at the start of the day are those of now: nothing here keeps them. */
export const balancesOf = ({ buyingPower, cash, long, short }: Money) => {
  const equity = number(Decimal.sum([cash, long, short]))
  const power = number(buyingPower)
  const spendable = all(
    ["availableFunds", "availableFundsNonMarginableTrade", "buyingPower", "dayTradingBuyingPower"],
    power
  )
  const common = {
    ...all(nothing, NOTHING),
    cashBalance: number(cash),
    equity,
    equityPercentage: number(Decimal.unsafe("100")),
    liquidationValue: equity
  }
  const { availableFunds: _, ...spendableAtFirst } = spendable
  return {
    initialBalances: {
      ...common,
      ...all(onlyAtFirst, NOTHING),
      ...spendableAtFirst,
      longStockValue: number(long),
      shortStockValue: number(short),
      margin: number(cash),
      marginEquity: equity,
      accountValue: equity,
      isInCall: false
    },
    currentBalances: {
      ...common,
      ...spendable,
      buyingPowerNonMarginableTrade: power,
      longMarketValue: number(long),
      shortMarketValue: number(short),
      savings: NOTHING,
      sma: NOTHING
    },
    projectedBalances: {
      ...all(["dayTradingBuyingPowerCall", "maintenanceCall", "regTCall"], NOTHING),
      ...spendable,
      stockBuyingPower: power,
      isInCall: false
    },
    aggregated: { currentLiquidationValue: equity, liquidationValue: equity }
  }
}
