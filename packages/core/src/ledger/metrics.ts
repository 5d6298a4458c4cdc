import { Metric, MetricBoundaries, type MetricLabel } from "effect"

const MEMBERS = MetricBoundaries.fromIterable([1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000])
const SECONDS = MetricBoundaries.fromIterable([0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 5])

const groupMembers = Metric.histogram("roundlot_group_members", MEMBERS, "Logical commits in one transaction")
const groupSeconds = Metric.histogram("roundlot_group_seconds", SECONDS, "Duration of one transaction, in seconds")

/** Notes a transaction that went well: its logical commits, and how long it took, in milliseconds. */
export const noteGroup = (members: number, tookMs: number, labels: ReadonlyArray<MetricLabel.MetricLabel>): void => {
  groupMembers.unsafeUpdate(members, labels)
  groupSeconds.unsafeUpdate(tookMs / 1000, labels)
}
