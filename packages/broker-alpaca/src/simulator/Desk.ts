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

/** What all requests to one simulator work with. */
export interface Desk {
  readonly exchange: Exchange.ExchangeService
  /** The account that the pair of keys opens. */
  readonly account: AccountName.AccountName
  readonly accountNumber: string
  readonly keyId: string
  readonly secretKey: string
  readonly assets: ReadonlyMap<string, AssetTraits>
  /** What clients said of their orders beside what the exchange keeps, by the order's id. */
  readonly said: Ref.Ref<ReadonlyMap<string, Said>>
  /** Taken while one order takes another's place, and to show orders: nobody sees half of it. */
  readonly replacing: Effect.Semaphore
}

/** What an asset is like. */
export const traitsOf = ({ assets }: Pick<Desk, "assets">, symbol: string) => ({
  tradable: true,
  fractionable: true,
  shortable: true,
  ...assets.get(symbol)
})
