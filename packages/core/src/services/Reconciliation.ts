import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { holdUntilAdopted } from "../rules/operator/adopt.ts"
import { FillTable } from "../records/Fill.ts"
import type { Ticker } from "../records/Ticker.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import * as Decimal from "../values/Decimal.ts"
import { OrderTable } from "../records/Order.ts"
import type { BrokerReadFailed, Brokers, BrokerService, NoBroker } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { BreakTable } from "../records/Break.ts"
import {
  doubleCountIn,
  bookHolding,
  isComparable,
  judgeHolding,
  type HoldingJudged,
  type HoldingSeen
} from "../rules/reconciliation/holdings.ts"
import { reportedMember } from "./Booking.ts"
import {
  readPositions,
  sinceThen,
  faultOf,
  readPositionsAt,
  quantities,
  type PositionsRead,
  NEWEST
} from "./listings.ts"
import { isAdjustment } from "../rules/reconciliation/held.ts"
import { splitThatExplains } from "../rules/reconciliation/splits.ts"
import * as Instant from "../values/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { driven, drivenAccounts } from "./drive.ts"
import type { Health } from "./Health.ts"
import * as Reads from "./Reads.ts"
import {
  asEqual,
  asOther,
  foundOf,
  lastCompared,
  noRun,
  recordRun,
  recordUncompared,
  runOf,
  type Found,
  type Reconciled
} from "./reconciliationRuns.ts"
import { pollAllOf } from "./Tracking.ts"
import { sweep } from "./Sweep.ts"
import { isSame, type BreakDetails } from "../records/BreakDetails.ts"
import { snapshotFaultText } from "../records/breakText.ts"
import { bookSoundness, bookUnreadable } from "./unsound.ts"
import { reported } from "./work.ts"

export { lastCompared, lastComparedOf, type Reconciled } from "./reconciliationRuns.ts"

type Needed = Brokers | Clock | Health | Ledger | TradeRepository
type Failed = BrokerReadFailed | LedgerError | NoBroker

/**
 * Compares what an account holds at its broker with its books (P1 to P12): differences become breaks, and breaks whose difference
 * is gone are closed. Where they differ anew, orders and fills are read first and the positions once more (P3, P7). Doing it twice
 * does what doing it once did.
 */
export const reconcile = Effect.fn("Reconciliation.reconcile")(function* (account: AccountName) {
  const clock = yield* Clock
  const startedAt = yield* clock.now
  return yield* Effect.tapError(reconcileSince(account, startedAt), (error) =>
    Effect.flatMap(clock.now, (endedAt) => {
      const run = { ...noRun, account, startedAt, endedAt, outcome: "failed", reason: error.message } as const
      return Effect.ignore(recordUncompared(run))
    })
  )
})

const reconcileSince = Effect.fn("Reconciliation.reconcileSince")(function* (
  account: AccountName,
  startedAt: Instant.Instant
) {
  const read = bookUnreadable(account, "positions")(readPositions(account))
  const first = yield* read
  const { reconciled: judged } = yield* judge(account, first, judgeHolding)
  const known = yield* openAbout(account)
  const isNew = judged.holdings.some(({ difference, symbol }) => {
    const shown = known.get(symbol)
    return difference === undefined || shown === undefined || !isSame(difference, shown)
  })
  if (isNew) {
    yield* sweep(account)
    yield* pollAllOf(account)
  }
  const last = isNew ? sinceThen(first, yield* read) : first
  yield* bookSoundness(account, "positions", faultOf(last))
  const { found, reconciled } = yield* judge(account, last, bookHolding)
  yield* holdIfUnadopted(reconciled)
  const endedAt = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const run = { ...runOf(reconciled, known), startedAt, endedAt, ordersRead: isNew }
  yield* reconciled.problem === undefined ? recordRun(run, last.asOf, found) : recordUncompared(run)
  return reconciled
})

/** The same comparison, by which nothing is read but positions and nothing is written: whichever process drives the account. */
export const compare: (account: AccountName) => Effect.Effect<Reconciled, Failed, Needed> = Effect.fn(
  "Reconciliation.compare"
)(function* (account) {
  const { reconciled } = yield* judge(account, yield* readPositions(account), judgeHolding, "command")
  return reconciled
})

/** Reconciles every account that this process drives; one account's failure does not stop the others. */
export const reconcileEach = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) => each(accounts, reconcileAndTell))

const reconcileAndTell = (account: AccountName) => reported(`positions ${account}`, reconcile(account))

/** Compares the accounts again for which a difference holds a symbol, or holdings were not listed whole: they go on as soon as that is over. */
export const recheckDifferences = (each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const open = yield* Reads.all(BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "kind", in: ["PositionDiffers", "UnsoundSnapshot"] }
      ]
    })
    const differing = yield* driven(
      open.filter(({ kind, subject }) => kind !== "UnsoundSnapshot" || subject === "positions")
    )
    yield* each(
      differing.map(({ account }) => account),
      reconcileAndTell
    )
  })

/**
 * What an account holds at a broker now, in signed shares, by what the books call it: zero of what a listing lacks that may be judged
 * by; nothing where it may not be, or where the broker lists something else by that name (P8, P10).
 */
export const holdingsNow = (broker: BrokerService, account: AccountName) =>
  Effect.map(readPositionsAt(broker, account), (read) => {
    const held = quantities(read)
    const others = new Set(read.rows.flatMap((row) => (isComparable(row) ? [] : [row.symbol])))
    const isSound = faultOf(read) === undefined
    return (symbol: Ticker): Decimal.Decimal | undefined =>
      isSound && !others.has(symbol) ? (held.get(symbol) ?? Decimal.zero) : undefined
  })

// What is judged

type Judging = (recorder: Recorder, seen: HoldingSeen) => HoldingJudged

const judge = (
  account: AccountName,
  read: PositionsRead,
  judging: Judging,
  lane: "command" | "report" = "report"
): Effect.Effect<Judgement, LedgerError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const { asOf, rows } = read
    const fault = faultOf(read)
    const problem = fault && snapshotFaultText(fault)
    const others = rows.filter((row) => !isComparable(row))
    if (problem !== undefined) {
      return { reconciled: { account, asOf, problem, agreed: 0, holdings: [], others }, found: [] }
    }
    const { equal, others: unlike, seen } = yield* unlikeTheBooks(account, read)
    const ledger = yield* Ledger
    const judged = yield* ledger.submitAll(
      lane,
      seen.map((each) => judgingMember(account, each, judging))
    )
    const holdings = judged.filter(({ outcome }) => outcome !== "equal")
    const agreed = equal.length + judged.length - holdings.length
    return {
      reconciled: { account, asOf, problem, agreed, holdings, others },
      found: [...equal, ...unlike, ...judged.map(foundOf)]
    }
  })

/** What a comparison came to, with every symbol as it was found. */
interface Judgement {
  readonly reconciled: Reconciled
  readonly found: ReadonlyArray<Found>
}

const judgingMember = (account: AccountName, seen: HoldingSeen, judging: Judging): Member<HoldingJudged> =>
  reportedMember(
    account,
    [Need.Position({ account, symbol: seen.symbol }), Need.WaitingFills({ account })],
    (recorder) => judging(recorder, seen)
  )

/** The symbols whose rows differ from the books, or that have an open break about that; all others agree, and cost nothing. */
const unlikeTheBooks = Effect.fn("Reconciliation.unlikeTheBooks")(function* (
  account: AccountName,
  { asOf, booked, moved, rows }: PositionsRead
) {
  const theirs = new Map(rows.filter(isComparable).map((row) => [row.symbol, row]))
  const broken = yield* openAbout(account)
  // P1: a foreign holding that is listed no more stands in its break alone.
  const unlike = new Set(rows.flatMap((row) => (isComparable(row) ? [] : [row.symbol])))
  const all = [...new Set([...booked.keys(), ...theirs.keys(), ...broken.keys()])]
  // What the broker lists as something else is no holding of the instrument that we know by that name (P10).
  const symbols = all.filter((symbol) => !unlike.has(symbol))
  const others = all.flatMap((symbol) => (unlike.has(symbol) ? [asOther(symbol, booked.get(symbol))] : []))
  const foreign = [...theirs.values()].filter(({ symbol }) => !booked.has(symbol))
  const seen = symbols.flatMap((symbol): ReadonlyArray<HoldingSeen> => {
    const quantity = theirs.get(symbol)?.quantity ?? Decimal.zero
    const ours = booked.get(symbol) ?? Decimal.zero
    if (Decimal.equals(quantity, ours) && !broken.has(symbol)) return []
    const goneTo = theirs.has(symbol) ? undefined : goneToOf(ours, foreign)
    return [
      { symbol, quantity, averagePrice: theirs.get(symbol)?.averagePrice, booked: ours, goneTo, skipped: undefined }
    ]
  })
  const filled = yield* filledAround(account, asOf, seen)
  const counted = yield* Effect.forEach(seen, (each) => countedOf(account, each))
  const reasonFor = (symbol: Ticker): string | undefined => {
    if (filled.has(symbol)) return JUST_FILLED
    return moved.has(symbol) ? JUST_MOVED : undefined
  }
  const marked = seen.map((each, i) => ({ ...each, counted: counted[i], skipped: reasonFor(each.symbol) }))
  const unequal = new Set(seen.map(({ symbol }) => symbol))
  const equal = symbols.flatMap((symbol) => (unequal.has(symbol) ? [] : [asEqual(symbol, booked.get(symbol))]))
  return { equal, others, seen: marked.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1)) }
})

/** P9: the newest order of a symbol that explains what the books hold more than the broker, where a split would as well. */
const countedOf = Effect.fn("Reconciliation.counted")(function* (
  account: AccountName,
  { booked, quantity, symbol }: HoldingSeen
) {
  if (splitThatExplains(booked, quantity) === undefined) return undefined
  const { items } = yield* Reads.page(OrderTable, {
    where: [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] },
      { column: "lastFilledAt", atLeast: 0 }
    ],
    orderBy: ["lastFilledAt", "id"],
    descending: true,
    limit: NEWEST
  })
  const ids = items.map(({ id }) => id)
  const fills = yield* Reads.among(FillTable, account, "orderId", ids)
  return doubleCountIn(items, fills, Decimal.subtract(booked, quantity))
})

/** P9: the one symbol without a position here of which the broker holds exactly what it holds no more of another. */
const goneToOf = (
  ours: Decimal.Decimal,
  foreign: ReadonlyArray<{ readonly symbol: Ticker; readonly quantity: Decimal.Decimal }>
): Ticker | undefined => {
  const [only, ...others] = foreign.filter(({ quantity }) => Decimal.equals(quantity, ours))
  return Decimal.isZero(ours) || others.length > 0 ? undefined : only?.symbol
}

/** The symbols with an open difference of holdings, each with its details. */
const openAbout = (
  account: AccountName
): Effect.Effect<ReadonlyMap<Ticker, BreakDetails>, StoreError, TradeRepository> =>
  Effect.map(
    Reads.all(BreakTable, {
      where: [
        { column: "account", in: [account] },
        { column: "closedAt", in: [null] },
        { column: "kind", in: ["PositionDiffers", "ForeignPosition"] }
      ]
    }),
    (open) => new Map(open.flatMap(({ details, symbol }) => (symbol === undefined ? [] : [[symbol, details] as const])))
  )

const JUST_FILLED = "it was filled within the last seconds"
const JUST_MOVED = "the broker held something else of it a moment before"
const SETTLING_MS = 5_000

/** Stamped snapshots: what was filled in the last seconds before a reading, or since, is skipped by it; our own adjustments fill nothing. */
const filledAround = (account: AccountName, asOf: Instant.Instant, seen: ReadonlyArray<HoldingSeen>) =>
  seen.length === 0
    ? Effect.succeed<ReadonlySet<Ticker>>(new Set())
    : Effect.map(
        Reads.all(OrderTable, {
          where: [
            { column: "account", in: [account] },
            { column: "symbol", in: seen.map(({ symbol }) => symbol) },
            { column: "lastFilledAt", atLeast: Number(Instant.addMillis(asOf, -SETTLING_MS)) }
          ]
        }),
        (orders): ReadonlySet<Ticker> =>
          new Set(orders.filter((order) => !isAdjustment(order)).map(({ symbol }) => symbol))
      )

/** An account that holds what these books cannot explain when it is first compared, before anything of ours was sent, was used before. */
const holdIfUnadopted = Effect.fn("Reconciliation.holdIfUnadopted")(function* ({ account, holdings }: Reconciled) {
  const foreign = holdings.filter(({ outcome }) => outcome === "foreign")
  if (foreign.length === 0 || (yield* isKnown(account))) return
  const ledger = yield* Ledger
  yield* ledger.submit(
    "report",
    reportedMember(account, [Need.Account({ account }), Need.Control({ account, symbol: "" })], (recorder) =>
      holdUntilAdopted(recorder, foreign.length)
    )
  )
})

/** Was the account compared before, or something of ours sent for it? */
const isKnown = Effect.fn("Reconciliation.isKnown")(function* (account: AccountName) {
  if ((yield* lastCompared(account)) !== undefined) return true
  const sent = yield* Reads.first(OrderTable, {
    where: [
      { column: "account", in: [account] },
      { column: "origin", in: ["accumulation", "direct"] },
      { column: "attempts", atLeast: 1 }
    ]
  })
  return sent !== undefined
})
