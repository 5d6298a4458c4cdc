import { confirmation, hedging as views, past, profit, slippage, journal, trail } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Effect, Chunk, Option, Stream } from "effect"
import { Trade } from "@roundlot/core"
import { accountNames } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"
import { newestFirst, pageText, shownOf } from "./listOutput.ts"
import { createHash } from "node:crypto"
import { taxLots } from "@roundlot/core/ledger"

/** `report hedging`. */
export const reportHedging = Verb.make({
  name: "report hedging",
  summary: "report each trade's slippage against its own price, commission and delays",
  examples: [
    ["roundlot report hedging --since 2026-01-02", "table on the terminal"],
    ["roundlot report hedging --since 2026-01-02 --limit 0 --csv > hedging.csv", "exact figures as CSV"]
  ],
  flags: {
    ...flags.view,
    ...flags.page,
    ...flags.period,
    account: flags.ofAccount,
    asOf: flags.asOf,
    owner: flags.ofOwner,
    symbol: flags.ofSymbol,
    csv: Options.boolean("csv").pipe(Options.withDescription("As CSV"))
  },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const output = yield* Output
        yield* accountNames.expectKnown(asked.account)
        const document = yield* past.seen(
          asked.asOf,
          past.ownersOf(asked.account),
          views.list(asked.csv ? asked : newestFirst(asked))
        )
        if (asked.csv) return yield* output.raw(views.csv(document.items))
        yield* output.answer(document, pageText(document, views.table))
      })
    )
})

/** `report confirmation`. */
export const reportConfirmation = Verb.make({
  name: "report confirmation",
  summary: "confirm a trade: the orders that filled it, with executions, prices, times and commissions",
  examples: [
    ["roundlot report confirmation T1", "one trade, on the terminal"],
    ["roundlot report confirmation T1 --csv > T1.csv", "one line per execution; prints the SHA-256 of the file"]
  ],
  flags: {
    ...flags.view,
    id: flags.id("The trade, T1"),
    asOf: flags.asOf,
    csv: Options.boolean("csv").pipe(Options.withDescription("As CSV"))
  },
  run: (asked) =>
    asked.csv
      ? reading(asked, () =>
          Effect.gen(function* () {
            const found = past.seen(
              asked.asOf,
              past.ownerIn(Trade.TradeTable, "trade", asked.id),
              confirmation.show(asked.id)
            )
            yield* written(Stream.make(confirmation.csv(yield* found)))
          })
        )
      : shownOf(Trade.TradeTable, "trade", asked, confirmation.show)
})

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
          Effect.map(Effect.flatMap(profit.rows({ ...asked, account, by }), past.kept), (rows) => ({ found: rows }))
        )
        yield* asked.csv || asked.json ? exported(asked.csv, found) : shown(found)
      })
    )
})

type Found<E> = Stream.Stream<profit.ProfitRow, E>

/** Every row, as CSV or as lines of JSON. */
const exported = <E>(isCsv: boolean, found: Found<E>) =>
  written(isCsv ? profit.csvOf(found) : Stream.map(found, (row) => `${JSON.stringify(row)}\n`))

/** Every line, and the hash of all bytes, which a copy can be held against later. */
const written = <E>(lines: Stream.Stream<string, E>) =>
  Effect.gen(function* () {
    const { note, raw } = yield* Output
    const hash = createHash("sha256")
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
    yield* answer(sums, (screen) => `${profit.table(sums, screen)}\n${hint}`)
  })

/** `report slippage`. */
export const reportSlippage = Verb.make({
  name: "report slippage",
  summary: "report slippage and commissions of a period by symbol, with sums by currency",
  examples: [
    ["roundlot report slippage --from month", "this month, all symbols of all accounts"],
    ["roundlot report slippage --owner client-7", "what the orders of one owner's trades cost"],
    ["roundlot report slippage --account paper --csv > slippage.csv", "exact figures as CSV"]
  ],
  flags: {
    ...flags.view,
    account: flags.ofAccount,
    asOf: flags.asOf,
    from: flags.text("from", "First date on which trades were received, in New York: a date, today, month or year"),
    to: flags.text("to", "Last date on which trades were received, inclusive"),
    owner: flags.ofOwner,
    symbol: flags.ofSymbol,
    csv: Options.boolean("csv").pipe(Options.withDescription("As CSV"))
  },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { answer, raw } = yield* Output
        yield* accountNames.expectKnown(asked.account)
        const { items } = yield* past.seen(
          asked.asOf,
          past.ownersOf(asked.account),
          Effect.map(slippage.rows(asked), (rows) => ({ items: rows }))
        )
        if (asked.csv) return yield* raw(slippage.csv(items))
        const hint =
          "'+ ?': a price or a commission is not known. A trade without a price, or with a fill without one, has no slippage."
        yield* answer({ items }, (screen) =>
          items.length === 0
            ? "No trades with fills were received in this period."
            : `${slippage.table(items, screen)}\n${hint}`
        )
      })
    )
})

/** `report trail`. */
export const reportTrail = Verb.make({
  name: "report trail",
  summary:
    "export the audit trail of a period: trades, allocations, fills and corrections, each with journal entry and hash",
  examples: [
    [
      "roundlot report trail --since 2026-01-01 --until 2026-04-01 > q1.csv",
      "a quarter, safe to open in a spreadsheet program"
    ],
    ["roundlot report trail --as-of 812 --json", "as of feed position 812, one object per line"]
  ],
  flags: { ...flags.place, ...flags.period, account: flags.ofAccount, asOf: flags.asOf },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { isJson, note, raw } = yield* Output
        yield* accountNames.expectKnown(asked.account)
        const found = yield* trail.trail(asked)
        const lines = isJson ? Stream.map(found, (row) => `${JSON.stringify(row)}\n`) : trail.csvOf(found)
        yield* Stream.runForEach(lines, raw)
        const { hash, position } = yield* journal.head
        yield* note(`Store at ${position}:${hash}; 'roundlot audit --anchor' checks everything before it.`)
      })
    )
})
