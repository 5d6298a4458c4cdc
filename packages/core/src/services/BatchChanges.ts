import { Effect, Schema } from "effect"
import { type Batch, BatchTable, isOpen, type RejectedRow } from "../records/Batch.ts"
import * as batches from "../rules/batch/batches.ts"
import { Need } from "../books/Need.ts"
import type { CommandAnswer } from "../rules/operator/commands.ts"
import { type BatchId, format } from "../values/Id.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import * as Reads from "./Reads.ts"
import type { Recorder } from "../books/Recorder.ts"
import type { AccountName } from "../records/AccountName.ts"
import { unstorable } from "../values/unstorable.ts"
import { UNMAPPED } from "../records/Ticker.ts"
import { needsOf } from "../rules/trade/body.ts"
import { ownerNeedsOf } from "../rules/trade/owner.ts"
import { type Arrival, intake, IntakeResult } from "../rules/trade/intake.ts"
import { arrivalOf, type SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../records/Trade.ts"
import { said, withPolicy } from "../records/OrderPolicy.ts"
import { firstUnsound } from "./Accumulator.ts"

/** There is no such batch. */
export class NoBatch extends Schema.TaggedError<NoBatch>()("NoBatch", { id: Schema.String }) {
  override get message() {
    return `batch ${this.id} does not exist`
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

/** A new batch of an account. */
export type NewBatch = batches.BatchRequest & {
  readonly account: AccountName
  readonly actor: string
  /** Why, where that is said: it goes on record. */
  readonly reason?: string | undefined
}

/** Who says that a batch has all of its rows, and why, where that is said. */
export interface Queueing {
  readonly actor: string
  readonly reason?: string | undefined
  readonly left?: Left | undefined
  readonly versions?: Versions
}

/** Rows that were no trades: how many, and the first of them with their places. */
export interface Left {
  readonly rejected: number
  readonly rejectedRows: ReadonlyArray<RejectedRow>
}

const nothingLeft: Left = { rejected: 0, rejectedRows: [] }

/** A row of a batch: its line in the file, and the trade. One that is of no file comes after those that are there. */
export interface BatchRow {
  readonly line: number | undefined
  readonly input: TradeInput
}

/** How many rejected rows are kept with their places. */
export const MOST_REJECTED = 1000

/** A row enters its batch. That it waits for its batch is no fault of a row's. */
export const enter = (recorder: Recorder, batch: Batch, arrival: Arrival, line: number | undefined): IntakeResult => {
  const place = { id: batch.id, line: line ?? batch.total + 1 }
  const result = intake(recorder, {
    ...arrival,
    input: { ...arrival.input, batch: place },
    held: { reason: "AwaitsBatch" }
  })
  return result._tag === "Quarantined" && result.code === "AwaitsBatch"
    ? IntakeResult.Accepted({ tradeId: result.tradeId })
    : result
}

/** A row enters its batch, where that still collects rows; what it would be is another batch's to say. */
const rowMember = (batch: Batch, { input, line }: BatchRow, policy: SourcePolicy): Member<IntakeResult | undefined> => {
  const { account, id } = batch
  const direct = input.direct && withPolicy(input.direct, said(batch))
  const arrival = arrivalOf(policy, direct === undefined ? input : { ...input, direct })
  const { occurrence, source, sourceId } = input
  return {
    account,
    cause: { kind: "trade", actor: source },
    needs: [
      Need.BatchById({ id }),
      Need.Identity({ account, source, sourceId, occurrence }),
      Need.Position({ account, symbol: arrival.symbol ?? UNMAPPED }),
      ...ownerNeedsOf(account, input.owner, arrival.symbol),
      ...needsOf(account, arrival.body)
    ],
    apply: (recorder) => {
      const batch = batches.batchOf(recorder, id)
      return batch === undefined || !isOpen(batch) ? undefined : enter(recorder, batch, arrival, line)
    }
  }
}

/** Makes a batch; one of the same uid is the same, and has to be asked for on the same terms. */
export const create = ({ account, actor, reason, ...request }: NewBatch) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    for (const field of ["uid", "name", "fileName"] as const) {
      const problem = unstorable(request[field] ?? "")
      if (problem !== undefined) return yield* new BadBatch({ field, problem })
    }
    if (request.name.trim() === "") return yield* new BadBatch({ field: "name", problem: "is empty" })
    if (request.mode === "accumulate" && said(request) !== undefined)
      return yield* new BadBatch({
        field: request.session === undefined ? "timeInForce" : "session",
        problem: "applies to orders of single rows; a batch with mode accumulate uses the account's order terms"
      })
    const needs = [
      Need.Account({ account }),
      Need.BatchByUid({ uid: request.uid }),
      ...(request.retryOf === undefined ? [] : [Need.BatchById({ id: request.retryOf })])
    ]
    const id = yield* ledger.submit("command", {
      account,
      cause: causeOf(actor, reason),
      needs,
      apply: (recorder) => batches.create(recorder, request)
    })
    const batch = yield* Effect.orDie(find(id))
    const field = batch.uid === request.uid ? otherTerm(batch, { account, ...request }) : undefined
    if (field === undefined) return batch
    const problem = `differs from that of ${format("batch", id)}, which was created with the same key: repeat that request unchanged, or use another key`
    return yield* new BadBatch({ field, problem })
  })

const terms = ["account", "mode", "session", "timeInForce", "retryOf"] as const

/** What a batch that is there already was not asked to be: its rows would be executed otherwise than who asks now expects. */
const otherTerm = (batch: Batch, asked: Pick<NewBatch, (typeof terms)[number]>) =>
  terms.find((term) => batch[term] !== asked[term])

/** Adds rows to a batch that still collects them, each exactly once. */
export const add = (batch: Batch, rows: ReadonlyArray<BatchRow>, policy: SourcePolicy) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const unsound = firstUnsound(rows.map(({ input }) => input))
    if (unsound !== undefined) return yield* unsound
    const results = yield* ledger.submitAll(
      "intake",
      rows.map((row) => rowMember(batch, row, policy))
    )
    const taken = results.filter((result) => result !== undefined)
    if (taken.length === results.length) return taken
    return yield* hasAllRows(batch)
  })

/** Why no row is added to a batch that was queued. */
export const hasAllRows = (batch: Batch): BatchStands => {
  const id = format("batch", batch.id)
  return new BatchStands({ id, problem: `${id} is complete and takes no more rows: create another batch` })
}

/** No more rows: the batch waits for its turn. */
export const queue = (id: BatchId, { actor, left = nothingLeft, reason, versions }: Queueing) =>
  changed(id, causeOf(actor, reason), versions, (recorder) =>
    batches.queue(recorder, id, left.rejected, left.rejectedRows.slice(0, MOST_REJECTED))
  )
