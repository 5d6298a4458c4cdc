import { TradeRow } from "@roundlot/imports"
import { Effect } from "effect"
import { unknownWord, UsageError } from "@roundlot/commands/errors"

/** One of our column names: `source_id`, or `sourceId`. */
export const fieldOf = (flag: string, word: string): Effect.Effect<TradeRow.Field, UsageError> => {
  const snake = word.trim().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const field = TradeRow.known.find((each) => each === snake)
  return field === undefined ? Effect.fail(unknownWord(`${flag} column`, word, TradeRow.known)) : Effect.succeed(field)
}

/** The file's own names of its columns, `symbol=Ticker,price=`. */
export const readColumns = (text: string | undefined): Effect.Effect<TradeRow.Columns | undefined, UsageError> =>
  Effect.gen(function* () {
    if (text === undefined) return undefined
    const pairs = yield* Effect.forEach(text.split(","), (pair) =>
      Effect.gen(function* () {
        const [name = "", ...given] = pair.split("=")
        if (given.length === 0) {
          return yield* new UsageError({
            problem: `--columns '${pair}' is not a pair`,
            remedy: "Write ours=theirs, such as symbol=Ticker"
          })
        }
        return [yield* fieldOf("--columns", name), given.join("=").trim()] as const
      })
    )
    return Object.fromEntries(pairs)
  })
