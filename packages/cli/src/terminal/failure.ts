import { Cause, Option } from "effect"
import { exitCodes } from "./Output.ts"
import type { VerbError } from "../VerbError.ts"
import { remedyOf } from "./remedyOf.ts"

/** A failure as people and programs are told of it: what, where, what to do; never a stack trace. */
export interface Rendered {
  readonly kind: string
  readonly message: string
  readonly exitCode: number
}

const isVerbError = (value: unknown): value is VerbError =>
  typeof value === "object" &&
  value !== null &&
  "_tag" in value &&
  "message" in value &&
  typeof value.message === "string"

const usageKinds = [
  "UsageError",
  "SettingsError",
  "UnknownAccount",
  "InstructionUnreadable",
  "BadFilter",
  "BadCursor",
  "UnknownMoment",
  "Ambiguous",
  "UnknownJobType",
  "BadJob",
  "JobKeyTaken",
  "NotForBatch",
  "StatementUnreadable",
  "StatementOfAnother"
]

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

const withoutTrace = (text: string): string => text.split(/\n[ \t]+at /, 1)[0] ?? text

const ofFault = (fault: unknown): Rendered => ({
  kind: "Fault",
  message: `internal error: ${fault instanceof Error ? fault.message.split("\n")[0] : String(fault)} (no partial writes). Please report it with the command that you ran.`,
  exitCode: exitCodes.failed
})

/** How a failed verb is told. */
export const render = (cause: Cause.Cause<unknown>): Rendered => {
  const failure = Option.getOrUndefined(Cause.failureOption(cause))
  if (!isVerbError(failure)) return ofFault(failure ?? Cause.squash(cause))
  const exitCode = usageKinds.includes(failure._tag) ? exitCodes.usage : exitCodes.failed
  const remedy = remedyOf(failure)
  const message = withoutTrace(failure.message)
  return { kind: failure._tag, message: sentence(remedy === undefined ? message : `${message}; ${remedy}`), exitCode }
}
