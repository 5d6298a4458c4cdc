import { basename } from "node:path"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { type age, type Batch, OrderPolicy, PositionAnswer, type Template } from "@roundlot/core/ledger"
import { BatchFile, ImportFileError, TradeFile } from "@roundlot/imports"
import { batches as views, text } from "@roundlot/queries"
import { Effect, Option, Sink, Stream } from "effect"
import { accountNames, batchTerms, namedSources } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Verb from "../terminal/Verb.ts"
import { making, reading } from "../within.ts"
import { onCopy } from "../rehearsal.ts"
import type { Flags } from "../Program.ts"
import * as terms from "./batchTerms.ts"

const { place } = flags

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
        ImportFileError.fail(
          "the standard input",
          "Unreadable",
          `cannot be buffered (${error.message})`,
          "give a file instead"
        )
      )
    )
    return again(kept)
  })

/** How a file is read, and what its batch is to be, by the terms that hold. */
const readingOf = (
  file: string,
  bytes: BatchFile.Submission["bytes"],
  terms: Template.TemplateTerms
): BatchFile.Unsettled => {
  const { columns, dates, decimal, mode, separator, skip, source = "batch", zone } = terms
  return {
    bytes,
    mode,
    fileName: file === "-" ? undefined : basename(file),
    source,
    columns,
    order: OrderPolicy.said(terms),
    dialect: { separator, decimal, dates, zone, skip }
  }
}

interface DryRunFlags extends Flags {
  readonly file: string
  readonly json: boolean
  readonly backfill: Option.Option<age.Backfill>
}

/** Shows what would become of each row and what would be ordered, on a copy of the books; every bad row by line and column. */
const dryRun = (asked: DryRunFlags, file: BatchFile.Read, terms: Template.TemplateTerms) =>
  onCopy(asked, ({ configuration, openAccount }) =>
    Effect.gen(function* () {
      const { answer, line: print, look, note } = yield* Output
      const account = yield* openAccount(Option.fromNullable(terms.account))
      const policy = namedSources.filePolicyOf(configuration, file.source, Option.getOrUndefined(asked.backfill))
      const rejectedRows: Array<Batch.RejectedRow> = []
      const checked = yield* BatchFile.check({ ...file, account, policy, actor: accountNames.ACTOR }, (rows) =>
        Effect.sync(() => void rejectedRows.push(...rows))
      )
      for (const { column, line, reason: why, value } of asked.json ? [] : rejectedRows) {
        yield* print(`line ${line}: ${column === null ? "" : `${column} `}"${value}" ${why}`)
      }
      const isBad = new Set(rejectedRows.map(({ line }) => line))
      for (const { line, what } of checked.noticed.filter((each) => !isBad.has(each.line)).slice(0, MOST_NOTICES)) {
        yield* note(`line ${line} ${what}`)
      }
      const document = views.checkedOf(checked, rejectedRows, file.mode)
      for (const each of document.orders) yield* print(`  would order: ${ordersText(each)}`)
      for (const { answer: why, symbol } of checked.outlook.blocked) {
        yield* print(`  would not order ${symbol}: ${PositionAnswer.answerWords(why)}`)
      }
      if (checked.rejected + checked.conflicts + checked.quarantined + checked.refused > 0) yield* look
      yield* answer(document, `${asked.file} (${file.mode}): ${checkedText(checked)}. Nothing is written.`)
    })
  )

const ordersText = ({ notional, orders, quantity, side, symbol }: Documents.OrdersPreview): string =>
  `${orders} ${orders === 1 ? "order" : "orders"} to ${side} ${quantity} ${symbol}${notional === null ? "" : `, ${dollarsText(notional)}`}`

const checkedText = (checked: BatchFile.Checked): string =>
  [
    `${text.counted(checked.accepted, "row")} would be accepted`,
    ...countsSaid.flatMap((name) => (checked[name] === 0 ? [] : [`${checked[name]} ${labels[name]}`]))
  ].join(", ")

/** Counts by the words of the page that checks a file. */
const labels = {
  duplicates: "duplicates",
  repeated: "repeated",
  conflicts: "conflicts",
  quarantined: "quarantined",
  refused: "refused",
  recorded: "history",
  rejected: "invalid"
} as const satisfies { readonly [C in (typeof countsSaid)[number]]: string }

const countsSaid = ["duplicates", "repeated", "conflicts", "quarantined", "refused", "recorded", "rejected"] as const

/** `batches submit`. */
export const batchesSubmit = Verb.make({
  name: "batches submit",
  summary: "submit a file of trades as a batch; the daemon processes it and reports progress",
  examples: [
    ["roundlot batches submit friday.csv --name Friday --mode execute", "one direct order per row"],
    ["roundlot batches submit fills.csv --name fills --mode accumulate", "each row joins its position"],
    [
      "roundlot batches submit export.csv --name X --mode execute --decimal comma --dates dmy --zone Europe/Berlin",
      "a European file: decimal comma, day first, local times"
    ],
    [
      "roundlot batches submit friday.csv --name Friday --mode execute --again",
      "submit the same rows again, deliberately"
    ]
  ],
  flags: {
    ...place,
    file: Args.text({ name: "FILE" }).pipe(
      Args.withDescription("CSV or JSON lines: symbol, side, quantity; source_id, timestamp and price if it has them")
    ),
    name: flags.batchName,
    ...terms.ofBatch,
    ...terms.ofFile,
    ...terms.ofTemplate,
    backfill: flags.backfill,
    strict: Options.boolean("strict").pipe(
      Options.withDescription(
        "All or nothing: an invalid, conflicting, quarantined or refused row rejects the whole file"
      )
    ),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription(
        "Show the result of each row, the resulting orders, and invalid rows by line and column; write nothing"
      )
    ),
    again: Options.boolean("again").pipe(
      Options.withDescription("Submit as a new batch, although the same file was submitted before")
    )
  },
  run: (asked) =>
    Effect.gen(function* () {
      const said = yield* terms.termsOf(asked)
      const held =
        asked.template === undefined ? said : yield* reading(asked, () => batchTerms.over(asked.template, said))
      const written = readingOf(asked.file, yield* bytesOf(asked.file), held)
      // A file that cannot be read, or leaves open how, makes no store.
      const file = yield* terms.withMode(BatchFile.survey, written)
      if (asked.dryRun) return yield* dryRun(asked, file, held)
      return yield* making(asked, ({ configuration, openAccount }) =>
        Effect.gen(function* () {
          const account = yield* openAccount(Option.fromNullable(held.account))
          const policy = namedSources.filePolicyOf(configuration, file.source, Option.getOrUndefined(asked.backfill))
          const { again, name, strict } = asked
          const terms = {
            name,
            account,
            priority: held.priority ?? 0,
            policy,
            again,
            strict,
            actor: accountNames.ACTOR
          }
          const { at } = yield* Progress.make("Submitting", "rows")
          const reached = (done: number) => at({ done, total: file.surveyed.rows })
          yield* tell(yield* BatchFile.submit({ ...file, ...terms, reached }))
        })
      )
    }).pipe(Effect.scoped)
})

const MOST_NOTICES = 20

const tell = (submitted: BatchFile.Submitted) =>
  Effect.gen(function* () {
    const { answer, look, note } = yield* Output
    const document = views.submittedOf(submitted)
    for (const { line, what } of submitted.noticed.slice(0, MOST_NOTICES)) {
      yield* note(line === 0 ? what : `line ${line} ${what}`)
    }
    const { accepted, conflicts, duplicates, quarantined, rejected } = submitted
    if (conflicts + quarantined + rejected > 0) yield* look
    const counts = `${accepted} accepted, ${text.counted(duplicates, "duplicate")}, ${text.counted(conflicts, "conflict")}, ${quarantined} quarantined, ${rejected} rejected`
    yield* answer(document, `${document.batch.id} ${document.batch.status}: ${counts}.`)
  })

/** `batches open`. */
export const batchesOpen = Verb.make({
  name: "batches open",
  summary: "open a batch that collects trades one by one, until 'batches queue'",
  examples: [
    ["roundlot batches open --name Friday --mode execute", "then 'trades add --batch G3', and 'batches queue G3'"],
    ["roundlot batches open --name Close --mode execute --time-in-force cls", "each row into the closing auction"]
  ],
  flags: { ...place, name: flags.batchName, ...terms.ofBatch, ...terms.ofOrders },
  run: ({ name, ...asked }) =>
    making(asked, ({ openAccount }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const account = yield* openAccount(asked.account)
        const mode = Option.getOrUndefined(asked.mode)
        const priority = Option.getOrElse(asked.priority, () => 0)
        const order = OrderPolicy.said({
          session: Option.getOrUndefined(asked.session),
          timeInForce: Option.getOrUndefined(asked.timeInForce)
        })
        const opening = { name, mode, priority, account, order, actor: accountNames.ACTOR }
        const document = views.documentOf(yield* terms.withMode(BatchFile.open, opening))
        yield* answer(document, `${document.id} collects trades: 'roundlot trades add --batch ${document.id}'.`)
      })
    )
})
