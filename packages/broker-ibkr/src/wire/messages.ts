import { all, fields, since, times, when } from "./layout.ts"
import { contract } from "./orderParts.ts"

export { accountValue, accountValuesEnd } from "./accountUpdates.ts"
export { completedOrder, openOrder } from "./orders.ts"

const none = fields()

/** A message that says that something has ended: that of a request, or, without its number, that of all. */
const ofRequest = fields("version=1 #reqId")
const ofAll = fields("version=1")

/** TICK_PRICE. */
export const tickPrice = { id: "1", layout: fields("version=6 #reqId type value size attributes=0") }
/** TICK_GENERIC. */
export const tickNumber = { id: "45", layout: fields("version=6 #reqId type value") }
/** TICK_STRING. */
export const tickText = { id: "46", layout: fields("version=6 #reqId type value") }
/** TICK_SNAPSHOT_END. */
export const ticksEnd = { id: "57", layout: ofRequest }

/** ORDER_STATUS. */
export const orderStatus = {
  id: "3",
  layout: fields(
    "#orderId status filled remaining averagePrice=0 #permId parentId=0 lastFillPrice=0 #clientId whyHeld mktCapPrice=0"
  )
}

/** ERR_MSG: of a request, of an order, or of the connection (-1). */
export const notice = { id: "4", layout: fields("version=2 #id #code text advancedOrderReject") }

/** NEXT_VALID_ID. */
export const nextOrderId = { id: "9", layout: fields("version=1 #orderId") }
/** MANAGED_ACCTS: with commas between them. */
export const accounts = { id: "15", layout: fields("version=1 accounts") }
/** CURRENT_TIME: in seconds since 1970. */
export const currentTime = { id: "49", layout: fields("version=1 seconds") }

/** OPEN_ORDER_END. */
export const openOrdersEnd = { id: "53", layout: ofAll }
/** COMPLETED_ORDERS_END. */
export const completedOrdersEnd = { id: "102", layout: none }

/** EXECUTION_DATA. */
export const execution = {
  id: "11",
  layout: all(
    fields("#reqId #orderId"),
    contract,
    fields(
      "execId time account venue side shares price #permId #clientId liquidation=0 cumulative averagePrice orderRef"
    ),
    fields("evRule evMultiplier modelCode liquidity"),
    since(178, fields("pendingPriceRevision=0"))
  )
}
/** EXECUTION_DATA_END. */
export const executionsEnd = { id: "55", layout: ofRequest }
/** COMMISSION_REPORT. */
export const commission = {
  id: "59",
  layout: fields("version=1 execId amount currency realizedPnl=unset yield=unset yieldRedemptionDate")
}

/** POSITION. */
export const position = {
  id: "61",
  layout: all(fields("version=3 account"), contract, fields("quantity averageCost"))
}
/** POSITION_END. */
export const positionsEnd = { id: "62", layout: ofAll }

/** ACCOUNT_SUMMARY. */
export const accountFigure = { id: "63", layout: fields("version=1 #reqId account name value currency") }
/** ACCOUNT_SUMMARY_END. */
export const accountFiguresEnd = { id: "64", layout: ofRequest }

/** CONTRACT_DATA. */
export const contractDetails = {
  id: "10",
  layout: all(
    fields("#reqId symbol secType=STK expiry"),
    since(182, fields("lastTradeDate")),
    fields("strike=0 right exchange currency=USD localSymbol marketName tradingClass #conId minTick=0.01 multiplier"),
    fields("orderTypes validExchanges priceMagnifier=1 underConId=0 longName primaryExchange contractMonth industry"),
    fields("category subcategory timeZoneId tradingHours liquidHours evRule evMultiplier"),
    times("secIds", fields("tag value")),
    fields("aggGroup=1 underSymbol underSecType marketRuleIds realExpirationDate stockType minSize=1 sizeIncrement=1"),
    fields("suggestedSizeIncrement=100"),
    since(
      179,
      when(
        (value) => value("secType") === "FUND",
        fields(
          "fundName fundFamily fundType frontLoad backLoad backLoadTimeInterval managementFee closed closedForNewInvestors",
          "closedForNewMoney notifyAmount minimumInitialPurchase subsequentMinimumPurchase blueSkyStates",
          "blueSkyTerritories distributionPolicyIndicator assetType"
        )
      )
    ),
    since(186, times("ineligibilityReasons", fields("reason description")))
  )
}
/** CONTRACT_DATA_END. */
export const contractDetailsEnd = { id: "52", layout: ofRequest }

/** Numbers of messages that are documented and asked for by nobody here. */
const others =
  "2 12 13 14 16 17 18 19 20 21 47 50 51 56 58 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 " +
  "88 89 90 91 92 93 94 95 96 97 98 99 100 103 104 105 106 107"

/** Parts of an answer that is asked for because of another part of it. */
const besideAsked = [
  // PORTFOLIO_VALUE: what is held comes from POSITION, which has all of it at once and says where it ends.
  "7",
  // ACCT_UPDATE_TIME has hours and minutes without a date or a zone; the time is asked for by itself (CURRENT_TIME).
  "8"
]

/** Messages that are passed over in silence. */
export const unread: ReadonlySet<string> = new Set([...besideAsked, ...others.split(" ")])
