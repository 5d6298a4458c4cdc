import * as Options from "@effect/cli/Options"

/** How a simulated exchange is to behave. */
export const exchangeFlags = {
  prices: Options.text("prices").pipe(
    Options.withDescription("A file of trades: the exchange takes the last price of each symbol"),
    Options.optional
  ),
  script: Options.text("script").pipe(
    Options.withDescription("A file of instructions to the exchange, a JSON object a line"),
    Options.optional
  ),
  seed: Options.integer("seed").pipe(Options.withDescription("The seed of the exchange's faults"), Options.optional),
  faults: Options.float("faults").pipe(
    Options.withDescription("The share of requests to the exchange that go wrong, 0 to 1"),
    Options.optional
  )
}
