import { Batches } from "@roundlot/core"
import { type Batch } from "@roundlot/core/ledger"
import { OrderTerms } from "@roundlot/core/adapter"
import type { Accumulator, SourcePolicy, Trade } from "@roundlot/core"
import type { intake, Ledger } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { UsageError } from "../cli/UsageError.ts"

/** A trade as a row of a batch: with an order of its own where the batch executes. */
export const rowOf = (input: Trade.TradeInput, mode: Batch.BatchMode): Trade.TradeInput =>
  mode === "execute" ? { ...input, direct: input.direct ?? OrderTerms.atMarket } : input

/** Which trades go into which batch. */
export interface Addition {
  readonly batch: Batch.Batch
  /** Whose trades they are said to be, where something is said. */
  readonly account: string | undefined
  readonly inputs: ReadonlyArray<Trade.TradeInput>
  readonly policy: SourcePolicy.SourcePolicy
}

const problemOf = ({ account, batch, inputs }: Addition): string | undefined => {
  if (account !== undefined && account !== batch.account) {
    return `The batch ${batch.name} is of account ${batch.account}, and the trade of ${account}`
  }
  const hasTerms = batch.mode === "accumulate" && inputs.some(({ direct }) => direct !== undefined)
  return hasTerms
    ? `The batch ${batch.name} puts its trades into their positions, and this one says how to order`
    : undefined
}

/** Adds trades to a batch that still collects them, each exactly once; they wait for its turn. */
export const addTo = (
  addition: Addition
): Effect.Effect<
  ReadonlyArray<intake.IntakeResult>,
  UsageError | Accumulator.UnsoundTrade | Batches.BatchStands | Ledger.LedgerError,
  Batches.Batches
> =>
  Effect.gen(function* () {
    const problem = problemOf(addition)
    if (problem !== undefined)
      return yield* new UsageError({ problem, remedy: "Give it without a batch, or make another" })
    const batches = yield* Batches.Batches
    const { batch, inputs, policy } = addition
    return yield* batches.add(
      batch,
      inputs.map((input) => ({ line: undefined, input: rowOf(input, batch.mode) })),
      policy
    )
  })
