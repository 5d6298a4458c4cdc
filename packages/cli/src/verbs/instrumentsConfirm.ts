import { Price, Quantity } from "@roundlot/core"
import { Effect, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { verdicts } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { theAccount } from "./adoptAccount.ts"
import { perform } from "./commanding.ts"

/** What a flag says, as a positive number of its kind. */
const read = <A>(flag: string, schema: Schema.Schema<A, string>, text: string | undefined) =>
  text === undefined
    ? Effect.succeed(undefined)
    : Effect.mapError(Schema.decode(schema)(text), () => {
        const remedy = "Give a positive decimal number, such as 1 or 0.05"
        return new UsageError({ problem: `${flag} '${text}' is none`, remedy })
      })

/** `instruments confirm`. */
export const instrumentsConfirm = Verb.make({
  name: "instruments confirm",
  summary:
    "say that an instrument may be traded, in which lot and at which prices; this stands whatever the broker says",
  examples: [
    ["roundlot instruments confirm AAPL --reason 'checked by hand'", "where the broker cannot say"],
    ["roundlot instruments confirm XYZ --lot 100 --tick 0.05 --reason 'its exchange asks for it'", "lots and prices"]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    lot: flags.text("lot", "Orders are for multiples of so many shares; default as it was, else the account's"),
    tick: flags.text("tick", "Limit prices are multiples of so many dollars; default as it was, else a cent"),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun
  },
  run: ({ account: named, commandId, dryRun, lot, reason, symbol: text, tick, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const account = yield* theAccount(named)
        const symbol = yield* verdicts.tickerOf(text)
        const facts = {
          lot: yield* read("--lot", Quantity.Quantity, lot),
          tick: yield* read("--tick", Price.Price, tick)
        }
        yield* perform({ account, commandId, dryRun, reason, command: { _tag: "DeclareInstrument", symbol, ...facts } })
      })
    )
})
