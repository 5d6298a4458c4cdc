import * as Options from "@effect/cli/Options"
import * as flags from "../cli/flags.ts"
import * as Verb from "../cli/Verb.ts"
import { simulateAlpaca } from "../simulate/simulate.ts"
import { exchangeFlags } from "./exchangeFlags.ts"

/** `roundlot simulate alpaca`. */
export const simulateAlpacaVerb = Verb.make({
  name: "simulate alpaca",
  summary: "Alpaca's protocol on this machine, in front of a simulated exchange",
  examples: [
    ["roundlot simulate alpaca --env-file alpaca.env", "then: roundlot start --broker alpaca --env-file alpaca.env"],
    ["roundlot simulate alpaca --seed 7 --faults 0.1", "one request in ten goes wrong"]
  ],
  flags: {
    port: Options.integer("port").pipe(
      Options.withDescription("The port on this machine; default one that is free"),
      Options.withDefault(0)
    ),
    envFile: Options.text("env-file").pipe(
      Options.withDescription("Where the variables are written that point a client at it, once it is ready"),
      Options.optional
    ),
    requestsAMinute: Options.integer("requests-a-minute").pipe(
      Options.withDescription("Its limit; default 200, as Alpaca's"),
      Options.optional
    ),
    paper: flags.place.paper,
    json: flags.place.json,
    ...exchangeFlags
  },
  run: simulateAlpaca
})
