import { all, before, fields, since, when, times } from "./layout.ts"

export { placeOrder } from "./orders.ts"

/** A contract as it is asked for: empty fields are any. */
const wanted = fields(
  "conId symbol secType=STK expiry strike right multiplier exchange=SMART primaryExchange currency=USD localSymbol tradingClass"
)

const alone = fields("version=1")
const ofRequest = fields("version=1 reqId")

/** START_API. */
export const startApi = { id: "71", layout: fields("version=2 #clientId capabilities") }

/** CANCEL_ORDER. */
export const cancelOrder = {
  id: "4",
  layout: all(
    before(192, alone),
    fields("#orderId manualOrderCancelTime"),
    since(187, before(190, fields("quoteOperator quoteUserId quoteIndicator=unsetInteger"))),
    since(192, fields("extOperator manualOrderIndicator=unsetInteger"))
  )
}

/** REQ_ALL_OPEN_ORDERS. */
export const openOrders = { id: "16", layout: alone }
/** REQ_COMPLETED_ORDERS. */
export const completedOrders = { id: "99", layout: fields("apiOnly=0") }

/** REQ_EXECUTIONS. */
export const executions = {
  id: "7",
  layout: fields("version=3 #reqId clientId account time symbol secType exchange side")
}

/** REQ_POSITIONS. */
export const positions = { id: "61", layout: alone }
/** CANCEL_POSITIONS. */
export const cancelPositions = { id: "64", layout: alone }

/** REQ_ACCOUNT_DATA: 1 subscribes, 0 ends that. */
export const accountUpdates = { id: "6", layout: fields("version=2 subscribe=1 account") }

/** REQ_ACCOUNT_SUMMARY. */
export const accountFigures = { id: "62", layout: fields("version=1 #reqId group=All names") }
/** CANCEL_ACCOUNT_SUMMARY. */
export const cancelAccountFigures = { id: "63", layout: ofRequest }

/** REQ_CONTRACT_DATA. */
export const contractDetails = {
  id: "9",
  layout: all(fields("version=8 #reqId"), wanted, fields("includeExpired secIdType secId issuerId"))
}

/** REQ_MARKET_DATA_TYPE. */
export const marketDataType = { id: "59", layout: fields("version=1 type") }
/** REQ_MKT_DATA, for a snapshot; generic ticks come by a subscription alone. */
export const marketData = {
  id: "1",
  layout: all(
    fields("version=11 #reqId"),
    wanted,
    when((value) => value("secType") === "BAG", times("comboLegs", fields("legConId legRatio legAction legExchange"))),
    fields("deltaNeutral=0"),
    when((value) => value("deltaNeutral") === "1", fields("deltaNeutralConId deltaNeutralDelta deltaNeutralPrice")),
    fields("genericTicks snapshot=1 regulatorySnapshot=0 options")
  )
}
/** CANCEL_MKT_DATA. */
export const cancelMarketData = { id: "2", layout: ofRequest }

/** REQ_CURRENT_TIME. */
export const currentTime = { id: "49", layout: alone }
