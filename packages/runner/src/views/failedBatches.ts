import { AttendedCase, AttendedCases, Batch, Clock, Id, Instant, Reads, type TradeRepository } from "@roundlot/core"
import { Effect } from "effect"

/** How long what nobody has looked at stays a case, in milliseconds: a week. */
const LONGEST_MS = 7 * 24 * 60 * 60_000

/** So many of the newest are cases: nobody looks at more one by one. */
const MOST = 100

const caseOf = ({ account, id }: Batch.Batch): AttendedCases.CaseOf => ({
  account,
  caseId: AttendedCase.CaseId.make(Id.format("batch", id))
})

/** The newest batches of the last week that ended with failed rows which nobody has tried again, put away or acknowledged. */
export const unseen: Effect.Effect<
  ReadonlyArray<Batch.Batch>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const { items } = yield* Reads.page(Batch.BatchTable, {
    where: [
      { column: "status", in: ["partial_success", "failed"] },
      { column: "finishedAt", atLeast: Number(Instant.addMillis(now, -LONGEST_MS)) }
    ],
    descending: true,
    limit: MOST
  })
  const failed = items.filter(Batch.hasFailedRows)
  const attended = yield* AttendedCases.attendedOf(failed.map(caseOf))
  return failed.filter((batch) => attended(caseOf(batch))?.acknowledgedAt === undefined)
})
