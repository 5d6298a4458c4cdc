import type { Report } from "@roundlot/core/adapter"

/** What a code means for what is under way. */
export type CodeKind =
  /** Nothing: connections to data farms, market data. */
  | "information"
  /** The order lives. */
  | "warning"
  /** Of an order that was never acknowledged: there is none. */
  | "rejection"
  /** The order has ended, or ends: its own report says how. */
  | "cancelled"
  /** A cancel came to nothing, and the order may work: it is read. */
  | "not cancellable"
  /** A cancel came to nothing: the order has ended, or there is none. */
  | "nothing to cancel"
  /** Nothing is known of what was asked: it is asked for. */
  | "unsettled"
  /** TWS has lost its servers: nothing new is sent. */
  | "servers lost"
  /** The servers are back: everything is read again. */
  | "servers back"
  /** This connection is over. */
  | "connection lost"
  /** This connection cannot be had as it was asked for. */
  | "refused connection"
  /** There is no such thing. */
  | "not there"

/** A code of TWS: what it says, what it means here, and where it was found. */
export interface Code {
  readonly code: number
  readonly says: string
  readonly kind: CodeKind
  readonly source: string
  /** Of a rejection: what it is about. */
  readonly class?: Report.RefusalClass
}

type Row = readonly [code: number, says: string]

/** IBKR's own list of message codes. */
const LIST = "IBKR, API message codes"
/** Codes with which QuantConnect's plugin for IBKR gives an order up, or warns. */
const LEAN = "QuantConnect/Lean.Brokerages.InteractiveBrokers"
const CLIENTS = "ib-api-reloaded/ib_async, stoqey/ib"

const of = (kind: CodeKind, source: string, ...rows: ReadonlyArray<Row>): ReadonlyArray<Code> =>
  rows.map(([code, says]) => ({ code, says, kind, source }))

/** Codes of one meaning, from the first to the last of each range. */
const within = (
  kind: CodeKind,
  source: string,
  says: string,
  ...ranges: ReadonlyArray<readonly [first: number, last: number]>
): ReadonlyArray<Code> =>
  ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => ({ code: first + index, says, kind, source }))
  )

const rejected = (
  refusalClass: Report.RefusalClass,
  source: string,
  ...rows: ReadonlyArray<Row>
): ReadonlyArray<Code> => rows.map(([code, says]) => ({ code, says, kind: "rejection", source, class: refusalClass }))

/** The codes that are known here. All others from 2100 to 2999 inform, and any other leaves what it is about unsettled. */
export const codes: ReadonlyArray<Code> = [
  ...rejected(
    "final",
    `${LIST}; ${LEAN}`,
    [106, "cannot transmit the order"],
    [107, "the order is incomplete"],
    [109, "the price is outside of the preset's percentage"],
    [110, "the price is off the instrument's ticks"],
    [111, "time in force and type do not go together"],
    [113, "an order at the close is for the day"],
    [114, "relative orders are for stocks"],
    [115, "relative orders go to other destinations"],
    [117, "a block order is for 50 at least"],
    [118, "VWAP orders go to the VWAP exchange"],
    [119, "only VWAP orders go to the VWAP exchange"],
    [121, "the destination's flag is wrong"],
    [123, "no record of the contract"],
    [124, "no market rule of the contract"],
    [125, "a purchase at another price than the best asked"],
    [126, "a sale at another price than the best bid"],
    [129, "VWAP orders come three minutes before their start"],
    [133, "the new order failed"],
    [140, "the size is no whole number"],
    [141, "the price is no number"],
    [146, "the trigger method is wrong"],
    [147, "the contract of a condition is incomplete"],
    [148, "a conditional order is limit or market"],
    [152, "the order cannot be hidden"],
    [153, "EFPs are limit orders"],
    [156, "an order by size goes to IBSX"],
    [157, "iceberg or discretionary, not both"],
    [158, "an offset is missing"],
    [159, "an offset in percent is between 0 and 100"],
    [160, "the size is zero"],
    [163, "the price breaks the preset's percentage"],
    [167, "the time of a VWAP order has passed"],
    [168, "the discretionary amount is off the ticks"],
    [303, "no such action for this account"],
    [311, "the origin is wrong"],
    [312, "the combination is wrong"],
    [313, "a leg of the combination is wrong"],
    [314, "the combination has no legs"],
    [315, "legs of stock go by SMART"],
    [325, "no discretionary orders of this combination"],
    [328, "a trailing stop is attached to limit orders only"],
    [333, "the allocation of shares is wrong"],
    [334, "the day that it is good till is wrong"],
    [335, "delta is between 0 and 100"],
    [336, "a time or its zone is wrong"],
    [337, "a date, a time or its zone is wrong"],
    [339, "no futures spreads"],
    [340, "the improvement of a box auction is wrong"],
    [341, "delta is from 1 to 100"],
    [342, "no pegged orders"],
    [343, "a date, a time or its zone is wrong"],
    [345, "no such combination for advisors"],
    [347, "the slot of a short sale is wrong"],
    [348, "no short sale: it has no slot"],
    [349, "no time after which a combination is good"],
    [350, "no minimum quantity of a combination"],
    [351, "regular hours only is wrong here"],
    [352, "a short sale from another broker names it"],
    [353, "a short sale from this broker names none"],
    [355, "the size does not fit the market's rule"],
    [356, "no group of a smart combination"],
    [358, "no child of a smart combination"],
    [359, "a group of combinations reduces without block"],
    [360, "no trial of a smart combination"],
    [361, "the trigger price is wrong"],
    [362, "the adjusted stop price is wrong"],
    [363, "the adjusted stop's limit is wrong"],
    [364, "the adjusted trail is wrong"],
    [367, "the type of volatility is 1 or 2"],
    [368, "the type of reference price is 1 or 2"],
    [369, "volatility orders are for US options"],
    [370, "dynamic volatility goes by SMART"],
    [371, "a volatility order has a volatility"],
    [372, "only volatility orders are dynamic"],
    [373, "no range of the stock here"],
    [374, "the range of the stock is upside down"],
    [375, "the range of the stock is below zero"],
    [376, "the order cannot be updated all the time"],
    [377, "the hedge has no price"],
    [378, "the hedge's type needs a price"],
    [379, "the hedge's type takes no price"],
    [380, "no such type of a hedge"],
    [382, "the price breaks the preset's ticks"],
    [383, "the size breaks the preset's limit"],
    [387, "no such type of order there"],
    [388, "the size is below the smallest"],
    [389, "the id of the route is used"],
    [390, "the id of the route is wrong"],
    [391, "a time or its zone is wrong"],
    [392, "the contract has expired"],
    [393, "the slot of a short sale is for hedges"],
    [394, "the time to process is wrong"],
    [398, "it triggers no condition"],
    [400, "the algorithm's order is wrong"],
    [401, "a text is too long"],
    [402, "no conditions for this contract"],
    [403, "the stop price is wrong"],
    [405, "a child has its parent's size"],
    [406, "the currency is not allowed"],
    [407, "the symbol has letters that are not taken"],
    [408, "the increment of a scale order is wrong"],
    [409, "the part of a scale order is wrong"],
    [410, "the next part of a scale order is wrong"],
    [411, "outside of regular hours is wrong here"],
    [413, "a trial is transmitted"],
    [416, "no quote can be asked for here"],
    [417, "the first part of a scale order is wrong"],
    [418, "the profit of a scale order is wrong"],
    [419, "the first part of a scale order is missing"],
    [421, "the route is wrong"],
    [423, "the size that a cross order asked for is gone"],
    [424, "an advisor's order needs an allocation"],
    [425, "an advisor's order needs an allocation for each account"],
    [427, "a fund is bought by money"],
    [428, "a fund is sold by shares"],
    [429, "delta neutral is for combinations"],
    [432, "the commission is below zero"],
    [433, "the size to restore after a profit is wrong"],
    [434, "the size is zero"],
    [435, "an account must be named"],
    [436, "an allocation must be named"],
    [437, "one flag of hours only"],
    [439, "the algorithm has no definition"],
    [441, "the algorithm's attributes are wrong"],
    [442, "no such algorithm for this order"],
    [443, "the algorithm has no such attribute"],
    [445, "the quote that was asked for is gone"],
    [446, "the profit of a scale order is missing"],
    [447, "the adjustment of a scale order is missing"],
    [448, "the interval of a scale order is wrong"],
    [449, "the adjustment of a scale order is not expected"],
    [463, "the size breaks a rule of sizes"],
    [10002, "the legs are not guaranteed"],
    [10006, "the parent order is missing"],
    [10007, "the type of hedge is wrong"],
    [10008, "the beta is wrong"],
    [10009, "the ratio of the hedge is wrong"],
    [10010, "the hedge is wrong"],
    [10011, "the currency goes with no smart combination"],
    [10012, "the percentage of an allocation is wrong"],
    [10014, "the limits of a change in percent"],
    [10013, "smart routing needs an opt-out"],
    [10020, "the display size is not below the size"],
    [10021, "an attribute of a combination is wrong"],
    [10022, "an attribute of a combination is wrong"],
    [10023, "an attribute of a combination is wrong"],
    [10024, "an attribute of a combination is wrong"],
    [10025, "an attribute of a combination is wrong"],
    [10026, "an attribute of a combination is wrong"],
    [10027, "an attribute of a combination is wrong"],
    [10058, "LEAN gives the order up; IBKR's list has no words for it"],
    [10000, "the currencies of a combination differ"],
    [10001, "the currencies of a volatility order differ"]
  ),
  ...rejected(
    "final",
    `${LIST}; ${CLIENTS}`,
    [10243, "a fraction of a share cannot be ordered through the API"],
    [10244, "no cash quantity for this order"],
    [10245, "the instrument takes no fractions"],
    [10246, "the order takes no fractions"],
    [10247, "fractions go by SMART"],
    [10248, "no permission for fractions"],
    [10249, "the order takes no fractions"],
    [10250, "the size is off the smallest step"],
    [10251, "no fractions in an allocation"],
    [10252, "only closing takes fractions"],
    [10268, "an attribute is no longer taken"],
    [10269, "an attribute is no longer taken"],
    [10270, "an attribute is no longer taken"],
    [10285, "fractions need a newer client"],
    [10286, "a field has too many decimals"],
    [10234, "a decision maker must be named"],
    [10235, "a decision maker must be named"],
    [10236, "all or none as the parent"],
    [10237, "all or none goes whole"],
    [10240, "the price cap is wrong"],
    [10253, "no such combination with a hedge"],
    [10254, "the bond has expired"],
    [10289, "a cash quantity must be set"],
    [10290, "a cash quantity alone"],
    [10291, "the time in force is DAY here"],
    [10292, "the type goes with no such action"],
    [10293, "a cash quantity has no size"],
    [10294, "the cash quantity is not that of its group"],
    [10295, "the time in force is DAY here"],
    [10296, "two ways to route exclude each other"],
    [10297, "no such attribute here"],
    [10298, "the currency is not the model's"],
    [10300, "a date or a time is wrong"],
    [10301, "a date or a time is wrong"],
    [10302, "no smallest trade here"],
    [10303, "the smallest trade is wrong"],
    [10304, "the size to compete is wrong"],
    [10305, "the offset to compete is wrong"],
    [10306, "no offsets from the middle"],
    [10307, "the offset from the middle is wrong"],
    [10308, "no such change here"],
    [10312, "no volatility order here"],
    [10314, "a date or a time is wrong"],
    [10315, "a time is wrong"],
    [10316, "an attribute is no longer taken"],
    [10317, "the cash quantity is off the smallest step"],
    [10319, "no municipal bonds through the API"],
    [10321, "no municipal bonds in groups"],
    [10324, "the group's parameters are wrong"],
    [10325, "no groups here"],
    [10330, "a date or a time is wrong"],
    [10336, "no broker for each leg"],
    [10337, "an option of the request is wrong"],
    [10338, "an option of the request is wrong"],
    [10340, "an attribute is not taken"],
    [10342, "no such attribute here"],
    [10343, "an event contract is not sold"],
    [10344, "the price is outside of its range"],
    [10318, "the order takes no fractions"]
  ),
  ...rejected("final", `${LIST}; ${LEAN}`, [201, "order rejected: its text says why"]),
  ...rejected(
    "later",
    `${LIST}; ${LEAN}`,
    [395, "no groups for now"],
    [396, "market and limit orders for now"],
    [397, "market and limit orders for now"],
    [415, "another quote is being asked for"]
  ),
  ...rejected(
    "session",
    `${LIST}; ${LEAN}`,
    [116, "the exchange is dead"],
    [120, "too late today for a VWAP order"],
    [154, "the security is halted"],
    [203, "the security is not available or not allowed for this account"],
    [338, "no good-after time at this exchange for now"],
    [412, "the contract is not available for trading"],
    [426, "no account has enough shares"],
    [460, "no trading permission for it"],
    [10003, "not allowed at IBSX"],
    [10016, "the contract is not visible"],
    [10017, "the contracts are not visible"],
    [10239, "an account does not fit the risk of the group"],
    [10345, "it cannot be traded"]
  ),
  ...rejected(
    "account",
    `${LIST}; ${LEAN}`,
    [132, "no clearing account"],
    [142, "no information about the account"],
    [151, "no user name"],
    [155, "no user name and account"],
    [332, "the account codes of the profile are wrong"],
    [438, "the application is locked"],
    [10005, "the models are read-only"],
    [10015, "the API may not trade"]
  ),
  ...of("not there", LIST, [200, "no such security, or several"]),
  ...of("cancelled", LIST, [202, "order cancelled"]),
  ...of(
    "not cancellable",
    `${LIST}; ${LEAN}`,
    [136, "the order cannot be cancelled"],
    [137, "too late to cancel a VWAP order"]
  ),
  ...of(
    "nothing to cancel",
    `${LIST}; ${LEAN}`,
    [135, "no order of this id"],
    [161, "the order cannot be cancelled as it stands"],
    [10147, "no order of this id to cancel"],
    [10148, "the order cannot be cancelled any more"]
  ),
  ...of(
    "warning",
    `${LIST}; ${LEAN}; ${CLIENTS}`,
    [104, "a filled order cannot be changed"],
    [105, "the change does not fit the order"],
    [131, "sweep to fill and display size are ignored"],
    [134, "the change failed"],
    [329, "the order cannot be changed to this type"],
    [399, "a word about the order, such as when it will be placed"],
    [404, "held until shares to sell short are located"],
    [422, "account and clearing cannot be changed"],
    [440, "the algorithm cannot be changed"],
    [444, "not acknowledged yet, and cannot be changed"],
    [481, "the order's size was reduced"],
    [492, "a word about the order"],
    [2102, "the order is still being processed, and cannot be changed"],
    [2111, "the times of an algorithm were moved"],
    [2168, "an attribute is ignored"],
    [2169, "an attribute is ignored"],
    [10018, "an order by expected value"],
    [10019, "a trade by expected value"],
    [10233, "a preset of orders applies"],
    [10241, "an order over money cannot be changed"],
    [10326, "a group cannot be changed"],
    [10327, "a group's type cannot be changed"],
    [10331, "a stop order"],
    [10332, "volatility"],
    [10333, "an exercise at the money"],
    [10341, "a parent cannot be changed"],
    [10347, "the security is hardly traded"],
    [2109, "an attribute was ignored outside of regular hours"],
    [2137, "the order turns the position"],
    [2148, "an attribute of the order was changed"],
    [10242, "an order over a fraction cannot be changed"],
    [10335, "a preset of orders applies"],
    [10349, "the time in force was set to DAY by a preset; the order lives"]
  ),
  ...of(
    "unsettled",
    `${LIST}; ${LEAN}`,
    [103, "the order id was used before"],
    [122, "no request of this order"],
    [138, "the request cannot be read"],
    [139, "the request cannot be read"],
    [143, "the id is no number"],
    [101, "too many tickers"],
    [102, "the ticker's id was used before"],
    [144, "the size is not that of its shares"],
    [145, "a field failed validation"],
    [164, "no market data for the preset's percentage"],
    [320, "the server failed to read the request"],
    [321, "the request failed validation: its text says why"],
    [322, "the server failed at the request"],
    [323, "the server failed"],
    [10149, "the order id is none"],
    [10287, "an order that waits to be confirmed"],
    [10288, "an order that waits to be confirmed"],
    [10310, "the order says of nobody who asked for it"],
    [10311, "the order goes to one exchange: a preset may stop it"],
    [10329, "the order goes to one exchange: a preset may stop it"],
    [10334, "the account waits to be confirmed"],
    [10328, "the connection was lost: what became of the order is not known"]
  ),
  ...within(
    "unsettled",
    LIST,
    "a request that is no order's",
    [300, 302],
    [304, 310],
    [319, 319],
    [327, 327],
    [330, 331]
  ),
  ...within(
    "unsettled",
    LIST,
    "a request that is no order's",
    [344, 344],
    [346, 346],
    [357, 357],
    [365, 366],
    [381, 381]
  ),
  ...within(
    "unsettled",
    LIST,
    "a request that is no order's",
    [384, 386],
    [414, 414],
    [420, 420],
    [430, 431],
    [450, 450]
  ),
  ...within("unsettled", LIST, "the client failed at a request", [324, 324], [501, 501], [505, 505], [508, 589]),
  ...within(
    "unsettled",
    LIST,
    "a request that is no order's",
    [10052, 10052],
    [10225, 10225],
    [10230, 10231],
    [10238, 10238]
  ),
  ...within(
    "unsettled",
    LIST,
    "a request that is no order's",
    [10276, 10284],
    [10299, 10299],
    [10309, 10309],
    [10322, 10322]
  ),
  ...within("unsettled", LIST, "a request that is no order's", [10339, 10339], [10346, 10346]),
  ...within(
    "information",
    LIST,
    "market data",
    [316, 317],
    [10089, 10089],
    [10091, 10091],
    [10186, 10187],
    [10189, 10189]
  ),
  ...within("information", LIST, "a word of TWS's", [2101, 2101], [2130, 2130], [2152, 2152]),
  ...of(
    "information",
    LIST,
    [162, "history"],
    [165, "history"],
    [166, "history of an expired contract"],
    [354, "no market data for this"],
    [2100, "account updates go to another subscription"],
    [2103, "a market data farm is down"],
    [2104, "a market data farm is there"],
    [2105, "a history farm is down"],
    [2106, "a history farm is there"],
    [2107, "a history farm is idle"],
    [2108, "a market data farm is idle"],
    [2119, "a market data farm is being connected"],
    [2157, "a security definition farm is down"],
    [2158, "a security definition farm is there"],
    [10090, "a part of the market data is not subscribed"],
    [10167, "market data is delayed"],
    [10197, "market data goes to another session"]
  ),
  ...of("servers lost", LIST, [1100, "TWS lost its servers"], [2110, "TWS lost its servers, and connects again"]),
  ...of(
    "servers back",
    LIST,
    [1101, "the servers are back, subscriptions are lost"],
    [1102, "the servers are back, subscriptions stand"]
  ),
  ...of(
    "connection lost",
    LIST,
    [100, "more than 50 messages a second"],
    [504, "not connected"],
    [507, "a message of a wrong length"],
    [1300, "TWS moved to another port"]
  ),
  ...of(
    "refused connection",
    LIST,
    [326, "the client id is in use"],
    [502, "nobody listens there"],
    [503, "TWS is too old"],
    [506, "TWS speaks a version that this client does not"]
  )
]

/** A cause that a code's text names, where one code covers many. */
export interface Cause {
  readonly code: number
  readonly says: RegExp
  readonly means: string
  readonly class: Report.RefusalClass
  readonly source: string
}

const cause = (
  code: number,
  means: string,
  refusalClass: Report.RefusalClass,
  says: RegExp,
  source: string
): Cause => ({ code, says, means, class: refusalClass, source })

/** The causes of codes whose text decides; the first that it names is meant. */
export const causes: ReadonlyArray<Cause> = [
  cause(321, "the API only reads", "account", /read-?\s?only/i, "erdewit/ib_insync#1, IbcAlpha/IBC#341"),
  cause(201, "day-trade rule", "session", /day[- ]?trad/i, "IBKR, order rejections"),
  cause(
    201,
    "the account may not trade",
    "account",
    /account (is |has been )?(restricted|closed|suspended|blocked|not allowed|not active)|(liquidation|closing)[- ]only account|restricted from (placing|opening)/i,
    "IBKR, order rejections"
  ),
  cause(
    201,
    "no permission, or only closing",
    "session",
    /permission|ineligib|closing orders|not (allowed|permitted|available) (to|for) (trad|resid|retail)|key information|currency leverage/i,
    "utilmon/EasyIB#10; public logs of traders"
  ),
  cause(
    201,
    "no shares to borrow",
    "session",
    /short (sale|sell|stock)|sold short|borrow|locate/i,
    "IBKR, order rejections"
  ),
  cause(
    201,
    "halted, or closed",
    "session",
    /halt|closed|outside (of )?(rth|regular)|not open|trading hours/i,
    "scmhub/ibsync#10"
  ),
  cause(
    201,
    "not enough money",
    "later",
    /margin|insufficient|available funds|equity|buying power|cash/i,
    "brndnmtthws/thetagang pull request 709"
  ),
  cause(
    201,
    "an order of the other side works, or too many do",
    "later",
    /both sides|opposite side|wash|maximum (number|of)|too many|working orders/i,
    "IBKR, order rejections"
  )
]

const byNumber = new Map(codes.map((each) => [each.code, each]))

/** Does any table have it? What is not documented and informs is none that an order's error has. */
export const isListed = (code: number): boolean => byNumber.has(code)

const causeOf = (code: number, text: string): Cause | undefined =>
  causes.find((each) => each.code === code && each.says.test(text))

/** What a refusal of an order by this code is about. A 201 whose text names no cause ends the order. */
export const classOf = (code: number, text: string): Report.RefusalClass =>
  causeOf(code, text)?.class ?? byNumber.get(code)?.class ?? "final"

const FIRST_NOTICE = 2100
const LAST_NOTICE = 2999

/** What a code means. A text that begins as a warning is one, whatever its number; a text may make a rejection of what is unsettled. */
export const kindOf = (code: number, text = ""): CodeKind => {
  const known = byNumber.get(code)?.kind
  if (known === "unsettled") return causeOf(code, text) === undefined ? known : "rejection"
  if (known !== undefined) return known
  if (text.includes("Warning:")) return "warning"
  return code >= FIRST_NOTICE && code <= LAST_NOTICE ? "information" : "unsettled"
}
