import * as Options from "@effect/cli/Options"
import {
  type AccountName,
  Decimal,
  due,
  evaluation,
  Ledger,
  Need,
  Position,
  Quantity,
  split,
  type Command,
  type plan
} from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import { confirm, yes } from "../cli/confirm.ts"
import * as flags from "../cli/flags.ts"
import { Output } from "../cli/Output.ts"
import { UsageError } from "../cli/UsageError.ts"
import * as Verb from "../cli/Verb.ts"
import { writing } from "../cli/within.ts"
import { theAccount } from "./adoptAccount.ts"
import { carryOut } from "./commanding.ts"
import { readPrice } from "./positionsAdjust.ts"
import { tickerOf } from "./verdicts.ts"

const readQuantity = (text: string): Either.Either<Quantity.Quantity, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Quantity.Quantity)(text), () => {
    const remedy = "Give the fraction of a share that was paid out, such as 0.5"
    return new UsageError({ problem: `--cash-in-lieu '${text}' is no quantity`, remedy })
  })

interface Previewed {
  readonly holds: string
  readonly now: string
  readonly after: string
}

/** What the books hold, and the order that would follow the split, as the books stand; nothing is written. */
const preview = (account: AccountName.AccountName, asked: split.Split): plan.Member<Previewed> => ({
  account,
  cause: { kind: "command", actor: "preview" },
  needs: [Need.Need.Position({ account, symbol: asked.symbol })],
  apply: (recorder) => {
    const standing = evaluation.standingOf(recorder, asked.symbol)
    if (standing === undefined) return { holds: "0", now: "NotDue", after: "NotDue" }
    return {
      holds: Decimal.format(Position.holdingsOf(standing.position)),
      now: due.textOf(due.dueOf(standing)),
      after: due.textOf(split.dueAfterSplit(standing, asked))
    }
  }
})

/** `positions split`. */
export const positionsSplit = Verb.make({
  name: "positions split",
  summary: "accept that a company has split or joined its shares",
  examples: [
    ["roundlot positions split AAPL --to 4 --from 1 --reason 'announced' --dry-run", "what would follow"],
    [
      "roundlot positions split XYZ --to 1 --from 10 --cash-in-lieu 0.5 --price 12.4 --reason 'paid out' --yes",
      "ten old shares are one; half a share was paid out"
    ]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    to: Options.integer("to").pipe(Options.withDescription("So many shares of now")),
    from: Options.integer("from").pipe(Options.withDescription("for so many of before")),
    cashInLieu: flags.text("cash-in-lieu", "The fraction of a share, after the split, that the broker paid out"),
    price: flags.text("price", "Dollars a share that it paid for it"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show what would follow, write nothing")),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({
    account: named,
    cashInLieu,
    commandId,
    dryRun,
    from,
    price,
    reason,
    symbol: text,
    to,
    yes: isSaid,
    ...where
  }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const output = yield* Output
        const ledger = yield* Ledger.Ledger
        const account = yield* theAccount(named)
        const symbol = yield* tickerOf(text)
        if (from < 1 || to < 1) {
          const problem = `--to ${to} --from ${from} is no split`
          return yield* new UsageError({ problem, remedy: "Give whole shares, such as --to 2 --from 1" })
        }
        const quantity = cashInLieu === undefined ? undefined : yield* readQuantity(cashInLieu)
        const priced = price === undefined ? undefined : yield* readPrice(price)
        const asked: split.Split = {
          symbol,
          to,
          from,
          cashInLieu: quantity === undefined ? undefined : { quantity, price: priced }
        }
        const { after, holds, now } = yield* ledger.submit("command", preview(account, asked))
        const document = { account, symbol, to, from, cashInLieu: cashInLieu ?? null, holds, now, after }
        const shown = `${symbol} of ${account}, ${to} for ${from}: the books hold ${holds}; the answer is ${now} now, ${after} after it.`
        if (dryRun) return yield* output.answer({ ...document, dryRun, done: null }, shown)
        if (!isSaid) yield* output.note(shown)
        yield* confirm(isSaid, `Split ${symbol} of ${account} ${to} for ${from}?`)
        const command: Command.Command = { _tag: "AcceptSplit", ...asked }
        const { done } = yield* carryOut({ account, commandId, reason, command })
        yield* output.answer({ ...document, dryRun, done }, `${done}.`)
      })
    )
})
