import type { RefusalTable, Report } from "@roundlot/core/adapter"

const cause = (
  code: number,
  means: string,
  refusalClass: Report.RefusalClass,
  says: RegExp,
  source: string
): RefusalTable.RefusalCause => ({ code: String(code), says, means, class: refusalClass, source })

/** The causes of codes whose text decides; the first that it names is meant. */
export const causes: ReadonlyArray<RefusalTable.RefusalCause> = [
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
