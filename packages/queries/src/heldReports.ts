import type { Documents } from "@roundlot/api"
import { Instant, Reads } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { HeldReport } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { idOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** The reports of an order that were not possible, and what became of each. */
export const heldReportsOf = (
  orderId: number
): Effect.Effect<
  ReadonlyArray<Documents.HeldReportDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.map(Reads.all(HeldReport.HeldReportTable, { where: [{ column: "orderId", in: [orderId] }] }), (all) =>
    all.map(({ contents, field, number, outcome, payloadId, possible, receivedAt, reported, rule, settledAt }) => ({
      number,
      rule,
      field,
      reported,
      possible,
      execId: contents._tag === "Executed" ? contents.execId : null,
      payloadId: idOrNull("payload", payloadId),
      receivedAt: Instant.format(receivedAt),
      settledAt: timeOrNull(settledAt),
      outcome: valueOrNull(outcome)
    }))
  )
