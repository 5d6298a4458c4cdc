import * as Options from "@effect/cli/Options"
import { Verb, flags } from "@roundlot/cli"
import { start } from "../start/start.ts"
import { exchangeFlags } from "./exchangeFlags.ts"

/** `roundlot start`. */
export const startVerb = Verb.make({
  name: "start",
  summary: "run the trading daemon: send due orders and follow them to their fills",
  examples: [
    ["roundlot start", "until Ctrl-C, on .roundlot/roundlot.db and the paper broker"],
    ["roundlot start --until-idle --store sqlite:books.db", "do what there is to do, then end"],
    ["roundlot start --standby", "beside a daemon that runs: take over as soon as it is gone"],
    ["roundlot start --until-idle --script rejects.jsonl", "with an exchange that misbehaves as told"],
    ["roundlot start --broker alpaca --env-file alpaca.env", "at Alpaca, with the keys of the file"],
    ["roundlot start --broker ibkr --env-file ibkr.env", "at TWS or a Gateway, where the file says"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    broker: Options.text("broker").pipe(
      Options.withDescription(
        "The broker of the account (paper, alpaca, schwab, ibkr, or one that the configuration brings), where it has no orders yet; default what the account says"
      ),
      Options.optional
    ),
    untilIdle: Options.boolean("until-idle").pipe(
      Options.withDescription("End when nothing can move by itself; exit code 3 if anything is left")
    ),
    port: Options.integer("port").pipe(
      Options.withDescription(
        "Serve the dashboard, the API, /health, /ready and /metrics on this port of 127.0.0.1; 0: one that is free"
      ),
      Options.optional
    ),
    host: Options.text("host").pipe(
      Options.withDescription(
        "Listen at this address instead of 127.0.0.1, 0.0.0.0 for all: with --tls-cert and --tls-key, or --trusted-proxy, and --allow-host"
      ),
      Options.optional
    ),
    tlsCert: Options.text("tls-cert").pipe(
      Options.withDescription("Serve by TLS with the certificate (chain) in this PEM file"),
      Options.optional
    ),
    tlsKey: Options.text("tls-key").pipe(
      Options.withDescription("The PEM file of the key to the certificate"),
      Options.optional
    ),
    trustedProxy: Options.text("trusted-proxy").pipe(
      Options.withDescription(
        "A proxy that speaks TLS, by its address or range (10.0.0.0/24): what it says of who asks is believed; say it for each"
      ),
      Options.repeated
    ),
    allowHost: Options.text("allow-host").pipe(
      Options.withDescription("A name that other machines ask this daemon for, without a port; say it for each"),
      Options.repeated
    ),
    noStream: Options.boolean("no-stream").pipe(
      Options.withDescription("Do not listen to brokers' streams: everything is polled")
    ),
    open: Options.boolean("open").pipe(
      Options.withDescription("Ask for no token: every process and user of this machine may operate ('npm start' does)")
    ),
    log: Options.choice("log", ["text", "json"]).pipe(
      Options.withDescription("How log lines are written; default text on a terminal, else json"),
      Options.optional
    ),
    logLevel: Options.choice("log-level", ["debug", "info", "warning", "error"]).pipe(
      Options.withDescription("What is logged; default info"),
      Options.withDefault("info" as const)
    ),
    standby: Options.boolean("standby").pipe(
      Options.withDescription("Where another process drives the store, wait and take over when it is gone")
    ),
    tape: Options.text("tape").pipe(
      Options.withDescription(
        "Play a file of trades into a store that holds no others, and tell the story ('npm start' does); served on port 8080, or one that is free, where none is named"
      ),
      Options.optional
    ),
    interval: Options.text("order-polling-interval").pipe(
      Options.withDescription(
        "How often an open order is read, 15s or 15; variable ORDER_POLLING_INTERVAL; default 15s"
      ),
      Options.optional
    ),
    maxJitter: Options.text("order-polling-max-jitter").pipe(
      Options.withDescription("How much earlier at most; variable ORDER_POLLING_MAX_JITTER; default 5s"),
      Options.optional
    ),
    ...exchangeFlags
  },
  run: start
})
