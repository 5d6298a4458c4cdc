import { Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Break, TradeStanding } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { among } from "./listing.ts"

const identityOf = (account: string, source: string, sourceId = "", occurrence = ""): string =>
  JSON.stringify([account, source, sourceId, occurrence])

const each = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(all)]

/** The identities of these trades that another trade has undone (B4). */
const undone = (trades: ReadonlyArray<Trade.Trade>) =>
  Effect.map(
    among(
      Trade.TradeTable,
      "reversesSourceId",
      trades.map(({ sourceId }) => sourceId),
      [
        { column: "account", in: each(trades.map(({ account }) => account)) },
        { column: "source", in: each(trades.map(({ source }) => source)) },
        { column: "status", in: ["accumulated", "completed"] }
      ]
    ),
    (reversals) =>
      new Set(
        reversals.map(({ account, reversesOccurrence, reversesSourceId, source }) =>
          identityOf(account, source, reversesSourceId, reversesOccurrence)
        )
      )
  )

/** Which of these trades came again with other contents, about which a break is open (B1). */
const contradicted = (trades: ReadonlyArray<Trade.Trade>) =>
  Effect.map(
    among(
      Break.BreakTable,
      "subject",
      trades.map(({ id }) => Id.format("trade", id)),
      [
        { column: "account", in: each(trades.map(({ account }) => account)) },
        { column: "closedAt", in: [null] },
        { column: "kind", in: ["Conflict"] }
      ]
    ),
    (breaks) => new Set(breaks.map(({ subject }) => subject))
  )

/** How each of these trades stands: by its status, and by what else is on record of it, which is read for all of them at once. */
export const standings = (
  trades: ReadonlyArray<Trade.Trade>
): Effect.Effect<
  (trade: Trade.Trade) => TradeStanding.TradeStanding,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const conflicts = yield* contradicted(trades)
    const reversed = yield* undone(trades)
    return (trade) =>
      TradeStanding.standingOf(trade, {
        isContradicted: conflicts.has(Id.format("trade", trade.id)),
        isReversed: reversed.has(identityOf(trade.account, trade.source, trade.sourceId, trade.occurrence))
      })
  })
