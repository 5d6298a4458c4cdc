import type { Table } from "@roundlot/core/adapter"
import { AT } from "./trades.ts"

type Row = Table.EncodedRow

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
  resumesTo: null,
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
  rejectedInARow: 0,
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
  person: null,
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

/** An operation that waits for a second person. */
export const approval: Row = {
  id: 1,
  account: "main",
  commandId: "c-1",
  operation: "adjust",
  contents: "{}",
  basis: "AAPL: nothing",
  preview: "AAPL is adjusted by +2 as base",
  reason: "test",
  requestedBy: "watch",
  requester: "watch",
  requestedAt: AT,
  approveBy: AT,
  status: "waiting",
  decidedBy: null,
  decidedAt: null,
  decidedReason: null,
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
