import type { Documents } from "@roundlot/api"
import { grouped, shareOf, signOf } from "../format/figure.ts"
import { shownSpan } from "../format/time.ts"
import { eventWords } from "./events.ts"

/** The shape of a sign carries its family, its tone what it asks of a person. */
export type Shape =
  | "ring"
  | "ring-arrow"
  | "ring-back"
  | "ring-mark"
  | "disc"
  | "disc-dot"
  | "disc-part"
  | "disc-tick"
  | "disc-notch"
  | "bars"
  | "squares"
  | "square-x"
  | "square-clock"
  | "square-back"
  | "square-struck"
  | "square-tick"
  | "octagon"
  | "octagon-x"
  | "octagon-mark"
  | "octagon-pause"
  | "octagon-plug"
  | "octagon-struck"
  | "triangle"
  | "triangle-clock"
  | "triangle-dollar"
  | "triangle-ends"
  | "triangle-up"
  | "diamond-half"
  | "diamond-equal"
  | "diamond-unequal"
  | "hatched"
  | "tick-quiet"
  | "arrow-up"
  | "arrow-down"

/** How a sign is coloured. */
type Tone = "idle" | "info" | "ok" | "warn" | "danger" | "doubt" | "buy" | "sell"

/** A state as it is shown: icon, word and tone, always all three, and what it means. */
export interface Sign {
  readonly shape: Shape
  readonly word: string
  readonly tone: Tone
  readonly help: string
  /** How much of a disc is filled, from 0 to 1: for pixels only. */
  readonly share?: number
}

const sign = (shape: Shape, word: string, tone: Tone, help: string): Sign => ({ shape, word, tone, help })

const families = {
  order: {
    pending: sign("ring", "Pending", "idle", "Made, and not sent yet."),
    submitting: sign("ring-arrow", "Sending", "info", "The request is on its way to the broker."),
    in_doubt: sign(
      "diamond-half",
      "In doubt",
      "doubt",
      "It was sent and nobody knows whether the broker has it. It counts as in flight until that is known, and is not sent again."
    ),
    submitted: sign("disc-dot", "Working", "info", "The broker has accepted it and works on it."),
    partially_filled: sign("disc-part", "Part filled", "info", "Some of its shares are executed."),
    filled: sign("disc-tick", "Filled", "ok", "All of its shares are executed."),
    cancelled: sign("square-x", "Cancelled", "idle", "It ended before all was executed."),
    expired: sign("square-clock", "Expired", "idle", "Its life at the broker ended before all was executed."),
    rejected: sign("octagon-x", "Rejected", "danger", "The broker refused it."),
    failed: sign("octagon-mark", "Failed", "danger", "It could not be sent, and was not placed.")
  },
  market: {
    open: sign("disc-dot", "NYSE open", "info", "The regular session in New York: orders are executed."),
    closed: sign(
      "ring",
      "NYSE closed",
      "idle",
      "The regular session in New York is over, or has not begun. Whether an account's orders wait for it, its broker says."
    )
  },
  journal: {
    other: sign("ring", "On record", "idle", "It happened; its entry says what was written.")
  },
  orderTag: {
    coolingDown: sign(
      "square-clock",
      "Cooling down",
      "idle",
      "It is not sent before its wait is over: the broker asked for it, or the try before came to nothing."
    ),
    cancelAsked: sign(
      "square-x",
      "Cancel asked",
      "warn",
      "Its end was asked for; the broker has not said yet that it has ended."
    ),
    proposed: sign(
      "ring-arrow",
      "Proposed",
      "warn",
      "A program proposed it. It is sent only if a person approves it in time."
    ),
    external: sign("square-back", "External", "idle", "It was made at the broker by hand, and taken into the books."),
    overfilled: sign("octagon-mark", "Overfilled", "warn", "More was executed than was ordered.")
  },
  trade: {
    pending: sign(
      "ring",
      "Pending",
      "idle",
      "On record, and its turn has not come: its batch waits, or its order works."
    ),
    accumulated: sign("bars", "Accumulated", "info", "It is counted, and waits until a whole lot is due."),
    completed: sign("disc-tick", "Completed", "ok", "All of it is netted or executed."),
    failed: sign("octagon", "Failed", "danger", "It will not be executed."),
    quarantined: sign(
      "triangle",
      "Quarantined",
      "warn",
      "It is not counted until a person decides: its reason says why."
    ),
    conflict: sign(
      "diamond-unequal",
      "Conflict",
      "doubt",
      "It came again with other contents. The first stands; which one is right, a person says."
    ),
    duplicate: sign("squares", "Duplicate", "idle", "The same was on record already: nothing was taken in twice."),
    reversed: sign("square-back", "Reversed", "idle", "Another trade undoes it. It stays on record.")
  },
  fill: {
    canonical: sign("disc-tick", "Fill", "ok", "The revision that counts."),
    superseded: sign("square-struck", "Replaced", "idle", "A later revision counts instead of it."),
    busted: sign("octagon-struck", "Busted", "danger", "The broker took the execution back: it counts for nothing."),
    inferred: sign(
      "hatched",
      "Inferred",
      "idle",
      "The broker's total says that so many shares were executed. They count; which executions they are is not told yet."
    ),
    unpriced: sign("triangle-dollar", "Unpriced", "warn", "Its shares count; its price is not known yet."),
    off_band: sign(
      "triangle-ends",
      "Off band",
      "warn",
      "It counts. Its price is further from what the order should have got than the account allows."
    ),
    suspected: sign(
      "diamond-equal",
      "Duplicate?",
      "doubt",
      "It is like another execution in all but its id. It is not counted until the broker's totals say whether it is one of its own."
    ),
    parked: sign(
      "ring",
      "Parked",
      "warn",
      "The order that it belongs to is not known yet. It is not counted until then."
    )
  },
  attempt: {
    accepted: sign("disc-tick", "Accepted", "ok", "The broker took the order."),
    rejected: sign("octagon", "Rejected", "danger", "The broker refused the order."),
    not_accepted: sign(
      "ring-back",
      "Not accepted",
      "idle",
      "The broker surely does not have the order: it may be sent again."
    ),
    unknown: sign(
      "diamond-half",
      "Unknown",
      "doubt",
      "No clear answer came: the order is looked for, and not sent again."
    ),
    sending: sign("ring-arrow", "Sending", "info", "The request is on its way.")
  },
  breakStatus: {
    open: sign(
      "triangle",
      "Open",
      "warn",
      "Books and broker disagree, or something contradicts itself. It stays until resolved."
    ),
    closed: sign("square-tick", "Closed", "idle", "It is gone or resolved.")
  },
  break: {
    escalated: sign(
      "triangle-up",
      "Escalated",
      "danger",
      "It has been open for too long: for an hour where it is critical, for a day where it is a warning."
    ),
    critical: sign(
      "octagon-mark",
      "Critical",
      "danger",
      "Shares are owed and not ordered because of it, nobody knows whether the broker has an order, or shares or money may be wrong or doubled."
    ),
    warning: sign("triangle", "Warning", "warn", "It holds what owes nothing yet."),
    info: sign("ring-mark", "Info", "idle", "It stops nothing. Somebody should know of it."),
    gone: sign("disc-tick", "Closed itself", "ok", "Its cause is gone."),
    resolved: sign("square-tick", "Resolved", "idle", "Somebody judged it, and said why.")
  },
  decision: {
    pending: sign("ring", "Pending", "idle", "Taken in, its order not sent yet."),
    submitted: sign("disc-dot", "Submitted", "info", "Its order is at the broker."),
    executed: sign("disc-tick", "Executed", "ok", "Its order is filled."),
    failed: sign("octagon-x", "Failed", "danger", "Its order came to nothing.")
  },
  batch: {
    pending: sign("ring", "Queued", "idle", "It waits for its turn."),
    running: sign("disc-part", "Running", "info", "Its rows are taken in and worked off."),
    success: sign("disc-tick", "Done", "ok", "Every row came to a good end."),
    partial_success: sign(
      "disc-notch",
      "Done, some failed",
      "warn",
      "It is over, and some rows failed: they can be retried."
    ),
    failed: sign("octagon", "Failed", "danger", "It is over, and no row came to a good end."),
    cancelled: sign("square-x", "Cancelled", "idle", "It was stopped.")
  },
  trading: {
    normal: sign("tick-quiet", "Trading", "ok", "Orders are sent."),
    approve: sign("triangle", "Approving", "warn", "An order is sent once a person has approved it."),
    reduce: sign("triangle", "Reducing", "warn", "Only orders that make positions smaller are sent."),
    observe: sign("hatched", "Observing", "idle", "What would be ordered is recorded, and nothing is sent."),
    halted: sign("octagon-pause", "Halted", "danger", "Nothing new is sent. Trades keep arriving and accumulate.")
  },
  part: {
    ok: sign("tick-quiet", "Well", "ok", "The part does its work."),
    failing: sign("octagon-mark", "Failing", "danger", "The part met a fault when it last worked.")
  },
  link: {
    live: sign("disc", "Live", "ok", "What it tells of arrives."),
    quiet: sign("ring", "Quiet", "idle", "Heartbeats arrive; nothing happens. This is no fault."),
    stale: sign("triangle-clock", "Stale", "warn", "No heartbeat for 15 seconds: figures may be old."),
    down: sign("octagon-plug", "Down", "danger", "It cannot be reached now: what is wrong is beside it."),
    expiring: sign("triangle-clock", "Ends soon", "warn", "The login ends soon: after that nothing can be sent."),
    reconnecting: sign(
      "octagon-plug",
      "Reconnecting",
      "danger",
      "The daemon does not answer. The page reads again every 5 seconds, and connects again by itself."
    ),
    connecting: sign("ring-arrow", "Connecting", "idle", "The stream is being opened."),
    signedOut: sign("octagon-x", "Signed out", "danger", "A token is needed."),
    unknown: sign("ring", "Unknown", "idle", "This daemon has not read the account yet, or does not drive it."),
    loggedOut: sign("octagon-plug", "Needs a login", "danger", "Nothing can be sent until somebody signs in.")
  },
  job: {
    queued: sign("ring", "Queued", "idle", "It waits until it is due."),
    running: sign("disc-dot", "Running", "info", "It is being worked on."),
    done: sign("disc-tick", "Done", "ok", "It came to its end."),
    dead: sign("octagon-x", "Given up", "danger", "It failed as often as it may. It can be retried."),
    cancelled: sign("square-x", "Cancelled", "idle", "It was stopped.")
  },
  webhook: {
    notBegun: sign("ring", "Not begun", "idle", "A daemon begins with what happens after it found the webhook."),
    waiting: sign("disc-tick", "Up to date", "ok", "All that happened was taken."),
    delivering: sign("disc-dot", "Delivering", "info", "What happened is being posted."),
    failing: sign("triangle-clock", "Failing", "warn", "It was not taken and is posted again, nothing before it."),
    givenUp: sign("octagon-x", "Given up", "danger", "It was not taken for a day. A person says how to go on."),
    cancelled: sign("square-x", "Paused", "idle", "It was stopped. It goes on once a person says so.")
  },
  token: {
    good: sign("tick-quiet", "Good", "ok", "It is taken."),
    expired: sign("square-clock", "Expired", "idle", "Its time is over."),
    revoked: sign("square-x", "Revoked", "idle", "It was taken back.")
  },
  next: {
    Order: sign("ring-arrow", "Due", "info", "An order is due and will be made at once."),
    Ordered: sign("disc-dot", "Ordered", "info", "The order that was due has been made."),
    NotDue: sign("ring", "Not due", "idle", "The residual is smaller than the size from which an order is due."),
    OrderLive: sign(
      "disc-dot",
      "Order working",
      "info",
      "One order at a time: it waits for the one that has not ended."
    ),
    OppositeOrderLive: sign(
      "disc-dot",
      "Other side working",
      "info",
      "It waits for an order of the other side to end."
    ),
    Halted: sign("octagon-pause", "Halted", "danger", "Trading is halted. Resume lets it go on."),
    Observed: sign("hatched", "Observed", "idle", "An order would be made, but trading is only observed."),
    Held: sign("octagon-mark", "Held", "warn", "It is held until an operator resumes it, or its circuit closes again."),
    BreakOpen: sign("triangle", "Break open", "warn", "A break holds it. Resolve the break to go on."),
    SessionClosed: sign("square-clock", "Market closed", "idle", "It waits for the market to open."),
    CoolingDown: sign(
      "square-clock",
      "Cooling down",
      "idle",
      "An order ended short; it waits a while before the next."
    ),
    NoPrice: sign("triangle", "No price", "warn", "Its threshold or a limit needs a price, and no fresh one is known."),
    Refused: sign("octagon-x", "Refused", "danger", "A limit of the account refuses the order.")
  },
  frame: {
    unlocked: sign("triangle", "Open", "warn", "The daemon was started with --open: it asks for no token."),
    past: sign("hatched", "Past", "idle", "What is shown is of another moment: nothing can be done there."),
    calm: sign("disc-tick", "Well", "ok", "Nothing needs a person."),
    look: sign("triangle", "Look", "warn", "Something needs a person.")
  },
  compared: {
    same: sign("tick-quiet", "the same", "idle", "It is as in ours."),
    differs: sign("diamond-unequal", "differs", "doubt", "It is not as in ours.")
  },
  side: {
    buy: sign("arrow-up", "Buy", "buy", "Shares come in."),
    sell: sign("arrow-down", "Sell", "sell", "Shares go out.")
  }
} as const satisfies Readonly<Record<string, Readonly<Record<string, Sign>>>>

/** What kind of record a state is of. */
export type Family = keyof typeof families

/** Every state that has a sign, by family: what tests look through. */
export const signs: Readonly<Record<Family, Readonly<Record<string, Sign>>>> = families

/** The sign of a state. One that this page does not know is shown by its raw word. */
export const signOfState = (family: Family, state: string): Sign =>
  signs[family][state] ?? sign("ring", state, "idle", "A state that this page does not know: the daemon is newer.")

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
  return isEnded && signOf(filledQuantity) !== 0 ? { ...known, word: `${known.word} ${filled} filled` } : known
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
  return fill.canonical || fill.replacedBy === null ? known : { ...known, word: `Replaced by r${fill.replacedBy}` }
}

/** A batch as far as its sign tells of it. */
interface BatchSeen {
  readonly status: string
  readonly totalTrades: number
  readonly processedTrades: number
  readonly failedTrades: number
  readonly cancelledTrades: number
}

/** What is not done of a batch that is over. */
const leftUndone = ({ cancelledTrades, failedTrades }: BatchSeen): string =>
  failedTrades > 0 ? `${grouped(String(failedTrades))} failed` : `${grouped(String(cancelledTrades))} cancelled`

/** The sign of a batch: how far it is while it runs, and how many rows failed where it is done but for them. */
export const signOfBatch = (batch: BatchSeen): Sign => {
  const { processedTrades, status, totalTrades } = batch
  const known = signOfState("batch", status)
  if (status === "partial_success") return { ...known, word: `Done, ${leftUndone(batch)}` }
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
  const words = { expiring: `${span} left`, live: `${known.word} · ${span}` }
  return { ...known, word: state === "expiring" || state === "live" ? words[state] : `${known.word} ${span}` }
}

/** The sign of the answer to what order comes next. */
export const signOfNext = ({ code }: Documents.AnswerDocument): Sign => signOfState("next", code)

/** The same in words, with what refuses or holds it: `Refused: max notional`. */
export const wordsOfNext = (answer: Documents.AnswerDocument): string => {
  const { word } = signOfNext(answer)
  if (answer.code === "Refused") return `${word}: ${eventWords(answer.control).toLowerCase()}`
  return answer.code === "Held" ? `${word}: ${answer.by}` : word
}

/** Do two say the same? The daemon writes the fields of both in the same order. */
export const isSameAnswer = (a: Documents.AnswerDocument, b: Documents.AnswerDocument): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** Does it order nothing before a person acts, or its circuit closes? */
export const isStopped = ({ code }: Documents.AnswerDocument): boolean =>
  code === "Held" || code === "BreakOpen" || code === "Halted"
