import * as FileSystem from "@effect/platform/FileSystem"
import { Exchange, type ExchangeFailed, type Instruction } from "@roundlot/broker-paper"
import type { Price } from "@roundlot/core"
import { type ImportFileError, TradeFile, TradeImport } from "@roundlot/imports"
import { Effect, Option, Stream } from "effect"
import { UsageError } from "@roundlot/commands/errors"

/** How the paper exchange of a daemon is to behave. */
export interface PaperFlags {
  readonly prices: Option.Option<string>
  readonly script: Option.Option<string>
  readonly seed: Option.Option<number>
  readonly faults: Option.Option<number>
}

/** The last price of every symbol of a file of trades. */
const readPrices = (
  file: string
): Effect.Effect<
  ReadonlyMap<string, Price.Price>,
  UsageError | ImportFileError.ImportFileError,
  FileSystem.FileSystem
> =>
  TradeFile.readTrades(file).pipe(
    Stream.runFoldEffect(new Map<string, Price.Price>(), (prices, row) => {
      if (row._tag === "Bad")
        return new UsageError({
          problem: `${file}, line ${row.line}: ${TradeImport.complaint(row)}`,
          remedy: "Correct the prices"
        })
      const { price, symbol } = row.input
      return Effect.succeed(price === undefined ? prices : prices.set(symbol, price))
    })
  )

/** What the exchange is opened with. */
export const exchangeOptions = <File extends string | undefined>(file: File, { faults, prices, seed }: PaperFlags) =>
  Effect.gen(function* () {
    const faultRate = Option.getOrElse(faults, () => 0)
    if (!(faultRate >= 0 && faultRate <= 1)) {
      return yield* new UsageError({
        problem: `--faults ${faultRate} is not a fault rate`,
        remedy: "Write a number from 0 to 1"
      })
    }
    return {
      file,
      seed: Option.getOrUndefined(seed),
      faultRate,
      prices: Option.isNone(prices) ? undefined : yield* readPrices(prices.value)
    }
  })

/** Gives the exchange the instructions of a script, a JSON object a line. */
export const runScript = (
  script: Option.Option<string>
): Effect.Effect<
  void,
  UsageError | Instruction.InstructionRefused | ExchangeFailed,
  FileSystem.FileSystem | Exchange.Exchange
> => Effect.flatMap(Exchange.Exchange, (exchange) => runScriptOn(exchange, script))

/** Gives an exchange that is there the instructions of a script. */
export const runScriptOn = (
  exchange: Exchange.ExchangeService,
  script: Option.Option<string>
): Effect.Effect<void, UsageError | Instruction.InstructionRefused | ExchangeFailed, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (Option.isNone(script)) return
    const fs = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      fs.readFileString(script.value),
      (error) =>
        new UsageError({
          problem: `--script ${script.value} cannot be read (${error.message})`,
          remedy: "Check the path"
        })
    )
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue
      yield* exchange.instructJson(line).pipe(
        Effect.catchTag("InstructionUnreadable", ({ detail }) => {
          const problem = `--script ${script.value}, line ${index + 1}: ${detail}`
          return new UsageError({ problem, remedy: "See 'roundlot exchange instruct --help' for the grammar" })
        })
      )
    }
  })
