import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { type AccountName, type Clock, Commands, Decimal, Order, Reads } from "@roundlot/core"
import { Entropy, Id, type TradeRepository, type OrderState } from "@roundlot/core/adapter"
import type { Command, effects, Ledger } from "@roundlot/core/ledger"
import { approvals, breaks, fillLots, orders, text } from "@roundlot/queries"
import { Effect, Option, Schema } from "effect"
import { ACTOR } from "./accountNames.ts"

/** A command that may not be carried out as things are, and why. */
export class CommandRefused extends Schema.TaggedError<CommandRefused>()("CommandRefused", {
  why: Schema.String,
  /** The books are not as they were when it was asked for. */
  code: Schema.optional(Schema.Literal("BooksMoved"))
}) {
  override get message() {
    return this.why
  }
}

/** A command on a record that has changed since its caller read it. */
export class StaleRecord extends Schema.TaggedError<StaleRecord>()("StaleRecord", {
  version: Schema.UndefinedOr(Schema.Int)
}) {
  override get message() {
    const now = this.version === undefined ? "it is gone" : `version now ${this.version}`
    return `the record has changed since it was read (${now}): read it again`
  }
}

/** A command as the command line gives it, or a caller of the API, who is its actor. */
export interface Asked {
  readonly actor?: string
  readonly account: AccountName.AccountName
  readonly command: Command.Command
  readonly reason: string
  readonly commandId: Option.Option<string>
  /** The versions that its record may have; any where nothing is said. */
  readonly versions?: ReadonlyArray<number> | undefined
  /** Who has proven to have the token of this name, or to be this person: an approval needs one. */
  readonly approver?: string | undefined
  /** Only what would follow is asked for: nothing is written or sent. */
  readonly dryRun?: boolean | undefined
}

/** What a command did; of a dry run what it would do, and its effects. */
export type Done = Documents.DoneDocument

/** Carries a command out, or rehearses it; what it did, in a sentence, and its id. A refusal is a failure. */
export const carryOut = ({
  account,
  actor = ACTOR,
  approver,
  command,
  commandId,
  dryRun = false,
  reason,
  versions
}: Asked): Effect.Effect<
  Done,
  CommandRefused | StaleRecord | Ledger.LedgerError,
  Commands.Commands | Entropy.Entropy | Clock.Clock | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const id = Option.isSome(commandId) ? commandId.value : yield* (yield* Entropy.Entropy).hex
    const request = { id, account, actor, approver, reason, command, versions }
    const { answer, effects, second } = yield* dryRun
      ? Effect.map(commands.rehearse(request), ({ effects, ...rest }) => ({
          ...rest,
          effects: effectsDocument(effects)
        }))
      : Effect.map(commands.perform(request), (answer) => ({ answer, effects: null, second: undefined }))
    if (answer._tag === "Refused") return yield* new CommandRefused({ why: answer.why, code: answer.code })
    if (answer._tag === "Stale") return yield* new StaleRecord({ version: answer.version })
    if (answer._tag === "Waiting") {
      const approval = yield* waitingFor(answer.approvalId)
      return { done: waitingText(approval), account, commandId: id, effects, approval }
    }
    const doubt = dryRun ? yield* doubtOf(account, command) : undefined
    const within = "scope" in command ? yield* liveWithin(account, command) : undefined
    const lots = dryRun ? yield* lotsOf(account, command) : undefined
    const against = dryRun ? yield* contradictionOf(command) : undefined
    return {
      done: answer.what,
      account,
      commandId: id,
      effects,
      ...(second === undefined ? {} : { needsApproval: true }),
      ...within,
      ...(doubt === undefined ? {} : { doubt }),
      ...(lots === undefined ? {} : { lots }),
      ...(against === undefined || against === null ? {} : { contradiction: against })
    }
  })

/** The request of what waits for a second person, as it stands. */
export const waitingFor = (
  id: Id.ApprovalId
): Effect.Effect<
  Documents.ApprovalInShort,
  TradeRepository.StoreError,
  Clock.Clock | TradeRepository.TradeRepository
> =>
  approvals
    .show(Id.format("approval", id))
    .pipe(Effect.map(approvals.shortOf), Effect.catchTags({ BadFilter: Effect.die, NotFound: Effect.die }))

/** What is said of what needs a second person: how its request stands, and how it goes on. */
export const waitingText = ({ approveBy, id, status }: Documents.ApprovalInShort): string =>
  status === "waiting"
    ? `${id} waits for approval by another person until ${approveBy}`
    : `${id} was requested before and is ${status}`

/** Who is to say whether the broker has an order sees what speaks for it. */
const doubtOf = (account: AccountName.AccountName, command: Command.Command) =>
  command._tag === "MarkPlaced" || command._tag === "MarkNotPlaced"
    ? breaks.doubtAbout(account, Id.format("order", command.orderId))
    : Effect.succeed(undefined)

/** Who identifies lots sees what the fill closes with them. */
const lotsOf = (account: AccountName.AccountName, command: Command.Command) =>
  command._tag === "IdentifyLots" ? fillLots.preview(account, command) : Effect.succeed(undefined)

const WORKING = ["submitting", "submitted", "partially_filled"] as const

type Scoped = Extract<Command.Command, { readonly scope: Command.Scope }>

/** Who changes the trading state of a scope sees which orders in it are unconfirmed; who halts it, which ones go on working. */
const liveWithin = (account: AccountName.AccountName, { _tag, scope }: Scoped) =>
  Effect.gen(function* () {
    const inDoubt = yield* ordersWithin(account, scope, ["in_doubt"])
    const working = _tag === "Halt" ? yield* ordersWithin(account, scope, WORKING) : undefined
    return {
      inDoubt: inDoubt.map(orders.shortOf),
      ...(working === undefined ? {} : { working: working.map(orders.shortOf) })
    }
  })

/** Who is to say that an order has ended sees what its broker says. */
const contradictionOf = (command: Command.Command) =>
  command._tag === "MarkEnded"
    ? Effect.flatMap(Reads.first(Order.OrderTable, { where: [{ column: "id", in: [command.orderId] }] }), (order) =>
        order === undefined ? Effect.succeed(undefined) : orders.contradictionOf(order)
      )
    : Effect.succeed(undefined)

/** The document of what would follow. */
export const effectsDocument = ({ entries, orders }: effects.Effects): Documents.EffectsDocument => ({
  entries,
  orders: orders.map(({ account, notional, quantity, side, symbol }) => ({
    account,
    symbol,
    side,
    quantity: Decimal.format(quantity),
    notional: text.decimalOrNull(notional)
  }))
})

/** What is said of what needs a second person, before it is requested. */
export const NEEDS_APPROVAL = "Another person has to approve it."

const MOST_NAMED = 20

const listed = (head: string, found: ReadonlyArray<Documents.OrderInShort>): ReadonlyArray<string> => {
  if (found.length === 0) return []
  const named = found
    .slice(0, MOST_NAMED)
    .map(({ account, id, quantity, side, symbol }) => `  ${id}: ${side} ${quantity} ${symbol} of ${account}`)
  const more = found.length > MOST_NAMED ? [`  and ${found.length - MOST_NAMED} more`] : []
  return [`${head}:`, ...named, ...more]
}

/** The orders that would follow, a line each. */
export const orderLines = ({ orders: following }: Documents.EffectsDocument): ReadonlyArray<string> => {
  const lines = following.map(
    ({ account, notional, quantity, side, symbol }) =>
      `  ${side} ${quantity} ${symbol} of ${account}${notional === null ? "" : `, about ${dollarsText(notional)}`}`
  )
  return lines.length === 0 ? ["No order would follow."] : ["Orders that would follow:", ...lines]
}

/** A command as people read it: what was done and which orders it leaves open; of a dry run what would be done, and the orders that would follow. */
export const sentenceOf = ({
  cancelled,
  contradiction,
  done,
  doubt,
  effects,
  inDoubt = [],
  lots = [],
  needsApproval = false,
  working = []
}: Done): string => {
  const live = [
    ...listed("Unconfirmed: the broker may have these", inDoubt),
    ...listed(
      cancelled === undefined || cancelled.length === 0 ? "Open orders, not affected" : "At the broker now",
      working
    )
  ]
  const ends = cancelled === undefined ? [] : [`Cancel requests: ${cancelled.join(", ") || "none"}.`]
  const known = [
    ...(lots.length === 0 ? [] : [fillLots.closingTable(lots)]),
    ...(doubt === undefined ? [] : [breaks.doubtText(doubt)]),
    ...(contradiction === undefined ? [] : [orders.contradictionText(contradiction)])
  ]
  if (effects === null) return [`${done}.`, ...live, ...ends].join("\n")
  const second = needsApproval ? [NEEDS_APPROVAL] : []
  return [
    `Nothing is written. It would be: ${done}.`,
    ...second,
    ...known,
    ...live,
    ...ends,
    ...orderLines(effects)
  ].join("\n")
}

/** Our orders of these statuses within a scope. */
export const ordersWithin = (
  account: AccountName.AccountName,
  scope: Command.Scope,
  statuses: ReadonlyArray<OrderState.OrderStatus>
): Effect.Effect<ReadonlyArray<Order.Order>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Reads.all(Order.OrderTable, {
    where: [
      { column: "status", in: statuses },
      { column: "origin", in: ["accumulation", "direct"] },
      ...(scope._tag === "Everything" ? [] : [{ column: "account", in: [account] }]),
      ...(scope._tag === "OneSymbol" ? [{ column: "symbol", in: [scope.symbol] }] : [])
    ]
  })
