import * as Options from "@effect/cli/Options"
import { Verb } from "@roundlot/cli"
import { simulateIbkr } from "../simulate/simulateIbkr.ts"
import { anySimulateFlags } from "./simulateFlags.ts"

/** `roundlot simulate ibkr`. */
export const simulateIbkrVerb = Verb.make({
  name: "simulate ibkr",
  summary: "simulate TWS on this host, in front of a simulated exchange",
  examples: [
    ["roundlot simulate ibkr --env-file ibkr.env", "then: roundlot start --broker ibkr --env-file ibkr.env"],
    ["roundlot simulate ibkr --commissions late", "commissions are reported after a listing's end"]
  ],
  flags: {
    ...anySimulateFlags,
    number: Options.text("number").pipe(
      Options.withDescription("The account's number; default DU1234567, which is paper"),
      Options.optional
    ),
    commissions: Options.choice("commissions", ["with", "late", "never"]).pipe(
      Options.withDescription("When it says what executions cost; default with them"),
      Options.withDefault("with" as const)
    ),
    permIds: Options.choice("perm-ids", ["always", "never"]).pipe(
      Options.withDescription("Whether executions have the durable id of their order; default always"),
      Options.withDefault("always" as const)
    )
  },
  run: simulateIbkr
})
