import * as Options from "@effect/cli/Options"
import { Quantity } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { verdicts } from "@roundlot/commands"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { theAccount } from "./adoptAccount.ts"
import { correct } from "./correcting.ts"

const readShares = (text: string): Either.Either<Quantity.Quantity, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Quantity.Quantity)(text), () => {
    const remedy = "Give shares above zero as a plain number, such as 0.4; without the flag, the whole residual"
    return new UsageError({ problem: `--quantity '${text}' is not a valid number of shares`, remedy })
  })

/** `positions write-off`. */
export const positionsWriteOff = Verb.make({
  name: "positions write-off",
  summary: "write off a residual too small to trade; its trades stay unchanged",
  examples: [
    ["roundlot positions write-off XYZ --reason 'delisted' --dry-run", "what would follow"],
    ["roundlot positions write-off XYZ --quantity 0.4 --reason 'delisted' --yes", "part of the residual"]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    quantity: flags.text("quantity", "Shares to write off; default the whole residual"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show the impact; write nothing")),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({ account: named, commandId, dryRun, quantity: said, reason, symbol: text, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const account = yield* theAccount(named)
        const symbol = yield* verdicts.tickerOf(text)
        const quantity = said === undefined ? undefined : yield* readShares(said)
        const shares = said ?? "the residual"
        yield* correct({
          account,
          correction: { _tag: "WriteOff", symbol, quantity },
          fields: { quantity: said ?? null },
          title: `${shares} written off`,
          question: `Write off ${shares} of ${symbol}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})
