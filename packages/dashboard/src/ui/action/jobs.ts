import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Action } from "./Action.ts"
import { on } from "./command.ts"
import { texts } from "../../words/text/otherActions.ts"

/** Tries again what the background gave up. */
export const retryJob = ({ id, key, type }: typeof Documents.JobDocument.Type): Action => ({
  verb: texts.retry({ type, key }),
  will: [texts.jobQueuedAgain],
  willNot: [texts.effectsStay],
  cli: (reason) => `roundlot jobs retry ${id} --reason ${reason}`,
  run: (api, reason, wish) =>
    Effect.map(api.jobs.retry(on(id, reason, wish)), ({ status }) => ({
      done: texts.retriedAs({ status }),
      account: "",
      commandId: id,
      effects: null
    }))
})

/** Has a trial sent by every channel of alerts. */
export const testAlerts: Action = {
  verb: texts.testAlerts,
  isHarmless: true,
  will: [texts.sendsTestAlert],
  willNot: [texts.noCaseIsOpened],
  cli: () => "roundlot alerts test",
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({ headers: { "idempotency-key": key }, payload: { type: "alerts.test", key } }),
      ({ id }) => ({ done: texts.queued, account: "", commandId: id, effects: null })
    )
}

/** Has an order read at its broker now. */
export const refreshOrder = ({ id }: Pick<Documents.OrderDocument, "id">): Action => ({
  verb: texts.refreshOrder({ id }),
  isHarmless: true,
  will: [texts.readsOrder({ id })],
  willNot: [texts.noOrdersAreSent],
  cli: () => `roundlot orders recheck ${id}`,
  run: (api, _reason, key) =>
    Effect.map(api.controls.recheckOrder({ path: { id }, headers: { "idempotency-key": key } }), (job) => ({
      done: texts.queued,
      account: "",
      commandId: job.id,
      effects: null
    }))
})

/** Has books and brokers compared now. */
export const reconcileNow: Action = {
  verb: texts.reconcileNow,
  isHarmless: true,
  will: [texts.comparesAccounts],
  willNot: [texts.noOrdersAreSent],
  cli: () => "roundlot reconcile",
  run: (api, _reason, key) =>
    Effect.map(api.jobs.reconcile({ headers: { "idempotency-key": key }, payload: {} }), ({ items }) => ({
      done: texts.reconcileQueued({ count: items.length }),
      account: "",
      commandId: items[0]?.id ?? "",
      effects: null
    }))
}
