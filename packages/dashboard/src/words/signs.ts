import type { Documents } from "@roundlot/api"
import { grouped, shareOf, signOf } from "../format/figure.ts"
import { shownSpan } from "../format/time.ts"
import { codeWords } from "./events.ts"
import { texts } from "./text/signs.ts"
import { families, type Sign, sign } from "./families.ts"

/** What kind of record a state is of. */
export type Family = keyof typeof families

/** Every state that has a sign, by family: what tests look through. */
export const signs: Readonly<Record<Family, Readonly<Record<string, Sign>>>> = families

/** The sign of a state. One that this page does not know is shown by its raw word. */
export const signOfState = (family: Family, state: string): Sign =>
  signs[family][state] ?? sign("ring", state, "idle", "Unknown state: the daemon is newer than this page.")

/** An order as far as its sign tells of it. */
interface OrderSeen {
  readonly status: string
  readonly filledQuantity: string
  readonly quantity: string
}

/** The sign of an order: how far it was filled where it is not, or did not end, filled. */
export const signOfOrder = ({ filledQuantity, quantity, status }: OrderSeen): Sign => {
  const known = signOfState("order", status)
  const filled = `${grouped(filledQuantity)}/${grouped(quantity)}`
  if (status === "partially_filled") {
    return { ...known, word: `${known.word} ${filled}`, share: shareOf(filledQuantity, quantity) }
  }
  const isEnded = status === "cancelled" || status === "expired"
  return isEnded && signOf(filledQuantity) !== 0
    ? { ...known, word: texts.endedFilled({ state: known.word, filled }) }
    : known
}

/** The sign of a case that is no break: of what it is about. */
export const signOfCase = (kind: Documents.CaseDocument["kind"]): Sign => {
  const [family, state] = caseStates[kind]
  return signOfState(family, state)
}

const caseStates: { readonly [K in Documents.CaseDocument["kind"]]: readonly [Family, string] } = {
  break: ["breakStatus", "open"],
  in_doubt: ["order", "in_doubt"],
  approval: ["orderTag", "proposed"],
  request: ["approval", "waiting"],
  failed_order: ["order", "rejected"],
  quarantine: ["trade", "quarantined"],
  batch: ["batch", "partial_success"],
  job: ["job", "dead"],
  part: ["part", "failing"]
}

/** The tag of something that waits until a moment; nothing once it has come. */
export const signOfCoolDown = (until: string | null, now: number): Sign | undefined => {
  const left = until === null ? 0 : Date.parse(until) - now
  if (!(left > 0)) return undefined
  const known = signOfState("orderTag", "coolingDown")
  return { ...known, word: `${known.word} ${shownSpan(left)}` }
}

/** Revisions of a fill, as far as a sign tells of them. */
interface FillSeen {
  readonly canonical: boolean
  readonly replacedBy: number | null
  readonly quantity: string
  readonly price: string | null
  readonly band: string
}

const stateOfFill = ({ band, canonical, price, quantity }: FillSeen): string => {
  if (!canonical) return "superseded"
  if (signOf(quantity) === 0) return "busted"
  if (price === null) return "unpriced"
  return band === "outside" ? "off_band" : "canonical"
}

/** The sign of a revision of a fill: does it count, by which was it replaced, and what is odd about it? */
export const signOfFill = (fill: FillSeen): Sign => {
  const known = signOfState("fill", stateOfFill(fill))
  return fill.canonical || fill.replacedBy === null
    ? known
    : { ...known, word: texts.replacedBy({ revision: fill.replacedBy }) }
}

/** A batch as far as its sign tells of it. */
interface BatchSeen {
  readonly status: string
  readonly totalTrades: number
  readonly processedTrades: number
  readonly failedTrades: number
  readonly cancelledTrades: number
}

/** How a batch ended whose rows are not all done. */
const endingOf = ({ cancelledTrades, failedTrades }: BatchSeen): string => {
  if (failedTrades === 0) return texts.completedCancelled({ cancelled: grouped(String(cancelledTrades)) })
  return texts.completedErrors({ count: failedTrades, errors: grouped(String(failedTrades)) })
}

/** The sign of a batch: how far it is while it runs, and how many rows failed where it is done but for them. */
export const signOfBatch = (batch: BatchSeen): Sign => {
  const { processedTrades, status, totalTrades } = batch
  const known = signOfState("batch", status)
  if (status === "partial_success") return { ...known, word: endingOf(batch) }
  if (status !== "running" || totalTrades === 0) return known
  const share = Math.min(1, processedTrades / totalTrades)
  return { ...known, word: `${known.word} ${Math.floor(share * 100)} %`, share }
}

/** Of a link, less than that is not told apart. */
const LEAST_MS = 100

/** The sign of a link, and for how long it has been so, or will be: milliseconds. */
export const signOfLink = (state: string, ms?: number): Sign => {
  const known = signOfState("link", state)
  if (ms === undefined) return known
  const span = shownSpan(Math.max(LEAST_MS, ms))
  const words = { expiring: texts.left({ span }), live: `${known.word} · ${span}` }
  return { ...known, word: state === "expiring" || state === "live" ? words[state] : `${known.word} ${span}` }
}

/** The sign of the answer to what order comes next; a live order may be unconfirmed. */
export const signOfNext = ({ code }: Documents.AnswerDocument, orderInDoubt: string | null = null): Sign =>
  signOfState("next", code === "OrderLive" && orderInDoubt !== null ? "OrderInDoubt" : code)

/** The same in words, with what refuses or holds it: `Refused: max notional`. */
export const wordsOfNext = (answer: Documents.AnswerDocument): string => {
  const { word } = signOfNext(answer)
  if (answer.code === "Refused") return `${word}: ${codeWords(answer.control)}`
  return answer.code === "Held" ? `${word}: ${answer.by}` : word
}

/** Do two say the same? The daemon writes the fields of both in the same order. */
export const isSameAnswer = (a: Documents.AnswerDocument, b: Documents.AnswerDocument): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** Does it order nothing before a person acts, or its circuit closes? */
export const isStopped = ({ code }: Documents.AnswerDocument): boolean =>
  code === "Held" || code === "BreakOpen" || code === "Halted"
