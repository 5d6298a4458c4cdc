import { type AccountName, type Accumulator, Batches, Clock, Instant, SourcePolicy, type Trade } from "@roundlot/core"
import { Entropy, Id, type TradeRepository } from "@roundlot/core/adapter"
import { Batch, OrderPolicy, BatchPreview, Control, type Ledger, type intake } from "@roundlot/core/ledger"
import { Chunk, Effect, Schema, Stream } from "effect"
import type { ImportFileError } from "./ImportFileError.ts"
import { tradesOf } from "./readRows.ts"
import { complaint } from "./TradeImport.ts"
import type { Bad, Row } from "./TradeRow.ts"
import { rowOf } from "./BatchRows.ts"
import { type Read, nameOf, sha256, type Written, rowsOf, type Unsettled } from "./fileFormat.ts"

export { survey, type Read, type Unsettled, type Written } from "./fileFormat.ts"

/** What is submitted: a file, and what is to become of its rows. */
export interface Submission extends Read {
  readonly name: string
  readonly account: AccountName.AccountName
  readonly priority: number
  readonly policy: SourcePolicy.SourcePolicy
  /** New on purpose, although the same was submitted before; under the same key once. */
  readonly again: boolean
  /** All of its rows or none: one that would not be taken as it is refuses the file. */
  readonly strict: boolean
  readonly key?: string | undefined
  readonly actor: string
  /** Says how many of its rows are taken. */
  readonly reached?: ((rows: number) => Effect.Effect<void>) | undefined
}

/** A file that is taken whole or not at all has rows that would not be taken as they are: nothing was taken. */
export class NotWhole extends Schema.TaggedError<NotWhole>()("NotWhole", {
  file: Schema.String,
  rejected: Schema.Int,
  conflicts: Schema.Int,
  quarantined: Schema.Int,
  refused: Schema.Int,
  /** The first of these rows. */
  noticed: Schema.Array(Schema.Struct({ line: Schema.Int, what: Schema.String }))
}) {
  override get message() {
    const { conflicts, file, noticed, quarantined, refused, rejected } = this
    const counts = { rejected, conflicts, quarantined, refused }
    const said = Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]))
    const [first] = noticed
    const example = first === undefined ? "" : `; line ${first.line} ${first.what}`
    return `${file} was not accepted: strict needs every row to be accepted (${said.join(", ")}${example}). Correct these rows, or submit it without strict`
  }
}

/** What was submitted. Duplicates are rows that are on record already, under whatever batch. */
export interface Submitted {
  readonly batch: Batch.Batch
  readonly accepted: number
  readonly duplicates: number
  readonly conflicts: number
  readonly quarantined: number
  readonly rejected: number
  /** The first of those that were not taken as they are. */
  readonly noticed: ReadonlyArray<{ readonly line: number; readonly what: string }>
}

const TOGETHER = 256
const MOST_NOTICED = 100

interface Sums {
  readonly read: number
  readonly counts: { readonly [T in intake.IntakeResult["_tag"]]: number }
  readonly rejected: number
  /** The first of them. */
  readonly rejectedRows: ReadonlyArray<Batch.RejectedRow>
  readonly noticed: Submitted["noticed"]
}

const nothing: Sums = {
  read: 0,
  counts: { Accepted: 0, Duplicate: 0, Conflict: 0, Quarantined: 0, Recorded: 0 },
  rejected: 0,
  rejectedRows: [],
  noticed: []
}

const complaintOf = (result: intake.IntakeResult): string | undefined => {
  const name = Id.format("trade", result.tradeId)
  if (result._tag === "Duplicate") return `is already recorded as ${name}`
  if (result._tag === "Conflict") return `conflicts with ${name}, which stays unchanged: ${result.why}`
  if (result._tag === "Recorded") return `is recorded as ${name}: it is history and never counted`
  return result._tag === "Quarantined" ? `is quarantined as ${name}: ${result.reason}` : undefined
}

/** A few hundred rows more. */
const taken = (batch: Batch.Batch, asked: Submission, occurrence: string) => (sums: Sums, chunk: Chunk.Chunk<Row>) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const all = Chunk.toReadonlyArray(chunk)
    const bad = all.filter((row) => row._tag === "Bad")
    const parsed = all.filter((row) => row._tag === "Parsed")
    const { raw, trades } = tradesOf(parsed, nameOf(asked))
    const rows = trades.map((input, at) => ({
      line: parsed[at]?.line,
      input: rowOf({ ...input, occurrence }, asked.mode)
    }))
    const results = yield* batches.add(batch, rows, SourcePolicy.readFrom(asked.policy, raw))
    const read = sums.read + all.length
    yield* asked.reached?.(read) ?? Effect.void
    const counts = { ...sums.counts }
    const noticed = results.flatMap((result, at) => {
      counts[result._tag] += 1
      const what = complaintOf(result)
      return what === undefined ? [] : [{ line: rows[at]?.line ?? 0, what }]
    })
    return {
      read,
      counts,
      rejected: sums.rejected + bad.length,
      rejectedRows: firstOf(sums.rejectedRows, bad),
      noticed: [...sums.noticed, ...bad.map(complained), ...noticed].slice(0, MOST_NOTICED)
    }
  })

/** The first rows that are no trades: of a million, all would fill the memory. */
const firstOf = (
  before: ReadonlyArray<Batch.RejectedRow>,
  more: ReadonlyArray<Bad>
): ReadonlyArray<Batch.RejectedRow> =>
  before.length >= Batches.MOST_REJECTED || more.length === 0
    ? before
    : [...before, ...more.map(rejectedOf)].slice(0, Batches.MOST_REJECTED)

const complained = (row: Bad) => ({ line: row.line, what: complaint(row) })

const rejectedOf = ({ column, line, reason, value }: Bad): Batch.RejectedRow => ({
  line,
  column: column ?? null,
  value,
  reason
})

/** A file that was submitted before: all of its rows are on record. */
const knownBefore = (batch: Batch.Batch): Submitted => ({
  batch,
  accepted: 0,
  duplicates: batch.total - batch.rejected,
  conflicts: 0,
  quarantined: 0,
  rejected: batch.rejected,
  noticed: [{ line: 0, what: `the same file was submitted before, as ${Id.format("batch", batch.id)}` }]
})

/**
 * Submits rows together, each exactly once: the same bytes for the same account, source and mode are the same batch, so that what
 * was cut off is gone on with when it is submitted again. Rows that are no trades are on record with their places.
 */
export const submit = (
  asked: Submission
): Effect.Effect<
  Submitted,
  ImportFileError | NotWhole | Accumulator.UnsoundTrade | Batches.ChangeFailure | Batches.BadBatch,
  Batches.Batches | Clock.Clock | Entropy.Entropy | Ledger.Ledger | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    if (asked.strict) yield* whole(asked, yield* check(asked, () => Effect.void))
    const made = asked.key ?? (yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex))
    const salt = asked.again ? made : ""
    const { surveyed } = asked
    const { fileHash } = surveyed
    const { account, actor, fileName, mode, name, priority, source } = asked
    // Read or ordered otherwise, the same bytes are other rows.
    const manner = JSON.stringify([
      asked.columns,
      surveyed.dialect,
      ...(asked.order === undefined ? [] : [asked.order])
    ])
    const uid = sha256(account, source, mode, fileHash, manner, salt).slice(0, 32)
    const batch = yield* batches.create({
      account,
      actor,
      uid,
      name,
      mode,
      priority,
      fileName,
      fileHash,
      ...asked.order
    })
    if (batch.queuedAt !== undefined) return knownBefore(batch)
    return yield* allTaken(batch, asked, asked.again ? uid : "0").pipe(
      // Who submitted the same at the same time has given it all of its rows meanwhile.
      Effect.catchTag("BatchStands", (stands) =>
        Effect.flatMap(Batches.find(batch.id), (found) =>
          found.queuedAt === undefined ? Effect.fail(stands) : Effect.succeed(knownBefore(found))
        )
      )
    )
  })

/** Refuses a file of which a row would not be taken as it is. */
const whole = (
  asked: Written,
  { conflicts, noticed, quarantined, refused, rejected }: Pick<Checked, keyof Sized | "refused">
): Effect.Effect<void, NotWhole> =>
  rejected + conflicts + quarantined + refused === 0
    ? Effect.void
    : Effect.fail(new NotWhole({ file: nameOf(asked), rejected, conflicts, quarantined, refused, noticed }))

type Sized = Pick<Submitted, "conflicts" | "noticed" | "quarantined" | "rejected">

/** Gives a batch the rows of its file, and queues it. One that is taken whole ends here where the books have changed since it was checked. */
const allTaken = (batch: Batch.Batch, asked: Submission, occurrence: string) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    // Gone on with later, a row that says no time is the same row.
    const { counts, noticed, rejected, rejectedRows } = yield* rowsOf(
      asked,
      asked.surveyed,
      Instant.format(batch.createdAt)
    ).pipe(Stream.grouped(TOGETHER), Stream.runFoldEffect(nothing, taken(batch, asked, occurrence)))
    const { Conflict: conflicts, Quarantined: quarantined } = counts
    if (asked.strict) {
      yield* whole(asked, { conflicts, noticed, quarantined, rejected, refused: 0 }).pipe(
        Effect.tapError(() => batches.cancel(batch.id, "not all of its rows can be accepted", asked.actor))
      )
    }
    const queued = yield* batches.queue(batch.id, { actor: asked.actor, left: { rejected, rejectedRows } })
    return {
      batch: queued,
      accepted: counts.Accepted,
      duplicates: counts.Duplicate,
      conflicts,
      quarantined,
      rejected,
      noticed
    }
  })

/** What a batch is to be that collects its rows one by one. */
type Opening = Pick<Submission, "name" | "account" | "priority" | "actor"> & Pick<Unsettled, "mode" | "order">

/** Makes a batch that collects rows until it is queued; under the same key, the same. */
export const open = (
  { account, actor, mode: named, name, order, priority }: Opening,
  key?: string
): Effect.Effect<
  Batch.Batch,
  Batch.ModeNotNamed | Batches.BadBatch | Ledger.LedgerError,
  Batches.Batches | Entropy.Entropy
> =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    // Of the rows that come to it any may be a market order.
    const mode = yield* Batch.modeOf(named, {})
    const uid =
      key === undefined ? yield* Effect.flatMap(Entropy.Entropy, ({ hex }) => hex) : sha256(account, key).slice(0, 32)
    return yield* batches.create({ account, actor, uid, name, mode, priority, ...order })
  })

/** What a submission would come to as the books stand: how many rows would become what, and what would be sent. */
export interface Checked {
  /** Rows that would be counted, or sent as orders of their own. */
  readonly accepted: number
  /** Rows that are on record already. */
  readonly duplicates: number
  /** Rows that an earlier row of the same file repeats. */
  readonly repeated: number
  readonly conflicts: number
  readonly quarantined: number
  /** Rows whose orders a control would refuse. */
  readonly refused: number
  readonly recorded: number
  readonly rejected: number
  /** The first rows that would not be taken as they are. */
  readonly noticed: Submitted["noticed"]
  readonly outlook: BatchPreview.BatchOutlook
}

const unread: Omit<Checked, "outlook"> = {
  accepted: 0,
  duplicates: 0,
  repeated: 0,
  conflicts: 0,
  quarantined: 0,
  refused: 0,
  recorded: 0,
  rejected: 0,
  noticed: []
}

const countOf: { readonly [T in BatchPreview.Previewed["_tag"]]: Exclude<keyof typeof unread, "noticed"> } = {
  Ordered: "accepted",
  Counted: "accepted",
  Refused: "refused",
  Duplicate: "duplicates",
  Repeated: "repeated",
  Conflict: "conflicts",
  Quarantined: "quarantined",
  Recorded: "recorded"
}

const noticeOf = (found: BatchPreview.Previewed): string | undefined => {
  switch (found._tag) {
    case "Ordered":
    case "Counted":
      return undefined
    case "Refused":
      return `would be refused: ${Control.says(found.control)}`
    case "Duplicate":
      return "is already recorded"
    case "Repeated":
      return "repeats an earlier row of the file"
    case "Conflict":
      return `conflicts with a recorded trade: ${found.reason}`
    case "Quarantined":
      return `would be quarantined: ${found.reason}`
    case "Recorded":
      return "would be recorded as history and never counted"
  }
}

/** A row with the policy of the batch that it would be added to. */
const inItsWay = (input: Trade.TradeInput, order: Written["order"]): Trade.TradeInput =>
  input.direct === undefined ? input : { ...input, direct: OrderPolicy.withPolicy(input.direct, order) }

/** A few hundred rows more. */
const previewed =
  (
    { mode, order }: Written,
    preview: BatchPreview.BatchPreview,
    onRejected: (rows: ReadonlyArray<Batch.RejectedRow>) => Effect.Effect<void>
  ) =>
  (counts: typeof unread, chunk: Chunk.Chunk<Row>) =>
    Effect.gen(function* () {
      const all = Chunk.toReadonlyArray(chunk)
      const bad = all.filter((row) => row._tag === "Bad")
      const rows = all.filter((row) => row._tag === "Parsed")
      yield* onRejected(bad.map(rejectedOf))
      const found = yield* preview.add(rows.map(({ input }) => inItsWay(rowOf(input, mode), order)))
      const sums = { ...counts, rejected: counts.rejected + bad.length }
      const noticed = found.flatMap((each, at) => {
        sums[countOf[each._tag]] += 1
        const what = noticeOf(each)
        return what === undefined ? [] : [{ line: rows[at]?.line ?? 0, what }]
      })
      return { ...sums, noticed: [...sums.noticed, ...bad.map(complained), ...noticed].slice(0, MOST_NOTICED) }
    })

/**
 * What a submission would come to as the books stand: what would become of each row, and the orders that would follow. Each row that is
 * no trade is given to `onRejected`. Nothing is on record of it.
 */
export const check = (
  asked: Read & Pick<Submission, "account" | "actor" | "policy">,
  onRejected: (rows: ReadonlyArray<Batch.RejectedRow>) => Effect.Effect<void>
): Effect.Effect<Checked, ImportFileError | Ledger.LedgerError, Clock.Clock | Ledger.Ledger> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const preview = yield* BatchPreview.begin(asked)
    const counts = yield* rowsOf(asked, asked.surveyed, Instant.format(now)).pipe(
      Stream.grouped(TOGETHER),
      Stream.runFoldEffect(unread, previewed(asked, preview, onRejected))
    )
    return { ...counts, outlook: yield* preview.outlook }
  })
