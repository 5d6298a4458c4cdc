import { Cause, Effect, Either } from "effect"
import { Broker, Decimal, Instant } from "@roundlot/core"
import { type OrderTerms } from "@roundlot/core/adapter"
import { ContractBroken } from "../promise.ts"
import type { Place } from "./Place.ts"

const priceIn = (word: string, price: Decimal.Decimal | undefined): string =>
  price === undefined ? "" : ` ${word} ${Decimal.format(price)}`

/** The terms of an order in a line: `sell 3 AAPL limit at 140.25 day regular`. */
export const termsInWords = ({
  goodTill,
  limitPrice,
  quantity,
  session,
  side,
  stopPrice,
  symbol,
  timeInForce,
  type
}: Omit<OrderTerms.OrderTerms, "account" | "clientOrderId" | "positionEffect" | "referencePrice">): string =>
  `${side} ${Decimal.format(quantity)} ${symbol} ${type}${priceIn("at", limitPrice)}${priceIn("stop", stopPrice)} ${timeInForce}${goodTill === undefined ? "" : ` ${Instant.format(goodTill)}`} ${session}`

const windowInWords = ({ from, to }: Broker.TimeWindow): string => `${Instant.format(from)} to ${Instant.format(to)}`

const endless = (call: string) =>
  Cause.die(
    new ContractBroken({
      promise: "a call ends",
      wanted: "an answer within place.patience",
      found: `${call} has not ended`,
      remedy: "Stop at the last page, and where a page says that it is its own next one; bound the wait for an answer"
    })
  )

/** A broker that notes what it is asked, and of which a call that does not end in time is a broken promise. */
export const watched = ({ broker: given, patience = "10 seconds" }: Place) => {
  const broker = Broker.altered(given, {})
  let lastOrder = ""
  let lastCall = ""
  const inTime = <A, E>(call: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      lastCall = call
      return Effect.timeoutFailCause(Effect.disconnect(effect), { duration: patience, onTimeout: () => endless(call) })
    })
  const prepared = (terms: string, { request, send }: Broker.Prepared): Broker.Prepared => ({
    request,
    send: (attemptId) =>
      Effect.suspend(() => {
        lastOrder = terms
        return inTime("send", send(attemptId))
      })
  })
  const listed =
    <R, E>(name: string, list: (window: Broker.TimeWindow) => Effect.Effect<R, E>) =>
    (window: Broker.TimeWindow) =>
      inTime(`${name}(${windowInWords(window)})`, list(window))
  const { clock, lookup, prepareNotional, proof, quote, replace } = broker
  const watching = Broker.altered(given, {
    prepare: (terms) => {
      lastCall = `prepare(${termsInWords(terms)})`
      return Either.map(broker.prepare(terms), (request) => prepared(termsInWords(terms), request))
    },
    prepareNotional:
      prepareNotional &&
      ((terms) => {
        const words = `${terms.side} ${Decimal.format(terms.notional)} USD of ${terms.symbol} ${terms.type}`
        return Either.map(prepareNotional(terms), (request) => prepared(words, request))
      }),
    cancel: (order) => inTime(`cancel(${order.brokerOrderIds.join()})`, broker.cancel(order)),
    replace: replace && ((order, terms) => inTime(`replace(${order.brokerOrderIds.join()})`, replace(order, terms))),
    lookup: lookup && ((id) => inTime(`lookup(${id})`, lookup(id))),
    order: (id) => inTime(`order(${id})`, broker.order(id)),
    orders: listed("orders", broker.orders),
    fills: listed("fills", broker.fills),
    fillsOf: (id) => inTime(`fillsOf(${id})`, broker.fillsOf(id)),
    positions: inTime("positions", broker.positions),
    account: inTime("account", broker.account),
    proof: proof && inTime("proof", proof),
    clock: clock && inTime("clock", clock),
    quote: quote && ((symbol) => inTime(`quote(${symbol})`, quote(symbol))),
    instrument: (symbol) => inTime(`instrument(${symbol})`, broker.instrument(symbol))
  })
  const asked = () => [lastCall, lastOrder === "" ? "" : `after ${lastOrder}`].filter((part) => part !== "").join(", ")
  return { broker: watching, asked }
}
