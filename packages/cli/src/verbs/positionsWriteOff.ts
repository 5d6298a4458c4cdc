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
    const remedy = "Give shares above zero as a plain number, such as 0.4; without the flag it is all that is owed"
    return new UsageError({ problem: `--quantity '${text}' is no number of shares`, remedy })
  })

/** `positions write-off`. */
export const positionsWriteOff = Verb.make({
  name: "positions write-off",
  summary: "write off a residual too small to trade; its trades stay unchanged",
  examples: [
    ["roundlot positions write-off XYZ --reason 'delisted' --dry-run", "what would follow"],
    ["roundlot positions write-off XYZ --quantity 0.4 --reason 'delisted' --yes", "a part of what is owed"]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    quantity: flags.text("quantity", "So many shares; default all that is owed"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show what would follow, write nothing")),
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
        const shares = said ?? "all that is owed"
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
