import type { Direction } from "../../records/Account.ts"
import * as SymbolMapping from "../../records/SymbolMapping.ts"
import { withPolicy, type OrderPolicy } from "../../records/OrderPolicy.ts"
import type { RawPayload } from "../../records/Report.ts"
import type { Arriving } from "./age.ts"
import { bodyOf, type Body } from "./body.ts"
import type { Arrival } from "./intake.ts"
import type { TradeInput } from "../../records/Trade.ts"

export { bodyOf } from "./body.ts"

/** What is declared of a source: how its symbols become tickers, and its direction where that is not the account's. */
export interface SourcePolicy extends Arriving {
  readonly mapping: SymbolMapping.SymbolMapping
  readonly direction: Direction | undefined
  /** Of its trades that are executed as given, where they say nothing. */
  readonly order?: OrderPolicy | undefined
  /** What its trades were read from; kept with the first of them that is new. */
  readonly body?: Body | undefined
}

/** The policy of a source for trades that were read from these bytes; without any, as it is. */
export const readFrom = (policy: SourcePolicy, raw: RawPayload | undefined): SourcePolicy =>
  raw === undefined ? policy : { ...policy, body: bodyOf(raw) }

/** A source of plain tickers, in the account's direction. */
export const plain: SourcePolicy = { mapping: SymbolMapping.plain, direction: undefined }

/** A source of plain tickers whose trades are counted whatever their time: a simulation, a replay. */
export const anyAge: SourcePolicy = { ...plain, backfill: "orders" }

/** A trade on its way in under a source's policy. */
export const arrivalOf = (policy: SourcePolicy, input: TradeInput): Arrival => ({
  input:
    input.direct === undefined || policy.order === undefined
      ? input
      : { ...input, direct: withPolicy(input.direct, policy.order) },
  symbol: SymbolMapping.map(policy.mapping, input.symbol),
  direction: policy.direction,
  held: undefined,
  backfill: policy.backfill,
  delivery: policy.delivery,
  body: policy.body
})
