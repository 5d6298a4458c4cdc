import { Effect, Metric, MetricBoundaries } from "effect"

const MEMBERS = MetricBoundaries.fromIterable([1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000])
const SECONDS = MetricBoundaries.fromIterable([0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 5])

const groupMembers = Metric.histogram("roundlot_group_members", MEMBERS, "Logical commits in one transaction")
const groupSeconds = Metric.histogram("roundlot_group_seconds", SECONDS, "How long one transaction took, in seconds")

/** Notes a transaction that went well: its logical commits, and how long it took by a clock of milliseconds. */
export const noteGroup =
  (members: number, monotonicMs: Effect.Effect<number>) =>
  <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const begunMs = yield* monotonicMs
      const done = yield* transaction
      yield* Metric.update(groupMembers, members)
      yield* Metric.update(groupSeconds, ((yield* monotonicMs) - begunMs) / 1000)
      return done
    })
