import * as Options from "@effect/cli/Options"
import { Option, Struct } from "effect"
import { accountEntry } from "@roundlot/commands"
import { limitNames } from "@roundlot/core/vocabulary"
import * as flags from "../terminal/flags.ts"

const whole = (name: string, description: string): Options.Options<number | undefined> =>
  Options.integer(name).pipe(Options.withDescription(description), Options.optional, Options.map(Option.getOrUndefined))

/** The limits of an account, a flag each. */
export const limitFlags = {
  orderQuantity: flags.text("order-quantity", "Maximum shares per order, or none; default 10000"),
  orderNotional: flags.text("order-notional", "Maximum dollars per order, or none; default 100000"),
  openResidual: flags.text(
    "open-residual",
    "Maximum open residual per position in dollars, or none: beyond it nothing is ordered; default 100000 shares"
  ),
  dailyNotional: flags.text("daily-notional", "Maximum dollars sent per market date, or none; default 10000000"),
  openOrders: flags.text("open-orders", "Maximum dollars of all live orders, or none"),
  position: flags.text("position", "Maximum dollars held in one symbol, or none"),
  grossPosition: flags.text("gross-position", "Maximum gross dollars of all holdings, long plus short, or none"),
  netPosition: flags.text("net-position", "Maximum net dollars of all holdings, long less short, or none"),
  ordersPerMinute: whole("orders-per-minute", "Maximum orders per minute"),
  rejectionsInARow: whole(
    "rejections-in-a-row",
    "Orders that the broker may reject in a row: with the last of them the account halts until it is resumed"
  ),
  collarBp: whole("collar-bp", "Price collar: maximum distance from the price of another source, in basis points")
}

type Limits = { readonly [F in keyof typeof limitFlags]: string | number | undefined }

/** The limits that were said, as a configuration writes them. */
export const limitsSaid = (asked: Limits): object => accountEntry.said(Struct.pick(asked, ...limitNames))
