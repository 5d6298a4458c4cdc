import { Effect } from "effect"
import { type Order } from "@roundlot/core"
import { Books, type Entry, type Table, type TradeRepository } from "@roundlot/core/adapter"

type Row = Table.EncodedRow

/** The moment at which all samples were made. */
export const AT = 1_763_650_800_000_000

/** A sound row of every table; all of them together are a sound store. */
export const account: Row = {
  name: "main",
  broker: "paper",
  environment: "paper",
  brokerAccountId: null,
  currency: "USD",
  direction: "mirror",
  lot: "1",
  threshold: null,
  thresholdNotional: null,
  maxOrderQuantity: null,
  maxOrderNotional: null,
  maxOpenResidual: null,
  maxDailyNotional: null,
  maxOpenOrders: null,
  maxPosition: null,
  maxGrossPosition: null,
  maxNetPosition: null,
  ordersPerMinute: null,
  collarBp: null,
  liftedLimits: "[]",
  restricted: "[]",
  shorting: "allowed",
  external: "ignore",
  cancelOnFlip: 0,
  crossing: null,
  resendWindowMs: 600_000,
  maxTradeAgeMs: null,
  bandBp: null,
  limitOffsetBp: null,
  repriceOffsetsBp: null,
  orderLifeSeconds: null,
  crossesZero: 1,
  orderSession: null,
  orderTimeInForce: null,
  lotMethod: null,
  allocation: null,
  cutOffs: null,
  supportedOrders: '[{"session":"regular","types":["market","limit"],"timesInForce":["day"]}]',
  notionalTypes: null,
  simulatedMarket: null,
  symbols: "[]",
  createdAt: AT,
  updatedAt: AT,
  version: 1
}

/** A confirmed instrument. */
export const instrument: Row = {
  account: "main",
  symbol: "AAPL",
  assetClass: "equity",
  currency: "USD",
  lot: null,
  tick: null,
  fractionable: 0,
  shortable: 1,
  status: "verified",
  releasing: 0,
  createdAt: AT,
  updatedAt: AT,
  version: 2
}

/** A batch that has ended. */
export const batch: Row = {
  id: 1,
  uid: "u-1",
  account: "main",
  name: "Friday",
  mode: "accumulate",
  status: "success",
  priority: 0,
  fileName: null,
  fileHash: null,
  retryOf: null,
  retriedBy: null,
  session: null,
  timeInForce: null,
  queuedAt: AT,
  rejected: 0,
  rejectedRows: "[]",
  total: 1,
  waiting: 0,
  working: 0,
  done: 1,
  failed: 0,
  cancelled: 0,
  notional: "100",
  unpriced: 0,
  reason: null,
  createdAt: AT,
  startedAt: AT,
  finishedAt: AT,
  hiddenAt: null,
  archivedAt: null,
  updatedAt: AT,
  version: 1
}

/** What an owner has. */
export const ownerPosition: Row = {
  owner: "client-1",
  account: "main",
  symbol: "AAPL",
  ordered: "1",
  executed: "1",
  direct: "0",
  splitOrdered: "0",
  splitHeld: "0",
  updatedAt: AT,
  version: 5
}

/** A trade that is settled. */
export const trade: Row = {
  id: 1,
  account: "main",
  source: "tape",
  sourceId: "t-1",
  occurrence: "0",
  symbol: "AAPL",
  givenSymbol: "AAPLs1",
  side: "buy",
  quantity: "1.3",
  price: "150.25",
  tradedAt: AT,
  owner: "client-1",
  kind: "accumulate",
  orderType: null,
  limitPrice: null,
  stopPrice: null,
  timeInForce: null,
  goodTill: null,
  session: null,
  approveBy: null,
  proposedNotional: null,
  batchId: null,
  batchLine: null,
  direction: "mirror",
  reversesSourceId: null,
  reversesOccurrence: null,
  status: "completed",
  reason: null,
  detail: null,
  lotId: 1,
  netted: "0",
  splitOpen: "0",
  createdAt: AT,
  updatedAt: AT,
  version: 3
}

/** A position with a residual. */
export const position: Row = {
  account: "main",
  symbol: "AAPL",
  exposure: "1.3",
  target: "1.3",
  hedged: "1",
  inFlight: "0",
  residual: "0.3",
  openLots: "0.3",
  base: "0",
  direct: "0",
  adopted: "0",
  splitHeld: "0",
  splits: null,
  answer: '{"_tag":"NotDue"}',
  answerSince: AT,
  coolDownUntil: null,
  shortEnds: 0,
  circuitUntil: null,
  ladderStep: 0,
  ladderSide: null,
  ladderOf: null,
  ladderUntil: null,
  refusedSide: null,
  refusedUntil: null,
  heldBy: null,
  lastPrice: "150.25",
  lastPriceAt: AT,
  judgedPrice: null,
  late: null,
  openShares: "0",
  openDollars: "0",
  updatedAt: AT,
  version: 4
}

/** The open lot of the trade. */
export const lot: Row = {
  id: 1,
  account: "main",
  symbol: "AAPL",
  tradeId: 1,
  orderId: null,
  open: "0.3",
  version: 5
}

/** The lot of the order, closed. */
export const orderLot: Row = { ...lot, id: 2, tradeId: null, orderId: 1, open: "0" }

/** A decision that was refused. */
export const decision: Row = {
  id: 1,
  account: "main",
  strategy: "momentum",
  symbol: "AAPL",
  side: "buy",
  quantity: "3",
  notional: null,
  orderType: "market",
  limitPrice: null,
  stopPrice: null,
  timeInForce: "day",
  goodTill: null,
  session: "regular",
  rationale: '{"signal":0.7}',
  status: "failed",
  orderId: null,
  reason: "Refused(Restricted)",
  control: "Restricted",
  minute: 29_394_180,
  askedAt: null,
  createdAt: AT,
  executedAt: null,
  failedAt: AT,
  updatedAt: AT,
  version: 5
}

/** An order that is filled. */
export const order: Row = {
  id: 1,
  lotId: 2,
  account: "main",
  symbol: "AAPL",
  side: "buy",
  quantity: "1",
  type: "market",
  limitPrice: null,
  stopPrice: null,
  sentQuantity: "1",
  sentLimitPrice: null,
  sentStopPrice: null,
  askedNotional: null,
  timeInForce: "day",
  goodTill: null,
  session: "regular",
  lifeSeconds: null,
  positionEffect: null,
  origin: "accumulation",
  tradeId: null,
  decisionId: null,
  retryOf: null,
  inQueue: 1,
  allocation: null,
  lot: "1",
  threshold: "1",
  referencePrice: "150.25",
  referenceSource: "inbound",
  referenceAt: AT,
  judgedPrice: null,
  clientOrderId: "rl1-abcdefaaaaaaaaaaaaaaaaaaaa",
  brokerOrderId: "B-1",
  brokerOrderIds: '["B-1"]',
  idReusedOn: "",
  orderNumber: "7",
  clientId: "1",
  secType: "STK",
  exchange: "ARCA",
  currency: "USD",
  status: "filled",
  deed: "sending",
  attemptId: 1,
  attempts: 1,
  candidate: null,
  heldFor: null,
  heldBehind: null,
  heldUntil: null,
  approveBy: null,
  approvedAt: null,
  notBefore: null,
  reason: null,
  code: null,
  rawStatus: "filled",
  reported: "filled",
  reportedAt: AT,
  reportedCumulative: "1",
  endReported: null,
  endReportedAt: null,
  endAgreedAt: null,
  cumulative: "1",
  cumulativeAt: AT,
  toldAverage: "150.25",
  toldAverageOf: "1",
  filled: "1",
  inferred: "0",
  notional: "150.25",
  unpriced: "0",
  unpricedSince: null,
  excess: "0",
  acceptedExcess: "0",
  splitExcess: "0",
  cancelRequestedAt: null,
  cancelAskedAt: null,
  cancelRefusedAt: null,
  createdAt: AT,
  sentAt: AT,
  acceptedAt: AT,
  firstFilledAt: AT,
  lastFilledAt: AT,
  fetchedAt: AT,
  endedAt: AT,
  unplacedOn: null,
  updatedAt: AT,
  version: 6
}

/** What the order took of the trade. */
export const allocation: Row = {
  id: 1,
  account: "main",
  symbol: "AAPL",
  kind: "order",
  tradeId: 1,
  counterTradeId: null,
  orderId: 1,
  counterOrderId: null,
  quantity: "1",
  settled: "1",
  carryLot: "1",
  createdAt: AT,
  releasedAt: null,
  releasedWhy: null,
  version: 7
}

/** The send of the order. */
export const attempt: Row = {
  id: 1,
  account: "main",
  orderId: 1,
  number: 1,
  clientOrderId: "rl1-abcdefaaaaaaaaaaaaaaaaaaaa",
  symbol: "AAPL",
  strategy: null,
  decisionId: null,
  requestPayloadId: 1,
  responsePayloadId: null,
  outcome: "accepted",
  brokerOrderId: "B-1",
  httpStatus: 200,
  errorCode: null,
  refusalClass: null,
  errorMessage: null,
  errorDetails: null,
  status: "filled",
  filledQuantity: "1",
  filledAveragePrice: "150.25",
  commission: null,
  submittedAt: AT,
  answeredAt: AT,
  filledAt: AT,
  rejectedAt: null,
  createdAt: AT,
  updatedAt: AT,
  version: 8
}

/** The request of the send, with bytes that are no text. */
export const payload: Row = {
  id: 1,
  account: "main",
  direction: "request",
  source: "paper",
  method: "POST",
  endpoint: "/orders",
  statusCode: null,
  headers: "{}",
  contentType: "application/json",
  sha256: "a".repeat(64),
  bytes: new Uint8Array([123, 0, 255, 125]),
  createdAt: AT,
  version: 9
}

/** The fill of the order. */
export const fill: Row = {
  id: 1,
  account: "main",
  orderId: 1,
  symbol: "AAPL",
  execId: "X-1",
  execIdBase: "X",
  revision: 1,
  canonical: 1,
  quantity: "1",
  price: "150.25",
  band: "within",
  expectedPrice: "150",
  expectedFrom: "market",
  executedAt: AT,
  commission: null,
  commissionCurrency: null,
  permId: "1234567890",
  orderRef: null,
  orderNumber: "7",
  clientId: "1",
  secType: "STK",
  exchange: "ARCA",
  currency: "USD",
  liquidity: "removed",
  payloadId: 1,
  fetchedAt: AT,
  createdAt: AT,
  updatedAt: AT,
  version: 10
}

/** A fill whose order is not known. */
export const waitingFill: Row = {
  account: "main",
  execId: "Y-1",
  execIdBase: "Y",
  revision: 1,
  brokerOrderId: "B-9",
  clientOrderId: null,
  symbol: "AAPL",
  side: "sell",
  quantity: "2",
  price: null,
  executedAt: AT,
  asOf: AT,
  facts: null,
  payloadId: null,
  receivedAt: AT,
  joinedAt: null,
  version: 11
}

/** What an execution cost that is not booked. */
export const waitingCommission: Row = {
  account: "main",
  execId: "Y-1",
  number: 1,
  amount: "0.35",
  currency: "USD",
  asOf: AT,
  payloadId: null,
  receivedAt: AT,
  joinedAt: null,
  version: 11
}

/** A report of the order that is held. */
export const heldReport: Row = {
  account: "main",
  orderId: 1,
  number: 1,
  symbol: "AAPL",
  rule: "W3",
  field: "cumulative",
  reported: "1000000",
  possible: "1",
  contents: JSON.stringify({
    _tag: "Executed",
    account: "main",
    asOf: "2026-01-05T15:00:00.000001Z",
    asOfKind: "broker",
    symbol: "AAPL",
    side: "buy",
    quantity: "1000000",
    execId: "Z-1",
    execIdBase: "Z",
    revision: 1,
    executedAt: "2026-01-05T15:00:00.000001Z"
  }),
  payloadId: null,
  receivedAt: AT,
  contradictedAt: null,
  settledAt: null,
  outcome: null,
  version: 11
}

/** A break that holds the symbol. */
export const openBreak: Row = {
  id: 1,
  account: "main",
  symbol: "AAPL",
  kind: "Excess",
  subject: "O1",
  holds: "symbol",
  details: '{"_tag":"Excess","orderId":1,"quantity":"1"}',
  openedAt: AT,
  closedAt: null,
  closedWhy: null,
  closedBy: null,
  version: 12
}

/** A case that somebody sees to. */
export const attendedCase: Row = {
  account: "main",
  caseId: "B1",
  owner: "dana",
  acknowledged: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  version: 13
}

/** A trading state. */
export const control: Row = {
  account: "main",
  symbol: "",
  state: "normal",
  reason: "",
  halt: null,
  actor: "operator",
  changedAt: AT,
  version: 13
}

/** What an account has ordered lately. */
export const usage: Row = {
  account: "main",
  day: "2025-11-20",
  dayNotional: "150.25",
  lastMinute: "[]",
  openNotional: "0",
  openUnpriced: 0,
  grossNotional: "0",
  netNotional: "0",
  heldUnpriced: 0,
  version: 14
}

/** A command that was answered. */
export const command: Row = { id: "c-1", account: "main", answer: "{}", at: AT, version: 1 }

/** Where a source goes on. */
export const cursor: Row = { account: "main", source: "desk", cursor: "c-1", at: AT, version: 1 }

/** How far a routine is. */
export const mark: Row = { account: "main", name: "positions", mark: "m-1", at: AT }

/** A token that is good. */
export const token: Row = {
  name: "watch",
  role: "read",
  hash: "ab".repeat(32),
  previousHash: null,
  previousUntil: null,
  createdAt: AT,
  createdBy: "cli",
  expiresAt: null,
  ordersPerDay: null,
  notionalPerDay: null,
  accounts: '["paper"]',
  revokedAt: null,
  revokedBy: null,
  version: 1
}

/** A browser that is signed in. */
export const session: Row = {
  token: "watch",
  seat: 1,
  id: "5e55",
  hash: "ef".repeat(32),
  host: "127.0.0.1:4400",
  openedAt: AT,
  expiresAt: AT,
  issuer: null,
  person: null,
  role: null,
  accounts: null,
  endedAt: null,
  endedBy: null,
  version: 1
}

/** A request that was answered. */
export const request: Row = { key: "k-1", fingerprint: "cd".repeat(32), at: AT, answer: "{}" }

/** A job that waits. */
export const job: Row = {
  id: "J0-a",
  type: "trades.sync",
  key: "k-1",
  payload: "{}",
  status: "queued",
  runAt: AT,
  everyMs: null,
  isAskedAgain: 0,
  tries: 0,
  mostTries: 5,
  token: 0,
  workerHost: null,
  workerPid: null,
  leaseUntil: null,
  progress: null,
  result: null,
  failure: null,
  enqueuedAt: AT,
  startedAt: null,
  endedAt: null,
  history: "[]"
}

/** What a broker said that an account holds. */
export const holding: Row = {
  account: "main",
  fetchedAt: AT,
  symbol: "AAPL",
  quantity: "3",
  averagePrice: "150.25"
}

/** A symbol as it was compared. */
export const comparison: Row = {
  account: "main",
  symbol: "AAPL",
  outcome: "differs",
  rank: 0,
  ours: "3",
  theirs: "5",
  reason: "ours 3, the broker's 5",
  since: AT,
  comparedAt: null
}

/** A reconciliation that found a difference. */
export const reconciliation: Row = {
  account: "main",
  startedAt: AT,
  endedAt: AT,
  outcome: "differed",
  reason: null,
  agreed: 4,
  differing: 1,
  skipped: 0,
  others: 0,
  opened: 1,
  closed: 0,
  ordersRead: 1
}

const template: Row = {
  name: "friday",
  terms: '{"mode":"accumulate","separator":";"}',
  savedAt: AT,
  savedBy: "test",
  deletedAt: null
}

/** One sound row a table. */
export const soundRows: { readonly [T in Table.TableName]: Row } = {
  accounts: account,
  instruments: instrument,
  batches: batch,
  trades: trade,
  positions: position,
  owner_positions: ownerPosition,
  lots: lot,
  decisions: decision,
  orders: order,
  allocations: allocation,
  attempts: attempt,
  payloads: payload,
  fills: fill,
  waiting_fills: waitingFill,
  waiting_commissions: waitingCommission,
  held_reports: heldReport,
  breaks: openBreak,
  attended_cases: attendedCase,
  controls: control,
  usages: usage,
  tokens: token,
  sessions: session,
  commands: command,
  cursors: cursor,
  ops_marks: mark,
  ops_jobs: job,
  ops_requests: request,
  ops_templates: template,
  ops_holdings: holding,
  ops_comparisons: comparison,
  ops_reconciliations: reconciliation
}

/** Inserts of rows in one table. */
export const inserting = (table: Table.TableName, ...inserts: ReadonlyArray<Row>): Books.TableChanges => ({
  table,
  inserts,
  updates: []
})

/** Updates of rows in one table. */
export const updating = (table: Table.TableName, ...updates: ReadonlyArray<Row>): Books.TableChanges => ({
  table,
  inserts: [],
  updates
})

/** The whole sound store as changes. */
export const everything: ReadonlyArray<Books.TableChanges> = [
  inserting("accounts", account),
  inserting("instruments", instrument),
  inserting("batches", batch),
  inserting("trades", trade),
  inserting("positions", position),
  inserting("owner_positions", ownerPosition),
  inserting("lots", lot, orderLot),
  inserting("decisions", decision),
  inserting("orders", order),
  inserting("allocations", allocation),
  inserting("attempts", attempt),
  inserting("payloads", payload),
  inserting("fills", fill),
  inserting("waiting_fills", waitingFill),
  inserting("waiting_commissions", waitingCommission),
  inserting("held_reports", heldReport),
  inserting("breaks", openBreak),
  inserting("attended_cases", attendedCase),
  inserting("controls", control),
  inserting("usages", usage),
  inserting("tokens", token),
  inserting("sessions", session),
  inserting("commands", command),
  inserting("cursors", cursor),
  inserting("ops_marks", mark),
  inserting("ops_jobs", job),
  inserting("ops_requests", request),
  inserting("ops_templates", template),
  inserting("ops_holdings", holding),
  inserting("ops_comparisons", comparison),
  inserting("ops_reconciliations", reconciliation)
]

/** The next free ids of a store that has `everything`. */
export const nextIds = {
  trade: 2,
  order: 2,
  lot: 3,
  allocation: 2,
  fill: 2,
  attempt: 2,
  decision: 2,
  payload: 2,
  break: 2,
  batch: 2
}

const entry = (journal: string, seq: number): Entry.Entry => ({
  account: journal,
  seq,
  commitId: `commit-${journal}-${seq}`,
  entityKind: seq % 2 === 0 ? "order" : "trade",
  entityId: "1",
  tag: "TradeAccepted",
  eventVersion: 1,
  at: AT,
  cause: '{"actor":"test","kind":"trade"}',
  body: `{"n":${seq}}`,
  hash: `${journal}-hash-${seq}`
})

/** A part of a journal from one seq to another. */
export const part = (journal: string, first: number, last = first): TradeRepository.JournalPart => {
  const rest = Array.from({ length: last - first }, (_, i) => entry(journal, first + i + 1))
  return {
    account: journal,
    entries: [entry(journal, first), ...rest],
    head: { seq: last, hash: `${journal}-hash-${last}` }
  }
}

/** A plan that writes this whatever it sees. */
export const writing =
  (changes: ReadonlyArray<Books.TableChanges>, journals: ReadonlyArray<TradeRepository.JournalPart> = []) =>
  (): TradeRepository.Plan<string> => ({ _tag: "Planned", journals, changes, answer: "written" })

let commits = 0

/** A scope with these needs, of a commit of its own. */
export const scope = (...needs: TradeRepository.Scope["needs"]): TradeRepository.Scope => ({
  commitId: `commit-${commits++}`,
  needs
})

/** A commit that writes nothing, and says what planning sees of the first order and of the journal `main`. */
export const orderSeen = (repository: TradeRepository.TradeRepositoryService, about: TradeRepository.Scope) =>
  Effect.map(
    repository.write(about, ({ books, heads }) => ({
      _tag: "Planned",
      journals: [],
      changes: Books.changes(books),
      answer: { code: books.orders.get(1)?.code, head: heads.get("main")?.seq }
    })),
    ({ answer }) => answer
  )

/** A commit that changes the first order as rules do, through the books, with an entry of the journal `main`. */
export const changeOrder = (
  repository: TradeRepository.TradeRepositoryService,
  about: TradeRepository.Scope,
  fields: Partial<Order.Order>
) =>
  repository.write(about, ({ books, heads }) => {
    const order = books.orders.get(1)
    if (order === undefined) throw new Error("the order is not there")
    books.orders.put({ ...order, ...fields })
    const journals = [part("main", (heads.get("main")?.seq ?? 0) + 1)]
    return { _tag: "Planned", journals, changes: Books.changes(books), answer: undefined }
  })
