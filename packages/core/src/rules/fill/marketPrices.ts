import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { Reference } from "../../values/Reference.ts"

/** What a source of prices knows of an instrument, and what its broker quoted; a simulated market's prices are those of the accounts that trade there. */
export const marketPricesOf = (
  { account, books, world }: Recorder,
  symbol: Ticker
): readonly [known: Reference, quoted: Reference] => {
  const price = world.priceOf(symbol)
  const isElsewhere =
    price._tag === "Priced" && price.isSimulated === true && books.accounts.get(account)?.simulatedMarket !== true
  return [isElsewhere ? Reference.NoPrice() : price, world.quoteOf(account, symbol)]
}
