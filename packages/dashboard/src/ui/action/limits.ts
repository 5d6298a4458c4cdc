import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import { grouped, negated, signOf, sumOf, withCents } from "../../format/figure.ts"
import { texts } from "../../words/text/limits.ts"
import type { Action } from "./Action.ts"
import { askedOnce } from "./command.ts"
import { rehearsal } from "./halting.ts"
import { recordedOf } from "./orderPolicy.ts"

/** A limit of an account in force. */
export type Limit = Documents.AccountDocument["limits"][number]

/** Is a limit a whole number, which nothing lifts: orders a minute, orders in a row, basis points? */
export const isWhole = (limit: Limit["limit"]): boolean =>
  limit === "ordersPerMinute" || limit === "rejectionsInARow" || limit === "collarBp"

/** What an operator sets a limit to: an amount above zero, or `none`; nothing where a text is neither. */
export const amountOf = (limit: Limit["limit"], text: string): string | undefined => {
  const amount = text.trim()
  if (isWhole(limit)) return /^[1-9]\d{0,5}$/.test(amount) ? amount : undefined
  return amount === "none" || (/^\d{1,15}(\.\d{1,9})?$/.test(amount) && Number(amount) > 0) ? amount : undefined
}

/** Is an amount the one in force, however it is written? */
export const isSame = ({ amount }: Limit, said: string): boolean =>
  said === "none" ? amount === null : amount !== null && signOf(sumOf([said, negated(amount)])) === 0

const unitWords = {
  dollars: texts.dollars,
  shares: texts.shares,
  orders: texts.ordersOf,
  basisPoints: texts.basisPoints
} as const

/** The amount of a limit with its unit. */
export const amountWords = ({ amount, unit }: Pick<Limit, "amount" | "unit">): string =>
  amount === null
    ? texts.noLimit
    : unitWords[unit]({ amount: grouped(unit === "dollars" ? withCents(amount) : amount) })

const flags = {
  orderQuantity: "order-quantity",
  orderNotional: "order-notional",
  openResidual: "open-residual",
  dailyNotional: "daily-notional",
  openOrders: "open-orders",
  position: "position",
  grossPosition: "gross-position",
  netPosition: "net-position",
  ordersPerMinute: "orders-per-minute",
  rejectionsInARow: "rejections-in-a-row",
  collarBp: "collar-bp"
} as const

const payloadOf = ({ limit }: Limit, amount: string) => {
  if (limit === "ordersPerMinute") return { ordersPerMinute: Number(amount) }
  if (limit === "rejectionsInARow") return { rejectionsInARow: Number(amount) }
  return limit === "collarBp" ? { collarBp: Number(amount) } : { [limit]: amount }
}

/** What an account's own amount of a limit is in: that of an open residual is in dollars, its default in shares. */
const unitOf = ({ limit, unit }: Limit): Limit["unit"] => (limit === "openResidual" ? "dollars" : unit)

/** Sets a limit of an account from now on, of the version of it that its reader saw. */
export const setLimit = (name: string, before: Limit, amount: string, version?: string): Action => {
  const limit = texts[before.limit]
  const after = amountWords({ amount: amount === "none" ? null : amount, unit: unitOf(before) })
  return {
    verb: texts.changeOf({ limit, name }),
    will: [texts.willBe({ limit, name, after, before: amountWords(before) }), texts.dueOrdersAreJudged],
    willNot: [texts.sentOrdersStay],
    cli: (reason) =>
      `roundlot controls set --account ${name} --${flags[before.limit]} ${amount} --reason ${reason} --yes`,
    rehearse: (api) =>
      Effect.flatMap(
        api.controls.setLimits({
          path: { name },
          headers: {},
          payload: { ...rehearsal, ...payloadOf(before, amount) }
        }),
        (answer) =>
          "dryRun" in answer
            ? Effect.succeed({
                done: answer.done,
                account: name,
                commandId: "",
                effects: answer.effects,
                limited: answer
              })
            : Effect.dieMessage("a dry run was carried out")
      ),
    run: (api, reason, key) =>
      Effect.flatMap(
        api.controls.setLimits({
          path: { name },
          headers: askedOnce(key, version),
          payload: { reason, ...payloadOf(before, amount) }
        }),
        () => recordedOf(api, name, texts.isSet({ limit, name, amount: after }))
      )
  }
}
