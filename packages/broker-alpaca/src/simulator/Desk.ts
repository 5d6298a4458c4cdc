import type { Exchange } from "@roundlot/broker-paper"
import type { AccountName } from "@roundlot/core"
import type { Effect, Ref } from "effect"
import type { Said } from "./orderJson.ts"

/** What may be said of an asset; what is left away is true. */
export interface AssetTraits {
  readonly tradable?: boolean
  readonly fractionable?: boolean
  readonly shortable?: boolean
}

/** What an account is besides what the exchange keeps of it; a test changes it. */
export interface AccountState {
  /** One of Alpaca's fourteen: `ACTIVE`, `ACCOUNT_CLOSED`, … */
  readonly status: string
  /** Nothing may be done by its owner. */
  readonly accountBlocked: boolean
  /** No orders may be placed. */
  readonly tradingBlocked: boolean
  readonly shortingEnabled: boolean
  /** What its owner has set. */
  readonly configurations: Configurations
}

/** What the owner of an account sets for it. */
interface Configurations {
  readonly disable_overnight_trading: boolean
  readonly fractional_trading: boolean
  readonly max_margin_multiplier: string
  readonly max_options_trading_level: number
  /** Long only. */
  readonly no_shorting: boolean
  readonly ptp_no_exception_entry: boolean
  /** New orders are refused. */
  readonly suspend_trade: boolean
  readonly trade_confirm_email: string
}

/** An account that nothing is said of. */
export const active: AccountState = {
  status: "ACTIVE",
  accountBlocked: false,
  tradingBlocked: false,
  shortingEnabled: true,
  configurations: {
    disable_overnight_trading: false,
    fractional_trading: true,
    max_margin_multiplier: "1",
    max_options_trading_level: 0,
    no_shorting: false,
    ptp_no_exception_entry: false,
    suspend_trade: false,
    trade_confirm_email: "all"
  }
}

/** What all requests to one simulator work with. */
export interface Desk {
  readonly exchange: Exchange.ExchangeService
  /** The account that the pair of keys opens. */
  readonly account: AccountName.AccountName
  readonly accountNumber: string
  readonly keyId: string
  readonly secretKey: string
  readonly assets: ReadonlyMap<string, AssetTraits>
  readonly state: Ref.Ref<AccountState>
  /** What clients said of their orders beside what the exchange keeps, by the order's id. */
  readonly said: Ref.Ref<ReadonlyMap<string, Said>>
  /** Taken while one order takes another's place, and to show orders: nobody sees half of it. */
  readonly replacing: Effect.Semaphore
  /** Symbols that some request named: the stream of market data says when they are halted. */
  readonly named: Ref.Ref<ReadonlySet<string>>
  /** Is the one connection to market data taken? */
  readonly isStreaming: Ref.Ref<boolean>
}

/** What an asset is like. */
export const traitsOf = ({ assets }: Pick<Desk, "assets">, symbol: string) => ({
  tradable: true,
  fractionable: true,
  shortable: true,
  ...assets.get(symbol)
})
