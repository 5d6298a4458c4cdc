import type { Documents } from "@roundlot/api"
import { codeWords, eventWords } from "./events.ts"
import { pathOfEntry, pathOfRecord } from "./paths.ts"

type Why = Documents.WhyDocument

const kindWords: { readonly [K in Why["kind"]]: string } = {
  entry: "Entry",
  payload: "Payload",
  attempt: "Attempt",
  command: "Command",
  trade: "Trade",
  order: "Order",
  allocation: "Allocation",
  fill: "Fill",
  decision: "Decision",
  batch: "Batch",
  row: "Row",
  source: "Source",
  price: "Price",
  actor: "Actor",
  break: "Break",
  held_report: "Held report",
  waiting_fill: "Unmatched fill",
  waiting_commission: "Unmatched commission",
  token: "Token",
  session: "Session",
  other: "Record"
}

/** What a cause is: its kind, or what its entry says happened. */
export const whatOf = ({ entry, kind }: Why): string =>
  kind === "entry" && entry !== null ? eventWords(entry.tag) : kindWords[kind]

/** How a cause is known. */
export const linkWords: { readonly [L in Why["link"]]: string } = {
  asked: "",
  named: "named by its id",
  commit: "in the same commit",
  actor: "its actor"
}

/** Why an entry names no cause. */
export const originWords: { readonly [O in NonNullable<Why["origin"]>]: string } = {
  said: "from its actor, no other cause",
  bytes: "bytes on the wire",
  books: "from the state of the books"
}

/** Where the screen of a cause is; nothing where it has none of its own. */
export const pathOfCause = ({ entry, id, kind }: Why): string | undefined =>
  kind === "entry" && entry !== null
    ? pathOfEntry(entry.account, entry.seq)
    : pathOfRecord({ kind, id, account: entry?.account ?? null })

/** The facts of a cause for people: hashes are read beside the bytes. */
export const factsOf = ({ facts }: Why): ReadonlyArray<readonly [name: string, value: string]> =>
  Object.entries(facts).flatMap(([name, value]) =>
    name === "sha256" || value === "" ? [] : [[codeWords(name), value] as const]
  )
