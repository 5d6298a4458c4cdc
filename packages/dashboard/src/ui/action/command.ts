import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import type { Family } from "../../words/signs.ts"
import type { Action } from "./Action.ts"
import { rehearsal } from "./halting.ts"

/** By which key something is asked once, and of which version of its record. */
export const askedOnce = (key: string, version?: string) => ({
  "idempotency-key": key,
  ...(version === undefined ? {} : { "if-match": version })
})

/** What was done or is foreseen, in a sentence, where the daemon's answer is another document: under which command, if under one. */
export const doneOf = (done: string, commandId = ""): Documents.DoneDocument => ({
  done,
  account: "",
  commandId,
  effects: null
})

/** What is asked of a record, of which version, why, and by which key it is asked once. */
export const on = (id: string, reason: string, key: string, version?: string) => ({
  path: { id },
  headers: askedOnce(key, version),
  payload: { reason }
})

/** What a command on a record is asked with; a dry run only says what would follow. */
export interface Wish {
  readonly path: { readonly id: string }
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
  readonly payload: { readonly reason: string; readonly dryRun?: boolean }
}

/** A command on a record: how it is carried out, on which version where only that one is meant, and what it would come to now. */
export const command = (
  id: string,
  ask: (api: Api, wish: Wish, said: string) => Effect.Effect<Documents.DoneDocument, unknown>,
  version?: string
): Pick<Action, "run" | "rehearse"> => ({
  run: (api, reason, key, said) => ask(api, on(id, reason, key, version), said),
  rehearse: (api, said) => ask(api, { path: { id }, headers: {}, payload: rehearsal }, said)
})

/** A record that an action is about, as far as every kind of them is alike. */
interface Subject {
  readonly id: string
  readonly account: string
  readonly updatedAt: string
  readonly status: string
}

/** How an action on a record is asked again, where somebody was faster. */
export const aboutOf =
  <R extends Subject>(family: Family, read: (id: string) => (api: Api) => Effect.Effect<R, unknown>) =>
  ({ account, id, updatedAt }: Subject, actionOn: (record: R) => Action): Pick<Action, "about"> => ({
    about: {
      entity: id,
      account,
      seenAt: updatedAt,
      again: (api) =>
        Effect.map(read(id)(api), (record) => ({ action: actionOn(record), family, state: record.status }))
    }
  })
