import { Batches, type Accumulator, type SourcePolicy, type Trade } from "@roundlot/core"
import type { Batch, intake, Ledger } from "@roundlot/core/ledger"
import { OrderTerms } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"

/** A trade as a row of a batch: with an order of its own where the batch executes. */
export const rowOf = (input: Trade.TradeInput, mode: Batch.BatchMode): Trade.TradeInput =>
  mode === "execute" ? { ...input, direct: input.direct ?? OrderTerms.atMarket } : input

/** Trades that a batch does not take: it is of another account, or puts trades into positions and they say how to order. */
export class NotForBatch extends Schema.TaggedError<NotForBatch>()("NotForBatch", {
  batch: Schema.String,
  account: Schema.String,
  /** The other account; none where the terms of an order are the fault. */
  named: Schema.optional(Schema.String)
}) {
  override get message() {
    const why =
      this.named === undefined
        ? `accumulates its trades, and this trade has order terms of its own`
        : `is of account ${this.account}, but the trade is of ${this.named}`
    return `The batch ${this.batch} ${why}. Submit it without a batch, or use another batch`
  }
}

/** Which trades go into which batch. */
export interface Addition {
  readonly batch: Batch.Batch
  /** Whose trades they are said to be, where something is said. */
  readonly account: string | undefined
  readonly inputs: ReadonlyArray<Trade.TradeInput>
  readonly policy: SourcePolicy.SourcePolicy
}

const faultOf = ({ account, batch, inputs }: Addition): NotForBatch | undefined => {
  const of = { batch: batch.name, account: batch.account }
  if (account !== undefined && account !== batch.account) return new NotForBatch({ ...of, named: account })
  const hasTerms = batch.mode === "accumulate" && inputs.some(({ direct }) => direct !== undefined)
  return hasTerms ? new NotForBatch(of) : undefined
}

/** Adds trades to a batch that still collects them, each exactly once; they wait for its turn. */
export const addTo = (
  addition: Addition
): Effect.Effect<
  ReadonlyArray<intake.IntakeResult>,
  NotForBatch | Accumulator.UnsoundTrade | Batches.BatchStands | Ledger.LedgerError,
  Batches.Batches
> =>
  Effect.gen(function* () {
    const fault = faultOf(addition)
    if (fault !== undefined) return yield* fault
    const batches = yield* Batches.Batches
    const { batch, inputs, policy } = addition
    return yield* batches.add(
      batch,
      inputs.map((input) => ({ line: undefined, input: rowOf(input, batch.mode) })),
      policy
    )
  })
