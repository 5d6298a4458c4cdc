import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Effect, Option } from "effect"
import { Output, type Verb } from "@roundlot/cli"
import { exchangeOptions } from "../start/exchangeOptions.ts"
import { serveUntilStopped, type AnySimulateFlags, type Variables } from "./envFile.ts"

/** How the simulator of TWS is opened. */
export interface SimulateIbkrFlags extends AnySimulateFlags {
  readonly commissions: "with" | "late" | "never"
  readonly permIds: "always" | "never"
  readonly number: Option.Option<string>
}

/** `roundlot simulate ibkr`: serves until it is stopped. */
export const simulateIbkr = (flags: SimulateIbkrFlags): Verb.Doing =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    yield* output.endsBySignal
    const options = yield* exchangeOptions(Option.getOrUndefined(flags.paper), flags)
    const { commissions, permIds, port } = flags
    const number = Option.getOrUndefined(flags.number)
    const simulator = yield* Simulator.make({ ...options, port, commissions, permIds, number })
    const variables: Variables = [
      ["IB_HOST", simulator.host],
      ["IB_PORT", String(simulator.port)],
      ["IB_CLIENT_ID", "7"]
    ]
    const place = `${simulator.host}:${simulator.port}`
    return yield* serveUntilStopped(flags, "TWS", place, simulator.exchange, variables)
  }).pipe(Effect.scoped)
