import { ContractPlace } from "@roundlot/broker-paper/serving"
import { Decimal, Price } from "@roundlot/core"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

/** What the simulator charges for each execution. */
const commission = { amount: Decimal.unsafe("1"), currency: "USD" }

/** The numbers of accounts of real money begin with U. */
const atRealMoney = Effect.scoped(Effect.map(Effect.orDie(open({ number: "U1234567" })), ({ broker }) => broker))

/** A simulator of its own for a clause of the contract, over real sockets. */
export const place = Effect.map(open({ unsaidPrice: Price.unsafe("150") }), ({ broker, exchange }) =>
  ContractPlace.of({
    account,
    broker,
    exchange,
    reads: "orders",
    unknownStatus: "HeldForReview",
    stage: { atRealMoney, commission }
  })
)
