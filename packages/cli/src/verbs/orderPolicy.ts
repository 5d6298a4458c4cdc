import * as Options from "@effect/cli/Options"
import type { Account } from "@roundlot/core"
import { accounts } from "@roundlot/queries"
import { Option } from "effect"
import { accountEntry } from "@roundlot/commands"
import * as cli from "../terminal/flags.ts"

/** How the orders of an account leave that say nothing themselves, a flag each. */
export const orderFlags = {
  limitOffsetBp: cli.text(
    "limit-offset-bp",
    "Limit order offset beyond the reference price in basis points: 10, or a ladder 5,20,50; none: market orders"
  ),
  lifeSeconds: Options.integer("order-life").pipe(
    Options.withDescription("Cancel limit orders after this many seconds"),
    Options.optional,
    Options.map(Option.getOrUndefined)
  ),
  session: cli.text("session", "Trading session: regular or extended"),
  timeInForce: cli.text("time-in-force", "Time in force: day, gtc, opg, cls, ioc or fok")
}

/** What the flags say. */
export interface OrderSaid {
  readonly limitOffsetBp: string | undefined
  readonly lifeSeconds: number | undefined
  readonly session: string | undefined
  readonly timeInForce: string | undefined
}

const offsetsIn = (text: string): number | ReadonlyArray<number> => {
  const [first = Number.NaN, ...further] = text.split(",").map(Number)
  return further.length === 0 ? first : [first, ...further]
}

/** What flags say of an account's orders over what it says already, as a configuration writes it; `undefined` where they say nothing. */
export const orderSaid = (asked: OrderSaid, before: Account.AccountSettings): object | undefined => {
  const { lifeSeconds, limitOffsetBp, session, timeInForce } = asked
  if (Object.keys(accountEntry.said({ ...asked })).length === 0) return undefined
  const order = accounts.orderOf(before)
  const { lifeSeconds: life, limitOffsetBp: offsets, ...rest } = order === "market" ? {} : order
  const limit =
    limitOffsetBp === "none"
      ? {}
      : {
          limitOffsetBp: limitOffsetBp === undefined ? offsets : offsetsIn(limitOffsetBp),
          lifeSeconds: lifeSeconds ?? life
        }
  return accountEntry.said({ ...rest, ...limit, ...accountEntry.said({ session, timeInForce }) })
}
