import { Effect, Schema } from "effect"
import { type Batch, BatchTable } from "../records/Batch.ts"
import * as batches from "../rules/batch/batches.ts"
import { Need } from "../books/Need.ts"
import type { CommandAnswer } from "../rules/operator/commands.ts"
import { type BatchId, format } from "../values/Id.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import * as Reads from "./Reads.ts"
import type { Recorder } from "../books/Recorder.ts"

/** There is no such batch. */
export class NoBatch extends Schema.TaggedError<NoBatch>()("NoBatch", { id: Schema.String }) {
  override get message() {
    return `batch ${this.id} does not exist; list them with 'roundlot batches list'`
  }
}

/** A batch may not be changed so as it stands: its table of statuses has no such move. */
export class BatchStands extends Schema.TaggedError<BatchStands>()("BatchStands", {
  id: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

/** A batch has changed since its caller read it: nothing was done. `version` is the one it has now. */
export class BatchChanged extends Schema.TaggedError<BatchChanged>()("BatchChanged", {
  id: Schema.String,
  version: Schema.Int
}) {
  override get message() {
    return `${this.id} has changed since it was read: its version is ${this.version} now`
  }
}

/** A text of a batch that no store can keep. */
export class BadBatch extends Schema.TaggedError<BadBatch>()("BadBatch", {
  field: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `the batch's ${this.field} ${this.problem}`
  }
}

/** The versions that a batch may have to be changed; any where nothing is said. Compared in the commit that changes it. */
export type Versions = ReadonlyArray<number> | undefined

/** Why a batch was not changed. */
export type ChangeFailure = NoBatch | BatchStands | BatchChanged | LedgerError

/** The batch of an id. */
export const find = (id: BatchId): Effect.Effect<Batch, NoBatch | StoreError, TradeRepository> =>
  Effect.flatMap(Reads.first(BatchTable, { where: [{ column: "id", in: [id] }] }), (batch) =>
    batch === undefined ? Effect.fail(new NoBatch({ id: format("batch", id) })) : Effect.succeed(batch)
  )

/** Who changes a batch, and why. */
export const causeOf = (actor: string, reason?: string) =>
  reason === undefined ? ({ kind: "command", actor } as const) : ({ kind: "command", actor, reason } as const)

/** A rule that is followed only where the batch is of one of the versions, else its version. */
const ofVersion =
  (id: BatchId, versions: Versions, rule: Member<CommandAnswer>["apply"]): Member<CommandAnswer | number>["apply"] =>
  (recorder) => {
    const version = versions === undefined ? undefined : batches.batchOf(recorder, id)?.version
    return version === undefined || versions?.includes(version) === true ? rule(recorder) : version
  }

/** A batch is changed by a rule. */
export const changing = (
  { account, id }: Batch,
  cause: ReturnType<typeof causeOf>,
  versions: Versions,
  rule: Member<CommandAnswer>["apply"]
): Member<CommandAnswer | number> => ({
  account,
  cause,
  needs: [Need.BatchById({ id })],
  apply: ofVersion(id, versions, rule)
})

/** What a change came to, in a sentence, where it was not refused. */
export const admitted = (
  id: BatchId,
  answer: CommandAnswer | number
): Effect.Effect<string, BatchStands | BatchChanged> => {
  const name = format("batch", id)
  if (typeof answer === "number") return Effect.fail(new BatchChanged({ id: name, version: answer }))
  if (answer._tag === "Refused") return Effect.fail(new BatchStands({ id: name, problem: answer.why }))
  return Effect.succeed(answer.what)
}

/** Changes a batch by a rule, and gives it as it is then. */
export const changed = (
  id: BatchId,
  cause: ReturnType<typeof causeOf>,
  versions: Versions,
  rule: Member<CommandAnswer>["apply"]
): Effect.Effect<Batch, ChangeFailure, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const batch = yield* find(id)
    yield* admitted(id, yield* ledger.submit("command", changing(batch, cause, versions, rule)))
    return yield* find(id)
  })

/** A change of a batch as a whole; refused where it has changed since its caller read it. */
export type Change = (
  id: BatchId,
  reason: string,
  actor: string,
  versions?: Versions
) => Effect.Effect<Batch, ChangeFailure>

/** The rules of what is done to a batch as a whole. */
export const rules = {
  cancel: (id: BatchId, reason: string) => (recorder: Recorder) => batches.cancel(recorder, id, reason),
  hide: (id: BatchId) => (recorder: Recorder) => batches.hide(recorder, id),
  archive: (id: BatchId) => (recorder: Recorder) => batches.archive(recorder, id)
}
