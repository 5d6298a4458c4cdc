import * as Options from "@effect/cli/Options"
import { Option } from "effect"
import { accountEntry } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"

const whole = (name: string, description: string): Options.Options<number | undefined> =>
  Options.integer(name).pipe(Options.withDescription(description), Options.optional, Options.map(Option.getOrUndefined))

/** The limits of an account, a flag each. */
export const limitFlags = {
  orderQuantity: flags.text("order-quantity", "Shares that one order has at most, or none; default 10000"),
  orderNotional: flags.text("order-notional", "Dollars that one order is worth at most, or none; default 100000"),
  openResidual: flags.text(
    "open-residual",
    "Dollars that a position may owe and still be worked off, or none; default 100000 shares"
  ),
  dailyNotional: flags.text(
    "daily-notional",
    "Dollars that are sent on one market date at most, or none; default 10000000"
  ),
  ordersPerMinute: whole("orders-per-minute", "Orders that are sent within a minute at most"),
  collarBp: whole("collar-bp", "How far a price may be from that of another source, in basis points")
}

type Limits = { readonly [F in keyof typeof limitFlags]: string | number | undefined }

/** The limits that were said, as a configuration writes them. */
export const limitsSaid = ({
  collarBp,
  dailyNotional,
  openResidual,
  orderNotional,
  orderQuantity,
  ordersPerMinute
}: Limits): object =>
  accountEntry.said({ orderQuantity, orderNotional, openResidual, dailyNotional, ordersPerMinute, collarBp })
