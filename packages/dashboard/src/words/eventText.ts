import { isQuarantined } from "@roundlot/api/client"
import { type Family, signOfState, signs } from "./signs.ts"
import { codeWords, eventWords, subjectWords } from "./events.ts"
import { texts } from "./text/events.ts"

/** What an entry says at a glance: the state that its sign is of, and what there is to say beside the name of the record. */
export interface EventText {
  readonly family: Family
  readonly state: string
  readonly words: string
}

/** A text in an event as it was written; empty where there is none. */
export const textIn = (body: unknown, ...path: ReadonlyArray<string>): string => {
  const found = path.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined),
    body
  )
  return typeof found === "string" ? found : ""
}

const termsIn = (body: unknown): string =>
  [textIn(body, "side"), textIn(body, "quantity"), textIn(body, "symbol") || textIn(body, "givenSymbol")].join(" ")

const because = (words: string, reason: string): string => (reason === "" ? words : texts.because({ words, reason }))

/** What only keeps the books: it follows from what stands beside it. */
const quiet: ReadonlySet<string> = new Set([
  "AllocationReleased",
  "AttemptAnswered",
  "AttemptStarted",
  "BreakChanged",
  "CommandAnswered",
  "CommissionJoined",
  "CommissionRecorded",
  "CommissionWaits",
  "CoolDownReset",
  "CursorMoved",
  "DirectTradeSettled",
  "Evaluated",
  "ExcessChanged",
  "InstrumentConfirmed",
  "InstrumentSeen",
  "LadderReset",
  "LadderStepped",
  "LotAllocated",
  "LotsNetted",
  "PayloadArchived",
  "PayloadStored",
  "QuarantineReleased",
  "TradeSettled"
])

const scopeIn = (body: unknown): string => {
  const [symbol, account] = [textIn(body, "symbol"), textIn(body, "account")]
  if (symbol !== "" && account !== "") return texts.scope({ symbol, account })
  return symbol || account || texts.everything
}

/** Why a trade is held or has failed, in short. */
const causeIn = (body: unknown): string =>
  [codeWords(textIn(body, "reason")), textIn(body, "detail")].filter((each) => each !== "").join(": ")

/** The label of a state within a sentence: `completed with errors`. */
const stateWords = (family: Family, state: string): string => signOfState(family, state).word.toLowerCase()

/** A trade that waits for a person; not one that waits for its batch. */
const held = (body: unknown): EventText | undefined => {
  const reason = textIn(body, "reason")
  if (!isQuarantined({ status: "pending", reason })) return undefined
  return {
    family: "trade",
    state: "quarantined",
    // What to do about it stands on the trade's page.
    words: because(texts.held, causeIn(body))
  }
}

/** How each event reads, by its name; others by the name alone. */
const readings: Readonly<Record<string, (body: unknown) => EventText | undefined>> = {
  TradeAccepted: (body) => ({ family: "trade", state: "accumulated", words: texts.accepted({ terms: termsIn(body) }) }),
  TradeQuarantined: (body) =>
    held(body) ?? { family: "trade", state: "pending", words: texts.waitsForBatchOf({ terms: termsIn(body) }) },
  TradeHeld: (body) => held(body) ?? { family: "trade", state: "pending", words: texts.waitsForBatch },
  TradeFailed: (body) => ({ family: "trade", state: "failed", words: because(texts.failed, causeIn(body)) }),
  OrderCreated: (body) => ({ family: "order", state: "pending", words: texts.made({ terms: termsIn(body) }) }),
  OrderChanged: (body) => {
    const state = textIn(body, "after", "status")
    if (state === textIn(body, "before", "status") || state === "submitting") return undefined
    return {
      family: "order",
      state,
      words: because(stateWords("order", state), textIn(body, "reason"))
    }
  },
  ApprovalRequested: (body) => ({
    family: "approval",
    state: "waiting",
    words: texts.approvalRequested({ preview: textIn(body, "preview"), by: textIn(body, "actor") })
  }),
  ApprovalGranted: (body) => ({
    family: "approval",
    state: "approved",
    words: because(texts.approvalGranted({ by: textIn(body, "actor") }), textIn(body, "reason"))
  }),
  ApprovalRejected: (body) => ({
    family: "approval",
    state: "rejected",
    words: because(texts.approvalRejected({ by: textIn(body, "actor") }), textIn(body, "reason"))
  }),
  CancelRequested: (body) => ({
    family: "orderTag",
    state: "cancelAsked",
    words: because(texts.cancelRequested, textIn(body, "why"))
  }),
  FillRecorded: (body) => {
    const [quantity, price] = [textIn(body, "quantity"), textIn(body, "price")]
    const words = price === "" ? texts.filledUnpriced({ quantity }) : texts.filled({ quantity, price })
    return { family: "fill", state: "canonical", words }
  },
  BreakOpened: (body) => ({
    family: "breakStatus",
    state: "open",
    words: texts.breakOpened({
      kind: eventWords(textIn(body, "details", "_tag")),
      subject: subjectWords(textIn(body, "subject"))
    })
  }),
  CaseAttended: (body) => {
    const [owner, seen, note] = [textIn(body, "owner"), textIn(body, "acknowledged"), textIn(body, "note")]
    const words =
      owner !== ""
        ? texts.assigned({ owner })
        : seen !== ""
          ? texts.acknowledged({ severity: seen })
          : texts.noted({ note })
    return { family: "breakStatus", state: "open", words }
  },
  BreakClosed: (body) => ({
    family: "breakStatus",
    state: "closed",
    words: because(texts.closed, textIn(body, "why"))
  }),
  TradingStateSet: (body) => ({
    family: "trading",
    state: textIn(body, "state"),
    words: because(
      texts.scopeIs({ scope: scopeIn(body), state: signOfState("trading", textIn(body, "state")).word }),
      textIn(body, "reason")
    )
  }),
  BatchMoved: (body) => ({
    family: "batch",
    state: textIn(body, "status"),
    words: because(stateWords("batch", textIn(body, "status")), textIn(body, "reason"))
  })
}

/** An entry as far as its text needs it. */
interface Entry {
  readonly tag: string
  readonly body: unknown
  readonly entity: { readonly kind: string }
}

/** The text of an entry; nothing of one that is not worth reading. */
export const eventTextOf = ({ body, entity, tag }: Entry): EventText | undefined => {
  if (quiet.has(tag)) return undefined
  const text = readings[tag]
  if (text !== undefined) return text(body)
  const words = codeWords(tag)
  return { family: "journal", state: "other", words: words.replace(`${entity.kind} `, "") }
}

const families: Readonly<Record<string, Family>> = {
  OrderChanged: "order",
  TradeChanged: "trade",
  BatchChanged: "batch",
  DecisionChanged: "decision"
}

/** What an entry says in the history of its record: `Submitted → Cancelled` where its state changed, else the name of the event. */
export const historyWords = ({ body, tag }: Pick<Entry, "body" | "tag">): string => {
  const [before, after] = [textIn(body, "before", "status"), textIn(body, "after", "status")]
  if (before === "" || after === "" || before === after) return eventWords(tag)
  const known = signs[families[tag] ?? "order"]
  const wordOf = (status: string): string => known[status]?.word ?? status.replaceAll("_", " ")
  return texts.changed({ before: wordOf(before), after: wordOf(after) })
}
