import { type AccountName, Clock, type Order, type Trade } from "@roundlot/core"
import { Id, TradeRepository } from "@roundlot/core/adapter"
import type { Batch } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { Entity } from "./criteria.ts"
import { BadFilter } from "./errors.ts"
import { causeOf } from "./history.ts"
import { type Keep, MOST_JUDGED } from "./listing.ts"

interface Asked {
  readonly actor?: string | undefined
  readonly since?: string | undefined
}

/** The record that was asked for where an order was made: its decision, the direct trade that it executes, or else the order itself. */
export const askedInOrder = ({ decisionId, id, tradeId }: Order.Order): Entity =>
  decisionId !== undefined
    ? { kind: "decision", id: Id.format("decision", decisionId) }
    : tradeId !== undefined
      ? { kind: "trade", id: Id.format("trade", tradeId) }
      : { kind: "order", id: Id.format("order", id) }

/** What was asked for where a trade came in: the trade. */
export const askedInTrade = ({ id }: Trade.Trade): Entity => ({ kind: "trade", id: Id.format("trade", id) })

/** What was asked for where a batch was submitted: the batch. */
export const askedInBatch = ({ id }: Batch.Batch): Entity => ({ kind: "batch", id: Id.format("batch", id) })

/** So many entries are looked for at once. */
const AT_ONCE = 8

/**
 * Keeps the records that an actor asked for: the first entry about what was asked for names him as its cause. Each is looked up by
 * itself, so only within a period.
 */
export const madeBy = <R extends { readonly account: AccountName.AccountName }>(
  askedIn: (record: R) => Entity,
  { actor, since }: Asked
): Effect.Effect<Keep<R> | undefined, BadFilter> => {
  if (actor === undefined) return Effect.succeed(undefined)
  if (since === undefined) {
    return new BadFilter({ filter: "actor", value: actor, problem: "needs a period: give since" })
  }
  const isMade = (record: R) => Effect.map(actorOf(record.account, askedIn(record)), (found) => found === actor)
  return Effect.succeed((batch) => Effect.filter(batch, isMade, { concurrency: AT_ONCE }))
}

/** Who asked for each of some records: the actor of the first entry about what was asked for. A read for each, so of a page only. */
export const actorsOf = <R extends { readonly account: AccountName.AccountName }>(
  askedIn: (record: R) => Entity,
  records: ReadonlyArray<R>
) => Effect.forEach(records, (record) => actorOf(record.account, askedIn(record)), { concurrency: AT_ONCE })

/** Of how many rows a page keeps those that an actor asked for: a period may be all of time, and the actor nobody. */
export const mostLookedBy = ({ actor }: Asked): number | undefined => (actor === undefined ? undefined : MOST_JUDGED)

const actorOf = (account: AccountName.AccountName, entity: Entity) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    yield* Clock.turn
    const [first] = yield* repository.entries({ account, afterSeq: 0, entity, limit: 1 })
    return first === undefined ? undefined : (yield* causeOf(first)).actor
  })
