import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator as Alpaca } from "@roundlot/broker-alpaca/simulator"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator as Ibkr } from "@roundlot/broker-ibkr/simulator"
import type { Exchange, Instruction } from "@roundlot/broker-paper"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator as Schwab } from "@roundlot/broker-schwab/simulator"
import { Break, Decimal, Entropy, Price, Reads, Ticker, Tracking } from "@roundlot/core"
import type { AccountName, Broker } from "@roundlot/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { join } from "node:path"
import { account, audited, orders } from "./Engine.ts"
import { engineAt, folder, working } from "./faults.ts"

const prices = new Map([["AAPL", Price.unsafe("150")]])
const AAPL = Ticker.Ticker.make("AAPL")

/** A simulated exchange behind a broker's protocol, the account there, and the broker of ours in front of it. */
interface Place {
  readonly broker: Broker.BrokerService
  readonly exchange: Exchange.ExchangeService
  readonly there: AccountName.AccountName
}

type Opening = Effect.Effect<Place, unknown, Scope.Scope>

const alpaca: Opening = Effect.gen(function* () {
  const { account: there, credentials, exchange } = yield* Alpaca.make({ prices, requestsAMinute: 100_000 })
  const http = yield* Layer.build(NodeHttpClient.layerUndici)
  const broker = yield* Effect.provide(AlpacaBroker.make({ account, credentials, requestsAMinute: 100_000 }), http)
  return { broker, exchange, there }
})

const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

const schwab: Opening = Effect.gen(function* () {
  const simulator = yield* Schwab.make({ prices, requestsAMinute: 100_000 })
  const context = yield* Layer.build(world)
  const tokens = { file: join(yield* folder, "tokens.json"), key: undefined }
  yield* Effect.provide(TokenFile.write(tokens, yield* simulator.login), context)
  const wire = yield* Effect.provide(
    Wire.open({ credentials: simulator.credentials, tokens, requestsAMinute: 100_000 }),
    context
  )
  const broker = yield* SchwabBroker.make({ account, wire, servesAgainFor: 0 })
  return { broker, exchange: simulator.exchange, there: simulator.account }
})

const ibkr: Opening = Effect.gen(function* () {
  const { account: there, exchange, host, port } = yield* Ibkr.make({ prices })
  const broker = yield* IbkrBroker.make({ account, address: { host, port, clientId: 7 } })
  return { broker, exchange, there }
})

const brokers = { alpaca, schwab, ibkr } as const
type Name = keyof typeof brokers

const everyone: ReadonlyArray<Name> = ["alpaca", "schwab", "ibkr"]

/**
 * What the exchange is told. `correct` and `bust`: its newest execution had two shares only, or none; `end`: its newest order is
 * cancelled. `read`: we have read it meanwhile.
 */
type Act = Instruction.ActInput | "correct" | "bust" | "end" | "read"

const newest = <A extends object>(all: Effect.Effect<ReadonlyArray<A>, unknown>) =>
  Effect.flatMap(all, (each) => Effect.fromNullable(each.at(-1)))

const told = (exchange: Exchange.ExchangeService, act: Exclude<Act, "read">) => {
  switch (act) {
    case "correct":
      return Effect.map(newest(exchange.fills), ({ execId }): Instruction.ActInput => ({
        correct: { execId, quantity: "2" }
      }))
    case "bust":
      return Effect.map(newest(exchange.fills), ({ execId }): Instruction.ActInput => ({ bust: { execId } }))
    case "end":
      return Effect.map(newest(exchange.orders), ({ brokerOrderId }): Instruction.ActInput => ({
        cancel: { brokerOrderId }
      }))
    default:
      return Effect.succeed(act)
  }
}

/** A row of the case table: what happens at the broker to an order of 3 that works there, and what our books then say. */
interface Row {
  readonly row: string
  readonly what: string
  readonly at: ReadonlyArray<Name>
  readonly acts: (brokerOrderId: string, there: AccountName.AccountName, name: Name) => ReadonlyArray<Act>
  /** Status and filled shares of every order, ours first. */
  readonly orders: ReadonlyArray<string>
  readonly breaks?: ReadonlyArray<string>
}

const manual = (there: AccountName.AccountName, differs: object = {}): Instruction.ActInput => ({
  manualOrder: { account: there, symbol: AAPL, side: "buy", quantity: "2", ...differs }
})

/** How each broker calls an order that somebody has asked to end. */
const pendingCancel = { alpaca: "pending_cancel", schwab: "PENDING_CANCEL", ibkr: "PendingCancel" } as const

/** An id of our make that these books never made. */
const OF_OTHER_BOOKS = `rl1-${"z".repeat(26)}`

const LONG_MS = 600_000

const rows: ReadonlyArray<Row> = [
  { row: "O1", what: "nothing has happened", at: everyone, acts: () => [], orders: ["submitted 0"] },
  {
    row: "O4",
    what: "it is filled",
    at: everyone,
    acts: (id) => [{ fill: { brokerOrderId: id } }],
    orders: ["filled 3"]
  },
  {
    row: "O8",
    what: "a part is filled",
    at: everyone,
    acts: (id) => [{ fill: { brokerOrderId: id, quantity: "2" } }],
    orders: ["partially_filled 2"]
  },
  {
    row: "O6",
    what: "it is cancelled",
    at: everyone,
    acts: (id) => [{ cancel: { brokerOrderId: id } }],
    orders: ["cancelled 0"]
  },
  {
    row: "O7",
    what: "a part is filled, then it is cancelled",
    at: everyone,
    acts: (id) => [{ fill: { brokerOrderId: id, quantity: "1" } }, { cancel: { brokerOrderId: id } }],
    orders: ["cancelled 1"]
  },
  {
    row: "O14",
    what: "somebody else's order works",
    at: everyone,
    acts: (_, there) => [manual(there, { type: "limit", limitPrice: "1" })],
    orders: ["submitted 0", "submitted 0"]
  },
  {
    row: "O15",
    what: "somebody else's order is filled",
    at: everyone,
    acts: (_, there) => [manual(there)],
    orders: ["submitted 0", "filled 2"]
  },
  {
    row: "O3",
    what: "somebody has asked it to end, and it works still",
    at: everyone,
    acts: (id, _, name) => [{ status: { word: pendingCancel[name], brokerOrderId: id } }],
    orders: ["submitted 0"]
  },
  {
    row: "O10",
    what: "it is filled after we have read that it was cancelled",
    at: everyone,
    acts: (id) => [{ cancel: { brokerOrderId: id } }, "read", { fill: { brokerOrderId: id, quantity: "2" } }],
    orders: ["cancelled 2"]
  },
  {
    row: "O17",
    what: "somebody else's order has ended without a fill",
    at: everyone,
    acts: (_, there) => [manual(there, { type: "limit", limitPrice: "1" }), "end"],
    orders: ["submitted 0", "cancelled 0"]
  },
  {
    row: "O23",
    what: "it is in no listing, and a part of it is filled",
    at: ["alpaca", "schwab"],
    acts: (id) => [{ fill: { brokerOrderId: id, quantity: "2" } }, { hide: { ms: LONG_MS, brokerOrderId: id } }],
    orders: ["partially_filled 2"]
  },
  {
    row: "O26",
    what: "the broker has forgotten it after it was filled",
    at: everyone,
    acts: (id) => [
      { fill: { brokerOrderId: id } },
      "read",
      { hide: { ms: LONG_MS, everywhere: true, brokerOrderId: id } }
    ],
    orders: ["filled 3"]
  },
  {
    row: "O27",
    what: "somebody else's order has an id of our make",
    at: ["alpaca"],
    acts: (_, there) => [manual(there, { type: "limit", limitPrice: "1", clientOrderId: OF_OTHER_BOOKS })],
    orders: ["submitted 0", "submitted 0"],
    breaks: ["ForeignOrderId"]
  },
  {
    row: "F1",
    what: "an execution is read again and again",
    at: everyone,
    acts: (id) => [{ fill: { brokerOrderId: id, quantity: "2" } }, "read", "read"],
    orders: ["partially_filled 2"]
  },
  {
    row: "F3",
    what: "an execution that was read is corrected to fewer shares",
    at: ["schwab"],
    acts: (id) => [{ fill: { brokerOrderId: id } }, "read", "correct"],
    orders: ["cancelled 2"]
  },
  {
    row: "F5",
    what: "an execution that was read is busted",
    at: ["alpaca", "schwab"],
    acts: (id) => [{ fill: { brokerOrderId: id } }, "read", "bust"],
    orders: ["cancelled 0"]
  },
  {
    row: "F6",
    what: "more is filled than was ordered",
    at: everyone,
    acts: (id) => [{ fill: { brokerOrderId: id, quantity: "5" } }],
    orders: ["filled 5"],
    breaks: ["Excess"]
  },
  {
    row: "F11",
    what: "it is cancelled, and filled for a part before we have read that",
    at: everyone,
    acts: (id) => [{ cancel: { brokerOrderId: id } }, { fill: { brokerOrderId: id, quantity: "2" } }],
    orders: ["cancelled 2"]
  },
  {
    row: "F3",
    what: "an execution is corrected to fewer shares",
    at: ["alpaca", "ibkr"],
    acts: (id) => [{ fill: { brokerOrderId: id } }, "correct"],
    orders: ["cancelled 2"]
  },
  {
    row: "F13",
    what: "it is filled far from its price",
    at: everyone,
    acts: (id) => [{ fill: { brokerOrderId: id, price: "300" } }],
    orders: ["filled 3"],
    breaks: ["OffBand"]
  }
]

const shown = Effect.map(orders, (all) => all.map(({ filled, status }) => `${status} ${Decimal.format(filled)}`))

const open = Effect.map(Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] }), (all) =>
  all.map(({ kind }) => kind)
)

const heads = Effect.map(orders, (all) => all.map(({ version }) => version))

/** The row holds at a broker, over sockets; reading once more changes nothing. */
const assertRow = (name: Name, { acts, breaks = [], orders: wanted }: Row) =>
  Effect.gen(function* () {
    const { broker, exchange, there } = yield* brokers[name]
    yield* Effect.gen(function* () {
      const id = yield* working(exchange, "3")
      const read = Effect.zipRight(Tracking.sweep(account), Tracking.pollAll)
      for (const [i, act] of acts(id, there, name).entries()) {
        if (act === "read") yield* read
        else yield* exchange.instruct({ id: `act-${i}`, do: yield* told(exchange, act) })
      }
      yield* read
      assert.deepStrictEqual(yield* shown, wanted)
      assert.deepStrictEqual(yield* open, breaks)
      const before = yield* heads
      yield* read
      assert.deepStrictEqual(yield* heads, before)
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(engineAt(broker, exchange).services))
  })

const all = rows.flatMap((row) => row.at.map((name) => ({ name, row, what: row.what, id: row.row })))

describe("RECONCILIATION: a row of the case table at a broker, over sockets; twice is once", () => {
  it.scopedLive.each(all)("$id at $name: $what", ({ name, row }) => assertRow(name, row))
})
