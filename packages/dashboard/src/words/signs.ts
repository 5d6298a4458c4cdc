import { signOf } from "../format/figure.ts"

/** The shape of a sign carries its family, its tone what it asks of a person. */
export type Shape =
  | "ring"
  | "ring-arrow"
  | "disc-dot"
  | "disc-part"
  | "disc-tick"
  | "bars"
  | "square-x"
  | "square-clock"
  | "square-back"
  | "square-tick"
  | "octagon-x"
  | "octagon-mark"
  | "octagon-pause"
  | "triangle"
  | "diamond-half"
  | "diamond-unequal"
  | "hatched"
  | "tick-quiet"

/** How a sign is coloured. */
type Tone = "idle" | "info" | "ok" | "warn" | "danger" | "doubt"

/** A state as it is shown: icon, word and tone, always all three, and what it means. */
export interface Sign {
  readonly shape: Shape
  readonly word: string
  readonly tone: Tone
  readonly help: string
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
    cancelAsked: sign(
      "square-x",
      "Cancel asked",
      "warn",
      "Its end was asked for; the broker has not said yet that it has ended."
    ),
    external: sign("square-back", "External", "idle", "It was made at the broker by hand, and taken into the books."),
    overfilled: sign("octagon-mark", "Overfilled", "warn", "More was executed than was ordered.")
  },
  trade: {
    pending: sign("triangle", "Held", "warn", "It is not counted until a person decides: its reason says why."),
    accumulated: sign("bars", "Accumulated", "info", "It is counted, and waits until a whole lot is due."),
    completed: sign("disc-tick", "Completed", "ok", "All of it is netted or executed."),
    failed: sign("octagon-x", "Failed", "danger", "It will not be executed.")
  },
  fill: {
    canonical: sign("disc-tick", "Fill", "ok", "The revision that counts."),
    superseded: sign("square-back", "Replaced", "idle", "A later revision counts instead of it."),
    busted: sign("octagon-x", "Busted", "danger", "The broker took the execution back: it counts for nothing."),
    unpriced: sign("triangle", "Unpriced", "warn", "Its shares count; its price is not known yet."),
    off_band: sign(
      "triangle",
      "Off band",
      "warn",
      "It counts. Its price is further from what the order should have got than the account allows."
    )
  },
  attempt: {
    accepted: sign("disc-tick", "Accepted", "ok", "The broker took the order."),
    rejected: sign("octagon-x", "Rejected", "danger", "The broker refused the order."),
    not_accepted: sign(
      "ring-arrow",
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
  break: {
    open: sign(
      "triangle",
      "Open",
      "warn",
      "Books and broker disagree, or something contradicts itself. It stays until resolved."
    ),
    closed: sign("square-tick", "Closed", "ok", "It is gone or resolved.")
  },
  case: {
    critical: sign(
      "octagon-mark",
      "Critical",
      "danger",
      "Shares or money may be wrong or doubled: what was executed is not what the books expect."
    ),
    blocking: sign("triangle", "Blocking", "warn", "Something is not sent while it is open."),
    notice: sign("ring", "Notice", "idle", "It stops nothing. Somebody should know of it."),
    gone: sign("disc-tick", "Closed itself", "ok", "Its cause is gone."),
    resolved: sign("square-tick", "Resolved", "ok", "Somebody judged it, and said why.")
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
      "triangle",
      "Done, some failed",
      "warn",
      "It is over, and some rows failed: they can be retried."
    ),
    failed: sign("octagon-x", "Failed", "danger", "It is over, and no row came to a good end."),
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
  connection: {
    up: sign("tick-quiet", "Up", "ok", "All that the account is read by is well."),
    down: sign("octagon-mark", "Down", "danger", "The broker cannot be read now: what is wrong is beside it."),
    unknown: sign("ring", "Unknown", "idle", "This daemon has not read the account yet, or does not drive it."),
    valid: sign("tick-quiet", "Valid", "ok", "The login holds."),
    ends_soon: sign("triangle", "Ends soon", "warn", "The login ends soon: after that nothing can be sent."),
    needs_login: sign("octagon-mark", "Needs a login", "danger", "Nothing can be sent until somebody signs in.")
  },
  job: {
    queued: sign("ring", "Queued", "idle", "It waits until it is due."),
    running: sign("disc-part", "Running", "info", "It is being worked on."),
    done: sign("disc-tick", "Done", "ok", "It came to its end."),
    dead: sign("octagon-x", "Given up", "danger", "It failed as often as it may. It can be retried."),
    cancelled: sign("square-x", "Cancelled", "idle", "It was stopped.")
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
      "warn",
      "An order ended short; it waits a while before the next."
    ),
    NoPrice: sign("triangle", "No price", "warn", "Its threshold or a limit needs a price, and no fresh one is known."),
    Refused: sign("octagon-x", "Refused", "danger", "A limit of the account refuses the order.")
  },
  live: {
    live: sign("disc-dot", "Live", "ok", "Events arrive."),
    quiet: sign("ring", "Quiet", "idle", "Heartbeats arrive; nothing happens. This is no fault."),
    stale: sign("triangle", "Stale", "warn", "No heartbeat for 15 seconds: figures may be old."),
    reconnecting: sign(
      "octagon-mark",
      "Reconnecting",
      "danger",
      "The daemon does not answer. The page reads again every 5 seconds, and connects again by itself."
    ),
    connecting: sign("ring-arrow", "Connecting", "idle", "The stream is being opened."),
    signedOut: sign("octagon-x", "Signed out", "danger", "A token is needed.")
  }
} as const satisfies Readonly<Record<string, Readonly<Record<string, Sign>>>>

/** What kind of record a state is of. */
export type Family = keyof typeof families

/** Every state that has a sign, by family: what tests look through. */
export const signs: Readonly<Record<Family, Readonly<Record<string, Sign>>>> = families

/** The sign of a state. One that this page does not know is shown by its raw word. */
export const signOfState = (family: Family, state: string): Sign =>
  signs[family][state] ?? sign("ring", state, "idle", "A state that this page does not know: the daemon is newer.")

/** What there is to say of a revision of a fill. */
export const stateOfFill = (fill: {
  readonly canonical: boolean
  readonly quantity: string
  readonly price: string | null
  readonly band: string
}): string => {
  if (!fill.canonical) return "superseded"
  if (signOf(fill.quantity) === 0) return "busted"
  if (fill.price === null) return "unpriced"
  return fill.band === "outside" ? "off_band" : "canonical"
}

/** How far an order was filled that is not, or did not end, filled. */
export const filledTail = (order: {
  readonly status: string
  readonly filledQuantity: string
  readonly quantity: string
}): string | undefined => {
  const share = `${order.filledQuantity}/${order.quantity}`
  if (order.status === "partially_filled") return share
  const isEnded = order.status === "cancelled" || order.status === "expired"
  return isEnded && signOf(order.filledQuantity) !== 0 ? `${share} filled` : undefined
}

/** The sign of the answer to what order comes next: `Order(buy 1)`, `NotDue`, `Refused(maxOrderQuantity)`. */
export const signOfNext = (answer: string): Sign => signOfState("next", /^\w+/.exec(answer)?.[0] ?? answer)
