import { Schema } from "effect"
import { overallStatuses } from "./overallStatuses.ts"
import { severities } from "./breakKinds.ts"

/** What an alert can be about. */
export const alertKinds = [
  "break",
  "approval",
  "failed_order",
  "batch",
  "quarantine",
  "job",
  "health",
  "digest",
  "test"
] as const

const severity = Schema.optionalWith(Schema.NullOr(Schema.Literal(...severities)), { default: () => null })

const about = {
  /** The same when a cause begins and when it is over. */
  key: Schema.String,
  kind: Schema.Literal(...alertKinds),
  account: Schema.NullOr(Schema.String),
  symbol: Schema.NullOr(Schema.String),
  /**
   * What it is about: the kind of a break with its subject, or with the number of breaks of one cause; the order that was proposed or failed;
   * the part of the program that fails; the job that was given up; all trades that are held.
   */
  subject: Schema.String,
  /** What `cases acknowledge` takes: a break of the case, the order, the job; null where nothing can be acknowledged. */
  caseId: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }),
  detail: Schema.String,
  /** Of a case how grave it is. */
  severity,
  /** Of a case what is at risk, in dollars; null where that is unknown. */
  dollars: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null })
}

const status = Schema.Literal("raised", "over")

/** What a digest stands for. */
const Single = Schema.Struct({ status, ...about })

/** How all stands when an alert is made: the word, all that needs a person, how much of it is critical, and where trading is restricted. */
const Verdict = Schema.Struct({
  overall: Schema.Literal(...overallStatuses),
  cases: Schema.Int,
  critical: Schema.Int,
  restricted: Schema.optionalWith(Schema.Int, { default: () => 0 })
})

/** What somebody is alerted of: that something needs a look, and once more when it does not any longer. */
export const Alert = Schema.Struct({
  ...Single.fields,
  /** When it was noticed. */
  at: Schema.String,
  /** How all stood then; none with what an earlier version has made, or a trial. */
  verdict: Schema.optional(Verdict),
  /** Of a digest: the alerts that it stands for. */
  of: Schema.optional(Schema.Array(Single))
})

/** What somebody is alerted of. */
export type Alert = typeof Alert.Type

/** An alert before its time is known. */
export type News = Omit<Alert, "at" | "of" | "verdict">

/** What is alerted of, whether it begins or is over. */
export type Cause = Omit<News, "status">

const MOST_KEY = 160

/** A key, as jobs take it: without spaces. */
export const keyOf = (...parts: ReadonlyArray<string>): string =>
  parts
    .join("/")
    .replaceAll(/[^A-Za-z0-9._:/@+-]/g, "_")
    .slice(0, MOST_KEY)
