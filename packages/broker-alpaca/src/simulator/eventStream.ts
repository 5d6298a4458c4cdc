import type { ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { Instant } from "@roundlot/core"
import { Effect, Option, Stream, type Scope } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import { eventIdOf, tradeEventJson, type Story } from "./executionJson.ts"
import { momentOf } from "./orderRoutes.ts"
import { storiesOf } from "./stories.ts"

/** The text of an event stream, or the answer that stands in its place. */
export type Opened =
  | { readonly _tag: "Events"; readonly text: Stream.Stream<string, ExchangeFailed> }
  | { readonly _tag: "Instead"; readonly answer: Answer.Answer }

type Execution = ExchangeOrder.Execution

const frameIn = (story: Story | undefined, execution: Execution): string =>
  story === undefined ? "" : `data: ${JSON.stringify(tradeEventJson(story, execution))}\n\n`

const frameOf = (desk: Desk, execution: Execution): Effect.Effect<string, ExchangeFailed> =>
  Effect.map(desk.exchange.look(execution.brokerOrderId), (story) => frameIn(story, execution))

const LAST = Instant.latest
const HEARTBEAT = ": heartbeat\n\n"
const HEARTBEAT_EVERY = "10 seconds"

/**
 * `GET /v2beta1/events/activities`: with `until` the trades of a time, which then ends; else those since a moment or an event,
 * and all that come.
 */
export const open = (desk: Desk, query: URLSearchParams): Effect.Effect<Opened, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const since = momentOf(query.get("since"))
    const sinceId = query.get("since_id")
    const until = momentOf(query.get("until"))
    const past = Effect.gen(function* () {
      const window = { from: since ?? Instant.make(0n), to: until ?? LAST }
      const { reply } = yield* desk.exchange.fillsIn(desk.account, window)
      if (reply._tag !== "Done") return Answer.ofReply(reply)
      return reply.body.filter((execution) => sinceId === null || eventIdOf(execution) > sinceId)
    })
    if (until !== undefined) {
      const executions = yield* past
      if ("_tag" in executions) return { _tag: "Instead", answer: executions }
      const stories = yield* storiesOf(desk, executions)
      const frames = executions.map((each) => frameIn(stories.get(each.brokerOrderId), each))
      return { _tag: "Events", text: Stream.fromIterable(frames) }
    }
    const { reply } = yield* desk.exchange.stream(desk.account)
    if (reply._tag !== "Done") return { _tag: "Instead", answer: Answer.ofReply(reply) }
    const isResumed = since !== undefined || sinceId !== null
    const before = isResumed ? yield* past : []
    if ("_tag" in before) return { _tag: "Instead", answer: before }
    const come = Stream.filterMap(reply.body, (said) =>
      said._tag === "Execution" ? Option.some(said.execution) : Option.none()
    )
    const told = Stream.mapEffect(Stream.concat(Stream.fromIterable(before), come), (each) => frameOf(desk, each))
    const heartbeats = Stream.as(Stream.tick(HEARTBEAT_EVERY), HEARTBEAT)
    return { _tag: "Events", text: Stream.merge(told, heartbeats, { haltStrategy: "left" }) }
  })
