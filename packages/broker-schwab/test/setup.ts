import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import { AccountName } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import type { OrderTerms } from "@roundlot/core/adapter"
import { SampleOrder } from "@roundlot/testing"
import { Effect, Layer, Random, Redacted } from "effect"
import type { Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The account that the tests trade in. */
export const account = AccountName.AccountName.make("paper")

/** Secrets that are to be found nowhere. */
export const KEYS = { appKey: "PLANTEDKEYPLANTEDKEYPLANTEDKEY00", appSecret: "PLANTEDSECRET000" }

/** A file of tokens in a directory of its own, gone with the scope. */
export const freshTokens: Effect.Effect<TokenFile.TokenPlace, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "schwab-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  ),
  (directory) => ({ file: join(directory, "tokens.json"), key: undefined })
)

/** What a login at Schwab needs of the world. */
export const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

/** A simulator of its own on a free port, somebody logged in, and the broker of `account` on it, over real sockets. */
export const open = (options: Simulator.Options = {}, differs: Partial<SchwabBroker.Options & Wire.WireOptions> = {}) =>
  Effect.gen(function* () {
    const seed = yield* Random.nextInt
    const simulator = yield* Simulator.make({ requestsAMinute: 100_000, seed, keys: KEYS, ...options })
    const { credentials, exchange } = simulator
    const context = yield* Layer.build(world)
    const tokens = yield* freshTokens
    const wire = yield* Effect.gen(function* () {
      yield* TokenFile.write(tokens, yield* simulator.login)
      return yield* Wire.open({ credentials, tokens, requestsAMinute: 100_000, ...differs })
    }).pipe(Effect.provide(context))
    const broker = yield* SchwabBroker.make({ account, wire, ...differs })
    return { simulator, exchange, broker, wire, tokens, context }
  })

/** Asks the simulator as a client does: the status and the body of its answer. */
export const asking = (simulator: Simulator.Simulator) =>
  Effect.map(
    askingForText(simulator),
    (ask) =>
      (...request: Parameters<typeof ask>) =>
        Effect.map(ask(...request), ({ status, text }) => {
          const json: unknown = text === "" ? undefined : JSON.parse(text)
          return [status, json] as const
        })
  )

/** The same, with the body as it was written, and where what was made is. */
export const askingForText = (simulator: Simulator.Simulator) =>
  Effect.gen(function* () {
    const { accessToken } = yield* simulator.login
    const headers = { authorization: `Bearer ${Redacted.value(accessToken)}` }
    return (path: string, body?: object, method = "POST") =>
      Effect.promise(async () => {
        const init = body === undefined ? { headers } : { headers, method, body: JSON.stringify(body) }
        const answer = await fetch(simulator.credentials.baseUrl + path, init)
        const made = answer.headers.get("location") ?? ""
        return {
          status: answer.status,
          text: await answer.text(),
          made: new URL(made, simulator.credentials.baseUrl).pathname
        }
      })
  })

/** A market order of one AAPL, or what differs from it. */
export const terms = (differs: Partial<OrderTerms.OrderTerms> = {}): OrderTerms.OrderTerms =>
  SampleOrder.terms(account, differs)

/** Sends an order as its first attempt, says an answer in a line, and spans the last minute. */
export const { lately, send, words } = SampleOrder
