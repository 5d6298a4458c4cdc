import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator as SimulatedAlpaca } from "@roundlot/broker-alpaca/simulator"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator as SimulatedTws } from "@roundlot/broker-ibkr/simulator"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator as SimulatedSchwab } from "@roundlot/broker-schwab/simulator"
import { AccountName, type Broker } from "@roundlot/core"
import { Effect, Layer, type Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as brokers from "./brokers.ts"
import { entropyOf } from "./entropy.ts"
import * as exchangeLiar from "./exchangeLiar.ts"
import * as httpLiar from "./httpLiar.ts"
import type { Vocabulary } from "./Lie.ts"
import type { Limits } from "./judge.ts"
import type { Mind } from "./Mind.ts"
import { alpacaShape, schwabShape } from "./shapes.ts"
import * as twsLiar from "./twsLiar.ts"

/** A broker behind a liar, and the exchange whose records are true. */
export interface Desk {
  readonly broker: Broker.BrokerService
  readonly exchange: Exchange.ExchangeService
  /** Its broker tells whether the account may trade: an account that it refused goes on by itself; else a person lets it go. */
  readonly tellsState: boolean
}

/** Where a liar stands. */
export interface Place {
  readonly vocabulary: Vocabulary
  readonly limits: Limits
  readonly open: (mind: Mind) => Effect.Effect<Desk, unknown, Scope.Scope>
}

/** The account of every round. */
export const account = AccountName.AccountName.make("lied")

const OFTEN = 100_000

const alpaca = (mind: Mind) =>
  Effect.gen(function* () {
    const { credentials, exchange } = yield* SimulatedAlpaca.make({ requestsAMinute: OFTEN })
    const baseUrl = yield* httpLiar.make(credentials.baseUrl, alpacaShape, mind)
    const http = yield* Layer.build(NodeHttpClient.layerUndici)
    const made = AlpacaBroker.make({ account, credentials: { ...credentials, baseUrl } })
    return { broker: yield* Effect.provide(made, http), exchange, tellsState: true }
  })

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-liar-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, entropyOf("schwab"))

const schwab = (mind: Mind) =>
  Effect.gen(function* () {
    const simulator = yield* SimulatedSchwab.make({ requestsAMinute: OFTEN })
    const baseUrl = yield* httpLiar.make(simulator.credentials.baseUrl, schwabShape, mind)
    const context = yield* Layer.build(world)
    const tokens = { file: join(yield* folder, "tokens.json"), key: undefined }
    const wire = yield* Effect.gen(function* () {
      yield* TokenFile.write(tokens, yield* simulator.login)
      return yield* Wire.open({ credentials: { ...simulator.credentials, baseUrl }, tokens })
    }).pipe(Effect.provide(context))
    return { broker: yield* SchwabBroker.make({ account, wire }), exchange: simulator.exchange, tellsState: true }
  })

const CLIENT_ID = 7

const ibkr = (mind: Mind) =>
  Effect.gen(function* () {
    const { exchange, host, port: theirs } = yield* SimulatedTws.make({})
    const port = yield* twsLiar.make(host, theirs, mind)
    const broker = yield* IbkrBroker.make({ account, address: { host, port, clientId: CLIENT_ID } })
    return { broker, exchange, tellsState: false }
  })

const paper = (mind: Mind) =>
  Effect.map(Exchange.make({}), (exchange) => ({
    broker: PaperBroker.make(exchangeLiar.make(exchange, mind), account),
    exchange,
    tellsState: true
  }))

const isHttpWrite = (place: string): boolean => !place.startsWith("GET ")

/** Brokers that can be lied about. */
export const names = ["alpaca", "schwab", "ibkr", "paper"] as const

export type Name = (typeof names)[number]

/**
 * Half of what the broker takes in a minute of all programs of an account (Alpaca 200, Schwab 120): three symbols need no more. TWS
 * takes 50 a second and the paper exchange any number: there it is what the same pollers need at Alpaca. Rounds without a storm have 15
 * to 55 in their worst minute, and at Schwab the seven days of its market's hours besides, which are read one by one once a day.
 */
const HALF_OF_ALPACAS = 100
const HALF_OF_SCHWABS = 60 + 7

/** Three positions, of each an order that is not processed and paced from a second to a minute; one that may be processed has fewer. */
const WRITES = 3 * 7

const limitsOf = (all: number, isWrite: Limits["isWrite"]): Limits => ({ all, writes: WRITES, isWrite })

/** Where a liar stands at each. */
export const places: { readonly [N in Name]: Place } = {
  alpaca: { vocabulary: brokers.alpaca, limits: limitsOf(HALF_OF_ALPACAS, isHttpWrite), open: alpaca },
  schwab: { vocabulary: brokers.schwab, limits: limitsOf(HALF_OF_SCHWABS, isHttpWrite), open: schwab },
  ibkr: {
    vocabulary: twsLiar.tws,
    limits: limitsOf(HALF_OF_ALPACAS, twsLiar.isWrite),
    open: ibkr
  },
  paper: {
    vocabulary: brokers.paper,
    limits: limitsOf(HALF_OF_ALPACAS, (place) => place === "place" || place === "cancel"),
    open: paper
  }
}
