import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { AccountName } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { SampleOrder } from "@roundlot/testing"
import { Effect, Layer, Random } from "effect"
import type { Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { WebSocketServer } from "ws"

/** The account that the tests trade in. */
export const account = AccountName.AccountName.make("paper")

/** A secret that is to be found nowhere. */
export const SECRET = "PLANTEDSECRETPLANTEDSECRETPLANTEDSECRET0"

/** A file for an exchange in a directory of its own, gone with the scope. */
export const freshFile: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "alpaca-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  ),
  (directory) => join(directory, "exchange.sqlite")
)

/** A server of WebSockets on a free port, and its place. */
export const webSockets = Effect.gen(function* () {
  const server = yield* Effect.acquireRelease(
    Effect.async<WebSocketServer>((resume) => {
      const opened: WebSocketServer = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () =>
        resume(Effect.succeed(opened))
      )
    }),
    (opened) =>
      Effect.sync(() => {
        for (const client of opened.clients) client.terminate()
        opened.close()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { server, place: { origin: `http://127.0.0.1:${port}`, environment: "unproven" } as const }
})

/** A simulator of its own on a free port, and the broker of `account` on it, over real sockets. An answer serves nobody again. */
export const open = (options: Simulator.Options = {}, differs: Partial<AlpacaBroker.Options> = {}) =>
  Effect.gen(function* () {
    const seed = yield* Random.nextInt
    const simulator = yield* Simulator.make({
      requestsAMinute: 100_000,
      seed,
      keys: { keyId: "PKTEST", secretKey: SECRET },
      ...options
    })
    const http = yield* Layer.build(NodeHttpClient.layerUndici)
    const broker = yield* AlpacaBroker.make({
      account,
      credentials: simulator.credentials,
      servesAgainFor: 0,
      ...differs
    }).pipe(Effect.provide(http))
    return { simulator, exchange: simulator.exchange, broker }
  })

/** A market order of one AAPL, or what differs from it. */
export const terms = (differs: Partial<OrderTerms.OrderTerms> = {}): OrderTerms.OrderTerms =>
  SampleOrder.terms(account, differs)

/** Sends an order as its first attempt, says an answer in a line, and spans the last minute. */
export const { lately, send, words } = SampleOrder
