import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator as Alpaca } from "@roundlot/broker-alpaca/simulator"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator as Ibkr } from "@roundlot/broker-ibkr/simulator"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator as Schwab } from "@roundlot/broker-schwab/simulator"
import { AccountName, Price } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import type { Broker } from "@roundlot/core"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { join } from "node:path"
import { account } from "../engine/Engine.ts"
import { folder } from "../engine/faults.ts"
import * as Retelling from "./retelling.ts"

/** The brokers, in the order of the published table. */
export const names = ["schwab", "ibkr", "alpaca", "paper"] as const

/** One of the brokers. */
export type Name = (typeof names)[number]

/** A simulated exchange behind a broker's protocol, the account there, and the broker of ours in front of it. */
export interface Place {
  readonly broker: Broker.BrokerService
  readonly exchange: Exchange.ExchangeService
  readonly there: AccountName.AccountName
  /** From now on the broker says it so, whatever its simulator says. */
  readonly tells: Retelling.Between["tells"]
}

/** Opens a place. Where a row has it tell things otherwise, somebody stands between it and us. */
type Opening = (isRetold: boolean) => Effect.Effect<Place, unknown, Scope.Scope>

/** An account of somebody else at the same exchange, behind the same login where that opens several. */
export const OTHER = AccountName.AccountName.make("other")

const prices = new Map([["AAPL", Price.unsafe("150")]])

/** Where nobody stands between, nothing is told otherwise. */
const nobody: Pick<Place, "tells"> = { tells: () => Effect.void }

const alpaca: Opening = (isRetold) =>
  Effect.gen(function* () {
    const { account: there, credentials, exchange } = yield* Alpaca.make({ prices, requestsAMinute: 100_000 })
    const between = isRetold ? yield* Retelling.http(credentials.baseUrl) : undefined
    const baseUrl = between === undefined ? credentials.baseUrl : `http://127.0.0.1:${between.port}`
    const http = yield* Layer.build(NodeHttpClient.layerUndici)
    const broker = yield* Effect.provide(
      AlpacaBroker.make({
        account,
        credentials: { ...credentials, baseUrl },
        requestsAMinute: 100_000,
        servesAgainFor: 0
      }),
      http
    )
    return { broker, exchange, there, ...(between ?? nobody) }
  })

const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

const schwab: Opening = (isRetold) =>
  Effect.gen(function* () {
    const simulator = yield* Schwab.make({
      prices,
      requestsAMinute: 100_000,
      others: new Map([[OTHER, "87654321"]])
    })
    const between = isRetold ? yield* Retelling.http(simulator.credentials.baseUrl) : undefined
    const baseUrl = between === undefined ? simulator.credentials.baseUrl : `http://127.0.0.1:${between.port}`
    const context = yield* Layer.build(world)
    const tokens = { file: join(yield* folder, "tokens.json"), key: undefined }
    yield* Effect.provide(TokenFile.write(tokens, yield* simulator.login), context)
    const wire = yield* Effect.provide(
      Wire.open({ credentials: { ...simulator.credentials, baseUrl }, tokens, requestsAMinute: 100_000 }),
      context
    )
    const broker = yield* SchwabBroker.make({ account, accountNumber: "12345678", wire, servesAgainFor: 0 })
    return { broker, exchange: simulator.exchange, there: simulator.account, ...(between ?? nobody) }
  })

const ibkr: Opening = (isRetold) =>
  Effect.gen(function* () {
    const { account: there, exchange, host, port } = yield* Ibkr.make({ prices })
    const between = isRetold ? yield* Retelling.tws(port) : undefined
    const address = { host, port: between?.port ?? port, clientId: 7 }
    const broker = yield* IbkrBroker.make({ account, address })
    return { broker, exchange, there, ...(between ?? nobody) }
  })

const paper: Opening = () =>
  Effect.map(Exchange.make({ prices }), (exchange) => ({
    broker: PaperBroker.make(exchange, account),
    exchange,
    there: account,
    ...nobody
  }))

/** How each broker is opened. */
export const places: { readonly [N in Name]: Opening } = { schwab, ibkr, alpaca, paper }
