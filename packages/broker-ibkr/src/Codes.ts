import { RefusalTable } from "@roundlot/core/adapter"
import { causes } from "./codes/causes.ts"
import type { Code, CodeKind } from "./codes/Code.ts"
import { notices } from "./codes/notices.ts"
import { rejections } from "./codes/rejections.ts"

export type { Code, CodeKind }

/** The codes that are known here. All others from 2100 to 2999 inform, and any other leaves what it is about unsettled. */
export const codes: ReadonlyArray<Code> = [...rejections, ...notices]

const byNumber = new Map(codes.map((each) => [each.code, each]))

/** Does any table have it? What is not documented and informs is none that an order's error has. */
export const isListed = (code: number): boolean => byNumber.has(code)

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
