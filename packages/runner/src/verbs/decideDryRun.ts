import {
  type Account,
  Broker,
  Decimal,
  type Decision,
  Decisions,
  directOrder,
  Instant,
  type Order,
  Reads
} from "@roundlot/core"
import { Effect, Layer, type Option } from "effect"
import { layerPaper } from "../App.ts"
import { opened } from "../accounts.ts"
import { Output } from "../cli/Output.ts"
import type * as Verb from "../cli/Verb.ts"
import { onCopies } from "../import/dryRun.ts"
import type { Flags, Settings } from "../settings/Settings.ts"
import { refuseLive } from "../start/Environment.ts"
import { listingsOf } from "../start/listings.ts"
import { decimalOrNull, valueOrNull } from "../views/text.ts"

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
  askedNotional: decimalOrNull(order.askedNotional),
  type: order.type,
  limitPrice: decimalOrNull(order.limitPrice),
  stopPrice: decimalOrNull(order.stopPrice),
  timeInForce: order.timeInForce,
  session: order.session
})

const priceOf = ({ price }: Decisions.DecisionOutlook) =>
  price._tag === "NoPrice"
    ? null
    : { price: Decimal.format(price.price), at: Instant.format(price.at), source: price.source }

/** Does what it would come to hang on a broker that is not asked here? One that would fail anyway hangs on its price alone. */
const isOpen = ({ decision, dependsOn }: Decisions.DecisionOutlook): boolean =>
  dependsOn.includes("price") || (dependsOn.length > 0 && decision.status !== "failed")

/** What a rehearsal found, as programs read it. Signed shares, dollars. */
const documentOf = (outlook: Decisions.DecisionOutlook) => {
  const { decision, dependsOn, held, order, sentToday } = outlook
  return {
    dryRun: true,
    account: decision.account,
    outcome: isOpen(outlook) ? "open" : decision.status,
    reason: valueOrNull(decision.reason),
    waitsFor: valueOrNull(order?.heldFor),
    order: order === undefined ? null : orderOf(order),
    price: priceOf(outlook),
    held: { before: Decimal.format(held.before), after: decimalOrNull(held.after) },
    sentToday: {
      before: Decimal.format(sentToday.before),
      after: Decimal.format(sentToday.after),
      most: decimalOrNull(sentToday.most)
    },
    dependsOn
  }
}

type Rehearsed = ReturnType<typeof documentOf>

/** Would it be sent, would it wait, or why would it fail? */
const verdictOf = ({ dependsOn, outcome, reason, waitsFor }: Rehearsed, order: Order.Order | undefined): string => {
  if (dependsOn.includes("price")) return "Whether it would be sent, a price says that only the broker knows"
  if (outcome === "failed" || order === undefined) return `It would fail: ${reason}`
  if (outcome === "open")
    return `It would be sent, once its broker has confirmed the instrument: ${directOrder.termsText(order)}`
  return waitsFor === null
    ? `It would be sent: ${directOrder.termsText(order)}`
    : `It would wait for ${waitsFor}: ${directOrder.termsText(order)}`
}

const askedNames = { instrument: "the instrument", price: "its price" } as const

const textOf = (rehearsed: Rehearsed, order: Order.Order | undefined): string => {
  const { dependsOn, held, price, sentToday } = rehearsed
  const { after, before, most } = sentToday
  const asked = dependsOn.map((each) => askedNames[each]).join(" and ")
  return [
    `Nothing is written. ${verdictOf(rehearsed, order)}.`,
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
      yield* answer(rehearsed, textOf(rehearsed, outlook.order))
    })
  ).pipe(Effect.scoped)
