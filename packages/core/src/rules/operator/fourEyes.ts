import { Either } from "effect"
import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Account, AccountSettings } from "../../records/Account.ts"
import { minutesOf, needsSecond, type FourEyesOperation } from "../../records/fourEyes.ts"
import { holdingsOf, residualOf, type Position } from "../../records/Position.ts"
import type { Session } from "../../records/Session.ts"
import type { Ticker } from "../../records/Ticker.ts"
import { allows, isHostActor, scopeOf, type Token } from "../../records/Token.ts"
import { stricter, type Control, type TradingState } from "../../records/TradingState.ts"
import { joinKey } from "../../tables/Table.ts"
import * as Decimal from "../../values/Decimal.ts"
import { format, type OrderId } from "../../values/Id.ts"
import * as Instant from "../../values/Instant.ts"
import { loosened } from "../account/limits.ts"
import { changesOfSettings } from "../account/settingChanges.ts"
import { isStopped } from "./commands.ts"
import type { Command, Scope } from "./commandSchema.ts"

/** An operation that needs a second person, and until when one may approve it. */
export interface Second {
  readonly operation: FourEyesOperation
  readonly approveBy: Instant.Instant
}

/** The second person that a command needs as the books stand; none where its account asks for none. */
export const secondFor = (recorder: Recorder, command: Command): Second | undefined => {
  const own = accountOf(recorder)
  const operation = operationOf(recorder, own, command)
  if (operation === undefined) return undefined
  const isOfAll = "scope" in command && command.scope._tag === "Everything"
  const asking = (isOfAll ? recorder.books.accounts.all() : own === undefined ? [] : [own]).filter(
    (account) => isOfSettings(command) || needsSecond(account, operation)
  )
  if (asking.length === 0) return undefined
  const minutes = Math.min(...asking.map(minutesOf))
  return { operation, approveBy: Instant.addMillis(recorder.world.at, minutes * 60_000) }
}

const accountOf = (recorder: Recorder): Account | undefined => {
  recorder.need(Need.Account({ account: recorder.account }))
  return recorder.books.accounts.get(recorder.account)
}

/** Whether settings need a second person is judged by what they change. */
const isOfSettings = ({ _tag }: Command): boolean => _tag === "SetAccount"

const operationOf = (recorder: Recorder, own: Account | undefined, command: Command): FourEyesOperation | undefined => {
  switch (command._tag) {
    case "AdjustPosition":
      return "adjust"
    case "AdoptAccount":
      return "adopt"
    case "AcceptSplit":
    case "RenameSymbol":
      return "split"
    case "WriteOff":
      return "writeOff"
    case "VoidOrder":
      return "void"
    case "Resume":
      return "resume"
    case "Retry":
      return isHolding(recorder, command.orderId) ? "resume" : undefined
    case "Observe":
      return isLooser(recorder, command.scope, "observe") ? "resume" : undefined
    case "Reduce":
      return isLooser(recorder, command.scope, "reduce") ? "resume" : undefined
    case "AskFirst":
      return isLooser(recorder, command.scope, "approve") ? "resume" : undefined
    case "SetAccount":
      return own !== undefined && loosened(own, command.settings).length > 0 ? "limits" : undefined
    default:
      return undefined
  }
}

const controlOf = (recorder: Recorder, scope: Scope): Control | undefined => {
  const account = scope._tag === "Everything" ? "" : recorder.account
  const symbol = scope._tag === "OneSymbol" ? scope.symbol : ""
  recorder.need(Need.Control({ account, symbol }))
  return recorder.books.controls.get(joinKey([account, symbol]))
}

/** Would a retry of an order lift what stops its position? */
const isHolding = (recorder: Recorder, orderId: OrderId): boolean => {
  const position = positionOf(recorder, orderId)
  return position !== undefined && isStopped(position)
}

/** Does a scope let more through in another trading state than in its own? */
const isLooser = (recorder: Recorder, scope: Scope, state: TradingState): boolean => {
  const own = controlOf(recorder, scope)?.state ?? "normal"
  return own !== state && stricter(own, state) === own
}

/** What stands between the parts of a basis. */
const PART = "; "

/** What the books have of all that a command rests on, as a text: where it differs later, the command would do something else. */
export const basisOf = (recorder: Recorder, command: Command, stopped: ReadonlyArray<Position>): string => {
  switch (command._tag) {
    case "AdjustPosition":
    case "AcceptSplit":
    case "RenameSymbol":
    case "WriteOff":
      return heldText(recorder, command.symbol)
    case "AdoptAccount":
      return command.holdings.map(({ symbol }) => heldText(recorder, symbol)).join(PART)
    case "VoidOrder":
      return orderText(recorder, command.orderId)
    case "Resume":
    case "Observe":
    case "Reduce":
    case "AskFirst":
      return [controlText(controlOf(recorder, command.scope)), ...stopped.map(stopText).toSorted()].join(", ")
    case "Retry":
      return retryText(recorder, command.orderId)
    case "SetAccount":
      return settingsText(accountOf(recorder))
    default:
      return ""
  }
}

/** All that is set of an account; what its broker says of itself is not among it. */
export const settingsText = (settings: AccountSettings | undefined): string =>
  settings === undefined
    ? ""
    : changesOfSettings(undefined, settings)
        .map(({ after = "", name }) => `${name} ${after}`)
        .join(PART)

/** How a request and the books differ, in a sentence: the parts of a basis that the other has not. */
export const movedText = (then: string, now: string): string =>
  `then ${partsBeside(then, now)}; now ${partsBeside(now, then)}`

const partsBeside = (basis: string, other: string): string => {
  const known = new Set(other.split(PART))
  const own = basis.split(PART).filter((part) => !known.has(part))
  return own.length === 0 ? "nothing" : own.join(PART)
}

/** A newer halt is another one, although its state is the same. */
const controlText = (control: Control | undefined): string =>
  control === undefined ? "normal" : `${control.state} since ${Instant.format(control.changedAt)} (${control.version})`

const stopText = ({ account, circuitUntil, heldBy, refusedUntil, symbol }: Position): string =>
  [
    `${symbol} of ${account}`,
    ...(heldBy === undefined ? [] : [`held by the cancel of ${format("order", heldBy)}`]),
    ...(circuitUntil === undefined ? [] : [`circuit open until ${Instant.format(circuitUntil)}`]),
    ...(refusedUntil === undefined ? [] : [`refused until ${Instant.format(refusedUntil)}`])
  ].join(" ")

const retryText = (recorder: Recorder, orderId: OrderId): string => {
  const position = positionOf(recorder, orderId)
  return position === undefined
    ? orderText(recorder, orderId)
    : [orderText(recorder, orderId), heldText(recorder, position.symbol), stopText(position)].join(PART)
}

/** The position that an order is of. */
const positionOf = (recorder: Recorder, orderId: OrderId): Position | undefined => {
  const { account, books } = recorder
  recorder.need(Need.OrderById({ id: orderId }))
  const order = books.orders.get(orderId)
  if (order === undefined) return undefined
  recorder.need(Need.Position({ account, symbol: order.symbol }))
  return books.positions.get(joinKey([account, order.symbol]))
}

const heldText = (recorder: Recorder, symbol: Ticker): string => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const position = books.positions.get(joinKey([account, symbol]))
  if (position === undefined) return `${symbol}: nothing`
  const [held, owed] = [holdingsOf(position), residualOf(position)].map(Decimal.format)
  return `${symbol}: holds ${held}, to trade ${owed}`
}

const orderText = (recorder: Recorder, orderId: OrderId): string => {
  const { books } = recorder
  recorder.need(Need.OrderById({ id: orderId }))
  const order = books.orders.get(orderId)
  if (order === undefined) return `${format("order", orderId)}: none`
  const fills = books.fills.find("order", [orderId]).filter(({ canonical }) => canonical)
  const counted = fills.map(({ execId, quantity }) => `${execId} ${Decimal.format(quantity)}`).toSorted()
  return [`${format("order", orderId)}: ${order.status}`, `filled ${Decimal.format(order.filled)}`, ...counted].join(
    ", "
  )
}

/** What a command would do, for who approves it: as its dry run says, with all that this leaves out. */
export const previewOf = (recorder: Recorder, command: Command, would: string): string => {
  const details = detailsOf(recorder, command)
  return details.length === 0 ? would : `${would}: ${details.join(", ")}`
}

const detailsOf = (recorder: Recorder, command: Command): ReadonlyArray<string> => {
  switch (command._tag) {
    case "AdjustPosition":
      return [
        `account ${recorder.account}`,
        ...(command.price === undefined ? [] : [`at ${Decimal.format(command.price)}`])
      ]
    case "VoidOrder":
      return command.execIds
    case "SetAccount":
      return changesOfSettings(accountOf(recorder), command.settings).map(
        ({ after = "not set", before = "not set", name }) => `${name} ${before} → ${after}`
      )
    default:
      return []
  }
}

/** The person behind an actor: all tokens of a person are one, and so are those that a token made by itself. */
export const personOf = (recorder: Recorder, actor: string): string => {
  const seen = new Set<string>()
  let name = actor
  while (!seen.has(name)) {
    seen.add(name)
    if (isHostActor(name)) return name
    recorder.need(Need.TokenByName({ name }))
    const token = recorder.books.tokens.get(name)
    if (token === undefined || isHostActor(token.createdBy)) return token?.person ?? name
    if (token.person !== undefined) return token.person
    name = token.createdBy
  }
  return name
}

type Rights = Pick<Token, "role" | "accounts">

/** What somebody may do who has a token of this name, or is signed in as a person of it, as the books have it now. */
const rightsOf = (recorder: Recorder, name: string): Rights | undefined => {
  const { books, world } = recorder
  recorder.need(Need.TokenByName({ name }))
  const token = books.tokens.get(name)
  if (token !== undefined) {
    const { expiresAt, revokedAt } = token
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > world.at) ? token : undefined
  }
  recorder.need(Need.SessionsOf({ token: name }))
  const isSignedIn = ({ endedAt, expiresAt }: Session) => endedAt === undefined && expiresAt > world.at
  return books.sessions
    .find("token", [name])
    .filter(isSignedIn)
    .flatMap(({ accounts, role }) => (role === undefined ? [] : [{ role, accounts }]))
    .find(({ role }) => allows(role, "operate"))
}

/** Whose request it is, and what it is for. */
export interface Asked {
  readonly requestedBy: string
  readonly requester: string
  /** All accounts, where it is for everything. */
  readonly account: string | undefined
}

/**
 * May this person approve what another asked for? `approver` is the name of a token, or of a person, that the caller has proven; a
 * caller who has proven none approves nothing.
 */
export const mayApprove = (
  recorder: Recorder,
  { account, requestedBy, requester }: Asked,
  approver: string | undefined
): Either.Either<void, string> => {
  if (approver === undefined || isHostActor(approver))
    return Either.left(
      "an approval needs a token or a signed-in person: without either it could be the requester's own"
    )
  const rights = rightsOf(recorder, approver)
  if (rights === undefined) return Either.left(`the token or session of ${approver} is no longer valid`)
  if (!allows(rights.role, "operate"))
    return Either.left(`${approver} has the role ${rights.role}; an approval needs operate`)
  const own = scopeOf(rights)
  if (own !== undefined && (account === undefined || !own.has(account)))
    return Either.left(`${approver} may not operate ${account === undefined ? "all accounts" : `account ${account}`}`)
  if (approver === requestedBy || personOf(recorder, approver) === requester)
    return Either.left(`${approver} requested this: another person has to approve it`)
  return Either.void
}
