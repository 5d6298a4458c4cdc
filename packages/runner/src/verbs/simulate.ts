import { Verb, flags } from "@roundlot/cli"
import { simulateAlpaca } from "../simulate/simulate.ts"
import * as Options from "@effect/cli/Options"
import { exchangeFlags } from "./exchangeFlags.ts"
import { simulateIbkr } from "../simulate/simulateIbkr.ts"
import { simulateSchwab } from "../simulate/simulateSchwab.ts"

/** What every simulator of a broker takes. */
const anySimulateFlags = {
  port: Options.integer("port").pipe(
    Options.withDescription("Port on this host; default a free one"),
    Options.withDefault(0)
  ),
  envFile: Options.text("env-file").pipe(
    Options.withDescription("Env file to write, once ready, with the variables that point a client at the simulator"),
    Options.optional
  ),
  paper: flags.place.paper,
  json: flags.place.json,
  ...exchangeFlags
}

/** The same of a broker that counts requests; `limit` is its own. */
const simulateFlags = (limit: string) => ({
  ...anySimulateFlags,
  requestsAMinute: Options.integer("requests-a-minute").pipe(
    Options.withDescription(`Its limit; default ${limit}`),
    Options.optional
  )
})

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
