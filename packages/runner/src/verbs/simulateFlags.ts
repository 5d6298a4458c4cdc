import * as Options from "@effect/cli/Options"
import { flags } from "@roundlot/cli"
import { exchangeFlags } from "./exchangeFlags.ts"

/** What every simulator of a broker takes. */
export const anySimulateFlags = {
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
export const simulateFlags = (limit: string) => ({
  ...anySimulateFlags,
  requestsAMinute: Options.integer("requests-a-minute").pipe(
    Options.withDescription(`Its limit; default ${limit}`),
    Options.optional
  )
})
