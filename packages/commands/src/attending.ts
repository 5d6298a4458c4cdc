import type { Documents } from "@roundlot/api"
import { AccountName, type Clock } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { AttendedCase, type Command } from "@roundlot/core/ledger"
import { cases, type errors } from "@roundlot/queries"
import { Effect } from "effect"
import { names } from "./accountNames.ts"
import { UsageError } from "./UsageError.ts"

/** A command on a case, with the account to which it is addressed: the case's, or any where it is no account's. */
export interface Attending {
  readonly account: AccountName.AccountName
  readonly command: Command.Command
}

/** What is done about a case that is open, as it stands now. */
export type Act = (found: Documents.CaseDetail, caseId: AttendedCase.CaseId) => Command.Command

/** A case is acknowledged as grave as it stands now: when it is graver later, there is another alert. */
export const acknowledging: Act = ({ severity }, caseId) => ({ _tag: "AcknowledgeCase", caseId, severity })

/** A case gets an owner. */
export const assigning =
  (owner: string): Act =>
  (_, caseId) => ({ _tag: "AssignCase", caseId, owner })

/** The reason of the command is the note. */
export const noting: Act = (_, caseId) => ({ _tag: "NoteCase", caseId })

/** The command that does something about the open case of an id. */
export const attending = (
  text: string,
  act: Act
): Effect.Effect<
  Attending,
  UsageError | errors.BadFilter | errors.NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> =>
  Effect.gen(function* () {
    const found = yield* cases.show(text)
    const [any] = yield* names
    const account = found.account === null ? any : AccountName.AccountName.make(found.account)
    if (account === undefined) {
      return yield* new UsageError({
        problem: "There is no account yet",
        remedy: "Add an account first"
      })
    }
    return { account, command: act(found, AttendedCase.CaseId.make(found.id)) }
  })
