import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import type { Action } from "./Action.ts"

type Webhook = typeof Documents.WebhookDocument.Type

/** Posts a delivery without events to a webhook. */
export const testWebhook = ({ name }: Webhook): Action => ({
  verb: `Test ${name}`,
  isHarmless: true,
  will: ["A job posts a signed delivery without events, and reports a failure."],
  willNot: ["No event is posted. The cursor stays."],
  cli: () => `roundlot webhooks test ${name}`,
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({
        headers: { "idempotency-key": key },
        payload: { type: "webhooks.test", key, payload: { webhook: name } }
      }),
      ({ id }) => ({ done: "Queued: see its job for the result.", account: "", commandId: id, effects: null })
    )
})

const goOn = (api: Api, { name }: Webhook, after: string, key: string) =>
  Effect.map(api.jobs.goOn({ path: { name }, headers: { "idempotency-key": key }, payload: { after } }), ({ job }) => ({
    done: `Continues after ${after}.`,
    account: "",
    commandId: job?.id ?? "",
    effects: null
  }))

/** Goes on with the deliveries to a webhook where they stand, or after a cursor that is asked for. */
export const continueWebhook = (webhook: Webhook, at?: string): Action => ({
  verb: at === undefined ? `Replay to ${webhook.name}` : `Try ${webhook.name} now`,
  isHarmless: true,
  will: [
    at === undefined
      ? "Events after a cursor are posted again, in order. Skipped events are posted separately, unless the earlier cursor was lost."
      : "Waiting events are posted now, and retried for a day."
  ],
  willNot: ["The books stay unchanged."],
  ...(at === undefined ? { asks: { term: "after", label: "Continue after" } as const } : {}),
  cli: (_reason, said) => `roundlot webhooks continue ${webhook.name} --after ${at ?? said}`,
  run: (api, _reason, key, said) => goOn(api, webhook, at ?? said.trim(), key)
})

/** Goes on past the first event that waits; that is posted apart, once more, and kept where it is not taken. */
export const passOver = (webhook: Webhook, { cursor, entry }: Webhook["next"][number]): Action => ({
  verb: `Skip ${entry.tag} ${entry.entity.id}`,
  isHarmless: true,
  will: [
    `Events after ${entry.tag} of ${entry.entity.id} are posted to ${webhook.name} now.`,
    "The skipped event is posted separately, once. If refused, it is kept as a job that can be retried."
  ],
  willNot: ["No event is lost."],
  cli: () => `roundlot webhooks continue ${webhook.name} --after ${cursor}`,
  run: (api, _reason, key) => goOn(api, webhook, cursor, key)
})
