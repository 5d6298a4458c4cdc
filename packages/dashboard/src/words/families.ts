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

/** A sign of its parts. */
export const sign = (shape: Shape, word: string, tone: Tone, help: string): Sign => ({ shape, word, tone, help })

/** The sign of each state, by the kind of record. */
export const families = {
  order: {
    pending: sign("ring", "Pending", "idle", "Created, not sent yet."),
    submitting: sign("ring-arrow", "Sending", "info", "The request is being sent to the broker."),
    in_doubt: sign(
      "diamond-half",
      "Unconfirmed",
      "doubt",
      "Sent, no acknowledgement received. It counts as in flight until its state is known, and is not sent again."
    ),
    submitted: sign("disc-dot", "Working", "info", "Accepted by the broker and open."),
    partially_filled: sign("disc-part", "Partially filled", "info", "Some of its shares are executed."),
    filled: sign("disc-tick", "Filled", "ok", "All of its shares are executed."),
    cancelled: sign("square-x", "Cancelled", "idle", "Cancelled before all shares were executed."),
    expired: sign("square-clock", "Expired", "idle", "Expired at the broker before all shares were executed."),
    rejected: sign("octagon-x", "Rejected", "danger", "Rejected by the broker."),
    failed: sign("octagon-mark", "Failed", "danger", "Not sent, and not placed at the broker.")
  },
  market: {
    open: sign("disc-dot", "NYSE open", "info", "Regular session in New York."),
    closed: sign(
      "ring",
      "NYSE closed",
      "idle",
      "Outside the regular session in New York. The broker decides whether orders wait for it."
    )
  },
  journal: {
    other: sign("ring", "Recorded", "idle", "An event in the journal.")
  },
  orderTag: {
    coolingDown: sign(
      "square-clock",
      "Cooling down",
      "idle",
      "Re-sent after a delay: the broker requested it, or the previous attempt failed."
    ),
    cancelAsked: sign("square-x", "Cancel requested", "warn", "Cancel requested. The broker has not confirmed it yet."),
    proposed: sign(
      "ring-arrow",
      "Proposed",
      "warn",
      "Proposed by a program. It is sent only after a person approves it in time."
    ),
    external: sign("square-back", "External", "idle", "Made by hand at the broker, and imported into the books."),
    overfilled: sign("octagon-mark", "Overfilled", "warn", "More shares were executed than ordered.")
  },
  trade: {
    pending: sign("ring", "Pending", "idle", "Accepted. Its batch is waiting, or its order is working."),
    accumulated: sign("bars", "Accumulated", "info", "Counted. It waits until a whole lot is due."),
    completed: sign("disc-tick", "Completed", "ok", "Netted or executed completely."),
    failed: sign("octagon", "Failed", "danger", "It will not be executed."),
    quarantined: sign("triangle", "Quarantined", "warn", "Not counted until a person decides. See its reason."),
    conflict: sign(
      "diamond-unequal",
      "Conflict",
      "doubt",
      "Received again with other contents. The first version counts until a person decides."
    ),
    duplicate: sign("squares", "Duplicate", "idle", "Received again with the same contents. It counts once."),
    reversed: sign("square-back", "Reversed", "idle", "Reversed by another trade. It stays in the journal.")
  },
  fill: {
    canonical: sign("disc-tick", "Fill", "ok", "The revision that counts."),
    superseded: sign("square-struck", "Replaced", "idle", "Replaced by a later revision."),
    busted: sign("octagon-struck", "Busted", "danger", "Busted by the broker: it does not count."),
    inferred: sign(
      "hatched",
      "Inferred",
      "idle",
      "The broker's total includes these shares. They count. Their executions are not reported yet."
    ),
    unpriced: sign("triangle-dollar", "Price missing", "warn", "Its shares count. Its price is not known yet."),
    off_band: sign(
      "triangle-ends",
      "Outside tolerance",
      "warn",
      "It counts. Its price is outside the account's tolerance around the expected price."
    ),
    suspected: sign(
      "diamond-equal",
      "Duplicate?",
      "doubt",
      "Equal to another execution except for its id. It does not count until the broker's totals decide."
    ),
    parked: sign("ring", "Unmatched", "warn", "Its order is not known yet. It does not count until then.")
  },
  attempt: {
    accepted: sign("disc-tick", "Accepted", "ok", "The broker accepted the order."),
    rejected: sign("octagon", "Rejected", "danger", "The broker rejected the order."),
    not_accepted: sign(
      "ring-back",
      "Not accepted",
      "idle",
      "The order did not reach the broker. It may be sent again."
    ),
    unknown: sign(
      "diamond-half",
      "Unknown",
      "doubt",
      "No acknowledgement received. The order is looked up at the broker, and is not sent again."
    ),
    sending: sign("ring-arrow", "Sending", "info", "The request is being sent.")
  },
  breakStatus: {
    open: sign(
      "triangle",
      "Open",
      "warn",
      "Books and broker differ, or a reading contradicts another. It stays open until resolved."
    ),
    closed: sign("square-tick", "Closed", "idle", "Resolved, or closed automatically.")
  },
  break: {
    escalated: sign("triangle-up", "Escalated", "danger", "Open too long: an hour for critical, a day for a warning."),
    critical: sign(
      "octagon-mark",
      "Critical",
      "danger",
      "Shares are not ordered because of it, an order stays unconfirmed, or shares or money may be wrong or doubled."
    ),
    warning: sign("triangle", "Warning", "warn", "It blocks trading that is not due yet, or work failed."),
    info: sign("ring-mark", "Info", "idle", "It blocks nothing."),
    gone: sign("disc-tick", "Auto-closed", "ok", "It no longer applies."),
    resolved: sign("square-tick", "Resolved", "idle", "Resolved by a person, with a reason.")
  },
  approval: {
    waiting: sign(
      "ring-arrow",
      "Needs approval",
      "warn",
      "It is carried out only when another person approves it in time."
    ),
    approved: sign("disc-tick", "Approved", "ok", "Another person approved it. It was carried out."),
    rejected: sign("square-x", "Not approved", "idle", "A person rejected or withdrew it. Nothing was done."),
    expired: sign("square-clock", "Expired", "idle", "It was not approved in time. Nothing was done.")
  },
  decision: {
    pending: sign("ring", "Pending", "idle", "Accepted. Its order is not sent yet."),
    submitted: sign("disc-dot", "Submitted", "info", "Its order is at the broker."),
    executed: sign("disc-tick", "Executed", "ok", "Its order is filled."),
    failed: sign("octagon-x", "Failed", "danger", "Its order failed.")
  },
  batch: {
    pending: sign("ring", "Queued", "idle", "It waits for its turn."),
    running: sign("disc-part", "Running", "info", "Its rows are being processed."),
    success: sign("disc-tick", "Completed", "ok", "Every row is completed."),
    partial_success: sign(
      "disc-notch",
      "Completed with errors",
      "warn",
      "Completed. Some rows failed and can be retried."
    ),
    failed: sign("octagon", "Failed", "danger", "No row was completed."),
    cancelled: sign("square-x", "Cancelled", "idle", "It was cancelled.")
  },
  row: {
    waiting: sign("ring", "Waiting", "idle", "Accepted. It is not started yet."),
    working: sign("disc-dot", "Working", "info", "Accepted, not completed yet."),
    rejected: sign("octagon-mark", "Invalid", "danger", "The row is not a valid trade. It cannot be retried as it is.")
  },
  trading: {
    normal: sign("tick-quiet", "Trading", "ok", "Orders are sent."),
    approve: sign("triangle", "Approval required", "warn", "Each order needs the approval of a person."),
    reduce: sign("triangle", "Reduce only", "warn", "Only orders that reduce positions are sent."),
    observe: sign("hatched", "Observe only", "idle", "Orders are recorded and not sent."),
    halted: sign("octagon-pause", "Halted", "danger", "No orders are sent. Trades are still accepted and accumulate.")
  },
  part: {
    ok: sign("tick-quiet", "Healthy", "ok", "The service is running."),
    failing: sign("octagon-mark", "Failing", "danger", "The last run of the service failed.")
  },
  link: {
    live: sign("disc", "Live", "ok", "Events arrive."),
    quiet: sign("ring", "Connected, idle", "idle", "Heartbeats arrive, no events. This is normal."),
    stale: sign("triangle-clock", "Stale", "warn", "No heartbeat for 5 seconds. Data may be out of date."),
    down: sign("octagon-plug", "Down", "danger", "It cannot be reached. The error is beside it."),
    expiring: sign("triangle-clock", "Expires soon", "warn", "The login expires soon. Orders queue after that."),
    reconnecting: sign(
      "octagon-plug",
      "Reconnecting",
      "danger",
      "The daemon does not answer. The page retries every 5 seconds."
    ),
    connecting: sign("ring-arrow", "Connecting", "idle", "The stream is being opened."),
    signedOut: sign("octagon-x", "Signed out", "danger", "A token is needed."),
    unknown: sign("ring", "Unknown", "idle", "This daemon has not read the account yet, or does not run it."),
    loggedOut: sign("octagon-plug", "Login required", "danger", "No orders are sent until a person logs in.")
  },
  job: {
    queued: sign("ring", "Queued", "idle", "It waits until it is due."),
    running: sign("disc-dot", "Running", "info", "It is running."),
    done: sign("disc-tick", "Completed", "ok", "It is completed."),
    dead: sign("octagon-x", "Given up", "danger", "It failed on every attempt. It can be retried."),
    cancelled: sign("square-x", "Cancelled", "idle", "It was cancelled.")
  },
  comparison: {
    differs: sign(
      "diamond-unequal",
      "Differs",
      "danger",
      "Books and broker hold different quantities. A break is open."
    ),
    skipped: sign("ring-mark", "Not compared", "warn", "The last reconciliation could not judge the symbol."),
    agrees: sign("diamond-equal", "Agrees", "ok", "Books and broker hold the same quantity.")
  },
  reconciliation: {
    agreed: sign("diamond-equal", "Agreed", "ok", "No compared symbol differs."),
    differed: sign("diamond-unequal", "Differed", "danger", "Symbols differ. Each is an open break."),
    not_compared: sign(
      "ring-mark",
      "Not compared",
      "warn",
      "The broker's listing was incomplete or contradicted itself."
    ),
    failed: sign("octagon-mark", "Failed", "danger", "The broker's positions could not be read.")
  },
  audit: {
    ok: sign("disc-tick", "Agrees", "ok", "The books agree with their journal and with the anchors."),
    findings: sign("octagon-mark", "Findings", "danger", "The books contradict their journal or an anchor.")
  },
  webhook: {
    notBegun: sign("ring", "Not started", "idle", "Deliveries start with events after the daemon found the webhook."),
    waiting: sign("disc-tick", "Up to date", "ok", "All events were delivered."),
    delivering: sign("disc-dot", "Delivering", "info", "Events are being posted."),
    failing: sign(
      "triangle-clock",
      "Failing",
      "warn",
      "The last delivery was refused. It is retried before any later event."
    ),
    givenUp: sign("octagon-x", "Given up", "danger", "Refused for a day. A person decides how to continue."),
    cancelled: sign("square-x", "Paused", "idle", "Paused. Continue it to resume deliveries.")
  },
  token: {
    good: sign("tick-quiet", "Valid", "ok", "It is accepted."),
    expired: sign("square-clock", "Expired", "idle", "It has expired."),
    revoked: sign("square-x", "Revoked", "idle", "It was revoked.")
  },
  next: {
    Order: sign("ring-arrow", "Due", "info", "An order is due and will be made now."),
    Ordered: sign("disc-dot", "Ordered", "info", "The due order was made."),
    NotDue: sign("ring", "Not due", "idle", "The residual is below the threshold."),
    OrderLive: sign("disc-dot", "Order working", "info", "One order at a time: it waits for the open one."),
    OrderInDoubt: sign(
      "diamond-half",
      "Order unconfirmed",
      "doubt",
      "It waits until the status of its order is known. No other order is made before."
    ),
    OppositeOrderLive: sign(
      "disc-dot",
      "Other side working",
      "info",
      "It waits for an order of the other side to end."
    ),
    Halted: sign("octagon-pause", "Halted", "danger", "Trading is halted. Resume to continue."),
    Observed: sign("hatched", "Observed", "idle", "An order is due. Trading is only observed."),
    Held: sign("octagon-mark", "Held", "warn", "Held until an operator resumes it, or its circuit breaker resets."),
    BreakOpen: sign("triangle", "Break open", "warn", "Blocked by a break. Resolve the break to continue."),
    SessionClosed: sign("square-clock", "Market closed", "idle", "It waits for the market to open."),
    RestrictedHours: sign(
      "square-clock",
      "Restricted hours",
      "idle",
      "It waits for the end of the account's restricted hours."
    ),
    Collecting: sign("square-clock", "Collecting", "idle", "It waits for the next cut-off of the account."),
    CoolingDown: sign("square-clock", "Cooling down", "idle", "An order ended unfilled. The next one waits a while."),
    NoPrice: sign(
      "triangle",
      "No price",
      "warn",
      "Its threshold or a limit needs a price, and no current one is known."
    ),
    Refused: sign("octagon-x", "Refused", "danger", "A limit of the account refuses the order.")
  },
  frame: {
    unlocked: sign("triangle", "Open", "warn", "The daemon was started with --open: no token is required."),
    past: sign("hatched", "Past", "idle", "Shows an earlier moment. No actions are possible."),
    calm: sign("disc-tick", "Healthy", "ok", "No open items."),
    look: sign("triangle", "Review", "warn", "Open items need attention.")
  },
  compared: {
    same: sign("tick-quiet", "same", "idle", "Same as in the books."),
    differs: sign("diamond-unequal", "differs", "doubt", "Different from the books.")
  },
  side: {
    buy: sign("arrow-up", "Buy", "buy", "Shares come in."),
    sell: sign("arrow-down", "Sell", "sell", "Shares go out.")
  }
} as const satisfies Readonly<Record<string, Readonly<Record<string, Sign>>>>
