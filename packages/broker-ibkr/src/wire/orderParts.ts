import { all, fields, type Layout, times, when } from "./layout.ts"

/** The contract that something is of. */
export const contract = fields(
  "#conId=0 symbol secType=STK expiry strike=0 right=? multiplier exchange currency=USD localSymbol tradingClass"
)

const pair = fields("tag value")

/** The legs of a combination. */
export const legs = all(
  times(
    "comboLegs",
    fields("legConId legRatio legAction legExchange legOpenClose legShortSaleSlot legLocation legExemptCode")
  ),
  times("orderComboLegs", fields("legPrice")),
  times("smartComboRoutingParams", pair)
)

const isThere = (text = ""): boolean => text !== ""

/** A field, and what is behind it only where it says something. */
const unlessEmpty = <N extends string>(name: string, part: Layout<N>) => when((value) => isThere(value(name)), part)

const UNSET_FROM = 1e308

/** How an order is entered in parts. */
export const scale = all(
  fields("scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement"),
  when(
    (value) => Number(value("scalePriceIncrement")) > 0 && Number(value("scalePriceIncrement")) < UNSET_FROM,
    fields(
      "scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset scaleInitPosition",
      "scaleInitFillQty scaleRandomPercent"
    )
  )
)

/** By what an order hedges its parent. */
export const hedge = all(fields("hedgeType"), unlessEmpty("hedgeType", fields("hedgeParam")))

/** The contract that a combination is neutral against. */
export const deltaNeutral = all(
  fields("deltaNeutral=0"),
  when((value) => value("deltaNeutral") === "1", fields("deltaNeutralContract deltaNeutralDelta deltaNeutralPrice"))
)

/** An algorithm of IBKR's, and its parameters. */
export const algorithm = all(fields("algoStrategy"), unlessEmpty("algoStrategy", times("algoParams", pair)))

/** What the price of a pegged order follows. */
export const pegged = when(
  (value) => value("type") === "PEG BENCH" || value("type") === "PEGBENCH",
  fields(
    "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount referenceExchangeId"
  )
)

/** Fields of a condition by the number of its type: price, time, margin, execution, volume, change in per cent. */
const conditionTypes = {
  "1": fields("isMore limit watchedConId watchedExchange triggeredBy"),
  "3": fields("isMore limit"),
  "4": fields("isMore limit"),
  "5": fields("watchedSecType watchedExchange watchedSymbol"),
  "6": fields("isMore limit watchedConId watchedExchange"),
  "7": fields("isMore limit watchedConId watchedExchange")
}

/** On what an order waits. */
export const conditions = all(
  times(
    "conditions",
    all(
      fields("conditionType conjunction"),
      ...Object.entries(conditionTypes).map(([type, part]) => when((value) => value("conditionType") === type, part))
    )
  ),
  when((value) => Number(value("conditions")) > 0, fields("conditionsIgnoreRth conditionsCancelOrder"))
)

/** What goes with the hedge of an order by volatility, which differs by the message. */
export const hedged = <N extends string>(part: Layout<N>) => unlessEmpty("deltaNeutralOrderType", part)
