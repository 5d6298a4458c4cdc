import { IbkrBroker } from "@roundlot/broker-ibkr"
import { AccountName } from "@roundlot/core"
import { Effect } from "effect"

// Opens a broker at a port where nobody listens, and says what the process then has of the variable that was planted.
const address = { host: "127.0.0.1", port: 1, clientId: 7 }
const opening = IbkrBroker.make({ account: AccountName.AccountName.make("paper"), address })
const { problem } = await Effect.runPromise(Effect.scoped(Effect.flip(opening)))
process.stdout.write(`${problem} ${process.env["PLANTED"] ?? "nothing"}`)
