import * as Options from "@effect/cli/Options"
import { Verb, flags } from "@roundlot/cli"
import { start } from "../start/start.ts"
import { exchangeFlags } from "./exchangeFlags.ts"

/** `roundlot start`. */
export const startVerb = Verb.make({
  name: "start",
  summary: "run the trading daemon: send due orders and track them to their fills",
  examples: [
    ["roundlot start", "until Ctrl-C, on .roundlot/roundlot.db and the paper broker"],
    ["roundlot start --until-idle --store sqlite:books.db", "process pending work, then exit"],
    ["roundlot start --standby", "wait for a running daemon to end, then take over"],
    ["roundlot start --until-idle --script rejects.jsonl", "with scripted faults of the paper exchange"],
    ["roundlot start --broker alpaca --env-file alpaca.env", "at Alpaca, with the keys in the file"],
    ["roundlot start --broker ibkr --env-file ibkr.env", "at the TWS or Gateway given in the file"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    broker: Options.text("broker").pipe(
      Options.withDescription(
        "Broker of an account without orders (paper, alpaca, schwab, ibkr, or a broker of the configuration); default: the account's setting"
      ),
      Options.optional
    ),
    untilIdle: Options.boolean("until-idle").pipe(
      Options.withDescription("Exit when idle; exit code 3 if work is left")
    ),
    port: Options.integer("port").pipe(
      Options.withDescription(
        "Serve the dashboard, the API, /health, /ready and /metrics on this port of 127.0.0.1; 0 picks a free one"
      ),
      Options.optional
    ),
    host: Options.text("host").pipe(
      Options.withDescription(
        "Listen on this address instead of 127.0.0.1 (0.0.0.0: all); needs --allow-host, and TLS by --tls-cert and --tls-key or a --trusted-proxy"
      ),
      Options.optional
    ),
    tlsCert: Options.text("tls-cert").pipe(
      Options.withDescription("PEM file of the TLS certificate (chain)"),
      Options.optional
    ),
    tlsKey: Options.text("tls-key").pipe(
      Options.withDescription("PEM file of the certificate's private key"),
      Options.optional
    ),
    trustedProxy: Options.text("trusted-proxy").pipe(
      Options.withDescription(
        "Address or range (10.0.0.0/24) of a TLS proxy whose forwarded headers are trusted; repeat for several"
      ),
      Options.repeated
    ),
    allowHost: Options.text("allow-host").pipe(
      Options.withDescription(
        "Host name under which other machines reach this daemon, without a port; repeat for several"
      ),
      Options.repeated
    ),
    noStream: Options.boolean("no-stream").pipe(Options.withDescription("Poll only: do not use brokers' streams")),
    open: Options.boolean("open").pipe(
      Options.withDescription("Require no token: every process and user of this host may operate (used by 'npm start')")
    ),
    log: Options.choice("log", ["text", "json"]).pipe(
      Options.withDescription("Log format; default text on a terminal, else json"),
      Options.optional
    ),
    logLevel: Options.choice("log-level", ["debug", "info", "warning", "error"]).pipe(
      Options.withDescription("Minimum log level; default info"),
      Options.withDefault("info" as const)
    ),
    standby: Options.boolean("standby").pipe(
      Options.withDescription("If the store is in use by another process, wait and take over when it ends")
    ),
    tape: Options.text("tape").pipe(
      Options.withDescription(
        "Demo: play a file of trades into an empty store and print the resulting orders (used by 'npm start'); serves port 8080, or a free one, unless --port is given"
      ),
      Options.optional
    ),
    interval: Options.text("order-polling-interval").pipe(
      Options.withDescription(
        "Polling interval of open orders, 15s or 15; variable ORDER_POLLING_INTERVAL; default 15s"
      ),
      Options.optional
    ),
    maxJitter: Options.text("order-polling-max-jitter").pipe(
      Options.withDescription(
        "Maximum jitter subtracted from the polling interval; variable ORDER_POLLING_MAX_JITTER; default 5s"
      ),
      Options.optional
    ),
    ...exchangeFlags
  },
  run: start
})
