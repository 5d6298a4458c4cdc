import { assert, describe, it } from "@effect/vitest"
import { SchwabBroker } from "@roundlot/broker-schwab"
import type { Wire } from "@roundlot/broker-schwab"
import { AccountName, Broker, Quantity } from "@roundlot/core"
import { SampleOrder } from "@roundlot/testing"
import { Effect, Stream } from "effect"
import { orderText } from "./orderText.ts"
import { account, lately, open, send } from "./setup.ts"

const second = AccountName.AccountName.make("second")
const NUMBER = "12345678"
const OTHER_NUMBER = "87654321"

/** A login that opens two accounts, both brokers, and the paths that were asked for. */
const two = Effect.gen(function* () {
  const { exchange, wire } = yield* open({ others: new Map([[AccountName.AccountName.make("second"), OTHER_NUMBER]]) })
  const paths: Array<string> = []
  const counted: Wire.Wire = {
    ...wire,
    ask: (ask) => {
      paths.push(ask.path)
      return wire.ask(ask)
    }
  }
  const accounts = new Map([
    [account, NUMBER],
    [second, OTHER_NUMBER]
  ])
  const brokers = yield* SchwabBroker.makeLinked({ accounts, wire: counted, servesAgainFor: 0 })
  const of = (name: AccountName.AccountName) =>
    Effect.fromNullable(brokers.get(name)).pipe(Effect.orDieWith(() => new Error(`no broker of ${name}`)))
  return { exchange, paths, first: yield* of(account), other: yield* of(second) }
})

const placed = (broker: Broker.BrokerService, name: AccountName.AccountName, quantity: string) =>
  send(broker, SampleOrder.terms(name, { quantity: Quantity.unsafe(quantity) }))

const quantities = ({ received }: Broker.OrderListing) => received.map(({ report }) => String(report.quantity))

describe("several accounts of one login at Schwab", () => {
  it.scopedLive("FILL-11: one request lists the orders of all, each sees its own, and news is asked for anew", () =>
    Effect.gen(function* () {
      const { first, other, paths } = yield* two
      yield* placed(first, account, "1")
      yield* placed(other, second, "2")
      const window = yield* lately
      yield* first.orders(window)
      paths.length = 0
      const [mine, theirs] = yield* Effect.all([first.orders(window), other.orders(window)])
      assert.deepStrictEqual(
        [mine, theirs].map(quantities),
        [["1"], ["2"]].map((all) => all.map((q) => String(Quantity.unsafe(q))))
      )
      assert.deepStrictEqual(
        [mine, theirs].map(({ executions = [] }) => executions.map(({ report }) => report.account)),
        [[account], [second]]
      )
      assert.isAtMost(paths.filter((path) => path.startsWith("/trader/v1/orders?")).length, 1)
      assert.deepStrictEqual(
        paths.filter((path) => path.startsWith("/trader/v1/accounts/")),
        []
      )
    })
  )

  it.scopedLive("an order that names no account may be any's: neither listing is whole", () =>
    Effect.gen(function* () {
      const { exchange, first, other } = yield* two
      const enteredTime = JSON.stringify(new Date().toISOString().replace(/\.\d+Z$/, "+0000"))
      const body = `[${orderText({ accountNumber: "", enteredTime })},${orderText({ orderId: "2", enteredTime })}]`
      yield* exchange.instruct({ id: "l", when: { operation: "orders" }, do: { answer: { status: 200, body } } })
      const window = yield* lately
      const listings = [yield* first.orders(window), yield* other.orders(window)]
      assert.deepStrictEqual(
        listings.map((each) => [Broker.isWhole(each), each.received.length]),
        [
          [false, 1],
          [false, 0]
        ]
      )
    })
  )

  it.scopedLive("who asks first asks for what the others asked for last", () =>
    Effect.gen(function* () {
      const { first, other, paths } = yield* two
      const { from, to } = yield* lately
      yield* placed(other, second, "2")
      yield* other.orders({ from, to })
      yield* first.orders({ from: to, to })
      paths.length = 0
      yield* Effect.sleep("1100 millis")
      assert.deepStrictEqual(quantities(yield* first.orders({ from: to, to })), [])
      assert.deepStrictEqual(quantities(yield* other.orders({ from, to })), [String(Quantity.unsafe("2"))])
      assert.lengthOf(paths, 1)
    })
  )

  it.scopedLive("the stream of a login tells each account of its own", () =>
    Effect.gen(function* () {
      const { first, other } = yield* two
      const told = yield* Effect.fork(Stream.runHead(other.updates ?? Stream.empty))
      yield* Effect.iterate(undefined, {
        while: () => told.unsafePoll() === null,
        body: () =>
          Effect.asVoid(
            Effect.all([placed(first, account, "1"), placed(other, second, "2"), Effect.sleep("50 millis")])
          )
      })
      assert.containSubset(yield* told, { value: { report: { account: second } } })
    })
  )
})
