import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import type * as FileSystem from "@effect/platform/FileSystem"
import { Account, type AccountName } from "@roundlot/core"
import { type age } from "@roundlot/core/ledger"
import { RejectedFile, TradeFile, TradeImport, type TradeRow } from "@roundlot/imports"
import { Effect, Option, Ref, type Scope, Stream } from "effect"
import { isNonEmptyReadonlyArray } from "effect/Array"
import { UsageError } from "@roundlot/commands/errors"
import { namedSources } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Verb from "../terminal/Verb.ts"
import { making } from "../within.ts"
import { onCopy, planned } from "../rehearsal.ts"
import type { Configuration, Flags, Settings } from "../Program.ts"
import { fieldOf, readColumns } from "./batchTerms.ts"

interface ImportFlags extends Flags {
  readonly file: string
  readonly account: Option.Option<string>
  readonly source: string
  readonly identity: string | undefined
  readonly columns: string | undefined
  readonly direction: Option.Option<Account.Direction>
  readonly backfill: Option.Option<age.Backfill>
  readonly strict: boolean
  readonly dryRun: boolean
}

const MOST_NOTICES = 20

const readIdentity = (text: string | undefined) =>
  Effect.gen(function* () {
    if (text === undefined) return {}
    const identity = yield* Effect.forEach(text.split(","), (word) => fieldOf("--identity", word))
    return isNonEmptyReadonlyArray(identity) ? { identity } : {}
  })

const optionsOf = (asked: ImportFlags) =>
  Effect.gen(function* () {
    if (asked.source.trim() === "")
      return yield* new UsageError({ problem: "--source is empty", remedy: "Give the name of the trades' source" })
    const columns = yield* readColumns(asked.columns)
    const options: TradeFile.Options = {
      source: asked.source,
      // Its trades join their positions: a row that says how it is ordered is not taken as if it said nothing.
      terms: "refused",
      ...(yield* readIdentity(asked.identity)),
      ...(columns === undefined ? {} : { columns })
    }
    return options
  })

/** Prints the first notices of a run, then only counts them. */
const teller = (file: string) =>
  Effect.map(
    Ref.make(0),
    (counted) => (notices: ReadonlyArray<TradeImport.Noticed>) =>
      Effect.gen(function* () {
        const { note } = yield* Output
        const before = yield* Ref.getAndUpdate(counted, (count) => count + notices.length)
        for (const { line, what } of notices.slice(0, Math.max(0, MOST_NOTICES - before)))
          yield* note(`${file}, line ${line}: ${what}`)
        if (before <= MOST_NOTICES && before + notices.length > MOST_NOTICES)
          yield* note("… and more; the counts below are complete")
      })
  )

/** Says to a person at the terminal how far an import is. Lines are counted first; where a row has several, it is about as many. */
const progress = ({ file }: ImportFlags) =>
  Effect.gen(function* () {
    const { hasStatus } = yield* Output
    const { at } = yield* Progress.make("Importing", "rows")
    const rows = hasStatus && file !== "-" ? yield* TradeFile.linesOf(file) : undefined
    return (counts: TradeImport.Counts) => at({ done: TradeImport.total(counts), total: rows })
  })

const rejectedTo = (
  asked: ImportFlags
): Effect.Effect<
  (rows: ReadonlyArray<TradeRow.Bad>) => Effect.Effect<void, RejectedFile.RejectedFileError>,
  never,
  FileSystem.FileSystem | Scope.Scope
> =>
  asked.dryRun
    ? Effect.succeed(() => Effect.void)
    : Effect.map(RejectedFile.make(RejectedFile.pathOf(asked.file)), ({ write }) => write)

/** Reads the whole file first: what is wrong in it, without taking anything. */
const check = (asked: ImportFlags, options: TradeFile.Options) =>
  Effect.gen(function* () {
    if (asked.file === "-") {
      return yield* new UsageError({
        problem: "--strict reads the file twice and cannot read standard input",
        remedy: "Give a file"
      })
    }
    const tell = yield* teller(asked.file)
    const write = yield* rejectedTo(asked)
    return yield* TradeFile.readTrades(asked.file, options).pipe(
      Stream.filter((row) => row._tag === "Bad"),
      Stream.runFoldEffect(0, (count, row) =>
        Effect.gen(function* () {
          yield* write([row])
          yield* tell([{ line: row.line, what: `${row.column ?? "row"} "${row.value}" ${row.reason}` }])
          return count + 1
        })
      )
    )
  })

/** Takes the file into an account, telling on the way; what was taken before a failure stays and is not taken twice. */
const take = (
  asked: ImportFlags,
  options: TradeFile.Options,
  configuration: Configuration,
  account: AccountName.AccountName
) =>
  Effect.gen(function* () {
    const { note } = yield* Output
    const policy = namedSources.filePolicyOf(configuration, asked.source, Option.getOrUndefined(asked.backfill))
    const target = {
      account,
      file: asked.file === "-" ? TradeFile.STANDARD_INPUT : asked.file,
      policy: { ...policy, direction: Option.getOrElse(asked.direction, () => policy.direction) }
    }
    const tell = yield* teller(asked.file)
    const say = yield* progress(asked)
    const write = yield* rejectedTo(asked)
    const counts = yield* Ref.make(TradeImport.none)
    const onStep = (step: TradeImport.Step) =>
      Effect.gen(function* () {
        yield* Ref.set(counts, step.counts)
        yield* write(step.bad)
        yield* tell(step.noticed)
        yield* say(step.counts)
      })
    const stopped = Effect.flatMap(Ref.get(counts), (done) =>
      TradeImport.total(done) === 0
        ? Effect.void
        : note(
            `Stopped after ${TradeImport.total(done)} rows; imported rows stay. Run the import again: no row is imported twice.`
          )
    )
    yield* Stream.runForEach(TradeImport.takeIn(TradeFile.readTrades(asked.file, options), target), onStep).pipe(
      Effect.onError(() => stopped)
    )
    return yield* Ref.get(counts)
  })

/** What was only kept is shown where it was asked for. */
const saidOf = ({ backfill }: ImportFlags, { recorded, ...counts }: TradeImport.Counts) =>
  Option.contains(backfill, "record" as const) ? { ...counts, recorded } : counts

const text = (counts: Partial<TradeImport.Counts>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name.padEnd(12)} ${count}`)
    .join("\n")

const finish = (
  asked: ImportFlags,
  counts: TradeImport.Counts,
  more: { readonly orders?: ReadonlyArray<object> } = {}
) =>
  Effect.gen(function* () {
    const { answer, look, note } = yield* Output
    if (counts.rejected > 0 && !asked.dryRun) yield* note(`The invalid rows are in ${RejectedFile.pathOf(asked.file)}.`)
    if (counts.rejected + counts.conflicts + counts.quarantined > 0) yield* look
    const shown = saidOf(asked, counts)
    yield* answer({ ...shown, ...more }, text(shown))
  })

/** The account that a source's trades go to. */
const accountFor = (asked: ImportFlags, { configuration, openAccount }: Settings) => {
  const bySource = Option.fromNullable(configuration.sources.get(asked.source)?.account)
  return openAccount(Option.orElse(asked.account, () => bySource))
}

const dryRun = (asked: ImportFlags, options: TradeFile.Options) =>
  onCopy(asked, (settings) =>
    Effect.gen(function* () {
      const { line } = yield* Output
      const account = yield* accountFor(asked, settings)
      const counts = yield* take(asked, options, settings.configuration, account)
      const orders = yield* planned(account)
      yield* line("Dry run: nothing was imported. Result of an import:")
      for (const order of orders) yield* line(`  would order: ${order.side} ${order.quantity} ${order.symbol}`)
      return yield* finish(asked, counts, { orders })
    })
  )

const importTrades = (asked: ImportFlags): Verb.Doing =>
  Effect.gen(function* () {
    const options = yield* optionsOf(asked)
    // A file that cannot be read makes no store.
    if (asked.file !== "-") yield* TradeFile.readTrades(asked.file, options).pipe(Stream.take(1), Stream.runDrain)
    const bad = asked.strict ? yield* check(asked, options) : 0
    if (bad > 0) {
      const { failed, note } = yield* Output
      yield* note("Nothing was imported: --strict, and the file has invalid rows.")
      yield* finish(asked, { ...TradeImport.none, rejected: bad })
      return yield* failed
    }
    if (asked.dryRun) return yield* dryRun(asked, options)
    return yield* making(asked, (settings) =>
      Effect.gen(function* () {
        const account = yield* accountFor(asked, settings)
        yield* finish(asked, yield* take(asked, options, settings.configuration, account))
      })
    )
  }).pipe(Effect.scoped)

/** `trades import`. */
export const tradesImport = Verb.make({
  name: "trades import",
  summary: "import a file of trades, each exactly once",
  examples: [
    ["roundlot trades import trades.csv", "columns source_id,timestamp,symbol,side,quantity,price in any order"],
    [
      "roundlot trades import fills.csv --source venue --columns source_id=TxId,symbol=Ticker",
      "a file with other column names"
    ],
    ["roundlot trades import fills.csv --identity source_id,side", "when ids are unique per side only"],
    ["cat trades.jsonl | roundlot trades import - --json", "JSON lines from the standard input"],
    ["roundlot trades import trades.csv --dry-run", "preview accepted rows and orders"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    file: Args.text({ name: "FILE" }).pipe(Args.withDescription("CSV or JSON lines in UTF-8; - reads standard input")),
    source: Options.text("source").pipe(
      Options.withDescription("Source of the trades; source and identity columns identify a trade. Default: import"),
      Options.withDefault("import")
    ),
    identity: flags.text("identity", "Columns that together identify a trade; default source_id"),
    columns: flags.text("columns", "Column mapping: ours=theirs,…; price= means no such column"),
    direction: Options.choice("direction", Account.directions).pipe(
      Options.withDescription("mirror: hold the source's positions; offset: hold the opposite. Default: the account's"),
      Options.optional
    ),
    backfill: flags.backfill,
    strict: Options.boolean("strict").pipe(
      Options.withDescription("All or nothing: check the whole file first, import nothing if a row is invalid")
    ),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription("Show accepted rows and resulting orders; write nothing")
    )
  },
  run: importTrades
})
