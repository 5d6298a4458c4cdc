import { AccountName, Clock, Ticker } from "@roundlot/core"
import { Effect } from "effect"
import * as HouseBroker from "./HouseBroker.ts"

/** The account that the house keeps. */
export const desk = AccountName.AccountName.make("desk")

/** The house, without an order yet. */
export const house = Effect.map(Clock.Clock, (clock) => HouseBroker.make(desk, clock)).pipe(
  Effect.provide(Clock.layerAlwaysOpen)
)

/** Where the contract of brokers is run on the house: nothing can be staged there, since every order fills at once. */
export const place = Effect.map(house, (broker) => ({
  broker,
  account: desk,
  symbol: Ticker.Ticker.make("AAPL"),
  otherSymbol: Ticker.Ticker.make("MSFT"),
  unknownSymbol: Ticker.Ticker.make("NOPE")
}))
