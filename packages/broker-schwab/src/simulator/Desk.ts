import type { Exchange } from "@roundlot/broker-paper"
import type { AccountName } from "@roundlot/core"
import type { Effect, Ref } from "effect"

/** What a client said of an order beside what the exchange keeps, and what became of it here. */
export interface Said {
  readonly session?: string
  readonly instruction?: string
  readonly isCancelAsked?: boolean
  /** The id of the order that this one replaced. */
  readonly replaces?: string
  /** The id of the order that replaced this one. */
  readonly replacedBy?: string
  /** How often it was shown while it had no fill. */
  readonly shown?: number
}

/** An account of the exchange that the login opens, under its number and hash at Schwab. */
export interface Seat {
  readonly account: AccountName.AccountName
  readonly accountNumber: string
  readonly hash: string
}

/** What an account is besides what the exchange keeps of it; a test changes it. */
export interface AccountState {
  /** It takes orders that close alone. */
  readonly isClosingOnlyRestricted: boolean
  readonly isDayTrader: boolean
  /** Its round trips within five trading days; as the exchange counts them where it is `undefined`. */
  readonly roundTrips: number | undefined
  /** Symbols that it has no shares of to lend. */
  readonly notShortable: ReadonlySet<string>
  /** What symbols are other than `EQUITY`, such as `MUTUAL_FUND`. */
  readonly assetTypes: ReadonlyMap<string, string>
  /** What it answers for the hours of a date, where that is not what the exchange has. */
  readonly hours: ReadonlyMap<string, unknown>
}

/** An account that nothing is said of. */
export const unrestricted: AccountState = {
  isClosingOnlyRestricted: false,
  isDayTrader: false,
  roundTrips: undefined,
  notShortable: new Set(),
  assetTypes: new Map(),
  hours: new Map()
}

/** What all requests to one simulator work with; the seat is that of the account that a request is about. */
export interface Desk extends Seat {
  readonly exchange: Exchange.ExchangeService
  /** All accounts that the login opens. */
  readonly seats: () => ReadonlyArray<Seat>
  /** What an account is now. */
  readonly stateOf: (account: AccountName.AccountName) => Effect.Effect<AccountState>
  /** Whether the market has no calendar and never closes. */
  readonly isAlwaysOpen: boolean
  /** The statuses that a working order shows one after the other before it is `WORKING`. */
  readonly onItsWay: ReadonlyArray<string>
  readonly said: Ref.Ref<ReadonlyMap<string, Said>>
  /** Taken while one order takes another's place, and to show orders: nobody sees half of it. */
  readonly replacing: Effect.Semaphore
}

/** Adds to what is known of an order. */
export const addTo =
  (id: string, more: Said) =>
  (said: ReadonlyMap<string, Said>): ReadonlyMap<string, Said> =>
    new Map(said).set(id, { ...said.get(id), ...more })
