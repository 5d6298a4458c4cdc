import * as Options from "@effect/cli/Options"
import { Verb } from "@roundlot/cli"
import { simulateSchwab } from "../simulate/simulateSchwab.ts"
import { simulateFlags } from "./simulateFlags.ts"

/** `roundlot simulate schwab`. */
export const simulateSchwabVerb = Verb.make({
  name: "simulate schwab",
  summary: "simulate Schwab on this host, with a login, in front of a simulated exchange",
  examples: [
    ["roundlot simulate schwab --env-file schwab.env", "then: roundlot start --broker schwab --env-file schwab.env"],
    ["roundlot simulate schwab --access-lasts 30s --login-lasts 2min", "short-lived tokens and logins"]
  ],
  flags: {
    ...simulateFlags("120, as Schwab's"),
    accessLasts: Options.text("access-lasts").pipe(
      Options.withDescription("Lifetime of a token; default 30min"),
      Options.withDefault("30min")
    ),
    loginLasts: Options.text("login-lasts").pipe(
      Options.withDescription("Lifetime of a login; default 7d"),
      Options.withDefault("7d")
    ),
    plain: Options.boolean("plain").pipe(
      Options.withDescription("Plain HTTP and WebSocket; default TLS, with a certificate that the env file names")
    ),
    redirectUri: Options.text("redirect-uri").pipe(
      Options.withDescription("Redirect address of logins; default https://127.0.0.1"),
      Options.optional
    )
  },
  run: simulateSchwab
})
