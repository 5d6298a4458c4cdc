import { ContractPlace } from "@roundlot/broker-paper/serving"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

/** A paper exchange of its own for a clause of the contract. */
export const place = Effect.map(open(), ({ broker, exchange }) => ContractPlace.of({ account, broker, exchange }))
