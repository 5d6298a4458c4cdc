import { Verb } from "@roundlot/cli"
import { simulateAlpaca } from "../simulate/simulate.ts"
import { simulateFlags } from "./simulateFlags.ts"

/** `roundlot simulate alpaca`. */
export const simulateAlpacaVerb = Verb.make({
  name: "simulate alpaca",
  summary: "simulate Alpaca on this host, in front of a simulated exchange",
  examples: [
    ["roundlot simulate alpaca --env-file alpaca.env", "then: roundlot start --broker alpaca --env-file alpaca.env"],
    ["roundlot simulate alpaca --seed 7 --faults 0.1", "one request in ten goes wrong"]
  ],
  flags: simulateFlags("200, as Alpaca's"),
  run: simulateAlpaca
})
