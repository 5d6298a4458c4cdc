import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Action } from "./Action.ts"
import { on } from "./command.ts"

/** Tries again what the background gave up. */
export const retryJob = ({ id, key, type }: typeof Documents.JobDocument.Type): Action => ({
  verb: `Retry ${type} ${key}`,
  will: ["The job is queued again, with as many tries as it had at first."],
  willNot: ["What it did before it failed is not undone."],
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
  will: ["A job sends a trial by every channel of alerts. It fails where a channel does, and says why."],
  willNot: ["No case is opened, and nobody is asked to do anything."],
  cli: () => "roundlot alerts test",
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({ headers: { "idempotency-key": key }, payload: { type: "alerts.test", key } }),
      ({ id }) => ({ done: "Asked: its job says what came of it.", account: "", commandId: id, effects: null })
    )
}

/** Has books and brokers compared now. */
export const reconcileNow: Action = {
  verb: "Reconcile now",
  isHarmless: true,
  will: ["Every account is compared with its broker by a job; what differs becomes a break."],
  willNot: ["Nothing is sent to a broker."],
  cli: () => "roundlot reconcile",
  run: (api, _reason, key) =>
    Effect.map(api.jobs.reconcile({ headers: { "idempotency-key": key }, payload: {} }), ({ items }) => ({
      done: `Asked: ${items.length} ${items.length === 1 ? "account" : "accounts"} to compare.`,
      account: "",
      commandId: items[0]?.id ?? "",
      effects: null
    }))
}
