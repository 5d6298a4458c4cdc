import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Decimal } from "@roundlot/core"
import { Effect } from "effect"
import type { Desk } from "./Desk.ts"

/** What an account is worth: its money, what it holds and what it owes in shares at the market, and all of it together. */
export interface Worth {
  readonly cash: Decimal.Decimal
  readonly long: Decimal.Decimal
  readonly short: Decimal.Decimal
  readonly equity: Decimal.Decimal
}

/** What the account is worth now. */
export const worthOf = ({ account, exchange }: Desk): Effect.Effect<Worth, ExchangeFailed> =>
  Effect.map(exchange.worth(account), ({ cash, holdings }) => {
    const values = holdings.map(({ price = Decimal.zero, quantity }) => Decimal.multiply(quantity, price))
    const long = Decimal.sum(values.filter(Decimal.isPositive))
    const short = Decimal.sum(values.filter(Decimal.isNegative))
    return { cash, long, short, equity: Decimal.sum([cash, long, short]) }
  })
