import { createHash } from "node:crypto"
import {
  type AccountName,
  type Batch,
  Batches,
  Clock,
  Entropy,
  Id,
  Instant,
  type Ledger,
  type SourcePolicy,
  type TradeRepository,
  type intake
} from "@roundlot/core"
import { Chunk, Effect, Stream } from "effect"
import type { Dialect } from "../import/Dialect.ts"
import { fail, type ImportFileError } from "../import/ImportFileError.ts"
import * as surveys from "../import/survey.ts"
import { complaint } from "../import/takeIn.ts"
import * as TradeFile from "../import/TradeFile.ts"
import type { Bad, Row } from "../import/TradeRow.ts"
import { rowOf } from "./adding.ts"

/** How a file is read. */
export interface Written {
  /** Its bytes, however often they are asked for. */
  readonly bytes: Stream.Stream<Uint8Array, ImportFileError>
  /** As people know it; undefined where it came from elsewhere. */
  readonly fileName: string | undefined
  readonly source: string
  readonly columns: TradeFile.Options["columns"]
  /** How it is written, as far as somebody said. */
  readonly dialect: Dialect
  readonly mode: Batch.BatchMode
}

/** What is submitted: a file, and what is to become of its rows. */
export interface Submission extends Written {
  readonly surveyed: Surveyed
  readonly name: string
  readonly account: AccountName.AccountName
  readonly priority: number
  readonly policy: SourcePolicy.SourcePolicy
  /** New on purpose, although the same was submitted before; under the same key once. */
  readonly again: boolean
  readonly key?: string | undefined
  readonly actor: string
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

const sha256 = (...parts: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part).update("\u0000")
  return hash.digest("hex")
}

/** A file that was read once: what tells it from others, and how it is written. */
export interface Surveyed {
  readonly fileHash: string
  readonly dialect: Dialect
}

const nameOf = ({ fileName }: Written): string => fileName ?? "what was submitted"

const optionsOf = ({ columns, mode, source }: Written, dialect: Dialect): TradeFile.Options => ({
  source,
  dialect,
  limits: mode === "execute" ? "taken" : "refused",
  ...(columns === undefined ? {} : { columns })
})

const HEAD_BYTES = 65_536

/** What a row says that says nothing of itself: who has no id of his own is the line of these bytes, who has no time came now. */
const usualOf = (fileHash: string, now: string) => ({
  source_id: (line: number) => `${fileHash}:${line}`,
  timestamp: () => now
})

/** Any time: what it is does not matter as long as nothing is taken. */
const ONCE = "2026-01-01T00:00:00Z"

/** Reads a file once, from end to end: its hash, and how it is written, which only all of its values can say. */
export const survey = (written: Written): Effect.Effect<Surveyed, ImportFileError> =>
  Effect.gen(function* () {
    const { bytes, columns = {} } = written
    const [first = new Uint8Array()] = yield* Stream.runCollect(Stream.take(bytes, 1))
    const told = surveys.headerIn(first.slice(0, HEAD_BYTES), columns, written.dialect)
    const found = surveys.begin()
    const hash = createHash("sha256")
    const hashed = Stream.tap(bytes, (part) => Effect.sync(() => hash.update(part)))
    const options = { ...optionsOf(written, told), seen: found.take, usual: usualOf("", ONCE) }
    yield* Stream.runDrain(TradeFile.readBytes(hashed, nameOf(written), options))
    return { fileHash: hash.digest("hex"), dialect: yield* surveys.decide(nameOf(written), found, told) }
  })

/** The rows of a file that was surveyed; it fails at its end where the file has changed since. */
const rowsOf = (
  written: Written,
  { dialect, fileHash }: Surveyed,
  now: Instant.Instant
): Stream.Stream<Row, ImportFileError> =>
  Stream.suspend(() => {
    const hash = createHash("sha256")
    const name = nameOf(written)
    const hashed = Stream.tap(written.bytes, (part) => Effect.sync(() => hash.update(part)))
    const unchanged = Effect.suspend(() =>
      hash.digest("hex") === fileHash
        ? Effect.void
        : Effect.fail(fail(name, "Unreadable", "was changed while it was read", "submit it again"))
    )
    return Stream.concat(
      TradeFile.readBytes(hashed, name, {
        ...optionsOf(written, dialect),
        usual: usualOf(fileHash, Instant.format(now))
      }),
      Stream.execute(unchanged)
    )
  })

interface Sums {
  readonly counts: { readonly [T in intake.IntakeResult["_tag"]]: number }
  readonly rejected: number
  /** The first of them. */
  readonly rejectedRows: ReadonlyArray<Batch.RejectedRow>
  readonly noticed: Submitted["noticed"]
}

const nothing: Sums = {
  counts: { Accepted: 0, Duplicate: 0, Conflict: 0, Quarantined: 0, Recorded: 0 },
  rejected: 0,
  rejectedRows: [],
  noticed: []
}

const complaintOf = (result: intake.IntakeResult): string | undefined => {
  const name = Id.format("trade", result.tradeId)
  if (result._tag === "Duplicate") return `is ${name} already`
  if (result._tag === "Conflict") return `conflicts with ${name}, which stands: ${result.why}`
  if (result._tag === "Recorded") return `is kept as ${name}: it is history, and never counted`
  return result._tag === "Quarantined" ? `is quarantined as ${name}: ${result.reason}` : undefined
}

/** A few hundred rows more. */
const taken = (batch: Batch.Batch, asked: Submission, occurrence: string) => (sums: Sums, chunk: Chunk.Chunk<Row>) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const all = Chunk.toReadonlyArray(chunk)
    const bad = all.filter((row) => row._tag === "Bad")
    const rows = all
      .filter((row) => row._tag === "Parsed")
      .map(({ input, line }) => ({ line, input: rowOf({ ...input, occurrence }, asked.mode) }))
    const results = yield* batches.add(batch, rows, asked.policy)
    const counts = { ...sums.counts }
    const noticed = results.flatMap((result, at) => {
      counts[result._tag] += 1
      const what = complaintOf(result)
      return what === undefined ? [] : [{ line: rows[at]?.line ?? 0, what }]
    })
    return {
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
  ImportFileError | Batches.ChangeFailure | Batches.BadBatch,
  Batches.Batches | Entropy.Entropy | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const made = asked.key ?? (yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex))
    const salt = asked.again ? made : ""
    const { surveyed } = asked
    const { fileHash } = surveyed
    const { account, actor, fileName, mode, name, priority, source } = asked
    // Read otherwise, the same bytes are other rows.
    const manner = JSON.stringify([asked.columns, surveyed.dialect])
    const uid = sha256(account, source, mode, fileHash, manner, salt).slice(0, 32)
    const batch = yield* batches.create({
      account,
      actor,
      uid,
      name,
      mode,
      priority,
      fileName,
      fileHash
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

/** Gives a batch the rows of its file, and queues it. */
const allTaken = (batch: Batch.Batch, asked: Submission, occurrence: string) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    // Gone on with later, a row that says no time is the same row.
    const { counts, noticed, rejected, rejectedRows } = yield* rowsOf(asked, asked.surveyed, batch.createdAt).pipe(
      Stream.grouped(TOGETHER),
      Stream.runFoldEffect(nothing, taken(batch, asked, occurrence))
    )
    const queued = yield* batches.queue(batch.id, { actor: asked.actor, left: { rejected, rejectedRows } })
    return {
      batch: queued,
      accepted: counts.Accepted,
      duplicates: counts.Duplicate,
      conflicts: counts.Conflict,
      quarantined: counts.Quarantined,
      rejected,
      noticed
    }
  })

/** What a batch is to be that collects its rows one by one. */
type Opening = Pick<Submission, "name" | "mode" | "account" | "priority" | "actor">

/** Makes a batch that collects rows until it is queued; under the same key, the same. */
export const open = (
  { account, actor, mode, name, priority }: Opening,
  key?: string
): Effect.Effect<Batch.Batch, Batches.BadBatch | Ledger.LedgerError, Batches.Batches | Entropy.Entropy> =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const uid =
      key === undefined ? yield* Effect.flatMap(Entropy.Entropy, ({ hex }) => hex) : sha256(account, key).slice(0, 32)
    return yield* batches.create({
      account,
      actor,
      uid,
      name,
      mode,
      priority
    })
  })

/** What a submission would be read as. */
export interface Checked {
  readonly accepted: number
  readonly rejected: number
}

const unread: Checked = { accepted: 0, rejected: 0 }

/**
 * What a submission would be read as: how many rows are trades, and how many are none, each of which is told of. Nothing is on
 * record of it.
 */
export const check = <R>(
  asked: Written & { readonly surveyed: Surveyed },
  tell: (row: Batch.RejectedRow) => Effect.Effect<void, never, R>
): Effect.Effect<Checked, ImportFileError, Clock.Clock | R> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    return yield* rowsOf(asked, asked.surveyed, now).pipe(
      Stream.runFoldEffect(unread, (counts, row) =>
        row._tag === "Parsed"
          ? Effect.succeed({ ...counts, accepted: counts.accepted + 1 })
          : Effect.as(tell(rejectedOf(row)), { ...counts, rejected: counts.rejected + 1 })
      )
    )
  })
