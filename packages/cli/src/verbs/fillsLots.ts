import * as Options from "@effect/cli/Options"
import { Fill } from "@roundlot/core"
import { lots as commands } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import { fillLots, past } from "@roundlot/queries"
import { Effect, Either } from "effect"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"
import { perform } from "./commanding.ts"

/** `fills lots`. */
export const fillsLots = Verb.make({
  name: "fills lots",
  summary: "show the tax lots that a fill closes, with cost, gain and holding term, and those that it may close",
  examples: [["roundlot fills lots F9", "before lots are identified"]],
  flags: { ...flags.view, id: flags.id("The fill, F9"), asOf: flags.asOf },
  run: ({ asOf, id, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* past.seen(asOf, past.ownerIn(Fill.FillTable, "fill", id), fillLots.show(id))
        yield* answer(document, fillLots.text(document))
      })
    )
})

/** A lot as it is typed: `F1=2`. */
const readLot = (text: string): Either.Either<commands.WrittenLot, UsageError> => {
  const [openedBy = "", quantity = "", ...rest] = text.split("=")
  if (openedBy !== "" && quantity !== "" && rest.length === 0) return Either.right({ openedBy, quantity })
  const remedy = "Name the fill that opened the lot and its shares, such as --lot F1=2"
  return Either.left(new UsageError({ problem: `--lot '${text}' is not a valid lot`, remedy }))
}

/** `fills identify`. */
export const fillsIdentify = Verb.make({
  name: "fills identify",
  summary: "identify the tax lots that a fill closes",
  examples: [
    ["roundlot fills identify F9 --lot F1=2 --lot F3=1 --reason 'long term first' --dry-run", "what it would close"],
    ["roundlot fills identify F9 --by-method --reason 'a mistake'", "by the method of its account again"]
  ],
  flags: {
    ...flags.place,
    id: flags.id("The fill that closes, F9"),
    lots: Options.text("lot").pipe(
      Options.withDescription("A lot by the fill that opened it, and its shares, F1=2; repeat for several"),
      Options.repeated
    ),
    isByMethod: Options.boolean("by-method").pipe(
      Options.withDescription("Identify no lots: the account's method applies again")
    ),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun
  },
  run: ({ commandId, dryRun, id, isByMethod, lots, reason, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        if (isByMethod === lots.length > 0) {
          const remedy = "Give --lot for each lot, or --by-method"
          return yield* new UsageError({ problem: "Choose either identified lots or the account's method", remedy })
        }
        const asked = yield* commands.identifying(id, yield* Either.all(lots.map(readLot)))
        yield* perform({ ...asked, commandId, dryRun, reason })
      })
    )
})
