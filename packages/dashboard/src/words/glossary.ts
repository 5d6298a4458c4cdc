/** A word of the screens: its short head, and what it means in a sentence or two. */
interface Entry {
  readonly head: string
  readonly help: string
}

const entries = {
  // Figures of a position
  target: {
    head: "Target",
    help: "The signed shares that the broker should hold for all trades taken in: positive is long, negative is short."
  },
  hedged: { head: "Hedged", help: "The signed shares that the broker has executed for this position." },
  inFlight: {
    head: "In flight",
    help: "The signed shares of orders that have not ended: sent or about to be sent, not yet executed."
  },
  residual: {
    head: "Residual",
    help: "What is left to order: target less hedged less in flight. It waits until it makes a whole lot."
  },
  exposure: {
    head: "Exposure",
    help: "The signed sum of the trades taken in, before the account's direction (mirror or offset) is applied."
  },
  base: { head: "Base", help: "Shares that were taken over from the broker when the account began." },
  direct: { head: "Direct", help: "Signed shares of direct trades, which are executed as given beside the queue." },
  adopted: {
    head: "Adopted",
    help: "Signed shares of orders made by hand at the broker that were taken into the books."
  },
  gauge: {
    head: "To the next lot",
    help: "The residual on its way to the size from which an order is due: to the left it would be a sell, to the right a buy."
  },
  next: { head: "Next order", help: "The order that would be made now, or why there is none." },
  heldBy: {
    head: "Held by",
    help: "The order that an operator cancelled: nothing is sent for this position until it is resumed."
  },
  offsets: {
    head: "Offset, bp",
    help: "How far beyond the reference price limit orders are, in basis points: one number, or up to 5 that grow, each for the order after one that found no fill in its life."
  },
  orderLife: { head: "Life, s", help: "After how many seconds the end of a limit order is asked for." },
  inForce: { head: "In force", help: "What holds now." },
  afterChange: { head: "After", help: "What would hold from then on." },
  ladder: {
    head: "Ladder",
    help: "Which of its account's offsets the order is made at: one that finds no fill in its life is followed by one a step further."
  },
  lot: { head: "Lot", help: "The size in whole shares that orders are multiples of." },
  threshold: { head: "Threshold", help: "The residual from which an order is due; where none is set, one lot." },

  // Lists
  inView: {
    head: "In view",
    help: "Which rows are on screen, of how many that the filters find in all. Up to 10,000 are counted exactly; beyond that it is about as many as the database expects, or at least as many as were counted."
  },

  // Heads of lists
  account: { head: "Account", help: "Whose trade, order or position it is: one account at one broker." },
  symbol: { head: "Symbol", help: "The ticker of the instrument." },
  side: { head: "Side", help: "Which way it goes: buy or sell." },
  quantity: { head: "Quantity", help: "Shares that were asked for, exactly as given." },
  price: { head: "Price", help: "Dollars a share, exactly as reported." },
  status: {
    head: "Status",
    help: "Where the record stands. The sign says the family: ring waits, disc works or ended well, square ended, octagon went wrong, triangle wants a look, diamond is unknown."
  },
  delay: {
    head: "Delay",
    help: "From when its order was sent to when it was executed, by our clock and the broker's."
  },
  phase: {
    head: "Phase",
    help: "Pending: not sent yet. Open: at the broker, or it is not known whether it is. Filled. Ended: cancelled, expired, rejected or failed."
  },
  created: { head: "Created", help: "When the record was made, in the zone that the top bar names." },
  updated: { head: "Updated", help: "When the record last changed." },
  received: { head: "Received", help: "When the trade was taken in." },
  tradedAt: { head: "Traded", help: "When the trade happened, as its source says." },
  age: { head: "Age", help: "How long ago it was made." },
  id: { head: "Id", help: "The record's own id: a letter for its kind and a number." },
  orderType: { head: "Type", help: "How the order is executed: market, limit, stop or stop limit." },
  filled: { head: "Filled", help: "Shares executed so far, of those asked for." },
  averagePrice: { head: "Average", help: "The average price of the priced fills, rounded to 12 decimals." },
  origin: {
    head: "Origin",
    help: "Accumulation: a whole lot of many trades. Direct: one trade executed as given. External: made at the broker by hand."
  },
  brokerOrderId: {
    head: "Broker id",
    help: "The broker's current id of the order; blank until the broker has acknowledged it."
  },
  clientOrderId: { head: "Client id", help: "Our id of the order, given to the broker where it takes one." },
  open: { head: "Open", help: "What of it is neither netted nor taken by an order." },
  source: { head: "Source", help: "Where the trade came from: a file, a feed or the API." },
  sourceId: { head: "Source id", help: "The id that the source gave the trade. The same id again is the same trade." },
  batch: { head: "Batch", help: "The batch that the trade came in." },
  orders: { head: "Orders", help: "Orders that took of it." },
  decision: { head: "Decision", help: "The decision that the order executes." },
  insteadOf: {
    head: "In place of",
    help: "The orders in whose place this one came: one that ended and that a person asked for again, or plans that were no longer due."
  },
  replacedBy: {
    head: "Replaced by",
    help: "The order that came in its place: one that a person asked for, or the next one of its position."
  },
  executed: { head: "Executed", help: "When the broker executed it." },
  order: { head: "Order", help: "The instruction to the broker that it belongs to." },
  execId: {
    head: "Exec id",
    help: "The broker's id of the execution. A correction has an id of its own and the same base."
  },
  revision: { head: "Revision", help: "How often the execution was corrected; the newest counts." },
  commission: { head: "Commission", help: "What the broker charged. A dash: not known yet." },
  currency: { head: "Currency", help: "The currency of the commission, where there is more than one." },
  counts: { head: "State", help: "Does this revision count, or was it replaced by a later one?" },
  sum: { head: "Sum", help: "Of the rows that count: what was given back or replaced is not in it." },
  kind: { head: "Kind", help: "What kind of difference or contradiction it is." },
  subject: { head: "About", help: "The order or trade that it is about." },
  severity: {
    head: "Case",
    help: "How grave it is while it is open: critical, shares are owed and not ordered, the fate of an order is unknown, or shares or money may be wrong; warning, it holds what owes nothing yet; info, it stops nothing. Then how it ended."
  },
  holds: { head: "Holds", help: "What it stops while it is open: the symbol, the account, or nothing." },
  owner: { head: "Owner", help: "Who sees to it." },
  acknowledged: {
    head: "Acknowledged",
    help: "Who has seen it, when, and how grave it was then: there is no further alert of it until it is graver."
  },
  notes: { head: "Notes", help: "What people found out about it, with name and time." },
  atRisk: {
    head: "At risk",
    help: "Shares that are owed and not ordered because of it, shares of an order that may or may not be at the broker, and what on record speaks for one side. In dollars at the newest price."
  },
  evidence: { head: "Evidence", help: "What was seen that led to it." },
  opened: { head: "Opened", help: "When it was found." },
  closed: { head: "Closed", help: "When it was resolved, and why." },
  strategy: { head: "Strategy", help: "Whose decision it is." },
  size: { head: "Size", help: "Whether the order is over shares or over dollars." },
  rationale: { head: "Rationale", help: "Why the strategy decided so, in its own words." },
  notional: { head: "Notional", help: "Dollars: quantity times price." },
  approveBy: { head: "Approve by", help: "Until then a person may approve it; after that it ends unsent." },
  askedNotional: {
    head: "Asks for",
    help: "Dollars that the order asks for in place of shares. How many shares that is, its fills decide."
  },
  stopPrice: { head: "Stop", help: "The price from which the order works, in dollars a share." },
  limitPrice: { head: "Limit", help: "The worst price that the order may be executed at, in dollars a share." },
  session: {
    head: "Session",
    help: "When the order may trade: in the regular session, or also in the hours before and after it."
  },
  execution: {
    head: "Execution",
    help: "The trade joins the queue of its position, whose orders have the terms of the account, or is executed as given by an order of its own. Of its session and time in force what is left open is what the configuration says of the source 'api', else the account."
  },
  goodTill: { head: "Good till", help: "Until when the order works, in UTC: 2026-12-01T21:00:00Z." },
  timeInForce: { head: "TIF", help: "How long the order stands at the broker: day, good till cancelled, …" },
  attempt: {
    head: "Try",
    help: "Which try to send the order it is. A later one is only made when the one before surely did not arrive."
  },
  outcome: { head: "Outcome", help: "What the send came to: accepted, rejected, surely not accepted, or unknown." },
  http: { head: "HTTP", help: "The status of the broker's answer." },
  error: { head: "Error", help: "The broker's code and words." },
  sent: { head: "Sent", help: "When the request went out." },
  sequence: {
    head: "Sequence",
    help: "The number of the entry in its account's journal: without gaps, in the order that things happened."
  },
  time: { head: "Time", help: "When it was recorded." },
  entity: { head: "Record", help: "The record that the entry is about." },
  event: { head: "Event", help: "What happened to the record, by the name it has in the journal." },
  cause: { head: "Cause", help: "What brought it about: a trade, a report of the broker, a command, a clock." },
  actor: { head: "Actor", help: "Who did it: a person, a source, or a part of the program." },
  hash: {
    head: "Hash",
    help: "Covers the entry and the hash before it, so that a changed entry is found by the audit."
  },
  command: {
    head: "Command",
    help: "The id of the command that it is of: given again, it is carried out no second time."
  },
  commit: { head: "Commit", help: "What was written together with it has the same: all of it is on record, or none." },
  entries: {
    head: "On record",
    help: "The entries of the journal about it: what happened to it, when, and what brought it about."
  },
  payload: { head: "Read from", help: "The bytes that the broker sent, as they came." },
  reason: { head: "Reason", help: "Why it stands so." },
  allocation: { head: "Taken", help: "Shares of the trade that this order took, or that another trade netted." },
  settled: { head: "Settled", help: "How much of the allocation is filled." },
  trade: { head: "Trade", help: "The trade whose shares they are." },
  direction: { head: "Direction", help: "Mirror: the broker should hold what was traded. Offset: the opposite of it." },
  netted: { head: "Netted", help: "Shares that an opposite trade covers, so that nothing has to be ordered." },
  excess: { head: "Excess", help: "Shares of the order that no trade covers." },
  unpriced: { head: "Unpriced", help: "Shares filled whose price is not known yet." },
  broker: { head: "Broker", help: "The broker that the account is at." },
  tradingState: {
    head: "Trading",
    help: "What may be sent: everything, what a person approved, what makes positions smaller, or nothing. The strictest of everything, account and symbol decides."
  },
  positions: { head: "Positions", help: "How many symbols the account has a position in." },
  openOrders: { head: "Open orders", help: "Orders that have not ended." },
  openBreaks: { head: "Open breaks", help: "Differences and contradictions that are not resolved." },
  action: { head: "Action", help: "What can be asked for it; nothing is done before it was confirmed." },
  control: { head: "Scope", help: "What the trading state is set for: everything, an account, or a symbol of it." },
  role: { head: "Role", help: "Read looks, trade gives trades, operate gives orders to the system." },
  expires: { head: "Expires", help: "When the token stops being taken." },
  tokenAccounts: {
    head: "Accounts",
    help: "The accounts that the token may see and change; all where it is bound to none."
  },
  sessionToken: {
    head: "Token or person",
    help: "With whose token the browser signed in, or who signed in with the team's provider: as it calls him, and as the journal does."
  },
  host: { head: "Host", help: "The address at which the browser called when it signed in." },
  signedIn: { head: "Signed in", help: "When the browser signed in." },
  signedOut: {
    head: "Until",
    help: "When the browser has to sign in again; 12 hours without a call end its session before that."
  },
  sessionId: { head: "Session", help: "What 'roundlot sessions end' names it by." },
  name: { head: "Name", help: "What it is called." },
  part: { head: "Part", help: "A part of the program that reports how it is." },
  lastSuccess: { head: "Last success", help: "When the part last did its work without a fault." },
  failures: { head: "Failures", help: "Faults in a row." },
  detail: { head: "Detail", help: "What the part last said." },
  compared: { head: "Compared", help: "What both sides were asked for." },
  ours: { head: "Ours", help: "What these books say." },
  theirs: { head: "Theirs", help: "What the broker said when it was last read." },
  shares: { head: "Shares held", help: "The signed shares that each side says are held." },
  // Background work and connections
  job: { head: "Job", help: "The kind of background work and its key: the same of both is the same job." },
  tries: { head: "Tries", help: "How often it was begun since it was asked for, of how often it may be." },
  runAt: { head: "Next run", help: "When it is due." },
  failure: { head: "Last error", help: "Why it last came to nothing." },
  address: { head: "Host", help: "The host that is posted to; the rest of the address may be a secret." },
  behind: { head: "Behind", help: "Commits after the newest event that was taken, wanted or not." },
  nextEvent: { head: "Next event", help: "The first event that was not taken yet." },
  letters: { head: "Kept", help: "Deliveries that were passed over and are not taken yet: each is a job." },
  after: {
    head: "Continue after",
    help: "A cursor, as every event and delivery has one, or 'beginning' for all events once more."
  },
  connection: { head: "Connection", help: "Whether all that the account is read by is well." },
  login: { head: "Login", help: "Whether the broker's login holds; blank where it does not end." },
  loginEnds: { head: "Ends", help: "Until when the login lasts without another one." },
  stream: { head: "Stream", help: "Whether the broker's stream of reports stands; blank where there is none." },
  lag: { head: "Lag, s", help: "Seconds since open orders were last read by polling." },
  span: { head: "Span", help: "How far back the line goes." },
  // Batches
  mode: {
    head: "Mode",
    help: "Accumulate: rows join the queues of their positions. Execute: each row is sent as an order of its own."
  },
  rows: { head: "Rows", help: "Rows of the batch, those that were rejected too." },
  progress: {
    head: "Progress",
    help: "How far the batch is: rows that are done, failed and cancelled; the rest is left."
  },
  done: { head: "Done", help: "Rows that came to a good end: netted, or executed." },
  failedRows: { head: "Failed", help: "Rows that were rejected, or whose orders came to nothing." },
  workingRows: { head: "Working", help: "Rows that were taken in and are on their way." },
  waitingRows: { head: "Waiting", help: "Rows whose turn has not come." },
  cancelledRows: { head: "Cancelled", help: "Rows that were stopped before they were done." },
  rate: { head: "Rate", help: "Rows that come to their end in a second." },
  timeLeft: { head: "Time left", help: "How long the rest takes at the present rate." },
  firstRow: { head: "First row", help: "Where the first of these rows stands in the file." },
  example: { head: "Example", help: "What stands in that row: the value that is wrong, or the trade that failed." },
  processed: { head: "Processed", help: "Rows that came to their end: done, failed or cancelled." },
  inStretch: { head: "Rows since", help: "Rows that came to their end between this moment and the one before." },
  line: { head: "Line", help: "Where the row stands in the file; the line that names the columns is 1." },
  column: { head: "Column", help: "The column that is wrong, by the file's own name for it." },
  value: { head: "Value", help: "What stands there, as it was written." },
  file: { head: "File", help: "A CSV file of trades, with a first line that names its columns." },
  pasted: { head: "Or paste rows", help: "The same as text, the line that names the columns first." },
  separator: { head: "Separator", help: "What stands between the columns; it is guessed of the first line." },
  decimalSign: {
    head: "Decimal sign",
    help: "What stands before the fraction of a number in this file. It is never guessed."
  },
  dateOrder: { head: "Dates", help: "How days are written in this file. Which is the month is never guessed." },
  fileZone: {
    head: "Zone of its times",
    help: "By which clock its times are that name no zone themselves: Europe/Berlin, or -05:00."
  },
  mapped: {
    head: "Column of",
    help: "Which column of the file is this field of a trade; beside it, what the first rows have there."
  },
  started: { head: "Started", help: "When its first row was taken in." },
  finished: { head: "Finished", help: "When its last row came to its end." },
  retryOf: { head: "Retry of", help: "The batch whose failed rows these are." },
  retriedBy: { head: "Retried by", help: "The batch that has the failed rows again." },
  // The frame
  live: {
    head: "Live",
    help: "Live: events arrive. Quiet: heartbeats arrive and nothing happens. Stale: no heartbeat for 15 seconds, so figures may be old. Reconnecting: the daemon does not answer; the page asks again every 5 seconds."
  },
  environment: {
    head: "Environment",
    help: "Paper: a simulated or paper account, no real money. Real money: orders cost something."
  },
  needsYou: {
    head: "Needs attention",
    help: "Cases that wait for a decision of a person: orders in doubt, open breaks, held trades, failing parts."
  },
  marketDay: {
    head: "Today",
    help: "The date at the market, in New York: what stands beside it was done since its midnight."
  },
  tradesIn: { head: "Trades in", help: "Trades that were taken in today, held and rejected ones too." },
  ordersMade: { head: "Orders", help: "Orders that were made today, whatever became of them." },
  fillsToday: { head: "Fills", help: "Executions of today that count: what was replaced or busted is not among them." },
  notionalToday: {
    head: "Notional",
    help: "Dollars that today's fills come to: quantity times price, both sides added. Fills without a price are counted beside it. A dash: there are more than 5,000, which are not summed here."
  },
  commissionToday: {
    head: "Commission",
    help: "Dollars that brokers charged for today's fills. Those whose commission is not known yet are counted beside it. A dash: there are more than 5,000 fills, which are not summed here."
  },
  lastReconciled: {
    head: "Last reconciled",
    help: "When what brokers hold was last compared with the books: of all accounts the one whose turn is longest ago. Differences are the breaks about holdings that are open."
  },
  lastFill: { head: "Last fill", help: "When the execution that came in last was executed at its broker." },
  rejectedToday: { head: "Rejected", help: "Orders of today that a broker rejected." },
  period: { head: "Period", help: "Rows of these days, by the zone that the top bar names." },
  since: {
    head: "From",
    help: "Rows from this moment on: a date or a time, in the zone that the top bar names unless it names its own."
  },
  until: {
    head: "Before",
    help: "Rows before this moment: a date or a time, in the zone that the top bar names unless it names its own."
  },
  canonical: { head: "Counts", help: "Does it count, or did a later revision replace it?" },
  journalEntry: { head: "Entry", help: "One thing that happened, as it was recorded." },
  // What forms ask
  tradePrice: { head: "Price", help: "Dollars a share at which the trade was made. It may be left away." },
  paidPrice: {
    head: "Price",
    help: "Dollars a share that were paid or received for it. It may be left away: then its fill has no price."
  },
  follows: {
    head: "What follows",
    help: "The order that would be made if this trade were taken in now, or why none would be. In a batch it has its turn later. Nothing is on record of the question."
  },
  asOf: { head: "As of", help: "The moment that the page shows the books of. What came later is not in it." },
  feedPosition: { head: "Feed", help: "The position of the feed: the number of a commit among all that there are." },
  viewName: { head: "View", help: "A name for these filters. It is kept in this browser, and leads to the same rows." },
  pendingBatch: {
    head: "Batch",
    help: "A batch that is open collects trades one by one and has its turn once it is queued. None: the trade joins its position at once."
  },
  template: {
    head: "Template",
    help: "How batches of a kind are submitted, kept under a name. What is said here wins."
  },
  correctedRow: {
    head: "Line",
    help: "The row as it stands in the file, which you may correct here; the file on your disk stays as it is. An empty line is no row."
  },
  allOrNone: {
    head: "Strict",
    help: "The file is taken whole or not at all: a row that is bad, in conflict, quarantined or refused by a limit refuses it, also where that has changed since the check."
  },
  saveTemplate: {
    head: "Keep as",
    help: "Keeps separator, decimal sign, columns, account and mode under a name, for the next file of the kind."
  },
  slippageBp: {
    head: "Slippage, bp",
    help: "What the orders of a trade cost against the trade's own price, in basis points. Below zero it was better."
  },
  notify: {
    head: "Notifications",
    help: "The browser tells of critical cases, halts and batches that end while nobody looks at the page. It asks whether it may."
  },
  candidates: {
    head: "What the broker has",
    help: "Orders of the broker's, around the time of the sending, that no order of these books is. A tick marks what is as in ours, a diamond what differs. The one that is ours is for you to say."
  },
  cancelOpen: {
    head: "Working orders",
    help: "Asks the broker to end our orders of this scope that have not ended, and ends those that were not sent yet. Orders made by hand at the broker are left alone."
  },
  haltScope: {
    head: "Scope",
    help: "What is stopped: everything, all accounts at one broker, one account, or the symbol that you are looking at."
  },
  formReason: { head: "Reason", help: "Why you do it, at least 8 characters: it goes on record with your name." },
  confirmScope: {
    head: "Type to confirm",
    help: "What is named has to be typed, because what follows cannot be taken back."
  },
  token: {
    head: "Token",
    help: "The secret that 'roundlot tokens create' showed once. A link of 'roundlot tokens link' needs none. The browser gets a secret of its own for it, in a cookie that no script can read."
  },
  theme: { head: "Theme", help: "Light, dark, or as the system is set." },
  density: { head: "Rows", help: "How high the rows of tables are: more of them on a screen, or more room for each." },
  zone: { head: "Zone", help: "Times on every page, and those that you write, are in your own zone, or in UTC." },
  shortcuts: {
    head: "Single-key shortcuts",
    help: "Keys such as g o or z. Switch them off where they are in the way, for speech input for example."
  }
} as const satisfies Readonly<Record<string, Entry>>

/** A word that screens may use as a head: none is shown that has no explanation. */
export type Term = keyof typeof entries

/** What words mean: column heads, figures and fields of all screens. */
export const glossary: Readonly<Record<Term, Entry>> = entries
