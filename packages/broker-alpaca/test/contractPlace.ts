import { Price } from "@roundlot/core"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { ContractPlace } from "@roundlot/broker-paper/serving"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

/** A simulator of its own for a clause of the contract, over real sockets. */
export const place = Effect.map(open({ unsaidPrice: Price.unsafe("150") }), ({ broker, exchange, simulator }) => {
  const credentials = { ...simulator.credentials, baseUrl: "https://api.alpaca.markets" }
  const atRealMoney = AlpacaBroker.make({ account, credentials }).pipe(
    Effect.provide(NodeHttpClient.layerUndici),
    Effect.orDie
  )
  return ContractPlace.of({ account, broker, exchange, stage: { atRealMoney } })
})
