import type { Documents } from "@roundlot/api"
import {
  Break,
  Clock,
  Id,
  Instant,
  Job,
  type Order,
  Reads,
  recommended,
  Risk,
  Severity,
  Stake,
  Ticker,
  Trade,
  Trading,
  type TradeRepository
} from "@roundlot/core"
import { Effect } from "effect"
import * as breaks from "./breaks.ts"
import { valueOrNull } from "./text.ts"
import { quarantined } from "./tradeStanding.ts"

type Case = Documents.CaseDocument

/** A case with what it is sorted by. */
interface Weighed extends Severity.Gravity {
  readonly document: Case
}

type Bare = Omit<Case, "severity" | "atRisk" | "since" | "recommended">

const weighed = (
  document: Bare,
  severity: Severity.Severity,
  since: Instant.Instant,
  stake = Stake.noStake,
  first: recommended.Recommended | null = null
): Weighed => ({
  document: { ...document, since: Instant.format(since), severity, atRisk: breaks.atRiskOf(stake), recommended: first },
  severity,
  dollars: Stake.dollarsAtRisk(stake),
  since
})

const breakCase = (found: Break.Break): Bare => ({
  kind: "break",
  id: Id.format("break", found.id),
  account: found.account,
  symbol: found.symbol === Ticker.UNMAPPED ? null : valueOrNull(found.symbol),
  what: `${found.kind} ${found.subject}: ${found.evidence}`,
  holds: found.holds,
  path: `/api/v1/breaks/${Id.format("break", found.id)}`
})

const doubtCase = (order: Order.Order): Bare => ({
  kind: "in_doubt",
  id: Id.format("order", order.id),
  account: order.account,
  symbol: order.symbol,
  what: order.reason ?? "nobody knows whether the broker has it",
  holds: "symbol",
  path: `/api/v1/orders/${Id.format("order", order.id)}`
})

const quarantineCase = (trade: Trade.Trade): Bare => ({
  kind: "quarantine",
  id: Id.format("trade", trade.id),
  account: trade.account,
  symbol: trade.givenSymbol,
  what: trade.reason ?? "it is not counted",
  holds: "nothing",
  path: `/api/v1/trades/${Id.format("trade", trade.id)}`
})

const jobCase = (job: Job.Job): Bare => ({
  kind: "job",
  id: job.id,
  account: null,
  symbol: null,
  what: `${job.type} was given up: ${job.failure ?? "it failed"}`,
  holds: "nothing",
  path: `/api/v1/jobs/${job.id}`
})

/** The gravest first, then the most dollars, then the oldest; of one time by their ids, so that every look at them has one order. */
const byGravity = (a: Weighed, b: Weighed): number =>
  Severity.byGravity(a, b) || a.document.id.localeCompare(b.document.id, "en", { numeric: true })

const sorted = (all: ReadonlyArray<Weighed>): ReadonlyArray<Case> =>
  all.toSorted(byGravity).map(({ document }) => document)

const weighedBreak = (found: Break.Break, stake: Stake.Stake, now: Instant.Instant): Weighed =>
  weighed(
    breakCase(found),
    Severity.severityOf(found, stake, now),
    found.openedAt,
    stake,
    recommended.recommendedFor(found, stake)
  )

const weighedDoubt = (found: Trading.Doubtful, now: Instant.Instant): Weighed =>
  weighed(
    doubtCase(found.order),
    Trading.severityOfDoubt(found, now),
    found.order.updatedAt,
    found.stake,
    recommended.recommendedFor({ kind: "Doubt", holds: "nothing" }, found.stake)
  )

/** All that needs a person: open breaks, orders in doubt, quarantined trades, jobs that were given up. */
export const list: Effect.Effect<
  ReadonlyArray<Case>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const open = yield* Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] })
  const stakes = yield* Risk.stakesOf(open)
  const doubts = yield* Risk.doubtful
  const held = yield* Effect.forEach(quarantined, (where) =>
    Reads.all(Trade.TradeTable, { where, orderBy: ["reason", "id"] })
  )
  const dead = yield* Reads.all(Job.JobTable, { where: [{ column: "status", in: ["dead"] }] })
  return sorted([
    ...open.map((each) => weighedBreak(each, stakes(each), now)),
    ...doubts.map((each) => weighedDoubt(each, now)),
    ...held.flat().map((trade) => weighed(quarantineCase(trade), "warning", trade.createdAt)),
    ...dead.map((job) => weighed(jobCase(job), "warning", job.endedAt ?? job.enqueuedAt))
  ])
})
