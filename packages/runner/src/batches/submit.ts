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
  type intake
} from "@roundlot/core"
import { Chunk, Effect, Stream } from "effect"
import type { ImportFileError } from "../import/ImportFileError.ts"
import { complaint } from "../import/takeIn.ts"
import * as TradeFile from "../import/TradeFile.ts"
import type { Bad, Row } from "../import/TradeRow.ts"
import { rowOf } from "./adding.ts"

/** How a file is read. */
interface Written {
  readonly bytes: Uint8Array
  /** As people know it; undefined where it came from elsewhere. */
  readonly fileName: string | undefined
  readonly source: string
  readonly columns: TradeFile.Options["columns"]
  readonly dialect: TradeFile.Options["dialect"]
}

/** What is submitted: a file, and what is to become of its rows. */
export interface Submission extends Written {
  readonly name: string
  readonly mode: Batch.BatchMode
  readonly account: AccountName.AccountName
  readonly priority: number
  readonly policy: SourcePolicy.SourcePolicy
  /** New on purpose, although the same was submitted before. */
  readonly again: boolean
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

const sha256 = (...parts: ReadonlyArray<string | Uint8Array>): string => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part).update("\u0000")
  return hash.digest("hex")
}

/** The rows of a submission: who has no id of his own is the line of these bytes, who has no time came now. */
const rowsOf = (
  { bytes, columns, dialect, fileName, source }: Written,
  fileHash: string,
  now: Instant.Instant
): Stream.Stream<Row, ImportFileError> =>
  TradeFile.readBytes(Stream.make(bytes), fileName ?? "what was submitted", {
    source,
    ...(columns === undefined ? {} : { columns }),
    ...(dialect === undefined ? {} : { dialect }),
    usual: { source_id: (line) => `${fileHash}:${line}`, timestamp: () => Instant.format(now) }
  })

interface Sums {
  readonly counts: { readonly [T in intake.IntakeResult["_tag"]]: number }
  readonly bad: ReadonlyArray<Bad>
  readonly noticed: Submitted["noticed"]
}

const nothing: Sums = { counts: { Accepted: 0, Duplicate: 0, Conflict: 0, Quarantined: 0 }, bad: [], noticed: [] }

const complaintOf = (result: intake.IntakeResult): string | undefined => {
  const name = Id.format("trade", result.tradeId)
  if (result._tag === "Duplicate") return `is ${name} already`
  if (result._tag === "Conflict") return `conflicts with ${name}, which stands: ${result.why}`
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
      bad: [...sums.bad, ...bad],
      noticed: [...sums.noticed, ...bad.map(complained), ...noticed].slice(0, MOST_NOTICED)
    }
  })

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
  ImportFileError | Batches.NoBatch | Batches.BatchStands | Batches.BadBatch | Ledger.LedgerError,
  Batches.Batches | Clock.Clock | Entropy.Entropy
> =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const salt = asked.again ? yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex) : ""
    const fileHash = sha256(asked.bytes)
    const { account, actor, fileName, mode, name, priority, source } = asked
    // Read otherwise, the same bytes are other rows.
    const manner = JSON.stringify([asked.columns, asked.dialect])
    const uid = sha256(account, source, mode, fileHash, manner, salt).slice(0, 32)
    // Nothing is on record of a file that is none.
    yield* rowsOf(asked, fileHash, now).pipe(Stream.take(1), Stream.runDrain)
    const batch = yield* batches.create({
      account,
      actor,
      uid,
      name,
      mode,
      priority,
      fileName,
      fileHash,
      retryOf: undefined
    })
    if (batch.queuedAt !== undefined) return knownBefore(batch)
    const { bad, counts, noticed } = yield* rowsOf(asked, fileHash, now).pipe(
      Stream.grouped(TOGETHER),
      Stream.runFoldEffect(nothing, taken(batch, asked, asked.again ? uid : "0"))
    )
    const queued = yield* batches.queue(batch.id, bad.map(rejectedOf), actor)
    return {
      batch: queued,
      accepted: counts.Accepted,
      duplicates: counts.Duplicate,
      conflicts: counts.Conflict,
      quarantined: counts.Quarantined,
      rejected: bad.length,
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
      priority,
      fileName: undefined,
      fileHash: undefined,
      retryOf: undefined
    })
  })

/** What a submission would be read as. */
interface Checked {
  readonly accepted: number
  readonly rejected: ReadonlyArray<Batch.RejectedRow>
}

const unread: Checked = { accepted: 0, rejected: [] }

/** What a submission would be read as: how many rows are trades, and what is wrong with the others. Nothing is on record of it. */
export const check = (asked: Written): Effect.Effect<Checked, ImportFileError, Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    return yield* rowsOf(asked, sha256(asked.bytes), now).pipe(
      Stream.runFold(unread, ({ accepted, rejected }, row): Checked =>
        row._tag === "Parsed"
          ? { accepted: accepted + 1, rejected }
          : { accepted, rejected: rejected.length < MOST_CHECKED ? [...rejected, rejectedOf(row)] : rejected }
      )
    )
  })

const MOST_CHECKED = 1000
