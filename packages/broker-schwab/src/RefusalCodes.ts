import { RefusalTable } from "@roundlot/core/adapter"

const SPEC = "specification of the Trader API"
const RULES = "QuantConnect/Documentation pull request 2572"
const CLIENTS = "itsjafer/schwab-api issues 17, 22, 26"

const { cause, code } = RefusalTable

/** The name of a rule in the words of a refusal. */
const RULE = /\b[A-Z][A-Za-z]*_Sys_\d{4}\b/

/** Schwab's statuses and rules of refusals. 401, 408, 409 and 429 are judged before. */
const codes: ReadonlyArray<RefusalTable.RefusalCode> = [
  code("400", "the order failed validation", "final", SPEC, true),
  code("403", "the caller may not do this", "account", SPEC, true),
  code("404", "the account is not there", "account", SPEC, true),
  code("Account_Sys_0005", "the account may not place this order", "account", RULES),
  code("Order_Sys_0002", "the stop price is on the wrong side of the market", "final", RULES),
  code("Position_Sys_0001", "more than is held, or than is short", "later", RULES)
]

/** Schwab knows the account in the address no longer: its hash is another now. */
const STALE_HASH = /invalid account|account (number )?(is )?(invalid|not found)|no such account/i

/** The causes that words name where they name no rule; the first that they name decides. */
const causes: ReadonlyArray<RefusalTable.RefusalCause> = [
  cause("another hash stands for the account", "account", STALE_HASH, "alexgolec/schwab-py#118"),
  cause(
    "the account may not trade",
    "account",
    /no trades are (currently )?allowed|correct account|account (is |has been )?(restricted|closed|blocked|suspended|frozen)|closing[- ]only|not (authori[sz]ed|permitted|enabled)/i,
    CLIENTS
  ),
  cause("day-trade rule", "session", /day[- ]?trad/i, "FINRA's rule, as brokers word it"),
  cause(
    "no shares to borrow",
    "session",
    /hard[- ]to[- ]borrow|not available (to|for) (sell(ing)? )?short|cannot be sold short|no shares available/i,
    "Schwab's help on short sales"
  ),
  cause(
    "halted, or not traded now",
    "session",
    /halt|not tradable|untradable|market is closed|not available for trading/i,
    "Schwab's help on order status"
  ),
  cause("more than is held, or than is short", "later", /oversold|overbought/i, CLIENTS),
  cause(
    "not enough money",
    "later",
    /buying power|insufficient|enough (available )?(cash|funds)/i,
    "docs.rs/schwab_api"
  )
]

/** What a refusal of Schwab's is about, by its rule or its status: what a rule means no words change. */
export const refusals = RefusalTable.make(codes, causes)

/** The code of a refusal: a rule that its words name, else its status. */
export const codeOf = (status: number, words: string): string => RULE.exec(words)?.[0] ?? String(status)

/** Do these words say that the account's hash is another now? */
export const saysStaleHash = (words: string): boolean => STALE_HASH.test(words)
