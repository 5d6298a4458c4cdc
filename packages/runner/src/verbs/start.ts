import * as Options from "@effect/cli/Options"
import * as flags from "../cli/flags.ts"
import * as Verb from "../cli/Verb.ts"
import { start } from "../start/start.ts"

/** `roundlot start`. */
export const startVerb = Verb.make({
  name: "start",
  summary: "drive the accounts of a store: send what is due, follow it to its fills",
  examples: [
    ["roundlot start", "until Ctrl-C, on .roundlot/roundlot.db and the paper broker"],
    ["roundlot start --until-idle --store sqlite:books.db", "do what there is to do, then end"],
    ["roundlot start --until-idle --script rejects.jsonl", "with an exchange that misbehaves as told"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    broker: Options.choice("broker", ["paper"]).pipe(
      Options.withDescription("The broker; in this version the paper one"),
      Options.withDefault("paper")
    ),
    untilIdle: Options.boolean("until-idle").pipe(
      Options.withDescription("End when nothing can move by itself; exit code 3 if anything is left")
    ),
    port: Options.integer("port").pipe(
      Options.withDescription("Serve /health, /ready and /metrics on this port of 127.0.0.1; 0 for any that is free"),
      Options.optional
    ),
    tape: Options.text("tape").pipe(
      Options.withDescription(
        "Play a file of trades into a store that holds no others, and tell the story ('npm start' does)"
      ),
      Options.optional
    ),
    interval: Options.text("order-polling-interval").pipe(
      Options.withDescription("How often an open order is read; variable ORDER_POLLING_INTERVAL; default 15s"),
      Options.optional
    ),
    maxJitter: Options.text("order-polling-max-jitter").pipe(
      Options.withDescription("How much earlier at most; variable ORDER_POLLING_MAX_JITTER; default 5s"),
      Options.optional
    ),
    prices: Options.text("prices").pipe(
      Options.withDescription("A file of trades: the paper exchange takes the last price of each symbol"),
      Options.optional
    ),
    script: Options.text("script").pipe(
      Options.withDescription("A file of instructions to the paper exchange, a JSON object a line"),
      Options.optional
    ),
    seed: Options.integer("seed").pipe(
      Options.withDescription("The seed of the paper exchange's faults"),
      Options.optional
    ),
    faults: Options.float("faults").pipe(
      Options.withDescription("The share of requests to the paper exchange that go wrong, 0 to 1"),
      Options.optional
    )
  },
  run: start
})
