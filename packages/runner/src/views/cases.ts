import type { Documents } from "@roundlot/api"
import { Break, Id, Instant, Job, Order, Reads, Ticker, Trade, type TradeRepository } from "@roundlot/core"
import { Effect } from "effect"
import { valueOrNull } from "./text.ts"
import { quarantined } from "./tradeStanding.ts"

type Case = Documents.CaseDocument

const breakCase = (found: Break.Break): Case => ({
  kind: "break",
  id: Id.format("break", found.id),
  account: found.account,
  symbol: found.symbol === Ticker.UNMAPPED ? null : valueOrNull(found.symbol),
  since: Instant.format(found.openedAt),
  what: `${found.kind} ${found.subject}: ${found.evidence}`,
  holds: found.holds,
  path: `/api/v1/breaks/${Id.format("break", found.id)}`
})

const doubtCase = (order: Order.Order): Case => ({
  kind: "in_doubt",
  id: Id.format("order", order.id),
  account: order.account,
  symbol: order.symbol,
  since: Instant.format(order.updatedAt),
  what: order.reason ?? "nobody knows whether the broker has it",
  holds: "symbol",
  path: `/api/v1/orders/${Id.format("order", order.id)}`
})

const quarantineCase = (trade: Trade.Trade): Case => ({
  kind: "quarantine",
  id: Id.format("trade", trade.id),
  account: trade.account,
  symbol: trade.givenSymbol,
  since: Instant.format(trade.createdAt),
  what: trade.reason ?? "it is not counted",
  holds: "nothing",
  path: `/api/v1/trades/${Id.format("trade", trade.id)}`
})

const jobCase = (job: Job.Job): Case => ({
  kind: "job",
  id: job.id,
  account: null,
  symbol: null,
  since: Instant.format(job.endedAt ?? job.enqueuedAt),
  what: `${job.type} was given up: ${job.failure ?? "it failed"}`,
  holds: "nothing",
  path: `/api/v1/jobs/${job.id}`
})

/** The older first; of one time by their ids, so that every look at them has one order. */
const byAge = (a: Case, b: Case): number =>
  a.since === b.since ? a.id.localeCompare(b.id, "en", { numeric: true }) : a.since < b.since ? -1 : 1

/** All that needs a person: open breaks, orders in doubt, quarantined trades, jobs that were given up; the oldest first. */
export const list: Effect.Effect<
  ReadonlyArray<Case>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> = Effect.gen(function* () {
  const breaks = yield* Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] })
  const doubts = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["in_doubt"] }] })
  const held = yield* Effect.forEach(quarantined, (where) =>
    Reads.all(Trade.TradeTable, { where, orderBy: ["reason", "id"] })
  )
  const dead = yield* Reads.all(Job.JobTable, { where: [{ column: "status", in: ["dead"] }] })
  return [
    ...breaks.map(breakCase),
    ...doubts.map(doubtCase),
    ...held.flat().map(quarantineCase),
    ...dead.map(jobCase)
  ].toSorted(byAge)
})
