import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import { Batch, Batches, Clock, Entropy, Instant } from "@roundlot/core"
import { Effect, Option, Schedule, Sink, Stream } from "effect"
import { basename } from "node:path"
import { ACTOR, opened } from "../accounts.ts"
import { check, open, submit, survey, type Submission, type Submitted } from "../batches/submit.ts"
import * as detail from "../cli/detail.ts"
import * as flags from "../cli/flags.ts"
import { Output } from "../cli/Output.ts"
import { UsageError } from "../cli/UsageError.ts"
import * as Verb from "../cli/Verb.ts"
import { making, reading, writing } from "../cli/within.ts"
import * as Csv from "../import/Csv.ts"
import { dateOrders, type DateOrder } from "../import/Dialect.ts"
import { fail } from "../import/ImportFileError.ts"
import * as TradeFile from "../import/TradeFile.ts"
import { policyOf } from "../settings/Configuration.ts"
import type { Columns } from "../import/columns.ts"
import type { Flags } from "../settings/Settings.ts"
import { durationMs } from "../settings/duration.ts"
import * as views from "../views/batches.ts"
import { readColumns } from "./columnNames.ts"
import { listed, shown } from "./lists.ts"

const { page, period, place, text } = flags

const id = flags.id("The batch, G3")
const reason = Options.text("reason").pipe(
  Options.withDescription("Why; it goes on record"),
  Options.withDefault("not said")
)

/** What every new batch is told. */
const terms = {
  name: Options.text("name").pipe(Options.withDescription("What people call it")),
  mode: Options.choice("mode", Batch.batchModes).pipe(
    Options.withDescription("execute: an order a row; accumulate: into the positions"),
    Options.withDefault("execute" as const)
  ),
  priority: Options.integer("priority").pipe(
    Options.withDescription("The higher, the sooner its turn; default 0"),
    Options.withDefault(0)
  )
}

/** What was submitted, as programs read it. */
export const submittedOf = ({ batch, ...counts }: Submitted) => ({ batch: views.documentOf(batch), ...counts })

/** The bytes of a file, however often they are asked for; the standard input comes once, and is kept aside meanwhile. */
const bytesOf = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const again = (path: string) => Stream.provideService(TradeFile.bytesOf(path), FileSystem.FileSystem, fs)
    if (file !== "-") return again(file)
    const kept = yield* Effect.orDie(fs.makeTempFileScoped({ prefix: "roundlot-batch-" }))
    yield* Stream.run(
      TradeFile.standardInput,
      Sink.mapError(fs.sink(kept), (error) =>
        fail("the standard input", "Unreadable", `cannot be kept aside (${error.message})`, "give a file instead")
      )
    )
    return again(kept)
  })

const separators = { comma: ",", semicolon: ";", tab: "\t", bar: "|" } as const

interface FileFlags extends Flags {
  readonly json: boolean
  readonly file: string
  readonly source: string
  readonly separator: Option.Option<"," | ";" | "\t" | "|">
  readonly decimal: Option.Option<"point" | "comma">
  readonly dates: Option.Option<DateOrder>
  readonly zone: string | undefined
  readonly skip: number
  readonly mode: Batch.BatchMode
}

/** How the file is read. */
const readingOf = (asked: FileFlags, bytes: Submission["bytes"], columns: Columns | undefined) => ({
  bytes,
  mode: asked.mode,
  fileName: asked.file === "-" ? undefined : basename(asked.file),
  source: asked.source,
  columns,
  dialect: {
    separator: Option.getOrUndefined(asked.separator),
    decimal: Option.getOrUndefined(asked.decimal),
    dates: Option.getOrUndefined(asked.dates),
    zone: asked.zone,
    skip: asked.skip
  }
})

/** Shows what would be taken, and every bad row by line and column. */
const dryRun = (asked: FileFlags, file: Parameters<typeof check>[0]) =>
  Effect.gen(function* () {
    const { answer, line: print, look } = yield* Output
    const rejectedRows: Array<Batch.RejectedRow> = []
    const tell = (row: Batch.RejectedRow) => {
      const { column, line, reason: why, value } = row
      if (asked.json) return Effect.sync(() => rejectedRows.push(row))
      return print(`line ${line}: ${column === null ? "" : `${column} `}"${value}" ${why}`)
    }
    const { accepted, rejected } = yield* Effect.provide(check(file, tell), Clock.layerAlwaysOpen)
    if (rejected > 0) yield* look
    yield* answer(
      { accepted, rejected, rejectedRows },
      `${asked.file}: ${accepted} rows would be taken, ${rejected} are no trades.`
    )
  })

/** `batches submit`. */
export const batchesSubmit = Verb.make({
  name: "batches submit",
  summary: "submit a file of trades together; the daemon works them off, and tells how far it is",
  examples: [
    ["roundlot batches submit friday.csv --name Friday", "every row an order of its own, at market"],
    ["roundlot batches submit fills.csv --name fills --mode accumulate", "every row into its position"],
    [
      "roundlot batches submit export.csv --name X --separator semicolon --decimal comma --skip 2",
      "as others write files"
    ],
    ["roundlot batches submit friday.csv --name Friday --again", "the same rows once more, on purpose"]
  ],
  flags: {
    ...place,
    account: flags.account,
    file: Args.text({ name: "FILE" }).pipe(
      Args.withDescription("CSV or JSON lines: symbol, side, quantity; source_id, timestamp and price if it has them")
    ),
    ...terms,
    source: Options.text("source").pipe(
      Options.withDescription("Where the trades come from: half of their identity. Default: batch"),
      Options.withDefault("batch")
    ),
    columns: text("columns", "The file's own names: ours=theirs,…; price= says that there is none"),
    separator: Options.choiceWithValue("separator", [
      ["comma", separators.comma],
      ["semicolon", separators.semicolon],
      ["tab", separators.tab],
      ["bar", separators.bar]
    ]).pipe(
      Options.withDescription(
        "What separates the file's fields; default: as the line with the names of its columns says"
      ),
      Options.optional
    ),
    decimal: Options.choice("decimal", ["point", "comma"]).pipe(
      Options.withDescription(
        "How its numbers are written: 1234.5 or 1.234,5; default: as the file says, or it is asked for"
      ),
      Options.optional
    ),
    dates: Options.choice("dates", dateOrders).pipe(
      Options.withDescription("How its dates are written: 2026-11-20, 20.11.2026 or 11/20/2026"),
      Options.optional
    ),
    zone: text("zone", "The clock of its times that have no zone: Europe/Berlin, or an offset such as -05:00"),
    skip: Options.integer("skip").pipe(
      Options.withDescription("Lines before its header; default: as many as stand before the names of its columns"),
      Options.withDefault(0)
    ),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription("Show what would be taken and every bad row by line and column; nothing is written")
    ),
    again: Options.boolean("again").pipe(
      Options.withDescription("New on purpose, although the same was submitted before")
    )
  },
  run: (asked) =>
    Effect.gen(function* () {
      const columns = yield* readColumns(asked.columns)
      const written = readingOf(asked, yield* bytesOf(asked.file), columns)
      // A file that cannot be read, or leaves open how, makes no store.
      const file = { ...written, surveyed: yield* survey(written) }
      if (asked.dryRun) return yield* dryRun(asked, file)
      return yield* making(asked, ({ configuration }) =>
        Effect.gen(function* () {
          const { answer, look, note } = yield* Output
          const account = yield* opened(configuration, asked.account)
          const submission: Submission = {
            ...file,
            name: asked.name,
            account,
            priority: asked.priority,
            policy: policyOf(configuration, asked.source),
            again: asked.again,
            actor: ACTOR
          }
          const submitted = yield* submit(submission)
          const document = submittedOf(submitted)
          for (const { line, what } of submitted.noticed.slice(0, MOST_NOTICES)) {
            yield* note(line === 0 ? what : `line ${line} ${what}`)
          }
          const { accepted, conflicts, duplicates, quarantined, rejected } = submitted
          if (conflicts + quarantined + rejected > 0) yield* look
          const counts = `${accepted} accepted, ${duplicates} duplicates, ${conflicts} conflicts, ${quarantined} quarantined, ${rejected} rejected`
          yield* answer(document, `${document.batch.id} ${document.batch.status}: ${counts}.`)
        })
      )
    }).pipe(Effect.scoped)
})

const MOST_NOTICES = 20

const changing = (
  name: string,
  summary: string,
  example: string,
  change: (
    batch: Batch.Batch,
    reason: string
  ) => Effect.Effect<Batch.Batch, Verb.Told, Batches.Batches | Entropy.Entropy>
) =>
  Verb.make({
    name: `batches ${name}`,
    summary,
    examples: [[`roundlot batches ${name} G3`, example]],
    flags: { ...place, id, reason },
    run: ({ id: asked, reason: why, ...where }) =>
      writing(where, () =>
        Effect.gen(function* () {
          const { answer } = yield* Output
          const changed = yield* change(yield* views.recordOf(asked), why)
          const document = views.documentOf(changed)
          yield* answer(document, detail.format(document))
        })
      )
  })

/** `batches open`. */
export const batchesOpen = Verb.make({
  name: "batches open",
  summary: "make a batch that collects trades one by one, until 'batches queue'",
  examples: [["roundlot batches open --name Friday", "then 'trades add --batch G3', and 'batches queue G3'"]],
  flags: { ...place, account: flags.account, ...terms },
  run: (asked) =>
    making(asked, ({ configuration }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const account = yield* opened(configuration, asked.account)
        const batch = yield* open({ ...asked, account, actor: ACTOR })
        const document = views.documentOf(batch)
        yield* answer(document, `${document.id} collects trades: 'roundlot trades add --batch ${document.id}'.`)
      })
    )
})

/** `batches queue`. */
export const batchesQueue = changing(
  "queue",
  "no more trades enter a batch that 'batches open' made: it waits for its turn",
  "one without a trade is cancelled",
  ({ id: batch }) => Effect.flatMap(Batches.Batches, (batches) => batches.queue(batch, [], ACTOR))
)

/** `batches list`. */
export const batchesList = Verb.make({
  name: "batches list",
  summary: "the batches on record",
  examples: [["roundlot batches list --status running", "what is being worked off"]],
  flags: {
    ...place,
    ...page,
    ...period,
    account: flags.ofAccount,
    status: text("status", "pending, running, success, partial_success, failed or cancelled"),
    mode: text("mode", "execute or accumulate"),
    q: text("q", "Part of a name, uid or file name"),
    archived: Options.boolean("archived").pipe(Options.withDescription("Those that were put away"))
  },
  run: (asked) => listed(asked, views.list(asked), views.table)
})

/** `batches show`. */
export const batchesShow = Verb.make({
  name: "batches show",
  summary: "one batch: how far it is, and what happened to it",
  examples: [["roundlot batches show G3", "its counts and history"]],
  flags: { ...place, id },
  run: (asked) => shown(asked, views.show(asked.id))
})

const LOOK_AGAIN = "500 millis"

const lineOf = (progress: Effect.Effect.Success<ReturnType<typeof views.progress>>): string => {
  const { cancelled, done, failed, rate, status, timeLeft, total, waiting, working } = progress
  const pace =
    rate === null ? "" : `, ${rate} a second${timeLeft === null || timeLeft === 0 ? "" : `, ${timeLeft} s left`}`
  return `${status}: ${done} of ${total} done, ${working} working, ${waiting} waiting, ${failed} failed, ${cancelled} cancelled${pace}`
}

/** `batches watch`. */
export const batchesWatch = Verb.make({
  name: "batches watch",
  summary: "tell how far a batch is until it has ended; exit code 3 where rows failed",
  examples: [["roundlot batches watch G3", "until it has ended"]],
  flags: { ...place, id },
  run: ({ id: batch, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer, look, note } = yield* Output
        let last = ""
        const told = Effect.tap(views.progress(batch), (progress) => {
          const line = lineOf(progress)
          const isNew = line !== last
          last = line
          return isNew ? note(line) : Effect.void
        })
        const progress = yield* Effect.repeat(told, {
          schedule: Schedule.spaced(LOOK_AGAIN),
          until: ({ status, waiting, working }) =>
            status !== "pending" && status !== "running" && waiting + working === 0
        }).pipe(Effect.zipRight(views.progress(batch)))
        if (progress.status !== "success") yield* look
        yield* answer({ id: batch, ...progress }, lineOf(progress))
      })
    )
})

/** `batches cancel`. */
export const batchesCancel = changing(
  "cancel",
  "send nothing more of a batch, and ask for the end of what is open",
  "what was filled stays",
  ({ id: batch }, why) => Effect.flatMap(Batches.Batches, (batches) => batches.cancel(batch, why, ACTOR))
)

/** `batches retry`. */
export const batchesRetry = changing(
  "retry",
  "try the failed rows again, as a new batch",
  "refused while a row is open or in doubt",
  ({ id: batch }) =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      return yield* batches.retry(batch, yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex), ACTOR)
    })
)

/** `batches delete`. */
export const batchesDelete = changing(
  "delete",
  "leave an ended batch out of lists; its trades, orders, fills and journal stay",
  "refused while a row is under way",
  ({ id: batch }, why) => Effect.flatMap(Batches.Batches, (batches) => batches.hide(batch, why, ACTOR))
)

/** `batches archive`. */
export const batchesArchive = Verb.make({
  name: "batches archive",
  summary: "put ended batches away: one, or all that ended so long ago",
  examples: [
    ["roundlot batches archive G3", "one"],
    ["roundlot batches archive --older-than 90d", "all that ended before then"]
  ],
  flags: {
    ...place,
    id: Args.optional(id),
    olderThan: Options.text("older-than").pipe(Options.withDescription("A duration, such as 90d"), Options.optional)
  },
  run: ({ id: named, olderThan, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const batches = yield* Batches.Batches
        if (Option.isSome(named) === Option.isSome(olderThan)) {
          const remedy = "Name a batch, or say --older-than 90d"
          return yield* new UsageError({ problem: "What is to be put away is one batch or an age", remedy })
        }
        const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
        const found = Option.isSome(named)
          ? [yield* views.recordOf(named.value)]
          : yield* views.endedBefore(
              Instant.addMillis(
                now,
                -(yield* durationMs(
                  Option.getOrElse(olderThan, () => ""),
                  "--older-than"
                ))
              )
            )
        const done = yield* Effect.forEach(found, (batch) => batches.archive(batch.id, "archived", ACTOR))
        return yield* answer(
          { items: done.map(views.documentOf), nextCursor: null },
          done.length === 0 ? "None." : views.table(done.map(views.documentOf))
        )
      })
    )
})

/** A cell that no spreadsheet takes for a formula; numbers stay numbers. */
const cellOf = (value: string | number | null): string =>
  value === null ? "" : typeof value === "number" ? String(value) : Csv.withoutFormula(value)

/** Rows as CSV, with a header. */
export const csvOf = (rows: Effect.Effect.Success<ReturnType<typeof views.exported>>): string => {
  const names = rows[0] === undefined ? ["line", "status"] : Object.keys(rows[0])
  const lines = rows.map((row) => Csv.format(Object.values(row).map(cellOf)))
  return `${Csv.format(names)}${lines.join("")}`
}

/** `batches export`. */
export const batchesExport = Verb.make({
  name: "batches export",
  summary: "every row of a batch with what became of it, as CSV or JSON",
  examples: [["roundlot batches export G3 --to results.csv", "safe to open in a spreadsheet"]],
  flags: {
    ...place,
    id,
    to: Options.text("to").pipe(
      Options.withDescription("A file that is not there yet; default the standard output"),
      Options.optional
    )
  },
  run: ({ id: batch, to, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const rows = yield* views.exported(batch)
        if (Option.isNone(to)) return yield* answer({ items: rows, nextCursor: null }, csvOf(rows).trimEnd())
        const fs = yield* FileSystem.FileSystem
        yield* Effect.mapError(
          fs.writeFileString(to.value, csvOf(rows), { flag: "wx", mode: 0o600 }),
          (error) =>
            new UsageError({ problem: `${to.value} cannot be written: ${error.message}`, remedy: "Name another file" })
        )
        return yield* answer({ file: to.value, rows: rows.length }, `${rows.length} rows are in ${to.value}.`)
      })
    )
})
