import { Exchange } from "@roundlot/broker-paper"
import { ContractPlace } from "@roundlot/broker-paper/serving"
import { AccountName, Price } from "@roundlot/core"
import { Effect } from "effect"
import * as Corner from "./Corner.ts"
import * as CornerBroker from "./CornerBroker.ts"
import * as Wire from "./wire.ts"

const account = AccountName.AccountName.make("desk")
const KEY = "a key"

/** Where the contract of brokers is run: a Corner of its own on this machine, which the clauses have do what they need. */
export const place = Effect.gen(function* () {
  const exchange = yield* Exchange.make({ unsaidPrice: Price.unsafe("150") })
  const baseUrl = yield* Corner.serve(exchange, account, KEY)
  const broker = yield* CornerBroker.make(account, { baseUrl, key: KEY })
  const atRealMoney = Effect.orDie(CornerBroker.make(account, { baseUrl: `https://${Wire.LIVE_HOST}`, key: KEY }))
  return ContractPlace.of({ broker, account, exchange, unknownStatus: "parked", stage: { atRealMoney } })
})
