import type { Broker } from "@roundlot/core"
import type { OwnBroker } from "@roundlot/promises"
import { Cause, Effect, Either, Exit, Stream } from "effect"

const promise = async <A>(effect: Effect.Effect<A, unknown>): Promise<A> => {
  const exit = await Effect.runPromiseExit(effect)
  if (Exit.isSuccess(exit)) return exit.value
  throw Cause.squash(exit.cause)
}

/** A broker as somebody would write it who has promises alone. */
export const promised = (broker: Broker.BrokerService): OwnBroker => {
  const { clock, lookup, quote, updates } = broker
  return {
    name: broker.name,
    environment: broker.environment,
    capabilities: broker.capabilities,
    prepare: (terms) => {
      const { request, send } = Either.getOrThrowWith(broker.prepare(terms), (refusal) => refusal)
      return { request, send: (attemptId) => promise(send(attemptId)) }
    },
    cancel: (order) => promise(broker.cancel(order)),
    ...(lookup && { lookup: (id) => promise(lookup(id)) }),
    order: (id) => promise(broker.order(id)),
    orders: (window) => promise(broker.orders(window)),
    fills: (window) => promise(broker.fills(window)),
    fillsOf: (id) => promise(broker.fillsOf(id)),
    positions: () => promise(broker.positions),
    account: () => promise(broker.account),
    instrument: (symbol) => promise(broker.instrument(symbol)),
    ...(clock && { clock: () => promise(clock) }),
    ...(quote && { quote: (symbol) => promise(quote(symbol)) }),
    ...(updates && { updates: () => Stream.toAsyncIterable(updates) })
  }
}
