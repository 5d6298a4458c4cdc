import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { format } from "../values/Id.ts"
import type { Instant } from "../values/Instant.ts"
import type { Break } from "./Break.ts"
import { severities, type Severity } from "./breakKinds.ts"

/**
 * What a case is about: a break, an order in doubt, proposed or failed, a quarantined trade, a batch that ended with failed rows, a job that was
 * given up, a request that waits for a second person, a part of the program that fails.
 */
export const caseKinds = ["break", "order", "trade", "batch", "request", "job", "part"] as const

/** What a case is about. */
export type CaseKind = (typeof caseKinds)[number]

const PART = "part:"

/** The identity of a case: the id of the record that it is about (`B2`, `O5`, `T12`, `G3`, `R1`, a job's), or `part:` with a part's name. */
export const CaseId = Schema.String.pipe(
  Schema.pattern(/^(?:[BOTGR][1-9]\d{0,15}|J[0-9a-z]+-[0-9a-f]+|part:.{1,200})$/, {
    message: () =>
      "a case has the id of a break, order, trade, batch, request or job, or 'part:' with the name of a service"
  }),
  Schema.brand("CaseId")
)

/** The identity of a case. */
export type CaseId = typeof CaseId.Type

const byLetter: { readonly [letter: string]: CaseKind } = {
  B: "break",
  O: "order",
  T: "trade",
  G: "batch",
  R: "request",
  J: "job"
}

/** The kind and id of the record that a case is about; of a part of the program its name. */
export const recordOf = (id: CaseId): { readonly kind: CaseKind; readonly id: string } =>
  id.startsWith(PART) ? { kind: "part", id: id.slice(PART.length) } : { kind: byLetter[id.slice(0, 1)] ?? "part", id }

/** The case of a part of the program. */
export const ofPart = (part: string): CaseId => CaseId.make(`${PART}${part}`)

/** The case that a break stands in: that of its order where it says that the order is in doubt, which is a case before, else its own. */
export const ofBreak = ({ id, kind, subject }: Pick<Break, "id" | "kind" | "subject">): CaseId =>
  CaseId.make(kind === "Doubt" ? subject : format("break", id))

/** What people have done about a case; `account` is empty where it is no account's. */
export const AttendedCase = Schema.Struct({
  account: Column.text,
  caseId: Column.branded(CaseId),
  /** Who sees to it. */
  owner: Column.optional(Column.text),
  /** How grave it was when somebody acknowledged it, who, and when: there is no further alert of it until it is graver. */
  acknowledged: Column.optional(Column.literal(severities)),
  acknowledgedBy: Column.optional(Column.text),
  acknowledgedAt: Column.optional(Column.instant),
  version: Column.integer
})

/** What people have done about a case. */
export type AttendedCase = typeof AttendedCase.Type

/** The table of cases that people have seen to. */
export const AttendedCaseTable = Table.make({
  name: "attended_cases",
  schema: AttendedCase,
  key: ["account", "caseId"],
  keyOf: ({ account, caseId }) => Table.joinKey([account, caseId])
})

/** That somebody has seen a case: how grave it was, who, and when. */
export interface Acknowledgement {
  readonly severity: Severity
  readonly by: string
  readonly at: Instant
}

/** The acknowledgement of a case that began then. One from before was of an earlier time that its record needed a person. */
export const acknowledgementOf = (attended: AttendedCase | undefined, since: Instant): Acknowledgement | undefined => {
  if (attended === undefined) return undefined
  const { acknowledged: severity, acknowledgedAt: at, acknowledgedBy: by } = attended
  return severity === undefined || at === undefined || by === undefined || at < since ? undefined : { severity, by, at }
}
