import { Context, Effect, Layer } from "effect"
import { AccountTable, type Account, type AccountSettings } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import {
  decodeContents,
  perform,
  type Command,
  type Conditions,
  type Performed,
  type Scope,
  type Stale
} from "../rules/operator/Command.ts"
import { isResumable, regate, type CommandAnswer } from "../rules/operator/commands.ts"
import type * as Instant from "../values/Instant.ts"
import { unstorable } from "../values/unstorable.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { together, type Effects } from "../ledger/effects.ts"
import type { Member } from "../ledger/plan.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import { requireAll } from "../ports/AccountScope.ts"
import type { TradeRepository, StoreError } from "../ports/TradeRepository.ts"
import { BreakTable } from "../records/Break.ts"
import { regateAll, regateMember, regateMembers } from "./Gates.ts"
import { settleSends } from "./halting.ts"
import * as KnownInstruments from "./KnownInstruments.ts"
import { ApprovalTable, type Approval } from "../records/Approval.ts"
import type { FourEyesOperation } from "../records/fourEyes.ts"
import { CommandTable, type Answered } from "../records/CommandRecord.ts"
import * as Reads from "./Reads.ts"
import {
  askingFor,
  changedSince,
  drivenOf,
  rehearseSetting,
  setting,
  type RehearsedSetting,
  type SettingRequest
} from "./AccountSetting.ts"
import * as TaxLots from "./TaxLots.ts"

/** A command with all that belongs on record: to whom, by whom, why, and its id, which makes it happen once. */
export interface CommandRequest {
  readonly id: string
  readonly account: AccountName
  readonly actor: string
  readonly reason: string
  readonly command: Command
  /** The versions that the order, trade or break may have; where it has another one by now, nothing is done. */
  readonly versions?: ReadonlyArray<number> | undefined
  /** Who has proven to have the token of this name, or to be this person: nobody else approves what another asked for. */
  readonly approver?: string | undefined
}

/** What a command would come to. */
export interface Rehearsed {
  readonly answer: Answered | Stale
  readonly effects: Effects
  /** The operation that would wait for a second person; none where it would be carried out at once. */
  readonly second?: FourEyesOperation | undefined
}

/** Where operators and programs act. */
export interface CommandsService {
  /**
   * Carries a command out once, or records that it waits for a second person. A halt is answered when nothing that began before it is
   * still on its way (10 s at most).
   */
  readonly perform: (request: CommandRequest) => Effect.Effect<Answered | Stale, LedgerError>
  /** A dry run: what a command would come to on the books as they stand, and what would follow at once. Nothing is written or sent. */
  readonly rehearse: (request: CommandRequest) => Effect.Effect<Rehearsed, LedgerError>
  /**
   * Makes an account or changes its policies; its positions are evaluated under them (D1). Its broker can be changed until one of
   * its orders may have left. A limit that lets more through than before needs a reason. `madeOf` is the account's record that the
   * settings were made of: where it has changed since, nothing is done, or what others have set meanwhile would be taken back.
   */
  readonly setAccount: (
    account: AccountName,
    settings: AccountSettings,
    actor: string,
    reason?: string,
    madeOf?: Pick<Account, "version">
  ) => Effect.Effect<Answered, LedgerError>
  /** A dry run of `setAccount`: which positions its limits would release or hold, and the orders that would follow. Nothing is written. */
  readonly rehearseAccount: (request: SettingRequest) => Effect.Effect<RehearsedSetting, LedgerError>
}

/** Where operators and programs act. */
export class Commands extends Context.Tag("@roundlot/core/Commands")<Commands, CommandsService>() {}

/** Makes it on the program's ledger. */
export const make: Effect.Effect<CommandsService, never, Ledger | TradeRepository> = Effect.gen(function* () {
  const context = yield* Effect.context<Ledger | TradeRepository>()
  const ledger = yield* Ledger
  const submit = (order: CommandRequest, preview?: string): Effect.Effect<Performed, LedgerError, TradeRepository> =>
    Effect.gen(function* () {
      const members = membersOf(order, { ...(yield* surroundings(order)), preview })
      const [performed] = yield* ledger.submitAll("command", members)
      return performed ?? (yield* Effect.dieMessage(`command ${order.id} has no answer`))
    })
  /** What needs a second person is asked for with what it would do. */
  const submitOrAsk = (order: CommandRequest): Effect.Effect<Answered | Stale, LedgerError, Ledger | TradeRepository> =>
    Effect.gen(function* () {
      const { answer } = yield* order.command._tag === "IdentifyLots"
        ? identifyingLots(order, order.command, submit)
        : submit(order)
      if (answer._tag !== "Unpreviewed") return answer
      const dated = { ...order, command: datedAt(order.command, yield* ledger.now) }
      const would = (yield* rehearsal(dated)).answer
      if (would._tag !== "Done") return would
      const asked = yield* submit(dated, would.what)
      return asked.answer._tag === "Unpreviewed"
        ? yield* Effect.dieMessage(`command ${order.id} had a preview`)
        : asked.answer
    })
  return {
    perform: (request) =>
      Effect.gen(function* () {
        yield* allowed(request)
        const why = unsoundOf(request)
        if (why !== undefined) return { _tag: "Refused", why } as const
        const answer = yield* submitOrAsk(request)
        // A repeated command too: what follows it may be what was lost.
        return answer._tag === "Done" ? yield* follow(yield* carriedBy(request), answer) : answer
      }).pipe(Effect.provide(context)),
    rehearse: (request) => {
      const why = unsoundOf(request)
      if (why === undefined) return Effect.provide(Effect.zipRight(allowed(request), rehearsal(request)), context)
      return Effect.succeed({ answer: { _tag: "Refused", why }, effects: together([]) })
    },
    setAccount: (account, settings, actor, reason, madeOf) =>
      setting({ account, settings, actor, madeOf, reason }).pipe(
        Effect.flatMap((member) => ledger.submit("command", member)),
        Effect.tap(({ isChange }) => (isChange ? regateAll(account) : Effect.void)),
        Effect.flatMap(({ answer }) =>
          answer._tag === "Unpreviewed"
            ? Effect.flatMap(askingFor({ account, settings, actor, madeOf, reason }), submitOrAsk)
            : Effect.succeed(answer)
        ),
        Effect.map((answer) => (answer._tag === "Stale" ? changedSince(account) : answer)),
        Effect.provide(context)
      ),
    rehearseAccount: (request) => Effect.provide(rehearseSetting(request), context)
  }
})

/** Commands on the program's ledger. */
export const layer: Layer.Layer<Commands, never, Ledger | TradeRepository> = Layer.effect(Commands, make)

/** Everything is more than the accounts that a caller is bound to. */
const allowed = (request: CommandRequest): Effect.Effect<void, StoreError, TradeRepository> =>
  Effect.flatMap(carriedBy(request), ({ command }) =>
    "scope" in command && command.scope._tag === "Everything" ? requireAll : Effect.void
  )

/** What is wrong with the texts of a command, so that no store keeps them. */
const unsoundOf = ({ actor, id, reason }: CommandRequest): string | undefined => {
  for (const [name, text] of Object.entries({ actor, id, reason })) {
    const problem = unstorable(text)
    if (problem !== undefined) return `its ${name} ${problem}`
  }
  return undefined
}

/** A command as a request keeps it: what is to be from now on is from the time of its request on, whenever it is approved. */
const datedAt = (command: Command, now: Instant.Instant): Command =>
  command._tag === "RenameSymbol" ? { ...command, since: command.since ?? now } : command

/** The request that a command decides; none where it decides none, or there is no such request. */
const decidedBy = ({
  account,
  command
}: CommandRequest): Effect.Effect<Approval | undefined, StoreError, TradeRepository> =>
  command._tag === "GrantApproval"
    ? Reads.first(ApprovalTable, {
        where: [
          { column: "id", in: [command.approvalId] },
          { column: "account", in: [account] }
        ]
      })
    : Effect.succeed(undefined)

/** What a command carries out: what another person asked for, where it approves that; else itself. */
const carriedBy = (request: CommandRequest): Effect.Effect<CommandRequest, StoreError, TradeRepository> =>
  Effect.map(decidedBy(request), (found) =>
    found === undefined ? request : { ...request, command: decodeContents(found.contents) }
  )

/** What decides about a command beside the books of its own account: the positions that a resume lets go on, and what names no account. */
const surroundings = (order: CommandRequest) =>
  Effect.gen(function* () {
    const carried = yield* carriedBy(order)
    const { command } = carried
    const stopped = yield* stoppedBefore(carried)
    const isOfAll = "scope" in command && command.scope._tag === "Everything"
    const accounts = isOfAll ? (yield* Reads.all(AccountTable)).map(({ name }) => name) : []
    return { stopped, accounts, ...(command._tag === "SetAccount" ? yield* drivenOf(order.account) : {}) }
  })

/** D8: the positions that a resume lets go on: held by an operator's cancel, an open circuit, or a refusal for a session. */
const stoppedBefore = ({
  account,
  command
}: CommandRequest): Effect.Effect<ReadonlyArray<Position>, StoreError, TradeRepository> => {
  if (command._tag !== "Resume") return Effect.succeed([])
  const { scope } = command
  const where = [
    ...(scope._tag === "Everything" ? [] : [{ column: "account", in: [account] }]),
    ...(scope._tag === "OneSymbol" ? [{ column: "symbol", in: [scope.symbol] }] : [])
  ]
  return Effect.map(Reads.all(PositionTable, { where }), (positions) => positions.filter(isResumable))
}

interface Surrounded extends Pick<Conditions, "isDriven" | "isRehearsed" | "preview" | "symbols"> {
  readonly stopped: ReadonlyArray<Position>
  /** The accounts whose settings decide: all, of what is for everything. */
  readonly accounts: ReadonlyArray<AccountName>
}

/**
 * A command, and for every other account that a resume of everything is about, a logical commit of that account; all of them one
 * physical commit. What was carried out before lifts nothing again.
 */
const membersOf = (order: CommandRequest, surrounded: Surrounded): ReadonlyArray<Member<Performed>> => {
  const { accounts, stopped } = surrounded
  const cause = { kind: "command", actor: order.actor, command: order.id, reason: order.reason } as const
  let performed: Performed | undefined
  const needs = (account: AccountName) => [
    Need.Command({ id: order.id }),
    ...accounts.map((each) => Need.Account({ account: each })),
    ...stopped.filter((each) => each.account === account).map(({ symbol }) => Need.Position({ account, symbol }))
  ]
  const first: Member<Performed> = {
    account: order.account,
    cause,
    needs: needs(order.account),
    apply: (recorder) => {
      const conditions = { ...surrounded, approver: order.approver, versions: order.versions }
      return (performed = perform(recorder, order.id, order.command, order.reason, conditions))
    }
  }
  const others = new Set(stopped.map(({ account }) => account).filter((account) => account !== order.account))
  const lifting = [...others].map((account): Member<Performed> => ({
    account,
    cause,
    needs: needs(account),
    apply: (recorder) => {
      if (performed === undefined) throw new Error(`command ${order.id} was not carried out`)
      for (const each of performed.isRepeated || performed.answer._tag !== "Done" ? [] : stopped) {
        if (each.account === account) regate(recorder, each.symbol, true)
      }
      return performed
    }
  }))
  return [first, ...lifting]
}

/** How often lots are looked at again where a fill came meanwhile. */
const LOOKS = 5

/**
 * LOT-13: lots are read before the commit, which leaves no trace where the position has changed since: then they are read again. A command
 * id that was answered before is answered as then, whatever has become of the lots.
 */
const identifyingLots = (
  request: CommandRequest,
  command: Extract<Command, { readonly _tag: "IdentifyLots" }>,
  submit: (request: CommandRequest) => Effect.Effect<Performed, LedgerError, TradeRepository>,
  looks = LOOKS
): Effect.Effect<Pick<Performed, "answer">, LedgerError, TradeRepository> =>
  Effect.gen(function* () {
    const known = yield* Reads.first(CommandTable, { where: [{ column: "id", in: [request.id] }] })
    if (known !== undefined) return yield* submit(request)
    const checked = yield* TaxLots.check(request.account, command)
    if (checked._tag === "Refused") return { answer: checked }
    const performed = yield* submit({ ...request, versions: [checked.version] })
    if (performed.answer._tag !== "Stale" || looks === 1) return performed
    return yield* identifyingLots(request, command, submit, looks - 1)
  })

/** What a command would come to; one about lots is refused where these are not open. */
const rehearsal = (order: CommandRequest): Effect.Effect<Rehearsed, LedgerError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const { account, command } = order
    if (command._tag === "IdentifyLots") {
      const checked = yield* TaxLots.check(account, command)
      if (checked._tag === "Refused") return { answer: checked, effects: together([]) }
    }
    return yield* rehearsed(order)
  })

/** The command, then the evaluation of what it is about (D1), all of which is planned and nothing of which is kept. */
const rehearsed = (order: CommandRequest) =>
  Effect.gen(function* () {
    const { account, command } = yield* carriedBy(order)
    const ledger = yield* Ledger
    const planned: Array<Effects> = []
    const rehearse = (effects: Effects) => void planned.push(effects)
    let performed: Performed | undefined
    const carrying = membersOf(order, { ...(yield* surroundings(order)), isRehearsed: true }).map(
      (member): Member<void> => ({
        ...member,
        apply: (recorder) => {
          performed = member.apply(recorder)
        },
        rehearse
      })
    )
    const positions = yield* concerned({ account, command })
    const evaluating = [...new Set(positions.map(({ account }) => account))].map((account): Member<void> => {
      const own = positions.filter((position) => position.account === account).map(({ symbol }) => symbol)
      return { ...regateMembers(account, own), rehearse }
    })
    const releasing =
      command._tag === "DeclareInstrument" ? yield* KnownInstruments.following({ account, symbol: command.symbol }) : []
    const following = releasing.map((member): Member<void> => ({ ...member, rehearse }))
    yield* ledger.submitAll("command", [...carrying, ...following, ...evaluating])
    if (performed === undefined) return yield* Effect.dieMessage(`command ${order.id} has no answer`)
    const { answer, second } = performed
    if (answer._tag === "Unpreviewed") return yield* Effect.dieMessage(`command ${order.id} was rehearsed`)
    return { answer, effects: together(planned), second }
  })

/** The positions that are evaluated after a command, as `follow` has it. */
const concerned = ({
  account,
  command
}: Pick<CommandRequest, "account" | "command">): Effect.Effect<ReadonlyArray<Position>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    if (!("scope" in command) && !(yield* freesAccount(command))) return []
    const scope = "scope" in command ? command.scope : undefined
    return yield* Reads.all(PositionTable, {
      where: [
        ...(scope?._tag === "Everything" ? [] : [{ column: "account", in: [account] }]),
        ...(scope?._tag === "OneSymbol" ? [{ column: "symbol", in: [scope.symbol] }] : [])
      ]
    })
  })

/** Does a command lift what holds a whole account: that it was used before, its settings, or a break about all of it? */
const freesAccount = (command: Command): Effect.Effect<boolean, StoreError, TradeRepository> => {
  if (command._tag !== "DismissBreak")
    return Effect.succeed(command._tag === "AdoptAccount" || command._tag === "SetAccount")
  const found = Reads.first(BreakTable, { where: [{ column: "id", in: [command.breakId] }] })
  return Effect.map(found, (each) => each?.holds === "account")
}

type Done = Extract<CommandAnswer, { readonly _tag: "Done" }>

/**
 * What a change of trading state or settings, an adopted account or the end of a break about all of one brings with it: for a halt, what is on its way is waited for and named;
 * what was quarantined for an instrument is counted; then positions are evaluated (D1).
 */
const follow = (
  { account, command }: CommandRequest,
  done: Done
): Effect.Effect<Done, LedgerError, Ledger | TradeRepository> => {
  if (command._tag === "DeclareInstrument") {
    return Effect.as(KnownInstruments.releaseAtOnce({ account, symbol: command.symbol }), done)
  }
  if (!("scope" in command)) return Effect.as(Effect.whenEffect(regateAll(account), freesAccount(command)), done)
  const { scope } = command
  if (command._tag !== "Halt") return Effect.as(regateScope(account, scope), done)
  return Effect.zipLeft(
    Effect.map(settleSends(account, scope), (sends) => ({ ...done, what: `${done.what}; ${sends}` })),
    regateScope(account, scope)
  )
}

/** Only what the command is about is evaluated. */
const regateScope = (
  account: AccountName,
  scope: Scope
): Effect.Effect<void, LedgerError, Ledger | TradeRepository> => {
  switch (scope._tag) {
    case "Everything":
      return Effect.flatMap(Reads.all(AccountTable), (accounts) =>
        Effect.forEach(accounts, ({ name }) => regateAll(name), { discard: true })
      )
    case "WholeAccount":
      return regateAll(account)
    case "OneSymbol":
      return Effect.flatMap(Ledger, (ledger) => ledger.submit("command", regateMember(account, scope.symbol)))
  }
}
