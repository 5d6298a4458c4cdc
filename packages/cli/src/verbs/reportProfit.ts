import { past, profit as views } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Chunk, Effect, Option, Stream } from "effect"
import { createHash } from "node:crypto"
import { accountNames } from "@roundlot/commands"
import { taxLots } from "@roundlot/core/ledger"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

/** `report profit`. */
export const reportProfit = Verb.make({
  name: "report profit",
  summary: "report tax lots, realised and unrealised profit, fees, corrections and wash sales of a period",
  examples: [
    ["roundlot report profit", "profit by symbol, as a table"],
    ["roundlot report profit --by day --from month", "profit, fees and turnover by day, all accounts"],
    [
      "roundlot report profit --from 2026-01-01 --to 2026-12-31 --csv > 2026.csv",
      "a year with every lot; prints the SHA-256 of the file"
    ],
    ["roundlot report profit --method hifo --symbol AAPL --json", "one JSON object per line"]
  ],
  flags: {
    ...flags.view,
    account: flags.account,
    symbol: flags.ofSymbol,
    asOf: flags.asOf,
    from: flags.text("from", "First trade date, in New York: a date, today, month or year"),
    to: flags.text("to", "Last trade date, inclusive"),
    method: Options.choice("method", taxLots.methods).pipe(
      Options.withDescription("Lot method: fifo, lifo, hifo or average; default the account's lotMethod"),
      Options.optional,
      Options.map(Option.getOrUndefined)
    ),
    by: flags.text("by", "Group sums by symbol, day, symbolDay or account; all accounts without --account"),
    csv: Options.boolean("csv").pipe(Options.withDescription("As CSV"))
  },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const areAll = asked.by !== undefined && Option.isNone(asked.account)
        const account = areAll ? undefined : yield* accountNames.sole(asked.account)
        const by = asked.by ?? (asked.csv || asked.json ? undefined : "symbol")
        const { found } = yield* past.seen(
          asked.asOf,
          past.ownersOf(account),
          Effect.map(Effect.flatMap(views.rows({ ...asked, account, by }), past.kept), (rows) => ({ found: rows }))
        )
        yield* asked.csv || asked.json ? exported(asked.csv, found) : shown(found)
      })
    )
})

type Found<E> = Stream.Stream<views.ProfitRow, E>

/** Every row, and the hash of all bytes, which a copy can be held against later. */
const exported = <E>(isCsv: boolean, found: Found<E>) =>
  Effect.gen(function* () {
    const { note, raw } = yield* Output
    const hash = createHash("sha256")
    const lines = isCsv ? views.csvOf(found) : Stream.map(found, (row) => `${JSON.stringify(row)}\n`)
    yield* Stream.runForEach(lines, (line) => {
      hash.update(line)
      return raw(line)
    })
    yield* note(`SHA-256 of these rows: ${hash.digest("hex")}`)
  })

const shown = <E>(found: Found<E>) =>
  Effect.gen(function* () {
    const { answer } = yield* Output
    const sums = Chunk.toReadonlyArray(yield* Stream.runCollect(found))
    const hint = "'+ ?': a price or a fee is not known. --csv and --json have every lot and closing."
    yield* answer(sums, (screen) => `${views.table(sums, screen)}\n${hint}`)
  })
