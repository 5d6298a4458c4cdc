import { ExchangeOrder, type Exchange } from "@roundlot/broker-paper"
import { Instant } from "@roundlot/core"
import { Effect, Option, Schema, Stream } from "effect"
import { paper } from "./brokers.ts"
import { lieOf, type Mind, type Post } from "./Mind.ts"
import type { PlacedLie } from "./Lie.ts"
import { relisted, rewritten } from "./rewrite.ts"

type Lies = ReadonlyArray<PlacedLie>

/** A record with lies in its fields; one that could not even be written down stays as it is. */
const liedIn =
  <A, I>(schema: Schema.Schema<A, I>, mind: Mind) =>
  (lies: Lies) =>
  (value: A): A =>
    lies.length === 0
      ? value
      : Option.getOrElse(
          Option.flatMap(Schema.encodeOption(schema)(value), (encoded) =>
            Schema.decodeUnknownOption(schema)(rewritten(encoded, lies, paper, mind))
          ),
          () => value
        )

const deny = <A>(lies: Lies): Exchange.Reply<A> | undefined => {
  const denied = lieOf(lies, "answer") ?? lieOf(lies, "refused though placed")
  if (denied === undefined) return undefined
  return denied.what === "answer" && denied.body !== "theirs"
    ? { _tag: "Status", status: denied.status, headers: {}, body: null }
    : { _tag: "Refused", status: denied.status, code: `${denied.status}10000`, words: "refused" }
}

const late = (lies: Lies): Effect.Effect<void> => {
  const lie = lieOf(lies, "late")
  return lie === undefined ? Effect.void : Effect.sleep(lie.ms)
}

/** Asks the exchange, and tells what it said otherwise. What is denied is not asked, unless it is done all the same. */
const asking =
  (mind: Mind) =>
  <A, E, R>(place: string, ask: Effect.Effect<Exchange.Replied<A>, E, R>, change: (lies: Lies) => (body: A) => A) =>
    Effect.suspend(() => {
      mind.ask(place)
      const lies = mind.about(place)
      const denied = deny<A>(lies)
      const isAsked = lieOf(lies, "answer") === undefined
      const none: Exchange.Replied<A> = {
        at: Instant.fromMillis(mind.world.nowMs()),
        reply: denied ?? { _tag: "Lost", how: "timeout" }
      }
      const come = isAsked ? ask : Effect.succeed(none)
      return Effect.zipLeft(
        Effect.map(come, ({ at, reply }): Exchange.Replied<A> => {
          if (denied !== undefined) return { at, reply: denied }
          return { at, reply: reply._tag === "Done" ? { _tag: "Done", body: change(lies)(reply.body) } : reply }
        }),
        late(lies)
      )
    })

const Held = ExchangeOrder.ExchangeHolding

/** What the stream says, with lies. */
const streamed = (mind: Mind) => {
  const order = liedIn(ExchangeOrder.ExchangeOrder, mind)
  const execution = liedIn(ExchangeOrder.Execution, mind)
  const textOf = Schema.encodeSync(Schema.parseJson(ExchangeOrder.ExchangeOrder))
  const executionText = Schema.encodeSync(Schema.parseJson(ExchangeOrder.Execution))
  const said = (lies: Lies, message: Exchange.Streamed): Exchange.Streamed => {
    if (message._tag === "Dropped") return message
    if (message._tag === "Order") {
      const told = order(lies)(message.order)
      return { _tag: "Order", order: told, text: textOf(told) }
    }
    const told = execution(lies)(message.execution)
    return { _tag: "Execution", execution: told, text: executionText(told) }
  }
  return (message: Exchange.Streamed): ReadonlyArray<Exchange.Streamed> => {
    const lies = mind.about("stream")
    if (lieOf(lies, "truncated") !== undefined || lieOf(lies, "answer") !== undefined) return []
    return relisted([said(lies, message)], lies)
  }
}

const same = () => (body: null) => body

const each =
  <A>(one: (lies: Lies) => (value: A) => A) =>
  (lies: Lies) =>
  (all: ReadonlyArray<A>) =>
    relisted(all.map(one(lies)), lies)

/** The exchange as a client sees it that is lied to. What tests and operators ask of it stays true. */
export const make = (exchange: Exchange.ExchangeService, mind: Mind): Exchange.ExchangeService => {
  const ask = asking(mind)
  const order = liedIn(ExchangeOrder.ExchangeOrder, mind)
  const execution = liedIn(ExchangeOrder.Execution, mind)
  const holding = liedIn(Held, mind)
  return {
    ...exchange,
    place: (account, request) =>
      Effect.suspend(() => {
        const post: Post = {
          clientOrderId: request.clientOrderId ?? undefined,
          atMs: mind.world.nowMs(),
          status: undefined
        }
        mind.posts.push(post)
        return Effect.tap(ask("place", exchange.place(account, request), order), ({ reply }) =>
          Effect.sync(() => (post.status = reply._tag === "Status" || reply._tag === "Refused" ? reply.status : 200))
        )
      }),
    cancel: (account, id) => ask("cancel", exchange.cancel(account, id), same),
    order: (account, key) =>
      ask(
        "order",
        exchange.order(account, key),
        (lies) => (found) => (found === undefined ? found : order(lies)(found))
      ),
    ordersIn: (account, window) => ask("orders", exchange.ordersIn(account, window), each(order)),
    fillsIn: (account, window) => ask("fills", exchange.fillsIn(account, window), each(execution)),
    fillsOf: (account, id) => ask("fills", exchange.fillsOf(account, id), each(execution)),
    holdings: (account) => ask("positions", exchange.holdings(account), each(holding)),
    buyingPower: (account) => ask("account", exchange.buyingPower(account), () => (power) => power),
    isListed: (account, symbol) => ask("instrument", exchange.isListed(account, symbol), () => (is) => is),
    stream: (account) =>
      ask("connect", exchange.stream(account), () => (messages) => Stream.mapConcat(messages, streamed(mind)))
  }
}
