import type { AccountName, Instant, Price } from "@roundlot/core"
import type { TradingWindow } from "@roundlot/core/adapter"
import type * as Listing from "./Listing.ts"

/** How an exchange is opened. */
export interface ExchangeOptions {
  /** The SQLite file, made where there is none; without one, a temporary exchange of this process alone. */
  readonly file?: string | undefined
  /** Prices by symbol; an instruction's price wins over them. */
  readonly prices?: ReadonlyMap<string, Price.Price> | undefined
  /**
   * What every symbol trades at of which nobody has said a price, in dollars: for simulators and tests. Without it an order for such a
   * symbol rests, `unpriced`, until somebody says one.
   */
  readonly unsaidPrice?: Price.Price | undefined
  /** Whether a window of the market is open at a moment; without it, always. An instruction `session` wins over it. */
  readonly isOpen?: ((at: Instant.Instant, window?: TradingWindow.TradingWindow) => boolean) | undefined
  /** The instruments that the exchange knows; without it, the shipped ones (`Listing.shipped`). */
  readonly listing?: Listing.Listing | undefined
  /** The listings of accounts that have one of their own. */
  readonly listings?: ReadonlyMap<AccountName.AccountName, Listing.Listing> | undefined
  /** The seed of the faults. */
  readonly seed?: number | undefined
  /** The share of requests that go wrong, 0 (the default) to 1. */
  readonly faultRate?: number | undefined
  /** The id of the n-th order of the exchange that has this tag; `P` tag `-` n unless said, for simulators of other brokers. */
  readonly orderIdOf?: ((tag: string, number: number) => string) | undefined
  /** Orders that are placed while the market is closed rest until it opens; without it they are refused. */
  readonly restsWhileClosed?: boolean | undefined
  /** Orders end with a split of either kind, as at some brokers; without it they follow one that is not reverse. */
  readonly endsOrdersAtSplit?: boolean | undefined
  /** An order that costs more than there is is taken and then rejected, as some brokers do; without it it is refused. */
  readonly rejectsWhatIsTaken?: boolean | undefined
}
