import { Effect, Fiber, Option, Stream } from "effect"
import type { Report } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import { clause } from "./Clause.ts"
import { shownFill } from "./executions.ts"
import { filled, NO_ID, reportsOf, shownOrder, wantedOrder } from "./sample.ts"

const executedIn = (report: Report.Report): Option.Option<Report.Executed> =>
  report._tag === "Executed" ? Option.some(report) : Option.none()

const AS_READ = "Read the stream by the same code as the listings, and give executions the same ids"

const streamed = clause({
  name: "FILL-10: changes are reported by themselves, as they are read",
  needs: ["streaming"],
  run: (place) =>
    Effect.gen(function* () {
      const { broker } = place
      const heard: Array<Report.Report> = []
      const updates = Stream.tap(broker.updates ?? Stream.empty, ({ report }) => Effect.sync(() => heard.push(report)))
      const listening = yield* Effect.forkScoped(
        Stream.runHead(Stream.filterMap(updates, ({ report }) => executedIn(report)))
      )
      const first = Effect.timeoutOption(Fiber.join(listening), "250 millis")
      // The stream begins at the present: until it does, an order more is sent.
      const next = Effect.zip(filled(place), Effect.map(first, Option.flatten))
      const [order, found] = yield* Effect.repeat(next, {
        until: ([, execution]) => Option.isSome(execution),
        times: 12
      })
      const execution = Option.getOrUndefined(found)
      yield* same(
        "an execution is reported",
        execution !== undefined,
        true,
        "Report executions in updates as they happen"
      )
      const read = reportsOf(yield* broker.fillsOf(execution?.brokerOrderId ?? NO_ID))
      yield* same("as it is read", execution && [shownFill(execution)], read.map(shownFill), AS_READ)
      const strangers = heard.filter(({ account }) => account !== place.account)
      yield* same(
        "reports of other accounts",
        strangers.map(({ account }) => account),
        [],
        "Drop what is of another account"
      )
      const seen = heard.findLast((report) => report._tag === "OrderSeen" && report.brokerOrderId === order.id)
      if (seen?._tag === "OrderSeen")
        yield* same("the order as it is reported", shownOrder(seen), wantedOrder(place, order), AS_READ)
    })
})

/** What is promised of changes that a broker reports by itself. */
export const changes = [streamed]
