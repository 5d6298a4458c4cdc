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
import { Effect, Layer, Redacted } from "effect"
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
  /** The broker of ours, connected once more: as by a program that begins. */
  readonly connect: Effect.Effect<Broker.BrokerService, unknown, Scope.Scope>
  readonly exchange: Exchange.ExchangeService
  readonly there: AccountName.AccountName
  /** From now on the broker says it so, whatever its simulator says. */
  readonly tells: Retelling.Between["tells"]
  /** The broker says this to us by itself. */
  readonly says: Retelling.Between["says"]
  /** A person of the same login asks for something, past what stands between. */
  readonly asks: (method: string, path: string, body?: unknown) => Effect.Effect<void, unknown>
  /** The broker gives its account another name in addresses. */
  readonly renames: Effect.Effect<void>
  /** A person logs in, where that is needed from time to time. */
  readonly logsIn: Effect.Effect<void, unknown>
}

/** Opens a place. Where a row has it tell things otherwise, somebody stands between it and us. */
type Opening = (isRetold: boolean) => Effect.Effect<Place, unknown, Scope.Scope>

/** An account of somebody else at the same exchange, behind the same login where that opens several. */
export const OTHER = AccountName.AccountName.make("other")

const prices = new Map([["AAPL", Price.unsafe("150")]])

/** Where nobody stands between, nothing is told otherwise. */
const nobody: Pick<Place, "tells" | "says"> = { tells: () => Effect.void, says: () => Effect.void }

/** What only some brokers have. */
const plain: Pick<Place, "asks" | "logsIn" | "renames"> = {
  asks: () => Effect.void,
  logsIn: Effect.void,
  renames: Effect.void
}

const asking =
  (baseUrl: string, headers: { readonly [name: string]: string }): Place["asks"] =>
  (method, path, body) =>
    Effect.asVoid(
      Effect.tryPromise(() =>
        fetch(`${baseUrl}${path}`, {
          method,
          headers: { ...headers, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        })
      )
    )

const alpaca: Opening = (isRetold) =>
  Effect.gen(function* () {
    const { account: there, credentials, exchange } = yield* Alpaca.make({ prices, requestsAMinute: 100_000 })
    const between = isRetold ? yield* Retelling.http(credentials.baseUrl) : undefined
    const baseUrl = between === undefined ? credentials.baseUrl : `http://127.0.0.1:${between.port}`
    const http = yield* Layer.build(NodeHttpClient.layerUndici)
    const connect = Effect.provide(
      AlpacaBroker.make({
        account,
        credentials: { ...credentials, baseUrl },
        requestsAMinute: 100_000,
        servesAgainFor: 0
      }),
      http
    )
    const asks = asking(credentials.baseUrl, {
      "APCA-API-KEY-ID": Redacted.value(credentials.keyId),
      "APCA-API-SECRET-KEY": Redacted.value(credentials.secretKey)
    })
    return { connect, exchange, there, ...plain, asks, ...(between ?? nobody) }
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
    const logsIn = Effect.flatMap(simulator.login, (login) => Effect.provide(TokenFile.write(tokens, login), context))
    yield* logsIn
    const wire = yield* Effect.provide(
      Wire.open({ credentials: { ...simulator.credentials, baseUrl }, tokens, requestsAMinute: 100_000 }),
      context
    )
    const connect = SchwabBroker.make({ account, accountNumber: "12345678", wire, servesAgainFor: 0 })
    const { exchange, rehash: renames } = simulator
    return {
      connect,
      exchange,
      there: simulator.account,
      asks: asPerson(simulator),
      logsIn,
      renames,
      ...(between ?? nobody)
    }
  })

const ibkr: Opening = (isRetold) =>
  Effect.gen(function* () {
    const { account: there, exchange, host, port } = yield* Ibkr.make({ prices })
    const between = isRetold ? yield* Retelling.tws(port) : undefined
    const address = { host, port: between?.port ?? port, clientId: 7 }
    const connect = IbkrBroker.make({ account, address })
    return { connect, exchange, there, ...plain, ...(between ?? nobody) }
  })

const paper: Opening = () =>
  Effect.map(Exchange.make({ prices }), (exchange) => ({
    connect: Effect.sync(() => PaperBroker.make(exchange, account)),
    exchange,
    there: account,
    ...plain,
    ...nobody
  }))

/** With a login of the person's own; `{hash}` in a path stands for the account. */
const asPerson =
  ({ credentials: { baseUrl }, login }: Schwab.Simulator): Place["asks"] =>
  (method, path, body) =>
    Effect.gen(function* () {
      const { accessToken } = yield* login
      const headers = { authorization: `Bearer ${Redacted.value(accessToken)}` }
      const listed = yield* Effect.tryPromise(async () => {
        const answer = await fetch(`${baseUrl}/trader/v1/accounts/accountNumbers`, { headers })
        return answer.text()
      })
      const [, hash = ""] = /"hashValue":"([^"]*)"/.exec(listed) ?? []
      yield* asking(baseUrl, headers)(method, path.replace("{hash}", hash), body)
    })

/** How each broker is opened. */
export const places: { readonly [N in Name]: Opening } = { schwab, ibkr, alpaca, paper }
