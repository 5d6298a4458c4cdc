import { Schema } from "effect"

/** An instrument's plain symbol: `[A-Za-z0-9][A-Za-z0-9._/-]{0,31}`. */
export const Ticker = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,31}$/, {
    message: () => "a symbol has letters, digits, '.', '_', '/' and '-', at most 32, and begins with a letter or digit"
  }),
  Schema.brand("Ticker")
)

/** An instrument's plain symbol. */
export type Ticker = typeof Ticker.Type

/** The symbol under which stands what no mapping covers; the given one is kept beside it. */
export const UNMAPPED = Ticker.make("UNMAPPED")

/** Is a text a ticker as this program writes them? */
export const isTicker = Schema.is(Ticker)
