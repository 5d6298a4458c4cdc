import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Effect } from "effect"
import { contractDetails, notice } from "../src/simulator/messages.ts"
import { frame } from "../src/wire/frames.ts"
import { type Said, say } from "../src/wire/layout.ts"
import * as tws from "../src/wire/messages.ts"
import * as requests from "../src/wire/requests.ts"
import { NEWEST } from "../src/wire/versions.ts"
import { account, peer } from "./setup.ts"

const bytes = (...all: ReadonlyArray<Said>): Buffer => Buffer.concat(all.map((said) => frame(said(NEWEST))))

const greeted = bytes(say(tws.accounts, { accounts: "DU1234567" }), say(tws.nextOrderId, { orderId: 1 }))

/** A broker at a TWS that has contracts of one symbol, each with what differs from the simulator's, and no market data. */
export const brokerOf = (symbol: string, ...all: ReadonlyArray<Parameters<typeof contractDetails>[3]>) =>
  Effect.gen(function* () {
    const answers: { readonly [kind: string]: (reqId: string) => ReadonlyArray<Said> } = {
      [requests.contractDetails.id]: (reqId) => [
        ...all.map((differs, i) => contractDetails(reqId, symbol, i, differs)),
        say(tws.contractDetailsEnd, { reqId })
      ],
      [requests.marketData.id]: (reqId) => [notice(reqId, 354, "Requested market data is not subscribed.")]
    }
    const port = yield* peer(frame([NEWEST, "20261123 12:00:00 US/Eastern"]), greeted, ([kind = "", , reqId = ""]) =>
      bytes(...(answers[kind]?.(reqId) ?? []))
    )
    return yield* IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: 7 } })
  })
