import type { Table } from "@roundlot/core/adapter"

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
  maxRejectionsInARow: null,
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
  allocationKey: null,
  cutOffs: null,
  restrictedHours: null,
  fourEyes: null,
  approvalMinutes: null,
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
