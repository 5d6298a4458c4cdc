import { type Account, Broker, Decimal, type Decision, Decisions, Instant, type Order, Reads } from "@roundlot/core"
import { decisionOutlook as outlooks, text } from "@roundlot/queries"
import { Effect, Layer, type Option } from "effect"
import { layerPaper } from "../App.ts"
import { opened } from "../accounts.ts"
import { Output } from "../cli/Output.ts"
import type * as Verb from "../cli/Verb.ts"
import { onCopies } from "../store/dryRun.ts"
import type { Flags, Settings } from "../settings/Settings.ts"
import { refuseLive } from "../start/Environment.ts"
import { listingsOf } from "../start/listings.ts"

const nobody = Layer.succeed(Broker.Brokers, { get: (account) => new Broker.NoBroker({ account }) })

/** The exchange's copy, for an account on paper; no other broker is asked by a rehearsal. */
const layerAsked = (account: Account.Account | undefined, settings: Settings) =>
  Layer.unwrapEffect(
    Effect.map(listingsOf(settings.configuration), (listings) =>
      account === undefined || account.broker === "paper" ? layerPaper({ file: settings.paperFile, listings }) : nobody
    )
  )

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
    `  held: ${held.before} → ${held.after ?? "as many as it pays for"} shares, once it is filled`,
    `  sent today: $${before} → $${after}${most === null ? "" : ` of $${most}`}`,
    ...(asked === "" ? [] : [`  the broker is asked for ${asked} first, and is not asked here`])
  ].join("\n")
}

interface Asked extends Flags {
  readonly account: Option.Option<string>
}

/** Says what a decision would come to, by copies of the books and of the paper exchange: nothing is written, and nothing is sent. */
export const dryRun = (asked: Asked, input: Decision.DecisionInput): Verb.Doing =>
  onCopies(asked, (settings) =>
    Effect.gen(function* () {
      const { answer, look } = yield* Output
      const account = yield* opened(settings.configuration, asked.account)
      const known = yield* Reads.account(account)
      yield* refuseLive(known === undefined ? [] : [known])
      const brokers = layerAsked(known, settings)
      const outlook = yield* Effect.provide(Decisions.rehearse(account, input), brokers)
      const rehearsed = documentOf(outlook)
      if (rehearsed.outcome !== "submitted") yield* look
      yield* answer(rehearsed, textOf(rehearsed, outlooks.documentOf(outlook).verdict))
    })
  ).pipe(Effect.scoped)
