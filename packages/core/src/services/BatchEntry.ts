import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { type Batch, isOpen, type RejectedRow } from "../records/Batch.ts"
import * as batches from "../rules/batch/batches.ts"
import { Need } from "../books/Need.ts"
import { unstorable } from "../values/unstorable.ts"
import { type BatchId, format } from "../values/Id.ts"
import { UNMAPPED } from "../records/Ticker.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { needsOf } from "../rules/trade/body.ts"
import { ownerNeedsOf } from "../rules/trade/owner.ts"
import { type Arrival, intake, IntakeResult } from "../rules/trade/intake.ts"
import { arrivalOf, type SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../records/Trade.ts"
import { said, withPolicy } from "../records/OrderPolicy.ts"
import { firstUnsound } from "./Accumulator.ts"
import { BadBatch, BatchStands, causeOf, changed, find, type Versions } from "./BatchChanges.ts"

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
