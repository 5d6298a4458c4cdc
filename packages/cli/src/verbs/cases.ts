import * as Options from "@effect/cli/Options"
import { cases, past } from "@roundlot/queries"
import { Effect, Option } from "effect"
import { attending } from "@roundlot/commands"
import { healthOf } from "../servingDaemon.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"
import type { Flags } from "../Program.ts"
import { perform } from "./commanding.ts"
import { pageText, shown } from "./listOutput.ts"

const { commandId, dryRun, place, view } = flags

const id = flags.id(
  "The case: a break B2, an unconfirmed order O5, a held trade T12, a batch with failed rows G3, a job's id, or part:NAME"
)

/** `cases list`. */
export const casesList = Verb.make({
  name: "cases list",
  summary: "list cases, most severe first",
  examples: [["roundlot cases list", "breaks, unconfirmed orders, held trades, jobs given up"]],
  flags: { ...view, asOf: flags.asOf },
  run: (asked) =>
    reading(asked, ({ served }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        // Of the parts of a daemon an earlier moment knows nothing.
        const daemon = asked.asOf === undefined ? yield* served : Option.none()
        const { failing } = Option.isNone(daemon) ? { failing: [] } : yield* healthOf(daemon.value)
        const found = Effect.map(cases.listWith(failing), (items) => ({ items, nextCursor: null }))
        const document = yield* past.seen(asked.asOf, past.ownersOf(), found)
        yield* answer(document, pageText(document, cases.table))
      })
    )
})

/** `cases show`. */
export const casesShow = Verb.make({
  name: "cases show",
  summary: "show a case: recommended action, owner and notes",
  flags: { ...view, id, asOf: flags.asOf },
  run: (asked) => shown(asked, past.seen(asked.asOf, past.ownersOf(), cases.show(asked.id)), cases.heading)
})

const asking = { ...place, id, reason: flags.reason, commandId, dryRun }

/** What is done about a case, and changes no figure. */
interface Asked extends Flags {
  readonly id: string
  readonly reason: string
  readonly commandId: Option.Option<string>
  readonly dryRun: boolean
}

const attended = ({ commandId: command, dryRun: isDry, id: text, reason, ...where }: Asked, act: attending.Act) =>
  writing(where, () =>
    Effect.gen(function* () {
      const asked = yield* attending.attending(text, act)
      yield* perform({ ...asked, commandId: command, dryRun: isDry, reason })
    })
  )

/** `cases acknowledge`. */
export const casesAcknowledge = Verb.make({
  name: "cases acknowledge",
  summary: "acknowledge a case: no further alerts until its severity rises",
  examples: [["roundlot cases acknowledge B2 --reason 'broker called'", "recorded with name and time"]],
  flags: asking,
  run: (asked) => attended(asked, attending.acknowledging)
})

/** `cases assign`. */
export const casesAssign = Verb.make({
  name: "cases assign",
  summary: "assign a case",
  examples: [["roundlot cases assign T12 --to dana --reason 'on call'", "'cases list' shows the owner"]],
  flags: { ...asking, to: Options.text("to").pipe(Options.withDescription("Owner of the case")) },
  run: ({ to, ...asked }) => attended(asked, attending.assigning(to))
})

/** `cases note`. */
export const casesNote = Verb.make({
  name: "cases note",
  summary: "add a note to a case: the reason is the note",
  examples: [["roundlot cases note O5 --reason 'ticket 4711 at the broker'", "'cases show' has all notes"]],
  flags: asking,
  run: (asked) => attended(asked, attending.noting)
})
