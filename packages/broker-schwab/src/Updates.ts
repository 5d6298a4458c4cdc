import type { Broker } from "@roundlot/core"
import type { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Effect, Option, Ref, Stream, type Duration } from "effect"
import * as Activity from "./Activity.ts"
import type { Desk } from "./Desk.ts"
import { fillsOf, seenIn } from "./Reports.ts"

/** After how long without a sign of life a stream has failed. */
export const SILENT_FOR = "30 seconds"

/** News of an order come in bursts: one reading serves all of it. */
const BURST = "150 millis"
const READ_AT_ONCE = 8

/**
 * What happens to orders, read as it happens: a message only says of which order it is (FILL-11), and what it came to stands in the order.
 * A reading that does not succeed is for the poller.
 */
export const updates = (
  desk: Desk,
  silentFor: Duration.DurationInput
): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
  Stream.unwrap(
    Effect.map(Ref.make<ReadonlySet<string>>(new Set()), (waiting) => {
      const isFirst = (id: string) =>
        Ref.modify(waiting, (ids) => (ids.has(id) ? [false, ids] : [true, new Set(ids).add(id)]))
      const readAfterBurst = (id: ClientOrderId.BrokerOrderId) =>
        Effect.gen(function* () {
          yield* Effect.sleep(BURST)
          yield* Ref.update(waiting, (ids) => new Set([...ids].filter((each) => each !== id)))
          return yield* newsOf(desk, id)
        })
      return Activity.orderIds(desk.wire, desk.linked, silentFor).pipe(
        Stream.filterEffect(isFirst),
        Stream.mapEffect(readAfterBurst, { concurrency: READ_AT_ONCE, unordered: true }),
        Stream.flattenIterables
      )
    })
  )

/** The executions of an order, then the order, from one reading that began after the news. */
const newsOf = (desk: Desk, id: ClientOrderId.BrokerOrderId): Effect.Effect<ReadonlyArray<Report.Received>> =>
  Effect.gen(function* () {
    const read = yield* desk.orders.afresh(id)
    if (Option.isNone(read)) return []
    const { complete, received } = yield* fillsOf(desk, id)
    const seen = Option.toArray(yield* seenIn(desk, yield* desk.linked, read.value)).map(({ payload, report }) => ({
      payload,
      report: { ...report, executionsRead: complete }
    }))
    return [...received, ...seen]
  }).pipe(
    Effect.catchAll(({ message }) =>
      Effect.as(Effect.logWarning(`order ${id} has news and could not be read (${message}); it is polled`), [])
    )
  )
