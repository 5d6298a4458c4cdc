import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import { quoted } from "../../words/copies.ts"
import { signOfState } from "../../words/signs.ts"
import type { Action } from "./Action.ts"
import { doneOf, on } from "./command.ts"
import { texts } from "../../words/text/otherActions.ts"

type Job = Pick<typeof Documents.JobDocument.Type, "id" | "key" | "type">

/** What a change of a job would come to, as it stands now. */
const foreseen =
  (id: string, isAllowed: (status: string) => boolean, [may, mayNot]: readonly [string, string]) =>
  (api: Api) =>
    Effect.map(api.jobs.show({ path: { id } }), ({ mostTries, status, tries }) => {
      const { word } = signOfState("job", status)
      const now = texts.jobIsNow({ status: word.toLowerCase(), tries, most: mostTries })
      return doneOf(`${now} ${isAllowed(status) ? may : mayNot}`, id)
    })

/** May a job that stands so be retried? */
export const isRetriable = (status: string): boolean => status === "dead" || status === "cancelled"

/** May a job that stands so be cancelled? */
export const isCancellable = (status: string): boolean => status === "queued" || status === "running"

/** Cancels a job that has not ended. */
export const cancelJob = ({ id, key, type }: Job): Action => ({
  verb: texts.cancelJob({ type, key }),
  back: texts.keepJob,
  will: [texts.jobEnds],
  willNot: [texts.effectsStay],
  cli: (reason) => `roundlot jobs cancel ${id} --reason ${reason}`,
  run: (api, reason, wish) =>
    Effect.map(api.jobs.cancel(on(id, reason, wish)), ({ status }) => doneOf(texts.cancelledJob({ status }), id)),
  rehearse: foreseen(id, isCancellable, [texts.jobMayCancel, texts.jobMayNotCancel])
})

/** What a job is asked for with. */
export interface JobWish {
  readonly type: string
  /** The same type and key is the same job; a job of its own where there is none. */
  readonly key: string | undefined
  readonly payload: unknown
}

/** Has a daemon do background work. */
export const enqueueJob = ({ key, payload, type }: JobWish): Action => ({
  verb: texts.enqueueJob({ type }),
  isHarmless: true,
  will: [texts.jobRunsOnce({ type })],
  willNot: [...(key === undefined ? [] : [texts.jobKeyIsOne({ type, key })]), texts.noOrdersAreSent],
  cli: () =>
    [
      `roundlot jobs enqueue ${type}`,
      ...(key === undefined ? [] : [`--key ${key}`]),
      ...(payload === undefined ? [] : [`--payload ${quoted(JSON.stringify(payload))}`])
    ].join(" "),
  run: (api, _reason, wish) =>
    Effect.map(
      api.jobs.enqueue({
        headers: { "idempotency-key": wish },
        payload: { type, key: key ?? wish, ...(payload === undefined ? {} : { payload }) }
      }),
      ({ id, status }) => doneOf(texts.jobIsThereAs({ id, status }), id)
    ),
  rehearse: (api) =>
    Effect.map(
      key === undefined
        ? Effect.succeed(undefined)
        : Effect.map(api.jobs.list({ urlParams: { type, key, limit: 1 } }), ({ items }) => items[0]),
      (known) =>
        doneOf(known === undefined ? texts.jobWouldBeNew : texts.jobIsThere({ id: known.id, status: known.status }))
    )
})

/** Tries again what the background gave up, or what was cancelled. */
export const retryJob = ({ id, key, type }: Job): Action => ({
  verb: texts.retry({ type, key }),
  will: [texts.jobQueuedAgain],
  willNot: [texts.effectsStay],
  cli: (reason) => `roundlot jobs retry ${id} --reason ${reason}`,
  run: (api, reason, wish) =>
    Effect.map(api.jobs.retry(on(id, reason, wish)), ({ status }) => doneOf(texts.retriedAs({ status }), id)),
  rehearse: foreseen(id, isRetriable, [texts.jobMayRetry, texts.jobMayNotRetry])
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
      ({ id }) => doneOf(texts.queued, id)
    )
}

/** Has the books checked against their journal. */
export const runAudit: Action = {
  verb: texts.runAudit,
  isHarmless: true,
  will: [texts.auditsAll],
  willNot: [texts.auditChangesNothing],
  cli: () => "roundlot audit",
  run: (api, _reason, key) =>
    Effect.map(api.controls.audit({ headers: { "idempotency-key": key }, payload: {} }), ({ id }) =>
      doneOf(texts.queued, id)
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
    Effect.map(api.controls.recheckOrder({ path: { id }, headers: { "idempotency-key": key } }), (job) =>
      doneOf(texts.queued, job.id)
    )
})

/** Has books and brokers compared now. */
export const reconcileNow: Action = {
  verb: texts.reconcileNow,
  isHarmless: true,
  will: [texts.comparesAccounts],
  willNot: [texts.noOrdersAreSent],
  cli: () => "roundlot reconcile",
  run: (api, _reason, key) =>
    Effect.map(api.jobs.reconcile({ headers: { "idempotency-key": key }, payload: {} }), ({ items }) =>
      doneOf(texts.reconcileQueued({ count: items.length }), items[0]?.id ?? "")
    )
}
