import type { Alerts, Completions } from "@roundlot/core/ledger"
import type { Effect } from "effect"

/** What is sent of what needs a person, or of a batch that has ended; `text` says it in a line. */
export type Notice = { readonly text: string } & (Alerts.Alert | (Completions.Completion & { readonly kind: "batch" }))

/** Sends what a webhook would be posted. Where it fails the same is sent again later, ten times at most. */
export type OwnAlerts = (notice: Notice) => Effect.Effect<unknown, unknown>
