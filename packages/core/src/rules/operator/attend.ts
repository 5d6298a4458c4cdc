import { Either } from "effect"
import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { parse } from "../../values/Id.ts"
import { unstorable } from "../../values/unstorable.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { ofBreak, recordOf, type CaseId } from "../../records/AttendedCase.ts"
import { standingOf } from "../../records/Approval.ts"
import { hasFailedRows } from "../../records/Batch.ts"
import { kinds } from "../../records/Break.ts"
import { isFailedDirect, isProposed } from "../../records/Order.ts"
import type { Severity } from "../../records/breakKinds.ts"
import { isQuarantined } from "../../records/TradeStanding.ts"
import type { CommandAnswer } from "./commands.ts"

const done = (what: string): CommandAnswer => ({ _tag: "Done", what })
const refused = (why: string): CommandAnswer => ({ _tag: "Refused", why })

/** What a person does about a case that changes no figure. */
export type Attention =
  | { readonly _tag: "AcknowledgeCase"; readonly caseId: CaseId; readonly severity: Severity }
  | { readonly _tag: "AssignCase"; readonly caseId: CaseId; readonly owner: string }
  | { readonly _tag: "NoteCase"; readonly caseId: CaseId }

/** Acknowledges a case at the severity that was seen, gives it an owner, or puts a note on record: by whom and why, the entry's cause says. */
export const attend = (recorder: Recorder, asked: Attention, reason: string): CommandAnswer => {
  const name = asked.caseId
  const open = openCase(recorder, name)
  if (Either.isLeft(open)) return refused(open.left)
  const caseId = open.right
  const emit = isOfStore(caseId) ? recorder.emitForStore : recorder.emit
  recorder.need(Need.AttendedCase({ account: ownerOf(recorder, caseId), caseId }))
  const about = { _tag: "CaseAttended", caseId, actor: recorder.cause.actor } as const
  switch (asked._tag) {
    case "AcknowledgeCase":
      emit({ ...about, acknowledged: asked.severity })
      return done(`${name} is acknowledged as ${asked.severity}`)
    case "AssignCase": {
      const problem = unstorable(asked.owner)
      if (problem !== undefined) return refused(`its owner ${problem}`)
      emit({ ...about, owner: asked.owner })
      return done(`${name} is assigned to ${asked.owner}`)
    }
    case "NoteCase":
      emit({ ...about, note: reason })
      return done(`note added to ${name}`)
  }
}

/** Jobs and parts of the program are no account's: what is done about them stands in the store's journal. */
const isOfStore = (caseId: CaseId): boolean => ["job", "part"].includes(recordOf(caseId).kind)

const ownerOf = ({ account }: Recorder, caseId: CaseId): string => (isOfStore(caseId) ? "" : account)

/** The open case that an id is of, or why there is none. What fails now a daemon knows alone: its name is taken as it is. */
const openCase = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  switch (recordOf(caseId).kind) {
    case "break":
      return openBreak(recorder, caseId)
    case "order":
      return openOrder(recorder, caseId)
    case "trade":
      return quarantinedTrade(recorder, caseId)
    case "batch":
      return failedBatch(recorder, caseId)
    case "request":
      return waitingRequest(recorder, caseId)
    case "job":
      return deadJob(recorder, caseId)
    case "part": {
      const problem = unstorable(caseId)
      return problem === undefined ? Either.right(caseId) : Either.left(`its name ${problem}`)
    }
  }
}

const breakOf = (recorder: Recorder, caseId: CaseId) => {
  const id = parse("break", caseId) ?? 0
  recorder.need(Need.BreakById({ id }))
  const found = recorder.books.breaks.get(id)
  return found?.account === recorder.account ? found : undefined
}

const openBreak = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  const found = breakOf(recorder, caseId)
  if (found === undefined) return Either.left(`break ${caseId} does not exist`)
  if (found.closedAt !== undefined) return Either.left(`${caseId} is already closed: ${found.closedWhy ?? ""}`)
  return Either.right(ofBreak(found))
}

/** One that was proposed, is in doubt, or failed where it was a trade's own; one that a break of another kind says so of is the case of that break. */
const openOrder = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  const id = parse("order", caseId) ?? 0
  recorder.need(Need.OrderById({ id }))
  const order = recorder.books.orders.get(id)
  if (order?.account !== recorder.account) return Either.left(`order ${caseId} does not exist`)
  if (isProposed(order, recorder.world.at) || isFailedDirect(order)) return Either.right(caseId)
  if (order.status !== "in_doubt") return Either.left(`${caseId} is not unconfirmed: it is ${order.status}`)
  const { account, symbol } = order
  recorder.need(Need.Position({ account, symbol }))
  const said = recorder.books.breaks
    .find("open", [account, symbol])
    .find(({ kind, subject }) => subject === caseId && kinds[kind].isFateUnknown === true)
  return Either.right(said === undefined ? caseId : ofBreak(said))
}

const quarantinedTrade = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  const id = parse("trade", caseId) ?? 0
  recorder.need(Need.TradeById({ id }))
  const trade = recorder.books.trades.get(id)
  if (trade?.account !== recorder.account) return Either.left(`trade ${caseId} does not exist`)
  return isQuarantined(trade) ? Either.right(caseId) : Either.left(`${caseId} is not held: it is ${trade.status}`)
}

const failedBatch = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  const id = parse("batch", caseId) ?? 0
  recorder.need(Need.BatchById({ id }))
  const batch = recorder.books.batches.get(id)
  if (batch?.account !== recorder.account) return Either.left(`batch ${caseId} does not exist`)
  return hasFailedRows(batch) ? Either.right(caseId) : Either.left(`${caseId} has no failed rows to review`)
}

const waitingRequest = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  const id = parse("approval", caseId) ?? 0
  recorder.need(Need.ApprovalById({ id }))
  const request = recorder.books.approvals.get(id)
  if (request?.account !== recorder.account) return Either.left(`request ${caseId} does not exist`)
  const standing = standingOf(request, recorder.world.at)
  return standing === "waiting"
    ? Either.right(caseId)
    : Either.left(`${caseId} is no longer waiting: it is ${standing}`)
}

const deadJob = (recorder: Recorder, caseId: CaseId): Either.Either<CaseId, string> => {
  recorder.need(Need.JobById({ id: caseId }))
  const job = recorder.books.ops_jobs.get(caseId)
  if (job === undefined) return Either.left(`job ${caseId} does not exist`)
  return job.status === "dead"
    ? Either.right(caseId)
    : Either.left(`job ${caseId} was not given up: it is ${job.status}`)
}

/** The version of a break: the newest of its own and of what people did about its case; none of another case, and none of what is not there. */
export const versionOfBreak = (recorder: Recorder, caseId: CaseId): number | undefined => {
  const found = recordOf(caseId).kind === "break" ? breakOf(recorder, caseId) : undefined
  if (found === undefined) return undefined
  const { account } = recorder
  recorder.need(Need.AttendedCase({ account, caseId: ofBreak(found) }))
  const attended = recorder.books.attended_cases.get(joinKey([account, ofBreak(found)]))
  return Math.max(found.version, attended?.version ?? 0)
}
