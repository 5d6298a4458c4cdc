import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"

/** What became of the wish to pin an account: it is that account of the broker's, or `pinned` is the one that it was driven to before. */
export type Pinned = { readonly _tag: "Same" } | { readonly _tag: "Other"; readonly pinned: string }

/** Writes the broker's own id of the account onto it when it is first driven; from then on it is driven to no other. */
export const pin = (recorder: Recorder, brokerAccountId: string): Pinned => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  const known = books.accounts.get(account)
  const pinned = known?.brokerAccountId
  if (known === undefined || pinned === brokerAccountId) return { _tag: "Same" }
  if (pinned !== undefined) return { _tag: "Other", pinned }
  recorder.emit({ _tag: "AccountChanged", settings: { ...known, brokerAccountId } })
  return { _tag: "Same" }
}

const SHOWN_END = 3
const SHORTEST_SHOWN = 8

/** A broker's account id as it may be shown: all but its last three characters masked; a short one wholly. */
export const masked = (id: string): string =>
  id.length < SHORTEST_SHOWN ? "*".repeat(id.length) : `${"*".repeat(id.length - SHOWN_END)}${id.slice(-SHOWN_END)}`
