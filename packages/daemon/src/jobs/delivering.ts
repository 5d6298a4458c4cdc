import type * as HttpClient from "@effect/platform/HttpClient"
import type { Documents } from "@roundlot/api"
import { TradeRepository } from "@roundlot/core/adapter"
import { Health, Jobs, Subscriptions, work } from "@roundlot/core/ledger"
import type { Clock } from "@roundlot/core"
import { journal } from "@roundlot/queries"
import { Effect, Redacted, Schema } from "effect"
import { webhooks } from "@roundlot/commands"
import { secretOf } from "../secrets.ts"
import type { Settings } from "../Settings.ts"
import { spanOf, subjectsOf } from "../traces/spans.ts"
import type { Surroundings } from "./Surroundings.ts"
import * as SignedPost from "./SignedPost.ts"

/** Posts a delivery without events to a webhook, signed like every other; it is not tried again. */
export const trialType = Jobs.jobType({
  name: "webhooks.test",
  payload: Schema.Struct({ webhook: Schema.String }),
  mostTries: 1
})

/** Where a subscription is posted to. Nothing goes out unsigned. */
const targetOf = (name: string, { configuration, variable }: Settings) => {
  const secret = variable(secretOf(name))
  const url = configuration.webhooks.get(name)?.url
  return secret === undefined || url === undefined
    ? undefined
    : { name: `webhook ${name}`, url: Redacted.make(url), secret: Redacted.make(secret) }
}

const unsigned = (name: string): string => `${secretOf(name)} is not set: nothing is sent unsigned`

const post = (settings: Settings, delivery: Documents.DeliveryDocument) => {
  const target = targetOf(delivery.webhook, settings)
  return target === undefined
    ? Effect.fail(
        new Jobs.JobFailed({ detail: `webhook ${delivery.webhook}: ${unsigned(delivery.webhook)}`, final: false })
      )
    : SignedPost.post(target, delivery)
}

/** Posts events as the API has them, each with the cursor after it. */
const posting =
  (settings: Settings): Subscriptions.Deliver<Clock.Clock | HttpClient.HttpClient | TradeRepository.TradeRepository> =>
  ({ events, id, subscription }) =>
    Effect.gen(function* () {
      const documents = yield* Effect.forEach(events, ({ cursor, entry }) =>
        Effect.map(journal.entryDocumentOf(entry), (document) => ({ cursor, ...document }))
      ).pipe(Effect.mapError(({ message }) => new Jobs.JobFailed({ detail: message, final: true })))
      const inTrace = yield* inTraceOf(subscription, events)
      yield* inTrace(post(settings, { webhook: subscription, id, events: documents }))
    })

/**
 * A delivery goes out in the trace of the first decision or order that it is about, and is linked to the others: its `traceparent` names
 * that trace.
 */
const inTraceOf = (webhook: string, events: Subscriptions.Delivery["events"]) =>
  Effect.gen(function* () {
    const { identity } = yield* TradeRepository.TradeRepository
    const entries = events.map(({ entry }) => entry)
    const subjectOf = yield* subjectsOf(entries)
    const spans = entries.flatMap((entry) => {
      const subject = subjectOf(entry)
      return subject === undefined ? [] : [spanOf(identity.id, subject)]
    })
    const [parent, ...others] = [...new Map(spans.map((span) => [span.spanId, span])).values()]
    return <A, E, R>(posted: Effect.Effect<A, E, R>) =>
      parent === undefined
        ? posted
        : Effect.withSpan(posted, "webhook", {
            parent,
            links: others.map((span) => ({ _tag: "SpanLink" as const, span, attributes: {} })),
            kind: "producer",
            attributes: { "roundlot.webhook": webhook }
          })
  }).pipe(Effect.mapError(({ message }) => new Jobs.JobFailed({ detail: message, final: false })))

/** Posts a delivery without events: does the address take what is posted, and does it accept the signature? */
export const postTrial = (
  settings: Settings,
  webhook: string
): Effect.Effect<void, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient> =>
  Effect.asVoid(post(settings, { webhook, id: `${webhook}/test`, events: [] }))

/** Who posts events to the webhooks of a configuration. */
export const deliveringHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> =>
  settings.configuration.webhooks.size === 0
    ? []
    : [
        Subscriptions.deliveringHandler(webhooks.subscriptionsOf(settings.configuration), posting(settings)),
        Subscriptions.letterHandler(webhooks.subscriptionsOf(settings.configuration), posting(settings)),
        Jobs.handler(trialType, ({ webhook }) => postTrial(settings, webhook))
      ]

/** Looks for events that a webhook has not been posted, where there is one. Health says of one that has no secret before anything is posted. */
export const watchForEvents = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> =>
  Effect.gen(function* () {
    const subscriptions = webhooks.subscriptionsOf(settings.configuration)
    if (subscriptions.length === 0) return
    const health = yield* Health.Health
    for (const { name } of subscriptions) {
      yield* targetOf(name, settings) === undefined
        ? health.failed(`webhook ${name}`, unsigned(name))
        : health.succeeded(`webhook ${name}`)
    }
    return yield* work.every("webhooks", "1 second", Subscriptions.askOnce(subscriptions))
  })
