import { isQuarantined } from "@roundlot/api/client"
import type { Family } from "./signs.ts"
import { eventWords } from "./events.ts"

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

const because = (words: string, why: string): string => (why === "" ? words : `${words}: ${why}`)

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

const scopeIn = (body: unknown): string =>
  [textIn(body, "symbol"), textIn(body, "account")].filter((each) => each !== "").join(" on ") || "everything"

/** Why a trade is held or has failed, in short. */
const causeIn = (body: unknown): string =>
  [textIn(body, "reason"), textIn(body, "detail")].filter((each) => each !== "").join(": ")

/** A trade that waits for a person; not one that waits for its batch. */
const held = (body: unknown): EventText | undefined => {
  const reason = textIn(body, "reason")
  if (!isQuarantined({ status: "pending", reason })) return undefined
  return {
    family: "trade",
    state: "quarantined",
    // What to do about it stands on the trade's page.
    words: because("held", causeIn(body))
  }
}

/** How each event reads, by its name; others by the name alone. */
const texts: Readonly<Record<string, (body: unknown) => EventText | undefined>> = {
  TradeAccepted: (body) => ({ family: "trade", state: "accumulated", words: `accepted: ${termsIn(body)}` }),
  TradeQuarantined: (body) =>
    held(body) ?? { family: "trade", state: "pending", words: `waits for its batch: ${termsIn(body)}` },
  TradeHeld: (body) => held(body) ?? { family: "trade", state: "pending", words: "waits for its batch" },
  TradeFailed: (body) => ({ family: "trade", state: "failed", words: because("failed", causeIn(body)) }),
  OrderCreated: (body) => ({ family: "order", state: "pending", words: `made: ${termsIn(body)}` }),
  OrderChanged: (body) => {
    const state = textIn(body, "after", "status")
    if (state === textIn(body, "before", "status") || state === "submitting") return undefined
    return { family: "order", state, words: because(`is ${state.replaceAll("_", " ")}`, textIn(body, "reason")) }
  },
  CancelRequested: (body) => ({
    family: "orderTag",
    state: "cancelAsked",
    words: because("cancel requested", textIn(body, "why"))
  }),
  FillRecorded: (body) => ({
    family: "fill",
    state: "canonical",
    words: `filled ${textIn(body, "quantity")} at ${textIn(body, "price") || "an unknown price"}`
  }),
  BreakOpened: (body) => ({
    family: "breakStatus",
    state: "open",
    words: `${eventWords(textIn(body, "details", "_tag"))} about ${textIn(body, "subject")}`
  }),
  CaseAttended: (body) => {
    const [owner, seen, note] = [textIn(body, "owner"), textIn(body, "acknowledged"), textIn(body, "note")]
    const words = owner !== "" ? `assigned to ${owner}` : seen !== "" ? `acknowledged as ${seen}` : `noted: ${note}`
    return { family: "breakStatus", state: "open", words }
  },
  BreakClosed: (body) => ({ family: "breakStatus", state: "closed", words: because("closed", textIn(body, "why")) }),
  TradingStateSet: (body) => ({
    family: "trading",
    state: textIn(body, "state"),
    words: because(`${scopeIn(body)} is ${textIn(body, "state")}`, textIn(body, "reason"))
  }),
  BatchMoved: (body) => ({
    family: "batch",
    state: textIn(body, "status"),
    words: because(`is ${textIn(body, "status").replaceAll("_", " ")}`, textIn(body, "reason"))
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
  const text = texts[tag]
  if (text !== undefined) return text(body)
  const words = eventWords(tag).toLowerCase()
  return { family: "journal", state: "other", words: words.replace(`${entity.kind} `, "") }
}
