import { ContractPlace } from "@roundlot/broker-paper/serving"
import { Price } from "@roundlot/core"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

/** A paper exchange of its own for a clause of the contract; its market has a price of every symbol. */
export const place = Effect.map(open({ unsaidPrice: Price.unsafe("100") }), ({ broker, exchange }) =>
  ContractPlace.of({ account, broker, exchange })
)
