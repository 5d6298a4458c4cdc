import { Clock, Decimal, Instant, Order, Position, Reads } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Break, Health, Ledger } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { EventLoop, ProcessService, ProcessUsage } from "./EventLoop.ts"
import { gauges, ofProgram, type Family } from "./Exposition.ts"

const open = ["pending", "submitting", "in_doubt", "submitted", "partially_filled"] as const

const count = <K>(keys: Iterable<K>): ReadonlyMap<K, number> => {
  const counts = new Map<K, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** What the books show now: open orders, residuals, open breaks, and how long the journals are. */
const ofBooks = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  const orders = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: [...open] }] })
  const positions = yield* Reads.all(Position.PositionTable)
  const breaks = yield* Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] })
  const heads = yield* repository.heads
  const byStatus = count(orders.map(({ status }) => status))
  const byKind = count(breaks.map(({ kind }) => kind))
  return [
    gauges(
      "roundlot_open_orders",
      "Orders that have not ended, by status",
      open.map((status) => [{ status }, byStatus.get(status) ?? 0])
    ),
    gauges(
      "roundlot_residual",
      "Residual of a position in signed shares, rounded to a float",
      positions.map(({ account, residual, symbol }) => [{ account, symbol }, Number(Decimal.format(residual))])
    ),
    gauges(
      "roundlot_open_breaks",
      "Differences that are not resolved, by kind",
      [...byKind].map(([kind, number]) => [{ kind }, number])
    ),
    gauges(
      "roundlot_journal_entries",
      "Entries of an account's journal, whichever process wrote them",
      [...heads].map(([account, { seq }]) => [{ account }, seq])
    )
  ]
})

const ofHealth = Effect.gen(function* () {
  const health = yield* Health.Health
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const parts = yield* health.all
  return [
    gauges(
      "roundlot_part_ok",
      "1 if the last run of a service succeeded",
      parts.map(({ isWell, part }) => [{ part }, isWell ? 1 : 0])
    ),
    gauges(
      "roundlot_part_failures",
      "Consecutive failures of a service",
      parts.map(({ failures, part }) => [{ part }, failures])
    ),
    gauges(
      "roundlot_part_alert",
      "1 if a service failed five times in a row, or for two minutes",
      parts.map(({ isAlert, part }) => [{ part }, isAlert ? 1 : 0])
    ),
    gauges(
      "roundlot_part_seconds_since_success",
      "Age of the last successful run of a service",
      parts.flatMap(({ lastSuccessAt, part }) =>
        lastSuccessAt === undefined ? [] : [[{ part }, Instant.millisBetween(lastSuccessAt, now) / 1000] as const]
      )
    )
  ]
})

const ofLedger = Effect.gen(function* () {
  const ledger = yield* Ledger.Ledger
  const depths = yield* ledger.depths
  return gauges(
    "roundlot_queue_depth",
    "Commits queued for the ledger, by lane",
    Object.entries(depths).map(([lane, depth]) => [{ lane }, depth])
  )
})

const ofThread = ({ maxMs, p50Ms, p99Ms }: EventLoop): Family =>
  gauges("roundlot_event_loop_lag_seconds", "Event loop lag of the daemon", [
    [{ quantile: "0.5" }, p50Ms / 1000],
    [{ quantile: "0.99" }, p99Ms / 1000],
    [{ quantile: "1" }, maxMs / 1000]
  ])

/** The names are those that Prometheus' own clients give. */
const ofUsage = (usage: ProcessUsage): ReadonlyArray<Family> => {
  const { cpuSeconds, openDescriptors, residentBytes, startedAtSeconds } = usage
  return [
    gauges("process_resident_memory_bytes", "Resident memory of the daemon", [[{}, residentBytes]]),
    gauges(
      "process_open_fds",
      "Open files, sockets and pipes of the daemon",
      openDescriptors === undefined ? [] : [[{}, openDescriptors]]
    ),
    { ...gauges("process_cpu_seconds_total", "CPU time of the daemon", [[{}, cpuSeconds]]), type: "counter" },
    gauges("process_start_time_seconds", "Start time of the daemon, Unix time", [[{}, startedAtSeconds]])
  ]
}

/** All figures of a daemon: what it counted, what books, health, queue and thread show now, and what it takes of its machine. */
export const all = ({ eventLoop, usage }: Pick<ProcessService, "eventLoop" | "usage">) =>
  Effect.gen(function* () {
    const ofRunning = [ofThread(yield* eventLoop), ...ofUsage(yield* usage)]
    return [...ofProgram(), ...(yield* ofBooks), ...(yield* ofHealth), yield* ofLedger, ...ofRunning]
  })
