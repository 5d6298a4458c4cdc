import type * as HttpClient from "@effect/platform/HttpClient"
import type { Documents } from "@roundlot/api"
import { Health, Jobs, Subscriptions, work } from "@roundlot/core"
import type { Clock } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import { secretOf, type Configuration } from "../settings/Configuration.ts"
import type { Settings } from "../settings/Settings.ts"
import { entryDocumentOf } from "../views/journal.ts"
import * as SignedPost from "./SignedPost.ts"
import type { Surroundings } from "./Surroundings.ts"

const subscriptionsOf = ({ webhooks }: Configuration): ReadonlyArray<Subscriptions.Subscription> =>
  [...webhooks].map(([name, { account, tags }]) => ({ name, account, tags }))

/** Where a subscription is posted to. Nothing goes out unsigned. */
const targetOf = (name: string, { configuration, variable }: Settings) => {
  const secret = variable(secretOf(name))
  const url = configuration.webhooks.get(name)?.url
  return secret === undefined || url === undefined
    ? undefined
    : { name: `webhook ${name}`, url: Redacted.make(url), secret: Redacted.make(secret) }
}

const unsigned = (name: string): string => `${secretOf(name)} is not set: nothing is sent unsigned`

/** Posts events as the API has them, each with the cursor after it. */
const posting =
  (settings: Settings): Subscriptions.Deliver<Clock.Clock | HttpClient.HttpClient> =>
  ({ events, id, subscription }) =>
    Effect.gen(function* () {
      const target = targetOf(subscription, settings)
      if (target === undefined) {
        return yield* new Jobs.JobFailed({ detail: `webhook ${subscription}: ${unsigned(subscription)}`, final: false })
      }
      const documents = yield* Effect.forEach(events, ({ cursor, entry }) =>
        Effect.map(entryDocumentOf(entry), (document) => ({ cursor, ...document }))
      ).pipe(Effect.mapError(({ message }) => new Jobs.JobFailed({ detail: message, final: true })))
      const delivery: Documents.DeliveryDocument = { webhook: subscription, id, events: documents }
      yield* SignedPost.post(target, delivery)
    })

/** Who posts events to the webhooks of a configuration. */
export const deliveringHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> =>
  settings.configuration.webhooks.size === 0
    ? []
    : [Subscriptions.deliveringHandler(subscriptionsOf(settings.configuration), posting(settings))]

/** Looks for events that a webhook has not been posted, where there is one. Health says of one that has no secret before anything is posted. */
export const watchForEvents = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> =>
  Effect.gen(function* () {
    const subscriptions = subscriptionsOf(settings.configuration)
    if (subscriptions.length === 0) return
    const health = yield* Health.Health
    for (const { name } of subscriptions) {
      yield* targetOf(name, settings) === undefined
        ? health.failed(`webhook ${name}`, unsigned(name))
        : health.succeeded(`webhook ${name}`)
    }
    return yield* work.every("webhooks", "1 second", Subscriptions.askOnce(subscriptions))
  })
