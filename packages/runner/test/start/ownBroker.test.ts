import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Account, AccountName, Broker, Clock, Instant } from "@roundlot/core"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Context, Effect, Layer } from "effect"
import type { OwnBroker } from "@roundlot/daemon/configuration"
import { layerBrokers } from "../../src/start/brokers.ts"
import { bareWith } from "../settings/bare.ts"

const accountOf = (name: string, broker: string, environment: Broker.Environment = "paper") => ({
  ...Account.defaultSettings,
  name: AccountName.AccountName.make(name),
  broker,
  environment
})

const house: OwnBroker = ({ name }) =>
  Effect.flatMap(Layer.build(Layer.provide(PaperBroker.layerBrokers, Exchange.layer({}))), (context) =>
    Context.get(context, Broker.Brokers).get(name)
  )

const real: OwnBroker = (account) => Effect.map(house(account), (broker) => ({ ...broker, environment: "live" }))

const unproven: OwnBroker = (account) =>
  Effect.map(house(account), (broker) => ({
    ...broker,
    environment: "live",
    proof: Effect.succeed({ _tag: "Unproven", seen: "number 7", remedy: "Use another" })
  }))

const opened = (accounts: ReadonlyArray<ReturnType<typeof accountOf>>, brokers: Readonly<Record<string, OwnBroker>>) =>
  Layer.build(
    layerBrokers(accounts, bareWith({ brokers: new Map(Object.entries(brokers)) }), { file: ":memory:" })
  ).pipe(
    Effect.map(
      (context) => (name: string) =>
        Effect.flatMap(Broker.Brokers, ({ get }) => get(AccountName.AccountName.make(name))).pipe(
          Effect.provide(context)
        )
    ),
    Effect.provide(Layer.merge(Clock.layerAlwaysOpen, NodeContext.layer))
  )

/** A broker as somebody writes it who writes classes. */
class Classy {
  readonly #account = "of a class"
  readonly #made: Broker.BrokerService
  readonly name = "classy"
  readonly environment = "paper"
  constructor(made: Broker.BrokerService) {
    this.#made = made
  }
  get proof() {
    return Effect.succeed({ _tag: "Unproven", seen: this.#account, remedy: "Use another" } as const)
  }
  get account() {
    return Effect.map(this.#made.account, (figures) => ({ ...figures, brokerAccountId: this.#account }))
  }
  get capabilities() {
    return this.#made.capabilities
  }
  get positions() {
    return this.#made.positions
  }
  get lookup() {
    return this.#made.lookup
  }
  get updates() {
    return this.#made.updates
  }
  prepare(terms: Parameters<Broker.BrokerService["prepare"]>[0]) {
    return this.#made.prepare(terms)
  }
  cancel(order: Parameters<Broker.BrokerService["cancel"]>[0]) {
    return this.#made.cancel(order)
  }
  order(id: Parameters<Broker.BrokerService["order"]>[0]) {
    return this.#made.order(id)
  }
  orders(window: Broker.TimeWindow) {
    return this.#made.orders(window)
  }
  fills(window: Broker.TimeWindow) {
    return this.#made.fills(window)
  }
  fillsOf(id: Parameters<Broker.BrokerService["fillsOf"]>[0]) {
    return this.#made.fillsOf(id)
  }
  instrument(symbol: Parameters<Broker.BrokerService["instrument"]>[0]) {
    return this.#made.instrument(symbol)
  }
}

const classy: OwnBroker = (account) => Effect.map(house(account), (broker) => new Classy(broker))

describe("a broker that a configuration brings", () => {
  it.scoped("drives each account that names it, and no other", () =>
    Effect.gen(function* () {
      const of = yield* opened(
        [accountOf("one", "house"), accountOf("two", "house"), accountOf("three", "paper"), accountOf("four", "gone")],
        { house }
      )
      assert.strictEqual((yield* of("one")).knownAs, "house")
      assert.strictEqual((yield* of("two")).knownAs, "house")
      assert.strictEqual((yield* of("three")).knownAs, "paper")
      // Its record names a broker that nobody brings: nothing is sent to another one.
      assert.notStrictEqual((yield* of("four")).knownAs, "gone")
    })
  )

  it.scoped("is opened for no account of real money, whatever it says of itself", () =>
    Effect.gen(function* () {
      let calls = 0
      const counted: OwnBroker = (account) => {
        calls += 1
        return house(account)
      }
      const live = yield* Effect.flip(opened([accountOf("one", "house", "live")], { house: counted }))
      assert.strictEqual(live._tag, "LiveRefused")
      assert.strictEqual(calls, 0)
      assert.strictEqual((yield* Effect.flip(opened([accountOf("one", "real")], { real })))._tag, "EnvironmentMismatch")
      assert.strictEqual(
        (yield* Effect.flip(opened([accountOf("one", "u")], { u: unproven })))._tag,
        "EnvironmentUnproven"
      )
    })
  )

  it.scoped("that interrupts itself while it is opened is said by its name as well", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(opened([accountOf("one", "broken")], { broken: () => Effect.interrupt }))
      assert.include(failed.message, "broker broken failed: ")
    })
  )

  it.scoped.each<readonly [string, OwnBroker]>([
    ["fails", () => Effect.fail(new Error("no line"))],
    ["breaks", () => Effect.die(new Error("no line"))],
    [
      "throws",
      () => {
        throw new Error("no line")
      }
    ]
  ])("that %s is said by its name", ([, broken]) =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(opened([accountOf("one", "broken")], { broken }))
      assert.strictEqual(failed.message, "broker broken failed: no line")
    })
  )

  it.scoped("that is made by a class keeps its methods, its private state and the proof of its class", () =>
    Effect.gen(function* () {
      const of = yield* opened([accountOf("one", "house")], { house: classy })
      const broker = yield* of("one")
      assert.strictEqual(broker.knownAs, "house")
      assert.strictEqual((yield* broker.proof ?? Effect.dieMessage("none"))._tag, "Unproven")
      assert.strictEqual((yield* broker.account).brokerAccountId, "of a class")
      const listed = yield* broker.orders({ from: Instant.make(0n), to: Instant.make(1n) })
      assert.strictEqual(listed.complete, true)
    })
  )
})
