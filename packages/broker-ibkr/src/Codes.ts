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
  /** A cancel came to nothing: the order is read. */
  | "not cancellable"
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

/** A code of TWS: what it says, and what it means here. */
export interface Code {
  readonly code: number
  readonly says: string
  readonly kind: CodeKind
}

const of = (kind: CodeKind, ...rows: ReadonlyArray<readonly [code: number, says: string]>): ReadonlyArray<Code> =>
  rows.map(([code, says]) => ({ code, says, kind }))

/** The codes that are known here. All others from 2100 to 2999 inform, and any other leaves what it is about unsettled. */
export const codes: ReadonlyArray<Code> = [
  ...of(
    "rejection",
    [106, "cannot transmit the order"],
    [107, "the order is incomplete"],
    [110, "the price is off the instrument's ticks"],
    [201, "order rejected"],
    [203, "the security is not allowed for this account"],
    [434, "the size is zero"],
    [435, "an account must be named"],
    [436, "an allocation must be named"],
    [460, "no trading permission"],
    [463, "the size breaks a rule of sizes"],
    [355, "the size does not fit the market's rule"],
    [383, "the size breaks a limit"],
    [388, "the size is below the smallest"],
    [10243, "a fraction of a share cannot be ordered through the API"],
    [10244, "no cash quantity for this order"],
    [10289, "a cash quantity must be set"],
    [10318, "the instrument takes no fractions"]
  ),
  ...of("not there", [200, "no such security, or several"]),
  ...of("cancelled", [202, "order cancelled"]),
  ...of(
    "not cancellable",
    [135, "no order of this id"],
    [161, "the order cannot be cancelled as it stands"],
    [10147, "no order of this id to cancel"],
    [10148, "the order cannot be cancelled any more"]
  ),
  ...of(
    "warning",
    [104, "a filled order cannot be changed"],
    [105, "the change does not fit the order"],
    [399, "a word about the order, such as when it will be placed"],
    [404, "held until shares to sell short are located"],
    [481, "the order's size was reduced"],
    [492, "a word about the order"],
    [2102, "the order is still being processed"],
    [2109, "an attribute was ignored outside of regular hours"],
    [2137, "the order turns the position"],
    [2148, "an attribute of the order was changed"],
    [10335, "a preset of orders applies"],
    [10349, "the time in force was set to DAY by a preset; the order lives"]
  ),
  ...of(
    "unsettled",
    [103, "the order id was used before"],
    [321, "the request failed validation"],
    [10149, "the order id is none"],
    [10328, "the connection was lost: what became of the order is not known"]
  ),
  ...of(
    "information",
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
  ...of("servers lost", [1100, "TWS lost its servers"], [2110, "TWS lost its servers, and connects again"]),
  ...of(
    "servers back",
    [1101, "the servers are back, subscriptions are lost"],
    [1102, "the servers are back, subscriptions stand"]
  ),
  ...of(
    "connection lost",
    [100, "more than 50 messages a second"],
    [504, "not connected"],
    [507, "a message of a wrong length"],
    [1300, "TWS moved to another port"]
  ),
  ...of(
    "refused connection",
    [326, "the client id is in use"],
    [502, "nobody listens there"],
    [503, "TWS is too old"],
    [506, "TWS speaks a version that this client does not"]
  )
]

const byCode = new Map(codes.map((each) => [each.code, each.kind]))

const FIRST_NOTICE = 2100
const LAST_NOTICE = 2999

/** What a code means. A text that begins as a warning is one, whatever its number. */
export const kindOf = (code: number, text = ""): CodeKind => {
  const known = byCode.get(code)
  if (known !== undefined) return known
  if (text.includes("Warning:")) return "warning"
  return code >= FIRST_NOTICE && code <= LAST_NOTICE ? "information" : "unsettled"
}
