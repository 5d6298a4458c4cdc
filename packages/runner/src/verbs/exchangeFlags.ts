import * as Options from "@effect/cli/Options"

/** How a simulated exchange is to behave. */
export const exchangeFlags = {
  prices: Options.text("prices").pipe(
    Options.withDescription("File of trades: the exchange uses the last price of each symbol"),
    Options.optional
  ),
  script: Options.text("script").pipe(
    Options.withDescription("File of instructions to the exchange, one JSON object per line"),
    Options.optional
  ),
  seed: Options.integer("seed").pipe(Options.withDescription("Seed of the exchange's faults"), Options.optional),
  faults: Options.float("faults").pipe(
    Options.withDescription("Fault rate of requests to the exchange, 0 to 1"),
    Options.optional
  )
}
