import { ContractPlace } from "@roundlot/broker-paper/serving"
import { describeBroker } from "@roundlot/core/testing/vitest"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

/** A simulator of its own for a clause of the contract, over real sockets. */
const place = Effect.map(open(), ({ broker, exchange }) => ContractPlace.of({ account, broker, exchange }))

describeBroker("Alpaca", place, ["client order ids", "unique client order ids", "streaming"])
