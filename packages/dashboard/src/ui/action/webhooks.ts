import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import type { Action } from "./Action.ts"
import { doneOf } from "./command.ts"
import { texts } from "../../words/text/otherActions.ts"

type Webhook = typeof Documents.WebhookDocument.Type

/** Posts a delivery without events to a webhook. */
export const testWebhook = ({ name }: Webhook): Action => ({
  verb: texts.test({ name }),
  isHarmless: true,
  will: [texts.postsTest],
  willNot: [texts.noEventPosted],
  cli: () => `roundlot webhooks test ${name}`,
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({
        headers: { "idempotency-key": key },
        payload: { type: "webhooks.test", key, payload: { webhook: name } }
      }),
      ({ id }) => doneOf(texts.queued, id)
    )
})

const goOn = (api: Api, { name }: Webhook, after: string, key: string) =>
  Effect.map(api.jobs.goOn({ path: { name }, headers: { "idempotency-key": key }, payload: { after } }), ({ job }) =>
    doneOf(texts.continuesAfter({ after }), job?.id ?? "")
  )

/** What would be posted after a cursor. */
const foreseen = (api: Api, { name }: Webhook, after: string) =>
  Effect.map(
    api.jobs.goOn({ path: { name }, headers: {}, payload: { after, dryRun: true } }),
    ({ behind, next: [first] }) => ({
      done:
        first === undefined
          ? texts.wouldContinueEmpty
          : texts.wouldContinue({ count: behind, tag: first.entry.tag, entity: first.entry.entity.id }),
      account: "",
      commandId: "",
      effects: null
    })
  )

/** Goes on with the deliveries to a webhook where they stand, or after a cursor that is asked for. */
export const continueWebhook = (webhook: Webhook, at?: string): Action => ({
  verb: at === undefined ? texts.replayTo({ webhook: webhook.name }) : texts.tryNow({ webhook: webhook.name }),
  isHarmless: true,
  will: [at === undefined ? texts.replays : texts.postsWaiting],
  willNot: [texts.theBooksStayUnchanged],
  ...(at === undefined ? { asks: { term: "after", label: texts.continueAfter } as const } : {}),
  cli: (_reason, said) => `roundlot webhooks continue ${webhook.name} --after ${at ?? said}`,
  run: (api, _reason, key, said) => goOn(api, webhook, at ?? said.trim(), key),
  rehearse: (api, said) => foreseen(api, webhook, at ?? said)
})

/** Goes on past the first event that waits; that is posted apart, once more, and kept where it is not taken. */
export const passOver = (webhook: Webhook, { cursor, entry }: Webhook["next"][number]): Action => ({
  verb: texts.skip({ tag: entry.tag, entity: entry.entity.id }),
  isHarmless: true,
  will: [texts.skips({ tag: entry.tag, entity: entry.entity.id, webhook: webhook.name }), texts.skippedEvent],
  willNot: [texts.noEventIsLost],
  cli: () => `roundlot webhooks continue ${webhook.name} --after ${cursor}`,
  run: (api, _reason, key) => goOn(api, webhook, cursor, key),
  rehearse: (api) => foreseen(api, webhook, cursor)
})
