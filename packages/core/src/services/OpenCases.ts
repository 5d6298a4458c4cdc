import { Effect, Ref } from "effect"
import { Clock } from "../ports/Clock.ts"
import { type Filter, type StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { ApprovalTable, type Approval } from "../records/Approval.ts"
import { acknowledgementOf, CaseId } from "../records/AttendedCase.ts"
import { BatchTable, hasFailedRows, type Batch } from "../records/Batch.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { JobTable, type Job } from "../records/Job.ts"
import { isFailedDirect, OrderTable, type Order, type ProposedOrder } from "../records/Order.ts"
import { TradeTable } from "../records/Trade.ts"
import { quarantineReasons } from "../records/TradeStanding.ts"
import { casesOf, type Case } from "../rules/reconciliation/cases.ts"
import { unsaid } from "../rules/reconciliation/trading.ts"
import { format, type TradeId } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"
import { attendedOf } from "./AttendedCases.ts"
import * as Feed from "./Feed.ts"
import * as Proposals from "./Proposals.ts"
import * as Reads from "./Reads.ts"

export { casesOf, type Case } from "../rules/reconciliation/cases.ts"

/** All that needs a person, by kind, but for the parts of a program that fail. Of what there may be very many, the number. */
export interface OpenCases {
  /** Every open break: which of them are cases by now, `settled` says. */
  readonly breaks: ReadonlyArray<Break>
  readonly inDoubt: ReadonlyArray<Order>
  readonly proposed: ReadonlyArray<ProposedOrder>
  /** Operations that wait for a second person. */
  readonly requests: ReadonlyArray<Approval>
  readonly failedOrders: ReadonlyArray<Order>
  readonly failedBatches: ReadonlyArray<Batch>
  /** Trades that are quarantined. */
  readonly quarantined: number
  /** When the newest of them was taken in. */
  readonly newestHeldAt: Instant.Instant | undefined
  /** Jobs that were given up. */
  readonly givenUp: number
  /** The newest of them that nobody has acknowledged. */
  readonly unseenJobs: ReadonlyArray<Job>
}

type Reading<A> = Effect.Effect<A, StoreError, TradeRepository | Clock>

/** How long what nobody has looked at stays a case, in milliseconds: a week. */
const LONGEST_MS = 7 * 24 * 60 * 60_000

/** So many of the newest are cases: nobody looks at more one by one. */
const MOST = 100

const MOST_COUNTED = 10_000

const weekAgo = Effect.flatMap(Clock, (clock) => Effect.map(clock.now, (now) => Instant.addMillis(now, -LONGEST_MS)))

/** Those of which nobody has acknowledged that they ended like this. */
const unseen = <R>(
  failed: ReadonlyArray<R>,
  caseIdOf: (record: R) => CaseId,
  endedAtOf: (record: R) => Instant.Instant,
  accountOf: (record: R) => string
) => {
  const caseOf = (record: R) => ({ account: accountOf(record), caseId: caseIdOf(record) })
  return Effect.map(attendedOf(failed.map(caseOf)), (attended) =>
    failed.filter((record) => acknowledgementOf(attended(caseOf(record)), endedAtOf(record)) === undefined)
  )
}

/** When a batch ended. */
export const endOfBatch = ({ finishedAt, updatedAt }: Batch): Instant.Instant => finishedAt ?? updatedAt

/** The newest batches of the last week that ended with failed rows which nobody has tried again, put away or acknowledged. */
export const failedBatches: Reading<ReadonlyArray<Batch>> = Effect.gen(function* () {
  const { items } = yield* Reads.page(BatchTable, {
    where: [
      { column: "status", in: ["partial_success", "failed"] },
      { column: "finishedAt", atLeast: Number(yield* weekAgo) }
    ],
    descending: true,
    limit: MOST
  })
  return yield* unseen(
    items.filter(hasFailedRows),
    ({ id }) => CaseId.make(format("batch", id)),
    endOfBatch,
    ({ account }) => account
  )
})

/** When an order ended. */
export const endOfOrder = ({ endedAt, updatedAt }: Order): Instant.Instant => endedAt ?? updatedAt

/** The trades among these that came in with a batch: that has a case of its own. */
const inBatches = (account: string, trades: ReadonlyArray<TradeId>) =>
  Effect.map(
    Reads.among(TradeTable, account, "id", trades),
    (found) => new Set(found.flatMap(({ batchId, id }) => (batchId === undefined ? [] : [id])))
  )

const withoutBatch = (orders: ReadonlyArray<Order>) =>
  Effect.gen(function* () {
    const accounts = [...new Set(orders.map(({ account }) => account))]
    const batched = yield* Effect.forEach(accounts, (account) =>
      inBatches(
        account,
        orders.flatMap((order) => (order.account === account ? (order.tradeId ?? []) : []))
      )
    )
    const inAny = new Set(batched.flatMap((ids) => [...ids]))
    return orders.filter(({ tradeId }) => tradeId === undefined || !inAny.has(tradeId))
  })

/** So many of the newest orders that failed are looked through at most: those of positions fail and go again, with no case. */
const LOOKED_THROUGH = 2_000

/** Those of a status, the newest first, until one is too old or enough are found. */
const newestFailed = (status: "rejected" | "failed", since: Instant.Instant) =>
  Effect.gen(function* () {
    const found: Array<Order> = []
    let after: Page["next"]
    for (let seen = 0; seen < LOOKED_THROUGH; seen += MOST) {
      const page: Page = yield* Reads.page(OrderTable, {
        where: [{ column: "status", in: [status] }],
        descending: true,
        after,
        limit: MOST
      })
      found.push(...page.items.filter((order) => isFailedDirect(order) && endOfOrder(order) >= since))
      const oldest = page.items.at(-1)
      if (page.next === undefined || found.length >= MOST || oldest === undefined || endOfOrder(oldest) < since) break
      after = page.next
    }
    return found
  })

type Page = Effect.Effect.Success<ReturnType<typeof Reads.page<Order>>>

/** The newest direct orders of the last week, of no batch and no decision, that failed and that nobody has acknowledged. */
export const failedOrders: Reading<ReadonlyArray<Order>> = Effect.gen(function* () {
  const since = yield* weekAgo
  const failed = [...(yield* newestFailed("rejected", since)), ...(yield* newestFailed("failed", since))]
  const apart = yield* withoutBatch(failed.toSorted((a, b) => b.id - a.id))
  const left = yield* unseen(
    apart,
    ({ id }) => CaseId.make(format("order", id)),
    endOfOrder,
    ({ account }) => account
  )
  return left.slice(0, MOST)
})

/** Is an order a case because it failed, whether or not somebody has acknowledged that? */
export const isFailure = (order: Order): Reading<boolean> =>
  Effect.gen(function* () {
    if (!isFailedDirect(order) || endOfOrder(order) < (yield* weekAgo)) return false
    return (yield* withoutBatch([order])).length > 0
  })

/** What asks for trades that are quarantined: reason by reason, so that none that waits for its batch is read for it. */
export const quarantined: ReadonlyArray<ReadonlyArray<Filter>> = quarantineReasons.map((reason) => [
  { column: "status", in: ["pending"] },
  { column: "reason", in: [reason] }
])

const newestHeldAt: Reading<Instant.Instant | undefined> = Effect.map(
  Effect.forEach(quarantined, (where) => Reads.page(TradeTable, { where, descending: true, limit: 1 })),
  (pages) => {
    const times = pages.flatMap(({ items }) => items.map(({ createdAt }) => createdAt))
    return times.length === 0 ? undefined : times.reduce(Instant.later)
  }
)

/** When a job was given up. */
export const endOfJob = ({ endedAt, enqueuedAt }: Job): Instant.Instant => endedAt ?? enqueuedAt

const unseenJobs: Reading<ReadonlyArray<Job>> = Effect.flatMap(
  Reads.page(JobTable, { where: [{ column: "status", in: ["dead"] }], descending: true, limit: MOST }),
  ({ items }) =>
    unseen(
      items,
      ({ id }) => CaseId.make(id),
      endOfJob,
      () => ""
    )
)

/** The operations that wait for a second person and can still be approved, the oldest first. */
export const waitingRequests: Reading<ReadonlyArray<Approval>> = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  return yield* Reads.all(ApprovalTable, {
    where: [
      { column: "status", in: ["waiting"] },
      // Instants are whole microseconds: what ends now has expired.
      { column: "approveBy", atLeast: Number(now) + 1 }
    ]
  })
})

/** All that needs a person, as the books have it. */
export const read: Reading<OpenCases> = Effect.gen(function* () {
  const breaks = yield* Reads.all(BreakTable, { where: [{ column: "closedAt", in: [null] }] })
  const inDoubt = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["in_doubt"] }] })
  const held = yield* Reads.count(TradeTable, { anyOf: quarantined, upTo: MOST_COUNTED })
  const givenUp = yield* Reads.count(JobTable, { anyOf: [[{ column: "status", in: ["dead"] }]], upTo: MOST_COUNTED })
  return {
    breaks,
    inDoubt,
    proposed: yield* Proposals.waiting,
    requests: yield* waitingRequests,
    failedOrders: yield* failedOrders,
    failedBatches: yield* failedBatches,
    quarantined: held.rows,
    newestHeldAt: held.rows === 0 ? undefined : yield* newestHeldAt,
    givenUp: givenUp.rows,
    unseenJobs: givenUp.rows === 0 ? [] : yield* unseenJobs
  }
})

/** What is read of the books is kept for so long at most while nothing is committed: jobs and age are in no commit. */
const LONGEST_KEPT_MS = 60_000

const hasMoved = (position: number) =>
  Effect.flatMap(TradeRepository, (repository) => Effect.map(repository.feed(position, 1), (rows) => rows.length > 0))

/** The same as a pass that reads again once something has been committed, or a minute has passed, and else gives what it gave before. */
export const sinceMoved = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.map(
    Ref.make<{ readonly position: number; readonly at: Instant.Instant; readonly value: A } | undefined>(undefined),
    (kept) =>
      Effect.gen(function* () {
        const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
        const last = yield* Ref.get(kept)
        const age = last === undefined ? -1 : Instant.millisBetween(last.at, at)
        // A clock that was set back says nothing of how old it is.
        if (last !== undefined && age >= 0 && age < LONGEST_KEPT_MS && !(yield* hasMoved(last.position)))
          return last.value
        const position = (yield* Feed.newestRow)?.position ?? 0
        const value = yield* work
        yield* Ref.set(kept, { position, at, value })
        return value
      })
  )

/** What of open breaks and orders in doubt is a case at a moment. */
export interface Settled {
  readonly cases: ReadonlyArray<Case>
  /** Orders in doubt that none of these cases says so of. */
  readonly inDoubt: ReadonlyArray<Order>
}

/** Breaks by their causes, once these have settled. Pure: age alone makes a case of what was read before. */
export const settled = ({ breaks, inDoubt }: Pick<OpenCases, "breaks" | "inDoubt">, now: Instant.Instant): Settled => {
  const cases = casesOf(breaks, now)
  const apart = unsaid(
    cases,
    inDoubt.map((order) => ({ order }))
  )
  return { cases, inDoubt: apart.map(({ order }) => order) }
}

/** How many cases these are at a moment. */
export const countOf = (open: OpenCases, now: Instant.Instant): number => {
  const { cases, inDoubt } = settled(open, now)
  return [cases, inDoubt, open.proposed, open.requests, open.failedOrders, open.failedBatches].reduce(
    (sum, { length }) => sum + length,
    open.quarantined + open.givenUp
  )
}

/** The case of one cause, that of a break; none where there is none open, or it has neither settled nor is known. By an index, of its symbol alone. */
export const caseOf = (
  { account, kind, symbol }: Pick<Break, "account" | "kind" | "symbol">,
  now: Instant.Instant,
  isKnown?: (found: Case) => boolean
): Effect.Effect<Case | undefined, StoreError, TradeRepository> => {
  const where = [
    { column: "account", in: [account] },
    { column: "symbol", in: [symbol ?? null] },
    { column: "closedAt", in: [null] }
  ]
  return Effect.map(Reads.all(BreakTable, { where }), (open) =>
    casesOf(open, now, isKnown).find((each) => each.kind === kind)
  )
}
