import { type Account, Decimal, type Decision, Decisions, Instant, type Order, Reads } from "@roundlot/core"
import { drive } from "@roundlot/core/ledger"
import { decisionOutlook as outlooks, text } from "@roundlot/queries"
import { Effect, type Option } from "effect"
import { Output } from "../terminal/Output.ts"
import type * as Verb from "../terminal/Verb.ts"
import { onCopies } from "../rehearsal.ts"
import { nobody } from "../embedded.ts"
import type { Flags } from "../Program.ts"

/** Refuses by name, before anything is rehearsed, an account that is declared for real money. */
const refuseLive = ({ broker, environment, name: account }: Account.Account) =>
  environment === "live" ? Effect.fail(new drive.LiveRefused({ account, broker })) : Effect.void

const orderOf = (order: Order.Order) => ({
  symbol: order.symbol,
  side: order.side,
  quantity: Decimal.format(order.quantity),
  askedNotional: text.decimalOrNull(order.askedNotional),
  type: order.type,
  limitPrice: text.decimalOrNull(order.limitPrice),
  stopPrice: text.decimalOrNull(order.stopPrice),
  timeInForce: order.timeInForce,
  goodTill: text.timeOrNull(order.goodTill),
  session: order.session
})

const priceOf = ({ price }: Decisions.DecisionOutlook) =>
  price._tag === "NoPrice"
    ? null
    : { price: Decimal.format(price.price), at: Instant.format(price.at), source: price.source }

/** What a rehearsal found, as programs read it. Signed shares, dollars. */
const documentOf = (outlook: Decisions.DecisionOutlook) => {
  const { dependsOn, order, sentToday } = outlook
  const { verdict: _, ...found } = outlooks.documentOf(outlook)
  return {
    ...found,
    order: order === undefined ? null : orderOf(order),
    price: priceOf(outlook),
    sentToday: {
      before: Decimal.format(sentToday.before),
      after: Decimal.format(sentToday.after),
      most: text.decimalOrNull(sentToday.most)
    },
    dependsOn
  }
}

type Rehearsed = ReturnType<typeof documentOf>

const askedNames = { instrument: "the instrument", price: "its price" } as const

const textOf = (rehearsed: Rehearsed, verdict: string): string => {
  const { dependsOn, held, price, sentToday } = rehearsed
  const { after, before, most } = sentToday
  const asked = dependsOn.map((each) => askedNames[each]).join(" and ")
  return [
    `Nothing is written. ${verdict}.`,
    ...(price === null ? [] : [`  price: $${price.price} (${price.source}, ${price.at})`]),
    `  held: ${held.before} → ${held.after ?? "as many as it buys"} shares, once it is filled`,
    `  sent today: $${before} → $${after}${most === null ? "" : ` of $${most}`}`,
    ...(asked === "" ? [] : [`  ${asked}: asked of the broker before sending, not in a dry run`])
  ].join("\n")
}

interface Asked extends Flags {
  readonly account: Option.Option<string>
}

/** Says what a decision would come to, by copies of the books and of the paper exchange: nothing is written, and nothing is sent. */
export const dryRun = (asked: Asked, input: Decision.DecisionInput): Verb.Doing =>
  onCopies(asked, (settings, exchange) =>
    Effect.gen(function* () {
      const { answer, look } = yield* Output
      const account = yield* settings.openAccount(asked.account)
      const known = yield* Reads.account(account)
      if (known !== undefined) yield* refuseLive(known)
      // No broker but the exchange's copy is asked by a rehearsal.
      const brokers = known === undefined || known.broker === "paper" ? exchange : nobody
      const outlook = yield* Effect.provide(Decisions.rehearse(account, input), brokers)
      const rehearsed = documentOf(outlook)
      if (rehearsed.outcome !== "submitted") yield* look
      yield* answer(rehearsed, textOf(rehearsed, outlooks.documentOf(outlook).verdict))
    })
  ).pipe(Effect.scoped)
