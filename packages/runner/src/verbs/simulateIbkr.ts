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
    ["roundlot simulate ibkr --commissions late", "report commissions after the end of a listing"]
  ],
  flags: {
    ...anySimulateFlags,
    number: Options.text("number").pipe(
      Options.withDescription("Account number; default DU1234567, a paper account"),
      Options.optional
    ),
    commissions: Options.choice("commissions", ["with", "late", "never"]).pipe(
      Options.withDescription("When commissions are reported; default with executions"),
      Options.withDefault("with" as const)
    ),
    permIds: Options.choice("perm-ids", ["always", "never"]).pipe(
      Options.withDescription("Whether executions carry the permanent id of their order; default always"),
      Options.withDefault("always" as const)
    )
  },
  run: simulateIbkr
})
