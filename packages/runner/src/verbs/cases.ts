import * as Options from "@effect/cli/Options"
import type { Documents } from "@roundlot/api"
import { AccountName, type Clock } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { AttendedCase, type Command } from "@roundlot/core/ledger"
import { cases, type errors, past } from "@roundlot/queries"
import { Effect, type Option } from "effect"
import { names } from "../accounts.ts"
import * as flags from "../cli/flags.ts"
import { UsageError } from "../cli/UsageError.ts"
import * as Verb from "../cli/Verb.ts"
import { writing } from "../cli/within.ts"
import type { Flags } from "../settings/Settings.ts"
import { perform } from "./commanding.ts"
import { listed, shown } from "./lists.ts"

const { commandId, dryRun, place, view } = flags

const id = flags.id(
  "The case: a break B2, an order in doubt O5, a held trade T12, a batch with failed rows G3, a job's id, or part:NAME"
)

/** `cases list`. */
export const casesList = Verb.make({
  name: "cases list",
  summary: "all that needs a person, the gravest first",
  examples: [["roundlot cases list", "breaks, orders in doubt, held trades, jobs that were given up"]],
  flags: { ...view, asOf: flags.asOf },
  run: (asked) =>
    listed(
      asked,
      Effect.map(cases.list, (items) => ({ items, nextCursor: null })),
      cases.table
    )
})

/** `cases show`. */
export const casesShow = Verb.make({
  name: "cases show",
  summary: "one case: what is recommended, its owner and notes",
  flags: { ...view, id, asOf: flags.asOf },
  run: (asked) => shown(asked, past.seen(asked.asOf, past.ownersOf(), cases.show(asked.id)), cases.heading)
})

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
        remedy: "Add one with 'roundlot accounts add'"
      })
    }
    return { account, command: act(found, AttendedCase.CaseId.make(found.id)) }
  })

const asking = { ...place, id, reason: flags.reason, commandId, dryRun }

/** What is done about a case, and changes no figure. */
interface Asked extends Flags {
  readonly id: string
  readonly reason: string
  readonly commandId: Option.Option<string>
  readonly dryRun: boolean
}

const attended = ({ commandId: command, dryRun: isDry, id: text, reason, ...where }: Asked, act: Act) =>
  writing(where, () =>
    Effect.gen(function* () {
      const asked = yield* attending(text, act)
      yield* perform({ ...asked, commandId: command, dryRun: isDry, reason })
    })
  )

/** `cases acknowledge`. */
export const casesAcknowledge = Verb.make({
  name: "cases acknowledge",
  summary: "you have seen it: no further alert of it until it is graver",
  examples: [["roundlot cases acknowledge B2 --reason 'the broker is called'", "by whom and when is on record"]],
  flags: asking,
  run: (asked) => attended(asked, acknowledging)
})

/** `cases assign`. */
export const casesAssign = Verb.make({
  name: "cases assign",
  summary: "say who sees to it",
  examples: [["roundlot cases assign T12 --to dana --reason 'on call'", "'cases list' names the owner"]],
  flags: { ...asking, to: Options.text("to").pipe(Options.withDescription("Who sees to it")) },
  run: ({ to, ...asked }) => attended(asked, assigning(to))
})

/** `cases note`. */
export const casesNote = Verb.make({
  name: "cases note",
  summary: "put on record what you found; the reason is the note",
  examples: [["roundlot cases note O5 --reason 'ticket 4711 at the broker'", "'cases show' has all notes"]],
  flags: asking,
  run: (asked) => attended(asked, noting)
})
