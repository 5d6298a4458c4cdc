import { profitTerms } from "./profitTerms.ts"

/** A word of the screens: its short head, and what it means in a sentence or two. */
interface Entry {
  readonly head: string
  readonly help: string
}

const entries = {
  ...profitTerms,

  // Figures of a position
  target: {
    head: "Target",
    help: "Signed shares that the broker should hold for all accepted trades. Positive is long, negative is short."
  },
  hedged: { head: "Hedged", help: "Signed shares executed at the broker for this position." },
  inFlight: { head: "In flight", help: "Signed shares of open orders that are not executed yet." },
  residual: {
    head: "Residual",
    help: "Signed shares left to order: target less hedged less in flight. It waits until it makes a whole lot."
  },
  exposure: {
    head: "Exposure",
    help: "Signed sum of the accepted trades, before the account's direction (mirror or offset)."
  },
  base: {
    head: "Opening balance",
    help: "Signed shares that the account held at the broker before Roundlot traded it."
  },
  direct: { head: "Direct", help: "Signed shares of direct trades: executed as given, outside accumulation." },
  adopted: {
    head: "Imported",
    help: "Signed shares of orders made by hand at the broker and imported into the books."
  },
  gauge: {
    head: "To the next lot",
    help: "The residual on its way to the order threshold. Left of the middle is a sell, right of it a buy."
  },
  next: { head: "Next order", help: "The order that would be made now, or the reason why there is none." },
  heldBy: {
    head: "Held by",
    help: "The order that an operator cancelled. The position sends nothing until it is resumed."
  },
  offsets: {
    head: "Offset, bp",
    help: "Distance of limit orders beyond the reference price, in basis points. One number, or up to 5 rising steps: each next order after one that expired unfilled takes the next step."
  },
  orderLife: { head: "Cancel after, s", help: "Seconds after which a limit order is cancelled." },
  inForce: { head: "Current", help: "The value now in force." },
  limit: { head: "Limit", help: "Maximum per order, position or market date. Orders beyond it are not sent." },
  limitSource: {
    head: "Set by",
    help: "The account's own setting, the default of every account, or lifted by an operator."
  },
  limitUsed: { head: "Used", help: "What counts against the limit today or now, and its share of the limit." },
  refusedToday: {
    head: "Refused today",
    help: "Orders and positions that this limit refused since midnight in New York."
  },
  refusedAt: { head: "Refused at", help: "When the last refusal was." },
  lastRefusal: {
    head: "Last refusal",
    help: "The newest order or position that it refused today, and what that asked for."
  },
  waitingForLimit: {
    head: "Waiting positions",
    help: "Positions with a due residual that this limit blocks."
  },
  newLimit: {
    head: "New amount",
    help: "In shares or dollars, the unit of the limit. 'none' lifts the limit and its default. A raise takes effect at once and is recorded."
  },
  afterChange: { head: "After", help: "The value after the change." },
  ladder: {
    head: "Ladder",
    help: "The offset step of the order. An order that expires unfilled is followed by one a step further."
  },
  cutOffs: {
    head: "Cut-offs",
    help: "When collected trades are ordered, New York time. Later trades wait for the next cut-off."
  },
  restrictedHours: { head: "Restricted hours", help: "Nothing is sent then, New York time. What is due waits." },
  nextCutOff: { head: "Next cut-off", help: "Trades collected until then are ordered then." },
  allocationKey: { head: "Owner weights", help: "The weights by which an order's fills are allocated to owners." },
  allocationPolicy: { head: "Allocation", help: "How an order's fills are allocated to its trades." },
  lot: { head: "Lot", help: "Order size step, in whole shares." },
  threshold: { head: "Threshold", help: "Residual at which an order is made. Without a setting it is one lot." },

  // Lists
  inView: {
    head: "In view",
    help: "Rows on screen, of all that match the filters. Up to 10,000 are counted exactly. Beyond that the count is an estimate, or a lower bound."
  },

  // Heads of lists
  account: { head: "Account", help: "One account at one broker." },
  symbol: { head: "Symbol", help: "Ticker of the instrument." },
  side: { head: "Side", help: "Buy or sell." },
  quantity: { head: "Quantity", help: "Shares requested, exactly as given." },
  price: { head: "Price", help: "Dollars per share, exactly as reported." },
  status: {
    head: "Status",
    help: "State of the record. Ring: waiting. Disc: working or completed. Square: ended. Octagon: failed. Triangle: needs a review. Diamond: unconfirmed."
  },
  delay: { head: "Delay", help: "Time from sending the order to the execution, by our clock and the broker's." },
  phase: {
    head: "Phase",
    help: "Pending: not sent yet. Open: at the broker, or unconfirmed. Filled. Ended: cancelled, expired, rejected or failed."
  },
  created: { head: "Created", help: "Time of creation, in the time zone of the top bar." },
  updated: { head: "Updated", help: "Time of the last change." },
  received: { head: "Received", help: "Time at which the trade was accepted." },
  tradedAt: { head: "Traded", help: "Time of the trade, as reported by its source." },
  age: { head: "Age", help: "Time since creation." },
  id: { head: "Id", help: "Record id: a letter for the kind, and a number." },
  orderType: { head: "Type", help: "Order type: market, limit, stop or stop limit." },
  filled: { head: "Filled", help: "Shares executed so far." },
  averagePrice: { head: "Average", help: "Average price of the priced fills, to 12 decimals." },
  origin: {
    head: "Origin",
    help: "Accumulation: whole lots of many trades. Direct: one trade as given. External: made by hand at the broker."
  },
  brokerOrderId: {
    head: "Broker id",
    help: "Current order id at the broker. Empty until the broker acknowledges the order."
  },
  clientOrderId: { head: "Client id", help: "Our order id, sent to the broker where it accepts one." },
  open: { head: "Open", help: "Shares neither netted nor allocated to an order." },
  source: { head: "Source", help: "Origin of the trade: a file, a feed or the API." },
  sourceId: { head: "Source id", help: "The trade's id at its source. The same id again is the same trade." },
  beneficialOwner: { head: "Beneficial owner", help: "Client that the trade belongs to, by the caller's identifier." },
  batch: { head: "Batch", help: "Batch of the trade." },
  orders: { head: "Orders", help: "Orders with shares of this trade." },
  decision: { head: "Decision", help: "Decision that the order executes." },
  insteadOf: {
    head: "Replaces",
    help: "Earlier orders that this one replaces: an ended order that was re-submitted, or plans that were no longer due."
  },
  replacedBy: {
    head: "Replaced by",
    help: "Order that replaces this one: re-submitted by a person, or the next one of the position."
  },
  executed: { head: "Executed", help: "Time of the execution at the broker." },
  order: { head: "Order", help: "Order of this record." },
  execId: { head: "Exec id", help: "Execution id at the broker. A correction has its own id and the same base." },
  revision: { head: "Revision", help: "Number of corrections. The newest revision counts." },
  commission: { head: "Commission", help: "Commission charged by the broker. A dash: not known yet." },
  currency: { head: "Currency", help: "Currency of the commission, where there are several." },
  counts: { head: "State", help: "Whether this revision counts, or a later one replaced it." },
  sum: { head: "Sum", help: "Total of the rows that count, without released or replaced ones." },
  kind: { head: "Kind", help: "Kind of the break." },
  subject: { head: "Subject", help: "Order or trade of the break; of a blocked position what blocks it." },
  code: { head: "Code", help: "What refused or ended it: a limit, or a code of the broker." },
  severity: {
    head: "Severity",
    help: "Critical: shares are not ordered, an order stays unconfirmed, or shares or money may be wrong. Warning: blocks trading that is not due yet, or work failed. Info: blocks nothing. Closed breaks show how they ended."
  },
  holds: { head: "Blocks", help: "What the break blocks while it is open: the symbol, the account, or none." },
  owner: { head: "Owner", help: "Person responsible for the case." },
  acknowledged: {
    head: "Acknowledged",
    help: "Who acknowledged it, when, and at which severity. The next alert comes when the severity rises."
  },
  notes: { head: "Notes", help: "Notes of operators, with name and time." },
  atRisk: {
    head: "At risk",
    help: "Shares due and not ordered because of the case, shares of orders that are unconfirmed, and the deciding evidence. Dollars at the newest price."
  },
  evidence: { head: "Evidence", help: "Readings that led to the break." },
  opened: { head: "Opened", help: "Time at which the break was found." },
  closed: { head: "Closed", help: "Time of the resolution, and its reason." },
  strategy: { head: "Strategy", help: "Strategy that made the decision." },
  size: { head: "Size", help: "Whether the order is in shares or in dollars." },
  rationale: { head: "Rationale", help: "The strategy's own explanation." },
  notional: { head: "Notional", help: "Dollars: quantity times price." },
  approveBy: {
    head: "Approve by",
    help: "Deadline for the approval. After it the order or request ends, and nothing is done."
  },
  requestedBy: { head: "Requested by", help: "Who requested the operation. Another person has to approve it." },
  operation: { head: "Operation", help: "What was requested." },
  wouldDo: { head: "Impact", help: "What the operation does once it is approved." },
  basedOn: { head: "Based on", help: "The books at the request. If they have changed since, the approval is refused." },
  fourEyes: { head: "Four eyes", help: "Operations that another person has to approve." },
  approvalMinutes: { head: "Approval period", help: "How long a request can be approved, in minutes." },
  askedNotional: { head: "Notional", help: "Dollars requested in place of shares. The fills decide the shares." },
  stopPrice: { head: "Stop", help: "Trigger price, in dollars per share." },
  limitPrice: { head: "Limit", help: "Worst acceptable price, in dollars per share." },
  session: { head: "Session", help: "Trading session: regular hours only, or extended hours too." },
  execution: {
    head: "Execution",
    help: "Accumulate: the trade joins its position's queue, with the account's order terms. Direct: an order of its own, as given. Terms left open come from the settings of the source 'api', then the account."
  },
  goodTill: { head: "Good till", help: "Time in UTC at which the order expires: 2026-12-01T21:00:00Z." },
  timeInForce: { head: "TIF", help: "Time in force: day, good till cancelled, …" },
  attempt: {
    head: "Attempt",
    help: "Number of the submission attempt. Another one is made only after the one before was proven not to have arrived."
  },
  outcome: { head: "Outcome", help: "Result of the attempt: accepted, rejected, not accepted, or unknown." },
  http: { head: "HTTP", help: "HTTP status of the broker's response." },
  error: { head: "Error", help: "Error code and text of the broker." },
  sent: { head: "Sent", help: "Time of the request." },
  sequence: { head: "Sequence", help: "Number of the entry in its account's journal, without gaps." },
  time: { head: "Time", help: "Time of the journal entry." },
  entity: { head: "Record", help: "Record of the entry." },
  event: { head: "Event", help: "Name of the event in the journal." },
  cause: { head: "Cause", help: "Trigger: a trade, a broker report, a command or a timer." },
  actor: { head: "Actor", help: "Person, source or service that acted." },
  hash: {
    head: "Hash",
    help: "Hash over this entry and the previous hash. The audit detects any changed entry by it."
  },
  command: { head: "Command", help: "Command id. The same id again is not executed a second time." },
  commit: { head: "Commit", help: "Commit of the entry. A commit is written completely or not at all." },
  entries: { head: "Journal", help: "Journal entries of the record: what happened, when, and why." },
  payload: { head: "Source message", help: "Raw bytes received from the broker." },
  reason: { head: "Reason", help: "Reason of the state." },
  allocation: { head: "Allocated", help: "Shares of the trade allocated to this order, or netted by another trade." },
  elsewhere: { head: "Elsewhere", help: "Shares of the trade that other trades netted or other orders took." },
  unfilled: {
    head: "Unfilled",
    help: "Shares of the trade that wait: open ones, and those allocated to this order that are not executed yet."
  },
  settled: { head: "Settled", help: "Filled shares of the allocation." },
  trade: { head: "Trade", help: "Trade of the allocated shares." },
  direction: { head: "Direction", help: "Mirror: hold what was traded. Offset: hold the opposite." },
  netted: { head: "Netted", help: "Shares covered by an opposite trade. They need no order." },
  excess: { head: "Unallocated", help: "Shares of the order that no trade covers." },
  unpriced: { head: "Price missing", help: "Filled shares without a known price." },
  broker: { head: "Broker", help: "Broker of the account." },
  tradingState: {
    head: "Trading",
    help: "What may be sent: all orders, approved orders, reducing orders, or none. The strictest setting of all accounts, the account and the symbol applies."
  },
  positions: { head: "Positions", help: "Symbols with a position in the account." },
  openOrders: { head: "Open orders", help: "Orders that have not ended." },
  openBreaks: { head: "Open breaks", help: "Unresolved differences and contradictions." },
  action: { head: "Action", help: "Available actions. Each asks for confirmation." },
  control: { head: "Scope", help: "Scope of the trading state: everything, an account, or a symbol in it." },
  role: {
    head: "Role",
    help: "Read: view. Propose: propose orders for approval too. Trade: submit trades too. Operate: all commands."
  },
  expires: { head: "Expires", help: "Expiry time of the token." },
  lastUsed: {
    head: "Last used",
    help: "Minute of the last call or sign-in with the token, written within a minute of it."
  },
  tokenAccounts: { head: "Accounts", help: "Accounts that the token may use. Without a limit, all." },
  sessionToken: {
    head: "Token or person",
    help: "Token used to sign in, or the person's name at the team's identity provider."
  },
  host: { head: "Host", help: "Address that the browser signed in from." },
  signedIn: { head: "Signed in", help: "Time of the sign-in." },
  signedOut: {
    head: "Until",
    help: "Time at which the session ends. After 12 hours without a request it ends earlier."
  },
  sessionId: { head: "Session", help: "Session id for 'roundlot sessions end'." },
  name: { head: "Name", help: "Name of the record." },
  part: { head: "Service", help: "Service of the program that reports its health." },
  lastSuccess: { head: "Last success", help: "Time of the last run without an error." },
  failures: { head: "Failures", help: "Consecutive failures." },
  detail: { head: "Detail", help: "Last message of the service." },
  compared: { head: "Compared", help: "Compared value." },
  ours: { head: "In the books", help: "Value in these books." },
  theirs: { head: "At the broker", help: "Value at the broker, as last read." },
  shares: { head: "Shares held", help: "Signed shares held, according to each side." },
  comparison: { head: "Outcome", help: "Whether books and broker hold the same quantity of the symbol." },
  difference: { head: "Difference", help: "Signed shares at the broker less those in the books." },
  openBreak: { head: "Break", help: "The open break of the difference." },
  comparedAt: { head: "Compared", help: "Time at which the last compared broker positions were read." },
  unchangedSince: { head: "Since", help: "Start of the reconciliation that found this outcome first." },
  runStarted: { head: "Started", help: "Start of the reconciliation." },
  runOutcome: { head: "Outcome", help: "Result of the reconciliation." },
  took: { head: "Took", help: "Time from start to end." },
  agreeing: { head: "Agreed", help: "Symbols of which books and broker hold the same quantity." },
  differing: { head: "Differing", help: "Symbols of which books and broker hold different quantities." },
  skipped: { head: "Not compared", help: "Symbols that could not be judged, such as those with a fill seconds ago." },
  breaksOpened: { head: "Breaks opened", help: "Breaks of holdings that the reconciliation opened." },
  breaksClosed: { head: "Breaks closed", help: "Breaks of holdings that the reconciliation closed." },
  // Audits
  auditResult: { head: "Result", help: "Whether the books agree with their journal, and with the anchors." },
  auditedEntries: { head: "Entries", help: "Journal entries that the audit read." },
  findingCount: { head: "Findings", help: "Contradictions that the audit found." },
  findingAt: { head: "Where", help: "Row, entry or file that contradicts the journal." },
  finding: { head: "Finding", help: "What the audit found there." },
  newestAnchor: {
    head: "Newest anchor",
    help: "Feed position of the newest anchor that the audit held the journal to."
  },
  anchorPosition: { head: "Position", help: "Feed position of the anchor. Changes before it are found by the audit." },
  anchoredAt: { head: "Written", help: "Time at which the anchor was written." },
  anchorHash: { head: "Hash", help: "Hash of the feed at that position." },
  anchorSigned: { head: "Signed", help: "Whether the configured key signed the anchor." },
  // Backups
  backup: { head: "Backup", help: "File of the backup, in the folder of backups." },
  backupWritten: { head: "Written", help: "Time at which the file was written." },
  backupBytes: { head: "Bytes", help: "Size of the file, in bytes." },
  copyFile: { head: "Copy", help: "File of the restored copy, beside the running store." },
  copyEntries: { head: "Entries", help: "Journal entries of the copy." },
  copyLacks: {
    head: "Lacks",
    help: "Journal entries of the running store that were missing from the copy when it was made."
  },
  newestEntry: { head: "Newest entry", help: "Time of the newest journal entry of the copy." },
  copyPosition: { head: "Position", help: "Feed position of the copy." },
  copyHash: { head: "SHA-256", help: "Hash of the copy's feed at its position. An anchor of it proves the copy." },
  copyHeads: { head: "Journals", help: "Newest entry of each journal of the copy, and its hash." },
  // Background work and connections
  job: { head: "Job", help: "Kind and key of the background job. Same kind and key: same job." },
  jobKind: { head: "Type", help: "Kind of the background work, such as trades.sync." },
  jobKey: { head: "Key", help: "The same type and key is the same job. Optional: without a key it is a new job." },
  jobPayload: { head: "Payload", help: 'Input of the job, as JSON, such as {"lookbackDays": 3}. Optional.' },
  jobProgress: { head: "Progress", help: "What the running attempt reports." },
  jobResult: { head: "Result", help: "Result of the completed job." },
  jobEnqueued: { head: "Enqueued", help: "Time at which the job was enqueued." },
  jobStarted: { head: "Started", help: "Start of the newest attempt." },
  jobEnded: { head: "Ended", help: "Time at which the job ended." },
  jobWorker: { head: "Runs in", help: "Process and host that run the job." },
  jobEvent: { head: "Event", help: "What happened to the job." },
  jobDetail: { head: "Detail", help: "Reason or error message of the event." },
  tries: { head: "Attempts", help: "Attempts made, of the maximum." },
  runAt: { head: "Next run", help: "Time of the next run." },
  failure: { head: "Last error", help: "Last error message." },
  address: { head: "Host", help: "Host of the webhook. The rest of the address may be secret." },
  behind: { head: "Behind", help: "Commits after the newest delivered event." },
  nextEvent: { head: "Next event", help: "First event not delivered yet." },
  letters: { head: "Kept", help: "Skipped deliveries, each kept as a job." },
  after: { head: "Continue after", help: "Cursor of an event or delivery, or 'beginning' for all events." },
  connection: { head: "Connection", help: "State of all connections to the account." },
  login: { head: "Login", help: "State of the broker login. Empty where it does not expire." },
  loginEnds: { head: "Expires", help: "Expiry time of the login." },
  stream: { head: "Stream", help: "State of the broker's report stream. Empty where there is none." },
  lag: { head: "Lag, s", help: "Seconds since open orders were last polled." },
  requests: {
    head: "Requests left",
    help: "Requests left of each limit of the broker per minute. A tenth is kept for cancels."
  },
  endpoint: { head: "Endpoint", help: "Method and path of the request, without ids." },
  median: { head: "p50, ms", help: "Median response time." },
  percentile99: { head: "p99, ms", help: "99th percentile of the response time." },
  failedRequests: {
    head: "Failed",
    help: "Requests without a response, refused for the rate limit, or failed at the broker, of all requests."
  },
  answerTime: { head: "Latency, ms", help: "Median response time of the broker's last requests." },
  span: { head: "Span", help: "Time range of the chart." },
  // Batches
  mode: { head: "Mode", help: "Accumulate: rows join their positions. Execute: each row is an order of its own." },
  rows: { head: "Rows", help: "All rows of the batch, invalid ones included." },
  progress: { head: "Progress", help: "Rows completed, failed and cancelled, of all rows." },
  done: { head: "Completed", help: "Rows netted or executed." },
  failedRows: { head: "Failed", help: "Invalid rows, and rows whose orders failed." },
  workingRows: { head: "Working", help: "Accepted, not completed yet." },
  waitingRows: { head: "Waiting", help: "Rows not started yet." },
  cancelledRows: { head: "Cancelled", help: "Rows stopped before they were completed." },
  rate: { head: "Rate", help: "Rows completed per second." },
  timeLeft: { head: "Time left", help: "Remaining time at the current rate." },
  filledSoFar: { head: "Filled so far", help: "Notional of the fills of its rows, bought and sold." },
  firstRow: { head: "First row", help: "First of these rows in the file." },
  example: { head: "Example", help: "Content of that row: the wrong value, or the failed trade." },
  processed: { head: "Processed", help: "Rows completed, failed or cancelled." },
  inStretch: { head: "Rows since", help: "Rows processed since the previous reading." },
  line: { head: "Line", help: "Line in the file. The header is line 1." },
  column: { head: "Column", help: "Wrong column, by its name in the file." },
  value: { head: "Value", help: "Value as written in the file." },
  file: { head: "File", help: "CSV file of trades with a header line." },
  pasted: { head: "Or paste rows", help: "CSV text with its header line." },
  separator: { head: "Separator", help: "Column separator. It is guessed from the header." },
  decimalSign: {
    head: "Decimal sign",
    help: "Decimal separator of numbers in this file. Choose it if the values are ambiguous."
  },
  dateOrder: { head: "Dates", help: "Order of day and month in this file. Choose it if the values are ambiguous." },
  fileZone: { head: "Time zone", help: "Time zone of times that name none: Europe/Berlin, or -05:00." },
  mapped: {
    head: "Column for",
    help: "Column of the file for this field, with the values of the first rows beside it."
  },
  submittedBy: { head: "Submitted by", help: "Person, token or source that submitted the batch." },
  runTime: { head: "Run time", help: "Time from start to end. Of a running batch, the start." },
  started: { head: "Started", help: "Time at which the first row was accepted." },
  finished: { head: "Finished", help: "Time at which the last row was processed." },
  retryOf: { head: "Retry of", help: "Batch with the failed rows of this retry." },
  retriedBy: { head: "Retried by", help: "Batch that retries the failed rows." },
  // The frame
  live: {
    head: "Live",
    help: "Live: events arrive. Connected, idle: heartbeats arrive, no events. Stale: no heartbeat for 5 seconds, data may be out of date. Reconnecting: the daemon does not answer, retry every 5 seconds."
  },
  environment: { head: "Environment", help: "Paper: simulated or paper account. Real money: orders cost real money." },
  needsYou: {
    head: "Needs attention",
    help: "Cases that need a decision: unconfirmed orders, open breaks, held trades, failing services."
  },
  marketDay: { head: "Today", help: "Market date in New York. The figures beside it count from its midnight." },
  tradesIn: { head: "Trades in", help: "Trades received today, held and rejected ones included." },
  ordersMade: { head: "Orders", help: "Orders made today, in any state." },
  fillsToday: { head: "Fills", help: "Executions of today that count, without replaced or busted ones." },
  notionalToday: {
    head: "Notional",
    help: "Dollars of today's fills: quantity times price, both sides added. Fills without a price are counted beside it. A dash: more than 5,000 fills, not summed."
  },
  commissionToday: {
    head: "Commission",
    help: "Dollars of commission for today's fills. Fills without a known commission are counted beside it. A dash: more than 5,000 fills, not summed."
  },
  lastReconciled: {
    head: "Last reconciled",
    help: "Time of the last reconciliation of the account that was reconciled longest ago. Differences are open breaks of holdings."
  },
  lastFill: { head: "Last fill", help: "Execution time of the newest fill." },
  rejectedToday: { head: "Rejected", help: "Orders of today rejected by a broker." },
  period: { head: "Period", help: "Rows of these days, in the time zone of the top bar." },
  since: {
    head: "From",
    help: "Rows from this date or time, in the time zone of the top bar unless it names its own."
  },
  until: {
    head: "Before",
    help: "Rows before this date or time, in the time zone of the top bar unless it names its own."
  },
  canonical: { head: "Counts", help: "Whether it counts, or a later revision replaced it." },
  journalEntry: { head: "Entry", help: "One event in the journal." },
  // What forms ask
  tradePrice: { head: "Price", help: "Trade price in dollars per share. Optional." },
  paidPrice: {
    head: "Price",
    help: "Price paid or received, in dollars per share. Optional: without it the fill has no price."
  },
  follows: {
    head: "Impact",
    help: "Order that would follow if this trade were accepted now, or the reason why none would. A batch is processed later. This preview is not recorded."
  },
  asOf: { head: "As of", help: "Moment of the books on this page. Later events are not included." },
  feedPosition: { head: "Feed", help: "Feed position: number of the commit among all commits." },
  viewName: { head: "View", help: "Name of these filters. Saved in this browser." },
  pendingBatch: {
    head: "Batch",
    help: "An open batch collects trades and starts once it is queued. None: the trade joins its position at once."
  },
  template: { head: "Template", help: "Saved settings for batches of a kind. Values in this form override them." },
  allOrNone: {
    head: "All or nothing",
    help: "Any invalid, conflicting, quarantined or refused row rejects the whole file, even if it became so after the check."
  },
  saveTemplate: {
    head: "Save as",
    help: "Save separator, decimal sign, columns, account and mode under a name, for the next file of the kind."
  },
  slippageBp: {
    head: "Slippage, bp",
    help: "Cost of the orders against the trade's own price, in basis points. Negative is better."
  },
  notify: {
    head: "Notifications",
    help: "Browser notifications for critical cases, halts and completed batches while the page is in the background. The browser asks for permission."
  },
  candidates: {
    head: "Candidates at the broker",
    help: "Broker orders near the time of sending that match no order in the books. Tick: same value. Diamond: different value. Choose the one that was sent from here."
  },
  cancelOpen: {
    head: "Open orders",
    help: "Cancel our open orders in this scope, at the broker and before sending. Orders made by hand at the broker stay."
  },
  haltScope: {
    head: "Scope",
    help: "Scope of the halt: everything, all accounts at one broker, one account, or the symbol on this page."
  },
  formReason: { head: "Reason", help: "Reason, at least 8 characters. It is recorded with your name." },
  confirmScope: { head: "Type to confirm", help: "Type the name shown. The action cannot be undone." },
  token: {
    head: "Token",
    help: "Secret shown once when the token was created. A link of 'roundlot tokens link' needs none. The browser receives its own secret in a cookie that no script can read."
  },
  presentSecret: {
    head: "Current secret",
    help: "Secret that the token has now. Without it, run 'roundlot tokens rotate' on the daemon's host."
  },
  ownSecret: {
    head: "Secret of your token",
    help: "Secret of the token that you signed in with. The first token's is in NAME.operator.token on the daemon's host."
  },
  tokenLifetime: {
    head: "Expires after",
    help: "Lifetime such as 12h or 30d. Without one, the token does not expire."
  },
  proposedOrders: { head: "Orders per day", help: "Maximum orders proposed per account and market date. Default 20." },
  proposedNotional: {
    head: "Notional per day",
    help: "Maximum dollars proposed per account and market date. Default 10000."
  },
  theme: { head: "Theme", help: "Light, dark, or as the system is set." },
  density: { head: "Rows", help: "Row height of tables." },
  zone: { head: "Time zone", help: "Time zone of all times shown and entered: your own, or UTC." },
  shortcuts: {
    head: "Single-key shortcuts",
    help: "Keys such as g o or z. Switch them off where they interfere, with speech input for example."
  }
} as const satisfies Readonly<Record<string, Entry>>

/** A word that screens may use as a head: none is shown that has no explanation. */
export type Term = keyof typeof entries

/** What words mean: column heads, figures and fields of all screens. */
export const glossary: Readonly<Record<Term, Entry>> = entries
