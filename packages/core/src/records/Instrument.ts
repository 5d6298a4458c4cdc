import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { Price } from "../values/Price.ts"
import { Quantity } from "../values/Quantity.ts"
import { instrumentStatuses, untraded } from "./instrumentStatuses.ts"
import { Ticker } from "./Ticker.ts"

export { instrumentStatuses, untraded }

/**
 * An instrument as one account trades it. First seen in a trade it is unverified: trades accumulate and nothing is sent until
 * the broker or an operator confirms it.
 */
export const Instrument = Schema.Struct({
  account: Column.branded(AccountName),
  symbol: Column.branded(Ticker),
  assetClass: Column.literal(["equity"]),
  currency: Column.text,
  lot: Column.optional(Column.brandedDecimal(Quantity)),
  /** What prices of orders are multiples of, in dollars; a cent, below a dollar a hundredth of one, where nothing is said. */
  tick: Column.optional(Column.brandedDecimal(Price)),
  fractionable: Column.flag,
  shortable: Column.flag,
  status: Column.literal(instrumentStatuses),
  /** It has become known, and the trades quarantined for it are being counted: nothing is ordered before that is done (D1). */
  releasing: Column.flag,
  createdAt: Column.instant,
  updatedAt: Column.instant,
  version: Column.integer
})

/** The currency of instruments, orders and commissions that name none. */
export const USUAL_CURRENCY = "USD"

/** An instrument as one account trades it. */
export type Instrument = typeof Instrument.Type

/** The table of instruments. */
export const InstrumentTable = Table.make({
  name: "instruments",
  schema: Instrument,
  key: ["account", "symbol"],
  keyOf: (instrument) => Table.symbolKey(instrument.account, instrument.symbol),
  lookups: {
    unverified: { columns: ["account"], unique: false, where: { column: "status", in: ["unverified"] } },
    releasing: { columns: ["account"], unique: false, where: { column: "releasing", in: [1] } },
    untraded: { columns: ["account"], unique: false, where: { column: "status", in: [...untraded] } }
  }
})
