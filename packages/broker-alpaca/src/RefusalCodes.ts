import { RefusalTable } from "@roundlot/core/adapter"

const RECORDED = "recorded answers of the Trading API"
const FORUM = "forum.alpaca.markets"
const GUIDE = "alpaca.markets/learn: how to fix common trading API errors"
const SPEC = "specification of the Trading API"

const { cause, code } = RefusalTable

/** Alpaca's codes of refusals. Duplicate client order ids (40010001, by message), 401, 408, 409 and 429 are judged before. */
const codes: ReadonlyArray<RefusalTable.RefusalCode> = [
  code("40010000", "the request cannot be read", "final", SPEC),
  code("40010001", "a parameter is missing or wrong", "final", RECORDED, true),
  code("40110000", "the keys may not do this", "account", "ccxt/ccxt, alpaca"),
  code("40310000", "the order is not allowed", "final", RECORDED, true),
  code("40310010", "too volatile, or halted", "session", "public runbooks of traders"),
  code("40310100", "day-trade rule, or intraday margin", "session", `${FORUM}/t/2318`),
  code("40410000", "something that the order names is not there", "final", SPEC, true),
  code("42210000", "a parameter does not fit", "final", RECORDED, true)
]

/** The causes of broad codes; the first that the message names decides. */
const causes: ReadonlyArray<RefusalTable.RefusalCause> = [
  cause("no options of this level", "final", /option/i, "public runbooks of traders"),
  cause("day-trade rule", "session", /day[- ]?trad/i, `${FORUM}/t/211, t/8826`),
  cause(
    "orders are suspended by the account's owner",
    "account",
    /rejected by user|suspended by user/i,
    "Lumiwealth/lumibot#373"
  ),
  cause("the account only closes", "account", /liquidation only/i, "alpacahq/Alpaca-API#168"),
  cause(
    "the account may not short",
    "session",
    /not (allowed|enabled|eligible|permitted) to short/i,
    "alpacahq/alpaca-trade-api-js#57"
  ),
  cause(
    "no such account, or none that may trade",
    "account",
    /account (is |has been |was )?(not (authori[sz]ed|active|allowed|found|eligible|permitted)|blocked|restricted|closed|disabled|inactive|suspended|deactivated)|not allowed for account|trading (is |has been )?(blocked|suspended)|(un|not )authori[sz]ed/i,
    "alpacahq/alpaca-trade-api-csharp#330, Petersoj/alpaca-java#147"
  ),
  cause("a fraction cannot be sold short", "final", /fractional.*short|short.*fraction/i, SPEC),
  cause(
    "no shares to borrow",
    "session",
    /cannot be sold short|not shortable|hard[- ]to[- ]borrow|not easy to borrow|no shares available|short sell|shorting/i,
    `${GUIDE}; ${FORUM}`
  ),
  cause(
    "halted, or not traded now",
    "session",
    /halt|not tradable|not active|is inactive|too volatile|market (is )?closed|during market hours|outside .*hours/i,
    `${RECORDED}; ${FORUM}`
  ),
  cause(
    "an order of the other side works",
    "later",
    /wash trade|opposite side|cross(ing|ed)? order/i,
    `${FORUM}/t/13817; Petersoj/alpaca-java#145`
  ),
  cause("not enough money", "later", /insufficient (\w+ )?(buying power|balance|funds|margin|equity)/i, RECORDED),
  cause("not enough shares", "later", /insufficient (qty|quantity|shares)/i, RECORDED)
]

/** What a refusal of Alpaca's is about. */
export const refusals = RefusalTable.make(codes, causes)
