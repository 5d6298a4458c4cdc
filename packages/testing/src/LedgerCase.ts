import { Entry, MemoryStore } from "@roundlot/core/adapter"
import { type LedgerCase, type Step, tableOf } from "./case/Case.ts"
import { perform } from "./case/performing.ts"
import { viewOf, answersOf, type View } from "./case/viewing.ts"

export { LedgerCase, LedgerCaseFile, type Step } from "./case/Case.ts"
export type { View } from "./case/viewing.ts"

/** The first thing in which the ledger differs from a case. */
export interface Difference {
  readonly caseId: string
  /** Counted from 1; 0 for the end of the case. */
  readonly step: number
  readonly what: string
  readonly expected: string
  readonly actual: string
}

/** Replays a case on the real ledger, with the store in memory where none is given; `undefined` where every step agrees. */
export const replay = (
  ledgerCase: LedgerCase,
  store: MemoryStore.MemoryStore = MemoryStore.make()
): Difference | undefined => {
  const table = tableOf(ledgerCase, store)
  let before = viewOf(table)
  for (const [index, step] of ledgerCase.steps.entries()) {
    const returned = perform(table, step)
    const after = viewOf(table)
    const difference = compareStep(step, before, after, returned)
    if (difference !== undefined) return { caseId: ledgerCase.id, step: index + 1, ...difference }
    before = after
  }
  const end = compareEnd(ledgerCase, before, answersOf(table))
  return end === undefined ? undefined : { caseId: ledgerCase.id, step: 0, ...end }
}

// Comparison

type Found = Omit<Difference, "caseId" | "step">

const PARTS = ["position", "orders", "trades", "owners", "breaks", "why"] as const

const compareStep = (step: Step, before: View, after: View, returned: string | null): Found | undefined => {
  const what = `${step.do} ${step.id ?? step.order ?? step.of ?? ""}`.trim()
  if (returned !== step.returns) {
    return { what: `${what}: returns`, expected: String(step.returns), actual: String(returned) }
  }
  for (const part of PARTS) {
    const expected = Entry.canonicalJson(overlaid(before[part], step.expect[part]))
    const actual = Entry.canonicalJson(after[part])
    if (expected !== actual) return { what: `${what}: ${part}`, expected, actual }
  }
  return undefined
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const overlaid = (before: unknown, change: unknown): unknown => {
  if (change === undefined) return before
  return isRecord(before) && isRecord(change) ? { ...before, ...change } : change
}

const compareEnd = (ledgerCase: LedgerCase, view: View, answers: ReadonlyArray<string>): Found | undefined => {
  for (const part of PARTS) {
    const wanted = ledgerCase.final?.[part]
    if (wanted === undefined) continue
    const expected = Entry.canonicalJson(wanted)
    const actual = Entry.canonicalJson(view[part])
    if (expected !== actual) return { what: `at the end: ${part}`, expected, actual }
  }
  const expected = Entry.canonicalJson(ledgerCase.answers ?? answers)
  const actual = Entry.canonicalJson(answers)
  return expected === actual ? undefined : { what: "at the end: answers", expected, actual }
}
