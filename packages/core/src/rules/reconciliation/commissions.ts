import { Need } from "../../books/Need.ts"
import type { Fill, WaitingCommission } from "../../records/Fill.ts"
import { format, type FillId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { orderOf } from "../order/transition.ts"
import { keep } from "../breaks/evidence.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import { open } from "../breaks/ledgerBreaks.ts"
import { isPlausibleCommission } from "./plausibility.ts"
import type { Commission, Executed, RawPayload } from "../../records/Report.ts"

/** What an execution cost. */
type Cost = Pick<Commission, "amount" | "currency">

/** What an execution cost, by its id. */
type ExecutionCost = Cost & Pick<Commission, "execId" | "asOf">

/** F12 of reconciliation: joined by execution id, in whatever order the two come; an unknown one never overwrites a known one. */
export const commission = (recorder: Recorder, report: ExecutionCost, payload: RawPayload | undefined): Interpreted => {
  const { account } = recorder
  recorder.need(Need.FillByExecId({ account, execId: report.execId }))
  const [fill] = recorder.books.fills.find("execId", [account, report.execId])
  if (fill === undefined) return wait(recorder, report, payload)
  return record(recorder, fill, report)
}

/** F12: what came with an execution is joined with it, as if it had come alone. */
export const costs = (recorder: Recorder, report: Executed, payload?: RawPayload): Interpreted =>
  report.commission === undefined
    ? { _tag: "Duplicate" }
    : commission(recorder, { ...report, ...report.commission }, payload)

/** Each version of it waits until its execution is booked. */
const wait = (
  recorder: Recorder,
  { amount, asOf, currency, execId }: ExecutionCost,
  payload: RawPayload | undefined
): Interpreted => {
  const known = versionsOf(recorder, execId)
  const newest = known.at(-1)
  if (newest !== undefined && isSameCost(newest, { amount, currency })) return { _tag: "Duplicate" }
  const number = known.length + 1
  const payloadId = keep(recorder, payload)
  recorder.emit({ _tag: "CommissionWaits", execId, number, amount, currency, asOf, payloadId })
  return { _tag: "Waiting" }
}

/** The versions of what an execution cost that came before it, oldest first. */
const versionsOf = (recorder: Recorder, execId: string): ReadonlyArray<WaitingCommission> => {
  const { account } = recorder
  recorder.need(Need.WaitingCommissions({ account, execId }))
  return recorder.books.waiting_commissions.find("execId", [account, execId]).toSorted((a, b) => a.number - b.number)
}

/** F12: what waited for an execution waits no more: the execution is booked, or will never be one of its own. */
export const releaseCommissions = (recorder: Recorder, execId: string): ReadonlyArray<WaitingCommission> => {
  const waiting = versionsOf(recorder, execId).filter(({ joinedAt }) => joinedAt === undefined)
  for (const { number } of waiting) recorder.emit({ _tag: "CommissionJoined", execId, number })
  return waiting
}

/** F12: an execution was booked: what it cost, where that is known already, is judged now (W5) and recorded, each version of it. */
export const joinCommissions = (recorder: Recorder, fillId: FillId, execId: string): void => {
  for (const cost of releaseCommissions(recorder, execId)) {
    const fill = recorder.books.fills.get(fillId)
    if (fill !== undefined) record(recorder, fill, cost)
  }
}

const isSameCost = (a: Cost, b: Cost): boolean => Decimal.equals(a.amount, b.amount) && a.currency === b.currency

const record = (recorder: Recorder, fill: Fill, { amount, currency }: Cost): Interpreted => {
  const { commission: known, commissionCurrency = currency } = fill
  if (known !== undefined && isSameCost({ amount: known, currency: commissionCurrency }, { amount, currency }))
    return { _tag: "Duplicate" }
  if (!isPlausibleCommission(fill, amount)) return implausible(recorder, fill, { amount, currency })
  recorder.emit({ _tag: "CommissionRecorded", fillId: fill.id, amount, currency })
  return applied(orderOf(recorder, fill.orderId))
}

const implausible = (recorder: Recorder, { execId, orderId }: Fill, { amount, currency }: Cost): Interpreted => {
  const { symbol } = orderOf(recorder, orderId)
  const details = { _tag: "OffBand", execId, commission: { amount, currency } } as const
  open(recorder, { symbol, subject: format("order", orderId), details })
  return { _tag: "KeptAsBreak" }
}
