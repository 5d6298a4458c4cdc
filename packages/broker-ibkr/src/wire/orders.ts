import { all, before, fields, since, when } from "./layout.ts"
import { algorithm, conditions, contract, deltaNeutral, hedge, hedged, legs, pegged, scale } from "./orderParts.ts"

/** Terms of an order that TWS shows, up to its reference. */
const terms = fields(
  "action quantity type limitPrice=0.0 stopPrice=0.0 timeInForce ocaGroup account openClose origin=0 orderRef"
)

const limited = fields(
  "faGroup faMethod faPercentage modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot=0",
  "designatedLocation exemptCode=-1"
)
const boxed = fields("startingPrice stockRefPrice delta stockRangeLower stockRangeUpper displaySize=unsetInteger")
const byVolatility = fields("volatility volatilityType=0 deltaNeutralOrderType=None deltaNeutralAuxPrice")
const trailing = fields("continuousUpdate=0 referencePriceType=0 trailStopPrice trailingPercent")
const clearing = fields("clearingAccount clearingIntent=IB notHeld=0")
const offsets = fields("minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf")
const customer = all(since(183, fields("customerAccount")), since(184, fields("professionalCustomer=0")))

/** OPEN_ORDER. */
export const openOrder = {
  id: "5",
  layout: all(
    fields("#orderId"),
    contract,
    terms,
    fields("#clientId #permId outsideRth=0 hidden=0 discretionaryAmt=0 goodAfterTime sharesAllocation"),
    limited,
    fields("auctionStrategy=0"),
    boxed,
    fields("blockOrder=0 sweepToFill=0 allOrNone=0 minQty ocaType=3 eTradeOnly=0 firmQuoteOnly=0 nbboPriceCap"),
    fields("parentId=0 triggerMethod=0"),
    byVolatility,
    hedged(
      fields(
        "deltaNeutralConId=0 deltaNeutralSettlingFirm deltaNeutralClearingAccount deltaNeutralClearingIntent",
        "deltaNeutralOpenClose=? deltaNeutralShortSale=0 deltaNeutralShortSaleSlot=0 deltaNeutralLocation"
      )
    ),
    trailing,
    fields("basisPoints basisPointsType comboLegsDescription"),
    legs,
    scale,
    hedge,
    fields("optOutSmartRouting=0"),
    clearing,
    deltaNeutral,
    algorithm,
    fields("solicited=0 whatIf=0 status"),
    fields("initMarginBefore=unset maintMarginBefore=unset equityWithLoanBefore=unset initMarginChange=unset"),
    fields("maintMarginChange=unset equityWithLoanChange=unset initMarginAfter=unset maintMarginAfter=unset"),
    fields("equityWithLoanAfter=unset commission minCommission maxCommission commissionCurrency"),
    fields("warningText randomizeSize=0 randomizePrice=0"),
    pegged,
    conditions,
    fields("adjustedOrderType=None triggerPrice=unset adjustedTrailStopPrice=unset lmtPriceOffset=unset"),
    fields(
      "adjustedStopPrice=unset adjustedStopLimitPrice=unset adjustedTrailingAmount=unset adjustableTrailingUnit=0"
    ),
    fields(
      "softDollarName softDollarValue softDollarDisplayName cashQty=0 dontUseAutoPriceForHedge=1 isOmsContainer=0"
    ),
    fields("discretionaryUpToLimitPrice=0 usePriceMgmtAlgo=0 duration postToAts"),
    fields("autoCancelParent=0"),
    offsets,
    customer,
    since(185, fields("bondAccruedInterest")),
    since(189, fields("includeOvernight=0")),
    since(193, fields("extOperator manualOrderIndicator=unsetInteger"))
  )
}

/** COMPLETED_ORDER. */
export const completedOrder = {
  id: "101",
  layout: all(
    contract,
    terms,
    fields("#permId outsideRth=0 hidden=0 discretionaryAmt=0 goodAfterTime"),
    limited,
    boxed,
    fields("sweepToFill=0 allOrNone=0 minQty ocaType=3 triggerMethod=0"),
    byVolatility,
    hedged(fields("deltaNeutralConId=0 deltaNeutralShortSale=0 deltaNeutralShortSaleSlot=0 deltaNeutralLocation")),
    trailing,
    fields("comboLegsDescription"),
    legs,
    scale,
    hedge,
    clearing,
    deltaNeutral,
    algorithm,
    fields("solicited=0 status randomizeSize=0 randomizePrice=0"),
    pegged,
    conditions,
    fields("adjustedTrailStopPrice=unset lmtPriceOffset=unset cashQty=0 dontUseAutoPriceForHedge=1 isOmsContainer=0"),
    fields("autoCancelDate filledQuantity refFuturesConId=unsetInteger autoCancelParent=0 shareholder imbalanceOnly=0"),
    fields("routeMarketableToBbo=0 #parentPermId=9223372036854775807 completedTime completedStatus"),
    offsets,
    customer
  )
}

const isCombination = (value: (name: string) => string | undefined): boolean => value("secType") === "BAG"

/** Up to the mid of the market. */
const UP_TO_MID = "Infinity"

/** PLACE_ORDER. What is left away is sent empty; an order that is not transmitted waits in TWS for a person. */
export const placeOrder = {
  id: "3",
  layout: all(
    fields("#orderId conId symbol secType=STK expiry strike right multiplier exchange=SMART primaryExchange"),
    fields(
      "currency=USD localSymbol tradingClass secIdType secId action quantity type limitPrice stopPrice timeInForce ocaGroup"
    ),
    fields("account openClose origin orderRef transmit=1 parentId blockOrder sweepToFill displaySize triggerMethod"),
    fields("outsideRth=0 hidden"),
    when(isCombination, legs),
    fields("sharesAllocation discretionaryAmt goodAfterTime goodTillDate faGroup faMethod faPercentage modelCode"),
    fields("shortSaleSlot designatedLocation exemptCode ocaType rule80A settlingFirm allOrNone minQty percentOffset"),
    fields("eTradeOnly firmQuoteOnly nbboPriceCap auctionStrategy startingPrice stockRefPrice delta stockRangeLower"),
    fields("stockRangeUpper overridePercentageConstraints volatility volatilityType deltaNeutralOrderType"),
    fields("deltaNeutralAuxPrice"),
    hedged(
      fields(
        "deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount deltaNeutralClearingIntent",
        "deltaNeutralOpenClose deltaNeutralShortSale deltaNeutralShortSaleSlot deltaNeutralLocation"
      )
    ),
    fields("continuousUpdate referencePriceType trailStopPrice trailingPercent"),
    scale,
    fields("scaleTable activeStartTime activeStopTime"),
    hedge,
    fields("optOutSmartRouting clearingAccount clearingIntent notHeld"),
    deltaNeutral,
    algorithm,
    fields("algoId whatIf orderMiscOptions solicited randomizeSize randomizePrice"),
    pegged,
    conditions,
    fields("adjustedOrderType triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice"),
    fields("adjustedTrailingAmount adjustableTrailingUnit extOperator softDollarName softDollarValue cashQty"),
    fields("decisionMaker decisionAlgo executionTrader executionAlgo dontUseAutoPriceForHedge isOmsContainer"),
    fields("discretionaryUpToLimitPrice usePriceMgmtAlgo duration postToAts autoCancelParent advancedErrorOverride"),
    fields("manualOrderTime"),
    when((value) => value("exchange") === "IBKRATS", fields("minTradeQty")),
    when((value) => value("type") === "PEG BEST", fields("minCompeteSize competeAgainstBestOffset")),
    when(
      (value) => value("type") === "PEG MID" || value("competeAgainstBestOffset") === UP_TO_MID,
      fields("midOffsetAtWhole midOffsetAtHalf")
    ),
    since(183, fields("customerAccount")),
    since(184, fields("professionalCustomer")),
    since(187, before(190, fields("quoteUserId quoteIndicator=unsetInteger"))),
    since(189, fields("includeOvernight")),
    since(192, fields("manualOrderIndicator"))
  )
}
