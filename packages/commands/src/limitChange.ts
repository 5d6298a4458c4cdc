import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { type Account, type AccountName, type Clock, Commands, Decimal } from "@roundlot/core"
import { codeWords, limits, type Ledger } from "@roundlot/core/ledger"
import type { TradeRepository } from "@roundlot/core/adapter"
import { accounts } from "@roundlot/queries"
import { Array, Effect } from "effect"
import { CommandRefused, effectsDocument, NEEDS_APPROVAL, orderLines, waitingFor, waitingText } from "./carryingOut.ts"

/** What an account is to have, and the record that it was made of. */
export interface LimitChange {
  readonly account: AccountName.AccountName
  readonly settings: Account.AccountSettings
  readonly before: Account.Account | undefined
  readonly actor: string
  readonly reason: string | undefined
}

/** Sets an account; what loosens it may wait for a second person. A refusal is a failure. */
export const set = ({
  account,
  actor,
  before,
  reason,
  settings
}: LimitChange): Effect.Effect<
  { readonly what: string; readonly approval?: Documents.ApprovalInShort },
  CommandRefused | Ledger.LedgerError,
  Commands.Commands | Clock.Clock | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const { setAccount } = yield* Commands.Commands
    const answer = yield* setAccount(account, settings, actor, reason, before)
    if (answer._tag === "Refused") return yield* new CommandRefused({ why: answer.why })
    if (answer._tag === "Done") return answer
    const approval = yield* waitingFor(answer.approvalId)
    return { what: waitingText(approval), approval }
  })

/** What a dry run says where it is asked for without a reason: a raise is shown before somebody gives one. */
const UNSAID = "dry run"

/** What the limits of an account would come to. Nothing is written; a refusal is a failure. */
export const rehearse = ({
  account,
  actor,
  before,
  reason = UNSAID,
  settings
}: LimitChange): Effect.Effect<Documents.RehearsedLimits, CommandRefused | Ledger.LedgerError, Commands.Commands> =>
  Effect.gen(function* () {
    const { rehearseAccount } = yield* Commands.Commands
    const { answer, effects, positions } = yield* rehearseAccount({ account, settings, actor, reason, madeOf: before })
    if (answer._tag === "Refused") return yield* new CommandRefused({ why: answer.why })
    const document: Documents.RehearsedLimits = {
      dryRun: true,
      account,
      done: answer.what,
      changes: accounts.limitChanges(before, settings),
      raised: before === undefined ? [] : limits.raisedLimits(before, settings),
      ...(before !== undefined && limits.loosened(before, settings).length > 0 ? { needsApproval: true } : {}),
      released: heldBy(positions, ({ after, before: was }) => (after === undefined ? was : undefined)),
      held: heldBy(positions, ({ after, before: was }) => (was === undefined ? after : undefined)),
      waiting: heldBy(positions, ({ after, before: was }) => (was === undefined ? undefined : after)),
      effects: effectsDocument(effects)
    }
    return document
  })

type Limited = Effect.Effect.Success<ReturnType<Commands.CommandsService["rehearseAccount"]>>["positions"][number]

/** So many symbols are named. */
const MOST_NAMED = 20

const heldBy = (
  positions: ReadonlyArray<Limited>,
  controlOf: (position: Limited) => string | undefined
): ReadonlyArray<Documents.LimitedPositions> =>
  Object.entries(Array.groupBy(positions, (each) => controlOf(each) ?? "")).flatMap(([control, found]) => {
    const priced = found.flatMap(({ notional }) => notional ?? [])
    const counted = {
      control,
      positions: found.length,
      symbols: found.slice(0, MOST_NAMED).map(({ symbol }) => symbol),
      notional: Decimal.format(Decimal.sum(priced)),
      unpriced: found.length - priced.length
    }
    return control === "" ? [] : [counted]
  })

/** What is said of limits that are in force already. */
export const UNCHANGED = "  no change: these limits are already set"

const counted = (head: string, groups: ReadonlyArray<Documents.LimitedPositions>): ReadonlyArray<string> =>
  groups.map(({ control, notional, positions, symbols, unpriced }) => {
    const more = positions > symbols.length ? ` and ${positions - symbols.length} more` : ""
    const without = unpriced === 0 ? "" : `, ${unpriced} without a known price`
    const count = positions === 1 ? "1 position" : `${positions} positions`
    return `${head} (${codeWords.wordsOf(control)}): ${count}, about ${dollarsText(notional)}${without}: ${symbols.join(", ")}${more}`
  })

/** A dry run as people read it: the limits before and after, the positions released, held and still waiting, and the orders. */
export const sentenceOf = ({
  changes,
  effects,
  held,
  needsApproval = false,
  raised,
  released,
  waiting
}: Documents.RehearsedLimits): string => {
  const through = raised.length === 0 ? "raise no limit" : `raise ${raised.map(codeWords.limitWords).join(", ")}`
  const shown = changes.length === 0 ? UNCHANGED : accounts.changesText(changes)
  const positions = [
    ...counted("Released", released),
    ...counted("Newly held", held),
    ...counted("Still held", waiting)
  ]
  const moved = positions.length === 0 ? ["No position is released or held by it."] : positions
  const second = needsApproval ? [NEEDS_APPROVAL] : []
  return [`Nothing is written. It would ${through}.`, shown, ...second, ...moved, ...orderLines(effects)].join("\n")
}
