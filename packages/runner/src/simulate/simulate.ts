import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Effect, Option, Redacted } from "effect"
import { Output, type Verb } from "@roundlot/cli"
import { exchangeOptions } from "../start/exchangeOptions.ts"
import { serveUntilStopped, type SimulateFlags, type Variables } from "./envFile.ts"

/** `roundlot simulate alpaca`: serves until it is stopped. */
export const simulateAlpaca = (flags: SimulateFlags): Verb.Doing =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    yield* output.endsBySignal
    const options = yield* exchangeOptions(Option.getOrUndefined(flags.paper), flags)
    const simulator = yield* Simulator.make({
      ...options,
      port: flags.port,
      requestsAMinute: Option.getOrUndefined(flags.requestsAMinute)
    })
    const { baseUrl, keyId, secretKey } = simulator.credentials
    const variables: Variables = [
      ["APCA_API_BASE_URL", baseUrl],
      ["APCA_API_KEY_ID", Redacted.value(keyId)],
      ["APCA_API_SECRET_KEY", Redacted.value(secretKey)]
    ]
    return yield* serveUntilStopped(flags, "Alpaca", baseUrl, simulator.exchange, variables)
  }).pipe(Effect.scoped)
