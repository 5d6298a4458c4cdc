import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Effect } from "effect"
import { contractDetails, notice } from "../src/simulator/messages.ts"
import { say } from "../src/wire/layout.ts"
import * as tws from "../src/wire/messages.ts"
import * as requests from "../src/wire/requests.ts"
import { answering } from "./answering.ts"
import { account } from "./setup.ts"

/** A broker at a TWS that has contracts of one symbol, each with what differs from the simulator's, and no market data. */
export const brokerOf = (symbol: string, ...all: ReadonlyArray<Parameters<typeof contractDetails>[3]>) =>
  Effect.gen(function* () {
    const port = yield* answering({
      [requests.contractDetails.id]: (reqId) => [
        ...all.map((differs, i) => contractDetails(reqId, symbol, i, differs)),
        say(tws.contractDetailsEnd, { reqId })
      ],
      [requests.marketData.id]: (reqId) => [notice(reqId, 354, "Requested market data is not subscribed.")]
    })
    return yield* IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: 7 } })
  })
