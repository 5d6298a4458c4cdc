import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { ComparedHoldingTable, rankOf, type ComparedHolding } from "../records/ComparedHolding.ts"
import type { ReconciliationRun } from "../records/ReconciliationRun.ts"
import type { Ticker } from "../records/Ticker.ts"
import type { BreakDetails } from "../records/BreakDetails.ts"
import type { Holding } from "../ports/Broker.ts"
import type { HoldingJudged } from "../rules/reconciliation/holdings.ts"
import { Need } from "../books/Need.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { Clock } from "../ports/Clock.ts"
import type { TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import { MarkTable } from "../records/Mark.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"
import { moveMark } from "../rules/trade/moveMark.ts"
import * as Reads from "./Reads.ts"
import * as operational from "./operational.ts"
import { reportedMember } from "./Booking.ts"

/** What comparing an account with its broker came to. */
export interface Reconciled {
  readonly account: AccountName
  /** When the reading of the positions began that was judged. */
  readonly asOf: Instant.Instant
  /** Why the broker's positions were not judged at all, where they were not. */
  readonly problem: string | undefined
  /** How many symbols books and broker agree on. */
  readonly agreed: number
  /** Those on which they do not, or that were skipped this time, by symbol. */
  readonly holdings: ReadonlyArray<HoldingJudged>
  /** P10: what the broker holds of other classes or under names that are no tickers; listed, never compared. */
  readonly others: ReadonlyArray<Holding>
}

/** A symbol as one reconciliation found it. */
export type Found = Pick<ComparedHolding, "symbol" | "outcome" | "ours" | "theirs" | "reason">

/** The name under which the books keep when an account was last compared. */
const COMPARED = "roundlot/positions"

/**
 * When the positions of an account were read that were compared with its books last; undefined where they never were.
 *
 * @example
 * const at = yield* Reconciliation.lastCompared(account)
 */
export const lastCompared = (account: AccountName) =>
  Effect.map(lastComparedOf([account]), (known) => known.get(account))

/** The same of several accounts. */
export const lastComparedOf = (accounts: ReadonlyArray<string>) =>
  Effect.map(
    Reads.all(MarkTable, {
      where: [
        { column: "account", in: accounts },
        { column: "name", in: [COMPARED] }
      ]
    }),
    (marks): ReadonlyMap<string, Instant.Instant> =>
      new Map(
        marks.flatMap(({ account, mark }) => {
          const at = Instant.parse(mark)
          return at === undefined ? [] : [[account, at] as const]
        })
      )
  )

/** A symbol as it was judged. */
export const foundOf = ({ ours, outcome, symbol, theirs, why }: HoldingJudged): Found => ({
  symbol,
  outcome: outcome === "equal" ? "agrees" : outcome === "skipped" ? "skipped" : "differs",
  ours,
  theirs,
  reason: why
})

/** A symbol on which both sides agree. */
export const asEqual = (symbol: Ticker, ours: Decimal.Decimal = Decimal.zero): Found => ({
  symbol,
  outcome: "agrees",
  ours,
  theirs: ours,
  reason: undefined
})

/** A symbol under which the broker lists another class of instrument (P10). */
export const asOther = (symbol: Ticker, ours: Decimal.Decimal = Decimal.zero): Found => ({
  symbol,
  outcome: "skipped",
  ours,
  theirs: Decimal.zero,
  reason: "the broker lists another class of instrument under this symbol"
})

/** The counts of a reconciliation that compared nothing. */
export const noRun = {
  reason: undefined,
  agreed: 0,
  differing: 0,
  skipped: 0,
  others: 0,
  opened: 0,
  closed: 0,
  ordersRead: false
} as const

/** What a reconciliation came to, beside the breaks of holdings that were open before it. */
export const runOf = (
  { account, agreed, holdings, others, problem }: Reconciled,
  before: ReadonlyMap<Ticker, BreakDetails>
) => {
  const differing = holdings.flatMap(({ outcome, symbol }) => (outcome === "skipped" ? [] : [symbol]))
  const unsettled = new Set(holdings.map(({ symbol }) => symbol))
  const counts = {
    agreed,
    differing: differing.length,
    skipped: holdings.length - differing.length,
    others: others.length,
    opened: differing.filter((symbol) => !before.has(symbol)).length,
    closed: problem === undefined ? [...before.keys()].filter((symbol) => !unsettled.has(symbol)).length : 0
  }
  if (problem !== undefined) return { ...counts, account, outcome: "not_compared", reason: problem } as const
  return { ...counts, account, outcome: differing.length > 0 ? "differed" : "agreed", reason: undefined } as const
}

const ROWS_AT_ONCE = 200

/**
 * Keeps what a sound reconciliation found: a row of each symbol that is not as it was before, then the run with the time of the reading
 * that was compared. What it costs follows what has changed. All differences are breaks before, so that a crash here loses none.
 */
export const recordRun = Effect.fn("Reconciliation.recordRun")(function* (
  run: ReconciliationRun,
  readAt: Instant.Instant,
  found: ReadonlyArray<Found>
) {
  const { account } = run
  const changed = yield* changedRows(run, yield* lastCompared(account), found)
  const parts = Array.from({ length: Math.ceil(changed.length / ROWS_AT_ONCE) }, (_, at) =>
    rowsMember(account, changed.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE))
  )
  const ledger = yield* Ledger
  yield* ledger.submitAll("report", [...parts, runMember(run, readAt)])
})

/** Keeps a reconciliation that compared nothing. */
export const recordUncompared = (run: ReconciliationRun) =>
  Effect.flatMap(Ledger, (ledger) => ledger.submit("report", runMember(run, undefined)))

/** The run, and when the positions were read that it compared. */
const runMember = (run: ReconciliationRun, readAt: Instant.Instant | undefined): Member<void> => {
  const { account, startedAt } = run
  return reportedMember(
    account,
    [Need.Mark({ account, name: COMPARED }), Need.ReconciliationRun({ account, startedAt: Number(startedAt) })],
    (recorder) => {
      recorder.books.ops_reconciliations.put(run)
      if (readAt !== undefined) moveMark(recorder, COMPARED, Instant.format(readAt))
    }
  )
}

const rowsMember = (account: AccountName, rows: ReadonlyArray<ComparedHolding>): Member<void> =>
  reportedMember(
    account,
    rows.map(({ symbol }) => Need.ComparedHolding({ account, symbol })),
    ({ books }) => {
      for (const row of rows) books.ops_comparisons.put(row)
    }
  )

/** The rows that are new or not as they were; what neither side lists any more is held by neither. */
const changedRows = Effect.fn("Reconciliation.changedRows")(function* (
  { account, startedAt }: ReconciliationRun,
  last: Instant.Instant | undefined,
  found: ReadonlyArray<Found>
) {
  const known = yield* Reads.all(ComparedHoldingTable, { where: [{ column: "account", in: [account] }] })
  const before = new Map(known.map((row) => [row.symbol, row]))
  const now = new Set(found.map(({ symbol }) => symbol))
  const gone = known.flatMap(({ symbol }) => (now.has(symbol) ? [] : [neitherHolds(symbol)]))
  return [...found, ...gone].flatMap((each): ReadonlyArray<ComparedHolding> => {
    const row = before.get(each.symbol)
    if (row === undefined ? isFlat(each) : isSame(row, each)) return []
    const since = row?.outcome === each.outcome ? row.since : startedAt
    const comparedBefore = row === undefined || row.outcome === "skipped" ? row?.comparedAt : last
    const comparedAt = each.outcome === "skipped" ? comparedBefore : undefined
    return [{ ...each, account, rank: rankOf(each.outcome), since, comparedAt }]
  })
})

const neitherHolds = (symbol: string): Found => ({
  symbol,
  outcome: "agrees",
  ours: Decimal.zero,
  theirs: Decimal.zero,
  reason: undefined
})

const isFlat = ({ ours, outcome, theirs }: Found): boolean =>
  outcome === "agrees" && Decimal.isZero(ours) && Decimal.isZero(theirs)

const isSame = (row: ComparedHolding, { ours, outcome, reason, theirs }: Found): boolean =>
  row.outcome === outcome &&
  row.reason === reason &&
  Decimal.equals(row.ours, ours) &&
  Decimal.equals(row.theirs, theirs)

const KEPT_MS = 30 * 24 * 60 * 60_000

/** Forgets reconciliations that began more than 30 days ago, a few at a time; what they found is in the breaks. */
export const forgetOldRuns: Effect.Effect<void, WriteError, TradeRepository | Clock> = operational.forgetOlder(
  { queue: "_reconciliations", table: "ops_reconciliations", column: "startedAt" },
  KEPT_MS
)
