import { Array } from "effect"
import { keyOf, type Cause } from "../records/Alert.ts"
import type { Break } from "../records/Break.ts"
import { format } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"
import type { Case } from "../rules/reconciliation/cases.ts"
import type { Severity } from "../rules/reconciliation/severity.ts"

/** A case that was raised keeps its key while any of its breaks is open; the next one of its cause gets a new one. */
export const stemOf = ({ account, kind, symbol }: Pick<Case, "account" | "kind" | "symbol">): string =>
  keyOf("case", account, symbol ?? "", kind)

const KEY = /^(?<stem>case\/.+)\/(?<breakId>B\d+)(?<rise>\/[a-z]+)?$/

/** Of which case an alert is, by which of its breaks, and whether it says that the case is graver than it was. */
export const partsOf = (key: string): { readonly stem: string; readonly breakId: string; readonly isRise: boolean } => {
  const { breakId = "", rise, stem = "" } = KEY.exec(key)?.groups ?? {}
  return { stem, breakId, isRise: rise !== undefined }
}

/** What was raised, case by case. */
export const raisedByCase = (before: ReadonlyMap<string, Cause>): ((found: Case) => ReadonlyArray<Cause>) => {
  const raised = Array.groupBy(
    [...before.values()].filter(({ kind }) => kind === "break"),
    ({ key }) => partsOf(key).stem
  )
  return (found) => raised[stemOf(found)] ?? []
}

/** A case that is graver than it was when it was raised, by one of its breaks. */
export const risen = (cause: Cause, { id, openedAt }: Break, severity: Severity): Cause => ({
  ...cause,
  key: `${partsOf(cause.key).stem}/${format("break", id)}/${severity}`,
  detail: `${severity}, open since ${Instant.format(openedAt)}: ${cause.detail}`,
  severity
})
