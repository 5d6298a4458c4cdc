import { RefusalTable, type Report } from "@roundlot/core/adapter"
import type { Code, CodeKind } from "./codes/Code.ts"
import { notices } from "./codes/notices.ts"
import { rejections } from "./codes/rejections.ts"

export type { Code, CodeKind }

/** The codes that are known here. All others from 2100 to 2999 inform, and any other leaves what it is about unsettled. */
export const codes: ReadonlyArray<Code> = [...rejections, ...notices]

const byNumber = new Map(codes.map((each) => [each.code, each]))

/** Does any table have it? What is not documented and informs is none that an order's error has. */
export const isListed = (code: number): boolean => byNumber.has(code)

const cause = (
  code: number,
  means: string,
  refusalClass: Report.RefusalClass,
  says: RegExp,
  source: string
): RefusalTable.RefusalCause => ({ code: String(code), says, means, class: refusalClass, source })

/** The causes of codes whose text decides; the first that it names is meant. */
const causes: ReadonlyArray<RefusalTable.RefusalCause> = [
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

/** What a refusal of an order is about. A 201 whose text names no cause ends the order. */
export const refusals = RefusalTable.make(
  codes.map(({ class: refusalClass = "final", code, says, source }) => ({
    code: String(code),
    means: says,
    class: refusalClass,
    isBroad: causes.some((cause) => cause.code === String(code)),
    source
  })),
  causes
)

const FIRST_NOTICE = 2100

const LAST_NOTICE = 2999

/** What a code means. A text that begins as a warning is one, whatever its number; a text may make a rejection of what is unsettled. */
export const kindOf = (code: number, text = ""): CodeKind => {
  const known = byNumber.get(code)?.kind
  if (known === "unsettled") return refusals.causeOf(String(code), text) === undefined ? known : "rejection"
  if (known !== undefined) return known
  if (text.includes("Warning:")) return "warning"
  return code >= FIRST_NOTICE && code <= LAST_NOTICE ? "information" : "unsettled"
}
