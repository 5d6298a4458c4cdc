import { Either, Schema } from "effect"
import { Need } from "../../books/Need.ts"
import { format, type ApprovalId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { format as formatInstant } from "../../values/Instant.ts"
import type { Position } from "../../records/Position.ts"
import { joinKey } from "../../tables/Table.ts"
import { CaseId } from "../../records/AttendedCase.ts"
import { Command, Scope } from "./commandSchema.ts"
import { adjustPosition } from "./adjust.ts"
import { adoptAccount } from "./adopt.ts"
import { approve } from "./approve.ts"
import { attend, versionOfBreak } from "./attend.ts"
import { identifyLots } from "./identifyLots.ts"
import { isOpenCaller } from "../../records/Token.ts"
import { standingOf, type Approval } from "../../records/Approval.ts"
import type { FourEyesOperation } from "../../records/fourEyes.ts"
import { decodeAnswer, type Answered } from "../../records/CommandRecord.ts"
import { basisOf, mayApprove, movedText, personOf, previewOf, secondFor, type Second } from "./fourEyes.ts"
import * as commands from "./commands.ts"
import { acceptHeldReport, voidOrder } from "./heldReports.ts"
import { isPinned, type Driven } from "../account/pinned.ts"
import { renameSymbol } from "./rename.ts"
import { retryOrder } from "./retry.ts"
import { acceptSplit } from "./split.ts"
import type { TradingState } from "../../records/TradingState.ts"
import { writeOff } from "./writeOff.ts"

export { Command, Scope }

/** The record that a command is about has changed since its caller read it, and nothing was done: its version now. */
export interface Stale {
  readonly _tag: "Stale"
  readonly version: number | undefined
}

/** A command needs a second person, and nothing was done: it is asked for again with what it would do. */
export interface Unpreviewed {
  readonly _tag: "Unpreviewed"
}

/** What a command came to, and whether it was carried out now or is answered from the first time. */
export interface Performed {
  readonly answer: Answered | Stale | Unpreviewed
  readonly isRepeated: boolean
  /** The operation of a dry run that would wait for a second person. */
  readonly second?: FourEyesOperation | undefined
}

export type { Answered } from "../../records/CommandRecord.ts"

const Contents = Schema.parseJson(Command)

/** A command as a request for a second person keeps it. */
export const encodeContents = Schema.encodeSync(Contents)
/** The command of a request for a second person. */
export const decodeContents = Schema.decodeSync(Contents, { exact: false })

/** What else decides about a command: the version that its record must have, and the positions that a resume is about. */
export interface Conditions extends Driven {
  /** What one of these versions is not is refused as stale; where nothing is said, any will do. */
  readonly versions?: ReadonlyArray<number> | undefined
  /** The positions that something holds. */
  readonly stopped?: ReadonlyArray<Position>
  /** What the command would do, where it needs a second person. */
  readonly preview?: string | undefined
  /** A dry run: the command is carried out without the approval that it needs. */
  readonly isRehearsed?: boolean | undefined
  /** Who has proven to have the token of this name, or to be this person. */
  readonly approver?: string | undefined
}

const UNKNOWN_REQUESTER =
  "a request for approval needs a token or a signed-in person, since its requester must not approve it"

/** Carries a command out once: the same id again is answered with what it did the first time. One that is stale leaves no trace. */
export const perform = (
  recorder: Recorder,
  id: string,
  command: Command,
  reason: string,
  conditions: Conditions = {}
): Performed => {
  const { versions } = conditions
  recorder.need(Need.Command({ id }))
  const before = recorder.books.commands.get(id)
  if (before !== undefined) return { answer: decodeAnswer(before.answer), isRepeated: true }
  const version = versions === undefined ? undefined : versionOf(recorder, command)
  if (versions !== undefined && (version === undefined || !versions.includes(version))) {
    return { answer: { _tag: "Stale", version }, isRepeated: false }
  }
  const second = secondFor(recorder, command)
  const waits = second !== undefined && conditions.isRehearsed !== true
  if (waits && isOpenCaller(recorder.cause.actor)) {
    return { answer: refused(UNKNOWN_REQUESTER), isRepeated: false, second: second.operation }
  }
  if (waits && conditions.preview === undefined) return { answer: { _tag: "Unpreviewed" }, isRepeated: false }
  const answer = waits
    ? request(recorder, { id, command, reason, second, conditions })
    : carryOut(recorder, command, reason, conditions)
  recorder.emit({ _tag: "CommandAnswered", id, answer })
  return { answer, isRepeated: false, second: second?.operation }
}

interface Requested {
  readonly id: string
  readonly command: Command
  readonly reason: string
  readonly second: Second
  readonly conditions: Conditions
}

/** Records that a command waits for a second person, with all that it is judged by then. */
const request = (recorder: Recorder, { command, conditions, id, reason, second }: Requested): Answered => {
  const { actor } = recorder.cause
  const approvalId = recorder.next("approval")
  recorder.emit({
    _tag: "ApprovalRequested",
    id: approvalId,
    commandId: id,
    ...second,
    contents: encodeContents(command),
    basis: basisOf(recorder, command, conditions.stopped ?? []),
    preview: previewOf(recorder, command, conditions.preview ?? ""),
    reason,
    actor,
    requester: personOf(recorder, actor)
  })
  return { _tag: "Waiting", approvalId }
}

const refused = (why: string): commands.CommandAnswer => ({ _tag: "Refused", why })

/** The request of an id, where it can still be decided; else why not. */
const waiting = (recorder: Recorder, id: ApprovalId): Either.Either<Approval, string> => {
  recorder.need(Need.ApprovalById({ id }))
  const found = recorder.books.approvals.get(id)
  const name = format("approval", id)
  if (found === undefined || found.account !== recorder.account) return Either.left(`request ${name} does not exist`)
  const standing = standingOf(found, recorder.world.at)
  if (standing === "expired")
    return Either.left(`${name} expired at ${formatInstant(found.approveBy)}; request it again`)
  return standing === "waiting" ? Either.right(found) : Either.left(`${name} is already ${standing}`)
}

/** Carries out what another person asked for, once, where the books are as they were then. */
const grant = (recorder: Recorder, id: ApprovalId, reason: string, conditions: Conditions): commands.CommandAnswer => {
  const found = waiting(recorder, id)
  if (Either.isLeft(found)) return refused(found.left)
  const { account, basis, contents, reason: why, ...asked } = found.right
  const command = decodeContents(contents)
  const isOfAll = "scope" in command && command.scope._tag === "Everything"
  const may = mayApprove(recorder, { ...asked, account: isOfAll ? undefined : account }, conditions.approver)
  if (Either.isLeft(may)) return refused(may.left)
  const now = basisOf(recorder, command, conditions.stopped ?? [])
  if (now !== basis) {
    const moved = `the books have changed since ${format("approval", id)} was requested: ${movedText(basis, now)}. Request it again`
    return { _tag: "Refused", why: moved, code: "BooksMoved" }
  }
  const answer = carryOut(recorder, command, why, conditions)
  if (answer._tag === "Refused") return answer
  recorder.emit({ _tag: "ApprovalGranted", id, actor: recorder.cause.actor, reason })
  return { _tag: "Done", what: `${format("approval", id)} is approved: ${answer.what}` }
}

const reject = (recorder: Recorder, id: ApprovalId, reason: string): commands.CommandAnswer => {
  const found = waiting(recorder, id)
  if (Either.isLeft(found)) return refused(found.left)
  recorder.emit({ _tag: "ApprovalRejected", id, actor: recorder.cause.actor, reason })
  return { _tag: "Done", what: `${format("approval", id)} is rejected` }
}

/** The version of the record that a command is about; none where it is about none, or there is no such record. */
const versionOf = (recorder: Recorder, command: Command): number | undefined => {
  const { books } = recorder
  if ("orderId" in command) {
    recorder.need(Need.OrderById({ id: command.orderId }))
    return books.orders.get(command.orderId)?.version
  }
  if ("tradeId" in command) {
    recorder.need(Need.TradeById({ id: command.tradeId }))
    return books.trades.get(command.tradeId)?.version
  }
  if (command._tag === "SetAccount") {
    recorder.need(Need.Account({ account: recorder.account }))
    return books.accounts.get(recorder.account)?.version
  }
  if (command._tag === "IdentifyLots") {
    const { symbol } = command
    recorder.need(Need.Position({ account: recorder.account, symbol }))
    return books.positions.get(joinKey([recorder.account, symbol]))?.version
  }
  if ("breakId" in command) return versionOfBreak(recorder, CaseId.make(format("break", command.breakId)))
  return "caseId" in command ? versionOfBreak(recorder, command.caseId) : undefined
}

/** The trading state and what holds positions of this account are lifted in one commit, so that neither is lost without the other. */
const resume = (
  recorder: Recorder,
  { lifts, scope }: Extract<Command, { readonly _tag: "Resume" }>,
  reason: string,
  stopped: ReadonlyArray<Position>
): commands.CommandAnswer => {
  const answer = setState(recorder, scope, "normal", reason, lifts)
  for (const { account, symbol } of stopped) if (account === recorder.account) commands.regate(recorder, symbol, true)
  const { at } = recorder.world
  const held = stopped.filter(
    ({ circuitUntil = at, heldBy, refusedUntil = at }) => heldBy !== undefined || circuitUntil > at || refusedUntil > at
  )
  if (answer._tag === "Refused" || held.length === 0) return answer
  const names = held.map(({ account, symbol }) => `${symbol} of ${account}`).join(", ")
  return { _tag: "Done", what: `${answer.what}; holds lifted: ${names}` }
}

const carryOut = (
  recorder: Recorder,
  command: Command,
  reason: string,
  conditions: Conditions
): commands.CommandAnswer => {
  switch (command._tag) {
    case "Resume":
      return resume(recorder, command, reason, conditions.stopped ?? [])
    case "SetAccount":
      return commands.setAccount(recorder, command.settings, isPinned(recorder, command.settings, conditions), reason)
    case "GrantApproval":
      return grant(recorder, command.approvalId, reason, conditions)
    case "RejectApproval":
      return reject(recorder, command.approvalId, reason)
    case "Halt":
      return setState(recorder, command.scope, "halted", reason)
    case "Observe":
      return setState(recorder, command.scope, "observe", reason)
    case "Reduce":
      return setState(recorder, command.scope, "reduce", reason)
    case "AskFirst":
      return setState(recorder, command.scope, "approve", reason)
    case "Approve":
      return approve(recorder, command)
    case "Cancel":
      return commands.cancelOrder(recorder, command.orderId, reason)
    case "MarkPlaced":
      return commands.markPlaced(recorder, command.orderId, command.brokerOrderId)
    case "MarkNotPlaced":
      return commands.markNotPlaced(recorder, command.orderId, reason)
    case "MarkEnded":
      return commands.markEnded(recorder, command.orderId, reason)
    case "AcceptAdjustment":
      return commands.acceptExcess(recorder, command.orderId)
    case "AcceptHeldReport":
      return acceptHeldReport(recorder, command.orderId, command.number)
    case "VoidOrder":
      return voidOrder(recorder, command.orderId, command.execIds)
    case "DismissBreak":
      return commands.dismissBreak(recorder, command.breakId, reason)
    case "AcknowledgeCase":
    case "AssignCase":
    case "NoteCase":
      return attend(recorder, command, reason)
    case "Release":
      return commands.releaseTrade(recorder, command.tradeId, command.symbol)
    case "DismissTrade":
      return commands.dismissTrade(recorder, command.tradeId, reason)
    case "Reverse":
      return commands.reverseTrade(recorder, command.tradeId)
    case "AdjustPosition":
      return adjustPosition(recorder, command, reason)
    case "DeclareInstrument":
      return commands.declareInstrument(recorder, command.symbol, command)
    case "AcceptSplit":
      return acceptSplit(recorder, command, reason)
    case "IdentifyLots":
      return identifyLots(recorder, command, reason)
    case "RenameSymbol":
      return renameSymbol(recorder, command, reason)
    case "WriteOff":
      return writeOff(recorder, command, reason)
    case "Retry":
      return retryOrder(recorder, command.orderId)
    case "AdoptAccount":
      return adoptAccount(recorder, command.holdings, reason)
  }
}

const setState = (
  recorder: Recorder,
  scope: Scope,
  state: TradingState,
  reason: string,
  lifts = false
): commands.CommandAnswer =>
  scope._tag === "Everything"
    ? commands.setGlobalTradingState(recorder, state, reason, lifts)
    : commands.setTradingState(recorder, scope._tag === "OneSymbol" ? scope.symbol : undefined, state, reason, lifts)
