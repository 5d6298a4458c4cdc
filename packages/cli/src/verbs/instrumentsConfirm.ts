import { Price, Quantity } from "@roundlot/core"
import { Effect, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { accountNames, verdicts } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { perform } from "./commanding.ts"

/** What a flag says, as a positive number of its kind. */
const read = <A>(flag: string, schema: Schema.Schema<A, string>, text: string | undefined) =>
  text === undefined
    ? Effect.succeed(undefined)
    : Effect.mapError(Schema.decode(schema)(text), () => {
        const remedy = "Give a positive decimal number, such as 1 or 0.05"
        return new UsageError({ problem: `${flag} '${text}' is not valid`, remedy })
      })

/** `instruments confirm`. */
export const instrumentsConfirm = Verb.make({
  name: "instruments confirm",
  summary: "confirm an instrument as tradable, with its lot and tick; overrides the broker's answer",
  examples: [
    ["roundlot instruments confirm AAPL --reason 'checked by hand'", "when the broker cannot confirm it"],
    [
      "roundlot instruments confirm XYZ --lot 100 --tick 0.05 --reason 'required by its exchange'",
      "with lot and tick size"
    ]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    lot: flags.text("lot", "Lot size in shares: orders are multiples of it; default unchanged, else the account's"),
    tick: flags.text("tick", "Tick size in dollars: limit prices are multiples of it; default unchanged, else 0.01"),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun
  },
  run: ({ account: named, commandId, dryRun, lot, reason, symbol: text, tick, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const account = yield* accountNames.sole(named)
        const symbol = yield* verdicts.tickerOf(text)
        const facts = {
          lot: yield* read("--lot", Quantity.Quantity, lot),
          tick: yield* read("--tick", Price.Price, tick)
        }
        yield* perform({ account, commandId, dryRun, reason, command: { _tag: "DeclareInstrument", symbol, ...facts } })
      })
    )
})
