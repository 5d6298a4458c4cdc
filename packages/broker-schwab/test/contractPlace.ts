import { ContractPlace } from "@roundlot/broker-paper/serving"
import { Credentials, SchwabBroker } from "@roundlot/broker-schwab"
import { Price } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

const unknownOrderId = ClientOrderId.BrokerOrderId.make("1999999999999")

/** A simulator of its own for a clause of the contract, over real sockets. An answer serves nobody again: each read is its own. */
export const place = Effect.map(
  open({ unsaidPrice: Price.unsafe("150") }, { servesAgainFor: 0 }),
  ({ broker, exchange, wire }) => {
    const atRealMoney = Effect.orDie(
      Effect.flatMap(Credentials.placeOf(Credentials.LIVE_URL), (live) =>
        SchwabBroker.make({ account, wire: { ...wire, place: live } })
      )
    )
    return ContractPlace.of({
      account,
      broker,
      exchange,
      unknownOrderId,
      unknownStatus: "HELD_FOR_REVIEW",
      stage: { atRealMoney }
    })
  }
)
