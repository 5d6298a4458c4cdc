import { Context, Effect, Layer, Schema } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { again, type Again } from "../rules/batch/again.ts"
import { BatchTable, hasEnded, isOpen, type Batch, type RejectedRow } from "../records/Batch.ts"
import * as batches from "../rules/batch/batches.ts"
import type { Fate } from "../records/Fate.ts"
import { tally, type Fared, type RowFate } from "../rules/batch/fates.ts"
import { Need } from "../books/Need.ts"
import { unstorable } from "../values/unstorable.ts"
import type { CommandAnswer } from "../rules/operator/commands.ts"
import { format, type BatchId, type OrderId } from "../values/Id.ts"
import { UNMAPPED } from "../records/Ticker.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import * as Decimal from "../values/Decimal.ts"
import { OrderTable } from "../records/Order.ts"
import { orderStatuses, isLive } from "../records/OrderState.ts"
import { Clock, turn } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { needsOf } from "../rules/trade/body.ts"
import { intake, IntakeResult, type Arrival } from "../rules/trade/intake.ts"
import { arrivalOf, type SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import { TradeTable, type Trade, type TradeInput } from "../records/Trade.ts"
import { said, withPolicy } from "../records/OrderPolicy.ts"
import { isHeld } from "../records/TradeStanding.ts"
import * as Instant from "../values/Instant.ts"
import { firstUnsound, type UnsoundTrade } from "./Accumulator.ts"
import { driven } from "./drive.ts"
import * as Reads from "./Reads.ts"

/** There is no such batch. */
export class NoBatch extends Schema.TaggedError<NoBatch>()("NoBatch", { id: Schema.String }) {
  override get message() {
    return `there is no batch ${this.id}; 'roundlot batches list' shows those there are`
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

/** A new batch of an account. */
export type NewBatch = batches.BatchRequest & {
  readonly account: AccountName
  readonly actor: string
  /** Why, where that is said: it goes on record. */
  readonly reason?: string | undefined
}

/** Trades that are submitted together. */
export interface BatchesService {
  /** Makes a batch, which collects rows until it is queued; the same uid again is the same batch, and has to be asked for on the same terms. */
  readonly create: (asked: NewBatch) => Effect.Effect<Batch, BadBatch | LedgerError>
  /** Adds rows, each exactly once: they wait for the batch's turn. One result each, in their order. */
  readonly add: (
    batch: Batch,
    rows: ReadonlyArray<BatchRow>,
    policy: SourcePolicy
  ) => Effect.Effect<ReadonlyArray<IntakeResult>, BatchStands | UnsoundTrade | LedgerError>
  /** No more rows: it waits for its turn. */
  readonly queue: (id: BatchId, asked: Queueing) => Effect.Effect<Batch, ChangeFailure>
  /** Calls it off: what is not sent ends, what is open is asked to end. */
  readonly cancel: Change
  /** Leaves an ended one out of lists. */
  readonly hide: Change
  /** Puts an ended one away. */
  readonly archive: Change
  /**
   * A new batch of the rows that failed, linked both ways, on the same terms. Rows whose order is open or in doubt are under way,
   * and refuse it.
   */
  readonly retry: (
    id: BatchId,
    uid: string,
    reason: string,
    actor: string,
    versions?: Versions
  ) => Effect.Effect<Batch, ChangeFailure | BadBatch>
  /** A dry run: what one of these would do as the books stand. Nothing is written; what would be refused is refused. */
  readonly rehearse: (
    id: BatchId,
    verb: BatchVerb,
    actor: string,
    versions?: Versions
  ) => Effect.Effect<RehearsedBatch, ChangeFailure>
}

/** What may be rehearsed. */
export type BatchVerb = "cancel" | "hide" | "archive" | "retry"

/** What changing a batch would come to: what would be done, in a sentence, and what would become of each of its rows. */
export interface RehearsedBatch {
  readonly batch: Batch
  readonly what: string
  readonly rows: ReadonlyArray<Fared>
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

/** The versions that a batch may have to be changed; any where nothing is said. Compared in the commit that changes it. */
export type Versions = ReadonlyArray<number> | undefined

/** Why a batch was not changed. */
export type ChangeFailure = NoBatch | BatchStands | BatchChanged | LedgerError

/** A row of a batch: its line in the file, and the trade. One that is of no file comes after those that are there. */
export interface BatchRow {
  readonly line: number | undefined
  readonly input: TradeInput
}

type Change = (id: BatchId, reason: string, actor: string, versions?: Versions) => Effect.Effect<Batch, ChangeFailure>

/** Trades that are submitted together. */
export class Batches extends Context.Tag("@roundlot/core/Batches")<Batches, BatchesService>() {}

/** How many batches have their turn at once. */
const MOST_AT_ONCE = 4
/** How many rows of each are taken up in one pass: other batches and halts have their turn in between. */
const ROWS = 500
/** How many orders of one batch are under way at once: more plans would only be looked through again and again. */
const MOST_WORKING = 500
/** How many rejected rows are kept with their places. */
export const MOST_REJECTED = 1000

const ended = orderStatuses.filter((status) => !isLive(status))
const live = orderStatuses.filter((status) => !ended.includes(status))

/** The batch of an id. */
export const find = (id: BatchId): Effect.Effect<Batch, NoBatch | StoreError, TradeRepository> =>
  Effect.flatMap(Reads.first(BatchTable, { where: [{ column: "id", in: [id] }] }), (batch) =>
    batch === undefined ? Effect.fail(new NoBatch({ id: format("batch", id) })) : Effect.succeed(batch)
  )

const causeOf = (actor: string, reason?: string) =>
  reason === undefined ? ({ kind: "command", actor } as const) : ({ kind: "command", actor, reason } as const)

/** A row enters its batch. That it waits for its batch is no fault of a row's. */
const enter = (recorder: Recorder, batch: Batch, arrival: Arrival, line: number | undefined): IntakeResult => {
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
      ...needsOf(account, arrival.body)
    ],
    apply: (recorder) => {
      const batch = batches.batchOf(recorder, id)
      return batch === undefined || !isOpen(batch) ? undefined : enter(recorder, batch, arrival, line)
    }
  }
}

/** A rule that is followed only where the batch is of one of the versions, else its version. */
const ofVersion =
  (id: BatchId, versions: Versions, rule: Member<CommandAnswer>["apply"]): Member<CommandAnswer | number>["apply"] =>
  (recorder) => {
    const version = versions === undefined ? undefined : batches.batchOf(recorder, id)?.version
    return version === undefined || versions?.includes(version) === true ? rule(recorder) : version
  }

/** A batch is changed by a rule. */
const changing = (
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
const admitted = (id: BatchId, answer: CommandAnswer | number): Effect.Effect<string, BatchStands | BatchChanged> => {
  const name = format("batch", id)
  if (typeof answer === "number") return Effect.fail(new BatchChanged({ id: name, version: answer }))
  if (answer._tag === "Refused") return Effect.fail(new BatchStands({ id: name, problem: answer.why }))
  return Effect.succeed(answer.what)
}

/** Changes a batch by a rule, and gives it as it is then. */
const changed = (
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

/** The rules of what is done to a batch as a whole. */
const rules = {
  cancel: (id: BatchId, reason: string) => (recorder: Recorder) => batches.cancel(recorder, id, reason),
  hide: (id: BatchId) => (recorder: Recorder) => batches.hide(recorder, id),
  archive: (id: BatchId) => (recorder: Recorder) => batches.archive(recorder, id)
}

const create = ({ account, actor, reason, ...request }: NewBatch) =>
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
        problem:
          "is of orders of its rows, and it puts its rows into their positions, whose orders leave as their account says"
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
    const problem = `is another one than that of ${format("batch", id)}, which was made by the same key: ask for it as it was, or by another key`
    return yield* new BadBatch({ field, problem })
  })

const terms = ["account", "mode", "session", "timeInForce", "retryOf"] as const

/** What a batch that is there already was not asked to be: its rows would be executed otherwise than who asks now expects. */
const otherTerm = (batch: Batch, asked: Pick<NewBatch, (typeof terms)[number]>) =>
  terms.find((term) => batch[term] !== asked[term])

const add = (batch: Batch, rows: ReadonlyArray<BatchRow>, policy: SourcePolicy) =>
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

const hasAllRows = (batch: Batch): BatchStands => {
  const id = format("batch", batch.id)
  return new BatchStands({ id, problem: `${id} has all of its rows: make another batch` })
}

const queue = (id: BatchId, { actor, left = nothingLeft, reason, versions }: Queueing) =>
  changed(id, causeOf(actor, reason), versions, (recorder) =>
    batches.queue(recorder, id, left.rejected, left.rejectedRows.slice(0, MOST_REJECTED))
  )

const rowsThatAre = ({ id }: Batch, status: Trade["status"]) =>
  ({
    where: [
      { column: "batchId", in: [id] },
      { column: "status", in: [status] }
    ]
  }) as const

/** The rows of a batch that have a status, so many at a time, since there may be a million: others have their turn in between. */
const eachOf = <E, R>(
  batch: Batch,
  status: Trade["status"],
  atOnce: number,
  look: (rows: ReadonlyArray<Trade>) => Effect.Effect<void, E, R>
) =>
  Effect.iterate(
    { after: noRow, isOver: false },
    {
      while: ({ isOver }) => !isOver,
      body: ({ after }) =>
        Effect.gen(function* () {
          const asked = { ...rowsThatAre(batch, status), orderBy: ["id"], after, limit: atOnce }
          const { items, next } = yield* Reads.page(TradeTable, asked)
          if (items.length > 0) yield* look(items)
          yield* turn
          return { after: next, isOver: next === undefined }
        })
    }
  )

const noRow: Reads.Question["after"] = undefined

/** The orders that rows have come to, by their trades. */
const orderIdsOf = (rows: ReadonlyArray<Trade>) =>
  Effect.map(
    Reads.all(OrderTable, { where: [{ column: "tradeId", in: rows.map(({ id }) => id) }] }),
    (orders) => new Map(orders.map(({ id, tradeId }) => [tradeId, id]))
  )

/** A failed row enters the batch that tries it again, unless it is one of those that are not. */
const enterAgain = (
  recorder: Recorder,
  batch: Batch,
  { batchLine, id: tradeId }: Trade,
  orderId: OrderId | undefined
): Again => {
  const tried = again(recorder, { tradeId, orderId }, batch.uid)
  if ("input" in tried) enter(recorder, batch, arrivalOf(sameSymbols, tried.input), batchLine ?? 0)
  return tried
}

/** A failed row enters the batch that tries it again: what is left of it is judged in the same commit. */
const againMember = ({ account, id }: Batch, row: Trade, orderId: OrderId | undefined): Member<boolean> => ({
  account,
  cause: { kind: "trade", actor: row.source },
  needs: [
    Need.BatchById({ id }),
    Need.TradeById({ id: row.id }),
    ...(orderId === undefined ? [] : [Need.OrderById({ id: orderId })])
  ],
  apply: (recorder) => {
    const batch = batches.batchOf(recorder, id)
    if (batch === undefined || !isOpen(batch)) return false
    enterAgain(recorder, batch, row, orderId)
    return true
  }
})

/** Failed rows enter the batch that tries them again, each once. */
const addAgain = (batch: Batch, rows: ReadonlyArray<Trade>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const orderIds = yield* orderIdsOf(rows)
    const members = rows.map((row) => againMember(batch, row, orderIds.get(row.id)))
    const entered = yield* ledger.submitAll("intake", members)
    if (!entered.every((each) => each)) return yield* hasAllRows(batch)
  })

/** The batch that tries another one again, where it does not have all of its rows yet: who made it may have died amid them. */
const begunRetryOf = ({ retriedBy }: Batch) =>
  Effect.gen(function* () {
    if (retriedBy === undefined) return undefined
    const begun = yield* find(retriedBy)
    return isOpen(begun) ? begun : undefined
  })

/** Why a batch may not be tried again. */
const problemOfRetry = (old: Batch): string | undefined => {
  const name = format("batch", old.id)
  if (!hasEnded(old) || old.working + old.waiting > 0) return `${name} has rows that are under way: wait, or cancel it`
  if (old.retriedBy !== undefined) return `${name} was tried again by ${format("batch", old.retriedBy)}`
  return undefined
}

/** Gives a batch the failed rows of the one that it tries again, each once however often it is begun, and queues it. */
const fill = (old: Batch, batch: Batch, actor: string) =>
  Effect.gen(function* () {
    yield* eachOf(old, "failed", ROWS, (rows) => addAgain(batch, rows))
    return yield* queue(batch.id, { actor })
  })

/** What is tried again of a batch, and the batch that does it, where one has begun; a refusal where it may not be. */
const retryOf = (id: BatchId, versions: Versions) =>
  Effect.gen(function* () {
    const old = yield* find(id)
    if (versions?.includes(old.version) === false) {
      return yield* new BatchChanged({ id: format("batch", id), version: old.version })
    }
    const begun = yield* begunRetryOf(old)
    if (begun !== undefined) return { old, begun }
    const name = format("batch", id)
    const problem = problemOfRetry(old)
    if (problem !== undefined) return yield* new BatchStands({ id: name, problem })
    if ((yield* Reads.first(TradeTable, rowsThatAre(old, "failed"))) === undefined) {
      return yield* new BatchStands({ id: name, problem: `${name} has no failed row that could be tried again` })
    }
    return { old, begun }
  })

/** The batch that tries another one again, on the same terms. */
const requestOf = (old: Batch, uid: string): batches.BatchRequest => ({
  uid,
  name: `${old.name} (again)`,
  mode: old.mode,
  priority: old.priority,
  fileName: old.fileName,
  fileHash: old.fileHash,
  session: old.session,
  timeInForce: old.timeInForce,
  retryOf: old.id
})

const retry = (id: BatchId, uid: string, reason: string, actor: string, versions: Versions) =>
  Effect.gen(function* () {
    const { begun, old } = yield* retryOf(id, versions)
    const made = begun ?? (yield* create({ ...requestOf(old, uid), account: old.account, actor, reason }))
    return yield* fill(old, made, actor)
  })

// Dry runs: the rules that act, on as many rows at a time, of which nothing is kept

/** A name that is no batch's. */
const NOBODY = "dry run"

/** How many rows are rehearsed in one commit: the ledger's writer is held by no more. */
const REHEARSED = 200

/** What a rule says, and is not kept. */
const rehearsed = <A>(member: Member<A>) =>
  Effect.flatMap(Ledger, (ledger) => ledger.submit("command", { ...member, rehearse: () => undefined }))

const rowFate = ({ limitPrice, price, side, symbol }: Trade, fate: Fate, quantity: Decimal.Decimal): RowFate => ({
  fate,
  symbol,
  side,
  quantity,
  price: price ?? limitPrice
})

const fateOf = (recorder: Recorder, row: Trade, orderId: OrderId | undefined, fate: Fate): RowFate => {
  const order = orderId === undefined ? undefined : recorder.books.orders.get(orderId)
  return rowFate(row, fate, order === undefined ? row.quantity : Decimal.subtract(row.quantity, order.filled))
}

/**
 * What would become of rows whose batch is called off. Those that have not had their turn are stopped by that alone: of a million
 * rows most are, and none of them is brought before the ledger.
 */
const callingOff = (batch: Batch, rows: ReadonlyArray<Trade>, actor: string) =>
  Effect.gen(function* () {
    const begun = rows.filter((row) => !isHeld(row))
    const stopped = rows.filter(isHeld).map((row) => rowFate(row, "stopped", row.quantity))
    return begun.length === 0 ? stopped : [...stopped, ...(yield* callingOffBegun(batch, begun, actor))]
  })

/** What would become of rows under way whose batch is called off. */
const callingOffBegun = (batch: Batch, rows: ReadonlyArray<Trade>, actor: string) =>
  Effect.gen(function* () {
    const { id } = batch
    const { orders } = yield* stillOpen(rows)
    const orderIds = new Map(orders.map(({ id: orderId, tradeId }) => [tradeId, orderId]))
    const fate = (recorder: Recorder, row: Trade): RowFate => {
      const orderId = orderIds.get(row.id)
      const off = () =>
        orderId === undefined ? batches.callOff(recorder, id, row.id) : batches.callOffOrder(recorder, id, orderId)
      return fateOf(recorder, row, orderId, off())
    }
    return yield* rehearsed({
      ...member(
        batch,
        [
          Need.BatchById({ id }),
          ...rows.map((row) => Need.TradeById({ id: row.id })),
          ...orders.map((order) => Need.OrderById({ id: order.id }))
        ],
        (recorder) => {
          rules.cancel(id, NOBODY)(recorder)
          return rows.map((row) => fate(recorder, row))
        }
      ),
      cause: causeOf(actor)
    })
  })

/** What would become of failed rows whose batch is tried again. */
const tryingAgain = (old: Batch, rows: ReadonlyArray<Trade>, actor: string) =>
  Effect.gen(function* () {
    const orderIds = yield* orderIdsOf(rows)
    return yield* rehearsed({
      ...member(
        old,
        [
          Need.Account({ account: old.account }),
          Need.BatchByUid({ uid: NOBODY }),
          Need.BatchById({ id: old.id }),
          ...rows.map((row) => Need.TradeById({ id: row.id })),
          ...Array.from(orderIds.values(), (id) => Need.OrderById({ id }))
        ],
        (recorder) => {
          const made = batches.batchOf(recorder, batches.create(recorder, requestOf(old, NOBODY)))
          if (made === undefined) throw new Error("a batch that was made is there")
          return rows.map((row) => {
            const orderId = orderIds.get(row.id)
            const { fate } = enterAgain(recorder, made, row, orderId)
            return fateOf(recorder, row, orderId, fate)
          })
        }
      ),
      cause: causeOf(actor)
    })
  })

/** Rows that have ended, and stay. */
const countEnded = (rows: ReturnType<typeof tally>, { cancelled, done, failed }: Batch): void => {
  rows.count("done", done)
  rows.count("failed", failed)
  rows.count("cancelled", cancelled)
}

const rehearseRetry = (id: BatchId, actor: string, versions: Versions) =>
  Effect.gen(function* () {
    const { old } = yield* retryOf(id, versions)
    const rows = tally()
    yield* eachOf(old, "failed", REHEARSED, (found) =>
      Effect.map(tryingAgain(old, found, actor), (tried) => tried.forEach(rows.add))
    )
    rows.count("rejected", old.rejected)
    rows.count("done", old.done)
    return { batch: old, what: `a new batch tries ${format("batch", id)} again`, rows: rows.all() }
  })

const rehearse = (
  id: BatchId,
  verb: BatchVerb,
  actor: string,
  versions: Versions
): Effect.Effect<RehearsedBatch, ChangeFailure, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    if (verb === "retry") return yield* rehearseRetry(id, actor, versions)
    const batch = yield* find(id)
    const wish = changing(batch, causeOf(actor), versions, rules[verb](id, NOBODY))
    const what = yield* admitted(id, yield* rehearsed(wish))
    const rows = tally()
    if (verb === "cancel") {
      yield* eachOf(batch, "pending", REHEARSED, (found) =>
        Effect.map(callingOff(batch, found, actor), (off) => off.forEach(rows.add))
      )
    }
    countEnded(rows, batch)
    return { batch, what, rows: rows.all() }
  })

/** Makes it on the program's ledger. */
export const make: Effect.Effect<BatchesService, never, Ledger | TradeRepository> = Effect.gen(function* () {
  const context = yield* Effect.context<Ledger | TradeRepository>()
  const here = <A, E>(act: Effect.Effect<A, E, Ledger | TradeRepository>) => Effect.provide(act, context)
  return {
    create: (asked) => here(create(asked)),
    add: (batch, rows, policy) => here(add(batch, rows, policy)),
    queue: (id, asked) => here(queue(id, asked)),
    retry: (id, uid, reason, actor, versions) => here(retry(id, uid, reason, actor, versions)),
    cancel: (id, reason, actor, versions) =>
      here(changed(id, causeOf(actor, reason), versions, rules.cancel(id, reason))),
    hide: (id, reason, actor, versions) => here(changed(id, causeOf(actor, reason), versions, rules.hide(id))),
    archive: (id, reason, actor, versions) => here(changed(id, causeOf(actor, reason), versions, rules.archive(id))),
    rehearse: (id, verb, actor, versions) => here(rehearse(id, verb, actor, versions))
  }
})

/** Batches on the program's ledger. */
export const layer: Layer.Layer<Batches, never, Ledger | TradeRepository> = Layer.effect(Batches, make)

/** The symbols of rows that are tried again are tickers already. */
const sameSymbols: SourcePolicy = { mapping: { suffixes: [], symbols: {} }, direction: undefined }

// The queue

const member = <A>({ account }: Batch, needs: ReadonlyArray<Need>, apply: Member<A>["apply"]): Member<A> => ({
  account,
  cause: { kind: "timer", actor: "batches" },
  needs,
  apply
})

/** Gives the next batches their turn, the more urgent and then the older first, as many at once as may be. */
const startNext = (pending: ReadonlyArray<Batch>, running: number, atOnce: number) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const next = pending
      .filter(({ queuedAt }) => queuedAt !== undefined)
      .toSorted((a, b) => b.priority - a.priority || a.id - b.id)
      .slice(0, Math.max(0, atOnce - running))
    yield* ledger.submitAll(
      "command",
      next.map((batch) =>
        member(batch, [Need.BatchById({ id: batch.id })], (recorder) => batches.start(recorder, batch.id))
      )
    )
    return next.length
  })

/** A retry that nobody gave a row for so long is one whose program has died. */
const LEFT_MS = 60_000

const notNow = () => Effect.succeed(0)

/** Goes on with retries that were left amid their rows; one that has them all by now has no need. */
const finishRetries = (pending: ReadonlyArray<Batch>) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const left = pending.filter((batch) => isOpen(batch) && Instant.millisBetween(batch.updatedAt, now) >= LEFT_MS)
    const finished = yield* Effect.forEach(left, (batch) =>
      batch.retryOf === undefined
        ? Effect.succeed(0)
        : Effect.flatMap(find(batch.retryOf), (old) => fill(old, batch, "batches")).pipe(
            Effect.as(1),
            Effect.catchTags({ BatchStands: notNow, BatchChanged: notNow, NoBatch: notNow })
          )
    )
    return finished.reduce((sum, each) => sum + each, 0)
  })

const waitingRows = (batch: Batch, limit: number) =>
  Reads.page(TradeTable, {
    where: [
      { column: "batchId", in: [batch.id] },
      { column: "status", in: ["pending"] },
      { column: "reason", in: ["AwaitsBatch"] }
    ],
    limit
  })

/** Those of the running batches that have their turn still: one that waits for nothing but a person keeps no other from its own. */
const atWork = (running: ReadonlyArray<Batch>) =>
  Effect.filter(running, (batch) =>
    batch.waiting === 0 || batch.working > 0
      ? Effect.succeed(true)
      : Effect.map(waitingRows(batch, 1), ({ items }) => items.length > 0)
  )

/** Rows of a running batch have their turn. */
const takeUp = (batch: Batch) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const room = Math.min(ROWS, MOST_WORKING - batch.working)
    const { items } = room > 0 ? yield* waitingRows(batch, room) : { items: [] }
    yield* ledger.submitAll(
      "intake",
      items.map(({ id }) =>
        member(batch, [Need.BatchById({ id: batch.id }), Need.TradeById({ id })], (recorder) =>
          batches.takeUp(recorder, batch.id, id)
        )
      )
    )
    return items.length
  })

/** Rows that have not had their turn, and orders of rows that are not asked to end yet. */
const stillOpen = (rows: ReadonlyArray<Trade>) =>
  Effect.map(
    Reads.all(OrderTable, {
      where: [
        { column: "tradeId", in: rows.map(({ id }) => id) },
        { column: "status", in: live },
        { column: "cancelRequestedAt", in: [null] }
      ]
    }),
    (orders) => ({ held: rows.filter(isHeld), orders })
  )

/** Rows of a cancelled batch end, and orders of theirs that are not asked to end yet. */
const callOff = (batch: Batch) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const { items } = yield* Reads.page(TradeTable, {
      where: [
        { column: "batchId", in: [batch.id] },
        { column: "status", in: ["pending"] }
      ],
      limit: ROWS
    })
    const { held, orders } = yield* stillOpen(items)
    yield* ledger.submitAll<unknown>("command", [
      ...held.map(({ id }) =>
        member(batch, [Need.BatchById({ id: batch.id }), Need.TradeById({ id })], (recorder) =>
          batches.callOff(recorder, batch.id, id)
        )
      ),
      ...orders.map(({ id }) =>
        member(batch, [Need.BatchById({ id: batch.id }), Need.OrderById({ id })], (recorder) =>
          batches.callOffOrder(recorder, batch.id, id)
        )
      )
    ])
    return held.length + orders.length
  })

const openBatches = Reads.all(BatchTable, { where: [{ column: "status", in: ["pending", "running"] }] })

/** Cancelled batches whose rows have not all ended: of all that were ever called off, the few that are still to be looked at. */
const calledOff = Effect.map(
  Effect.forEach(
    [
      [{ column: "waiting", atLeast: 1 }],
      [
        { column: "waiting", in: [0] },
        { column: "working", atLeast: 1 }
      ]
    ],
    (left) => Reads.all(BatchTable, { where: [{ column: "status", in: ["cancelled"] }, ...left] })
  ),
  (found) => found.flat()
)

/**
 * One pass over the queue: batches have their turn, rows of those that run are taken up, those of cancelled ones end. `true` where
 * there may be more to do at once. What is found is a query of committed rows, so that a dead process is followed by any other.
 */
export const workOff = (
  atOnce: number = MOST_AT_ONCE
): Effect.Effect<boolean, LedgerError, Ledger | TradeRepository | Clock> =>
  Effect.gen(function* () {
    const open = yield* driven(yield* openBatches)
    const called = yield* calledOff
    if (open.length === 0 && called.length === 0) return false
    const pending = open.filter(({ status }) => status === "pending")
    const finished = yield* finishRetries(pending)
    const all = open.filter(({ status }) => status === "running")
    const started = yield* startNext(pending, (yield* atWork(all)).length, atOnce)
    const ours = [...all, ...(yield* driven(called))]
    const done = yield* Effect.forEach(ours, (batch) =>
      batch.status === "running" ? (batch.waiting === 0 ? Effect.succeed(0) : takeUp(batch)) : callOff(batch)
    )
    return started + finished > 0 || done.some((rows) => rows > 0)
  })

/** Would a pass over the queue do something? Rows that an operator must release, or whose orders have not ended, are no work of it. */
export const isBusy = (atOnce: number = MOST_AT_ONCE): Effect.Effect<boolean, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const open = yield* openBatches
    const running = open.filter(({ status }) => status === "running")
    const isQueued = open.some(({ queuedAt, status }) => status === "pending" && queuedAt !== undefined)
    if (isQueued && (yield* atWork(running)).length < atOnce) return true
    const held = [...running, ...(yield* calledOff)].filter(({ waiting }) => waiting > 0)
    const rows = yield* Effect.forEach(held, (batch) => waitingRows(batch, 1))
    return rows.some(({ items }) => items.length > 0)
  })
