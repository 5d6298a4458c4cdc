import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Action } from "./Action.ts"
import { on } from "./command.ts"

/** Tries again what the background gave up. */
export const retryJob = ({ id, key, type }: typeof Documents.JobDocument.Type): Action => ({
  verb: `Retry ${type} ${key}`,
  will: ["The job is queued again, with all its attempts."],
  willNot: ["Earlier effects are not undone."],
  cli: (reason) => `roundlot jobs retry ${id} --reason ${reason}`,
  run: (api, reason, wish) =>
    Effect.map(api.jobs.retry(on(id, reason, wish)), ({ status }) => ({
      done: `Retried: it is ${status}.`,
      account: "",
      commandId: id,
      effects: null
    }))
})

/** Has a trial sent by every channel of alerts. */
export const testAlerts: Action = {
  verb: "Test alerts",
  isHarmless: true,
  will: ["A job sends a test alert through every channel, and reports failures."],
  willNot: ["No case is opened."],
  cli: () => "roundlot alerts test",
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({ headers: { "idempotency-key": key }, payload: { type: "alerts.test", key } }),
      ({ id }) => ({ done: "Queued: see its job for the result.", account: "", commandId: id, effects: null })
    )
}

/** Has books and brokers compared now. */
export const reconcileNow: Action = {
  verb: "Reconcile now",
  isHarmless: true,
  will: ["A job compares every account with its broker. Differences become breaks."],
  willNot: ["No orders are sent."],
  cli: () => "roundlot reconcile",
  run: (api, _reason, key) =>
    Effect.map(api.jobs.reconcile({ headers: { "idempotency-key": key }, payload: {} }), ({ items }) => ({
      done: `Queued: ${items.length} ${items.length === 1 ? "account" : "accounts"} to reconcile.`,
      account: "",
      commandId: items[0]?.id ?? "",
      effects: null
    }))
}
