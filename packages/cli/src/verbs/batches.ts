import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { Batches, Clock, Instant } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import type { Batch } from "@roundlot/core/ledger"
import { batches as views, batchResults, past, text as texts } from "@roundlot/queries"
import { Chunk, Effect, Option, Ref, Schedule, Sink, Stream } from "effect"
import { accountNames, duration } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import * as confirm from "../terminal/confirm.ts"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { changing } from "../rehearsal.ts"
import { reading, writing } from "../within.ts"
import { listed, newestFirst, shown } from "./listOutput.ts"

const { page, period, place, reason, text, view } = flags

const id = flags.id("The batch, G3")

type Change = (
  batch: Batch.Batch,
  reason: string
) => Effect.Effect<Batch.Batch, Verb.VerbError, Batches.Batches | Entropy.Entropy>

/** Changes a batch, and shows it as it is then. */
const change = (batch: Batch.Batch, why: string, by: Change) =>
  Effect.gen(function* () {
    const { answer } = yield* Output
    const document = views.documentOf(yield* by(batch, why))
    yield* answer(document, (screen) => detail.format(document, screen, views.heading(document)))
  })

/** What would become of a batch and its rows. */
const foreseen = (batch: Batch.Batch, verb: Batches.BatchVerb) =>
  Effect.map(
    Effect.flatMap(Batches.Batches, (batches) => batches.rehearse(batch.id, verb, accountNames.ACTOR)),
    views.rehearsedOf
  )

const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("Show the result for each row; write and send nothing")
)

/** A verb that tells beforehand what becomes of a batch's rows, and one that is dangerous asks then. */
const rehearsable = (
  name: string,
  verb: Batches.BatchVerb,
  summary: string,
  example: string,
  questionOf: (name: string) => string,
  by: Change
) =>
  Verb.make({
    name: `batches ${name}`,
    summary,
    examples: [
      [`roundlot batches ${name} G3 --dry-run`, "show the result for each row"],
      [`roundlot batches ${name} G3 --yes`, example]
    ],
    flags: { ...place, id, reason, dryRun, yes: confirm.yes },
    run: ({ dryRun: isDry, id: asked, reason: why, yes: isSaid, ...where }) =>
      writing(where, () =>
        Effect.gen(function* () {
          const { answer, note } = yield* Output
          const batch = yield* views.recordOf(asked)
          if (isDry || !isSaid) {
            const told = yield* foreseen(batch, verb)
            if (isDry) return yield* answer(told, views.rehearsedText(told))
            yield* note(views.rehearsedText(told))
          }
          yield* confirm.confirm(isSaid, questionOf(asked))
          return yield* change(batch, why, by)
        })
      )
  })

const queued: Change = ({ id: batch }, said) =>
  Effect.flatMap(Batches.Batches, (batches) => batches.queue(batch, { actor: accountNames.ACTOR, reason: said }))

/** `batches queue`. */
export const batchesQueue = Verb.make({
  name: "batches queue",
  summary: "close an open batch and queue it",
  examples: [["roundlot batches queue G3", "an empty batch is cancelled"]],
  flags: { ...place, id, reason, dryRun: confirm.dryRun },
  run: ({ dryRun: isDry, id: asked, reason: why, ...where }) =>
    changing(isDry, where, () =>
      Effect.gen(function* () {
        const found = yield* views.recordOf(asked)
        if (!isDry) return yield* change(found, why, queued)
        const after = views.documentOf(yield* queued(found, why))
        yield* confirm.show(`${asked} would be:`, { ...views.documentOf(found) }, { ...after })
      })
    )
})

/** `batches list`. */
export const batchesList = Verb.make({
  name: "batches list",
  summary: "list batches",
  examples: [["roundlot batches list --status running", "batches in progress"]],
  flags: {
    ...view,
    ...page,
    ...period,
    account: flags.ofAccount,
    asOf: flags.asOf,
    status: text("status", "pending, running, success, partial_success, failed or cancelled"),
    mode: text("mode", "execute or accumulate"),
    sort: text("sort", "Sort by date, status or size; default: order of submission"),
    q: text("q", "Part of a name, uid or file name, or a symbol of its rows"),
    archived: Options.boolean("archived").pipe(Options.withDescription("Archived batches"))
  },
  run: (asked) => listed(asked, views.list(newestFirst(asked)), views.table)
})

/** `batches show`. */
export const batchesShow = Verb.make({
  name: "batches show",
  summary: "show a batch: progress and history",
  examples: [["roundlot batches show G3", "its counts and history"]],
  flags: { ...view, id, asOf: flags.asOf },
  run: (asked) => shown(asked, past.seen(asked.asOf, views.ownerOf(asked.id), views.show(asked.id)), views.heading)
})

const LOOK_AGAIN = "500 millis"

const lineOf = (progress: Effect.Effect.Success<ReturnType<typeof views.progress>>): string => {
  const { cancelled, done, failed, rate, status, timeLeft, total, waiting, working } = progress
  const pace =
    rate === null ? "" : `, ${rate} rows/s${timeLeft === null || timeLeft === 0 ? "" : `, ${timeLeft} s left`}`
  return `${status}: ${done} of ${total} completed, ${working} working, ${waiting} waiting, ${failed} failed, ${cancelled} cancelled${pace}`
}

/** `batches watch`. */
export const batchesWatch = Verb.make({
  name: "batches watch",
  summary: "watch batch progress until it has ended; exit code 3 where rows failed",
  examples: [["roundlot batches watch G3", "until it has ended"]],
  flags: { ...place, id },
  run: ({ id: batch, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer, hasStatus, look, note, status } = yield* Output
        let last = ""
        const told = Effect.tap(views.progress(batch), (progress) => {
          const line = lineOf(progress)
          const isNew = line !== last
          last = line
          return isNew ? (hasStatus ? status(line) : note(line)) : Effect.void
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
export const batchesCancel = rehearsable(
  "cancel",
  "cancel",
  "cancel a batch: send no more rows, and request cancels of its open orders",
  "fills stay booked",
  (name) => `Cancel ${name}?`,
  ({ id: batch }, why) => Effect.flatMap(Batches.Batches, (batches) => batches.cancel(batch, why, accountNames.ACTOR))
)

/** `batches retry`. */
export const batchesRetry = rehearsable(
  "retry",
  "retry",
  "retry the failed rows as a new batch",
  "refused while a row is open or unconfirmed",
  (name) => `Retry the failed rows of ${name}?`,
  ({ id: batch }, why) =>
    Effect.gen(function* () {
      const batches = yield* Batches.Batches
      return yield* batches.retry(
        batch,
        yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex),
        why,
        accountNames.ACTOR
      )
    })
)

/** `batches delete`. */
export const batchesDelete = rehearsable(
  "delete",
  "hide",
  "hide an ended batch from lists; its trades, orders, fills and journal stay",
  "refused while a row is working",
  (name) => `Hide ${name} from lists?`,
  ({ id: batch }, why) => Effect.flatMap(Batches.Batches, (batches) => batches.hide(batch, why, accountNames.ACTOR))
)

/** `batches archive`. */
export const batchesArchive = Verb.make({
  name: "batches archive",
  summary: "archive ended batches: one, or all that ended long enough ago",
  examples: [
    ["roundlot batches archive G3", "one"],
    ["roundlot batches archive --older-than 90d", "all batches that ended more than 90 days ago"]
  ],
  flags: {
    ...place,
    id: Args.optional(id),
    olderThan: Options.text("older-than").pipe(
      Options.withDescription("Minimum age since the end, such as 90d"),
      Options.optional
    ),
    reason,
    dryRun
  },
  run: ({ dryRun: isDry, id: named, olderThan, reason: why, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const batches = yield* Batches.Batches
        if (Option.isSome(named) === Option.isSome(olderThan)) {
          const remedy = "Name a batch, or use --older-than 90d"
          return yield* new UsageError({ problem: "Give either a batch or --older-than", remedy })
        }
        const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
        const found = Option.isSome(named)
          ? [yield* views.recordOf(named.value)]
          : yield* views.endedBefore(
              Instant.addMillis(
                now,
                -(yield* duration.durationMs(
                  Option.getOrElse(olderThan, () => ""),
                  "--older-than"
                ))
              )
            )
        if (isDry) {
          const items = yield* Effect.forEach(found, (batch) => foreseen(batch, "archive"))
          return yield* answer({ items, nextCursor: null }, items.map(views.rehearsedText).join("\n") || "None.")
        }
        const done = yield* Effect.forEach(found, (batch) => batches.archive(batch.id, why, accountNames.ACTOR))
        return yield* answer({ items: done.map(views.documentOf), nextCursor: null }, (screen) =>
          done.length === 0 ? "None." : views.table(done.map(views.documentOf), screen)
        )
      })
    )
})

const cannotBeWritten = (file: string) => (error: PlatformError) =>
  new UsageError({ problem: `${file} cannot be written: ${error.message}`, remedy: "Name another file" })

/** `batches export`. */
export const batchesExport = Verb.make({
  name: "batches export",
  summary: "export every row of a batch with its result, as CSV or JSON",
  examples: [["roundlot batches export G3 --to results.csv", "safe to open in a spreadsheet"]],
  flags: {
    ...place,
    id,
    asOf: flags.asOf,
    to: Options.text("to").pipe(Options.withDescription("New file to write; default standard output"), Options.optional)
  },
  run: ({ asOf, id: batch, to, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const { rows, ...moment } = yield* past.seen(asOf, views.ownerOf(batch), batchResults.exported(batch))
        if (Option.isNone(to)) {
          const items = Chunk.toReadonlyArray(yield* Stream.runCollect(rows))
          const text = yield* Stream.mkString(batchResults.csvOf(Stream.fromIterable(items)))
          return yield* answer({ items, nextCursor: null, ...moment }, text.trimEnd())
        }
        const fs = yield* FileSystem.FileSystem
        const file = fs.sink(to.value, { flag: "wx", mode: 0o600 })
        const written = yield* Ref.make(0)
        const counted = Stream.tap(rows, () => Ref.update(written, (count) => count + 1))
        yield* Stream.run(
          Stream.encodeText(batchResults.csvOf(counted)),
          Sink.mapError(file, cannotBeWritten(to.value))
        )
        const count = yield* Ref.get(written)
        return yield* answer(
          { file: to.value, rows: count, ...moment },
          `${texts.counted(count, "row")} written to ${to.value}.`
        )
      })
    )
})
