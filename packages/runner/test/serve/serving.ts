import { EventLoop } from "@roundlot/api"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert } from "@effect/vitest"
import { Clock, Instant, MemoryRepository } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { Effect, Layer, Logger, TestContext } from "effect"
import { createHmac } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { get, request, type Server } from "node:http"
import type { ListenOptions } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { boundedServer, type longReads, routes, SignInLinks } from "@roundlot/http"
import { Configuration } from "@roundlot/daemon/configuration"
import { bare } from "../settings/bare.ts"
import * as scene from "../views/scene.ts"
import { servedWith } from "../../src/start/served.ts"

/** What was answered. */
export interface Answered {
  readonly status: number
  readonly type: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

/** What is asked beside the path. */
export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** The address of this machine that is asked from. */
  readonly from?: string
}

/** Asks over a real socket. */
export const ask = (port: number, path: string, { body, from, headers = {}, method = "GET" }: Asked = {}) =>
  Effect.async<Answered>((resume) => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const type: Readonly<Record<string, string>> =
      body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }
    const asking = request(
      { host: "127.0.0.1", port, path, method, headers: { ...type, ...headers }, agent: false, localAddress: from },
      (response) => {
        let answer = ""
        response.on("data", (part: Buffer) => (answer += part.toString()))
        response.on("end", () =>
          resume(
            Effect.succeed({
              status: response.statusCode ?? 0,
              type: response.headers["content-type"] ?? "",
              headers: response.headers,
              text: answer
            })
          )
        )
      }
    )
    asking.on("error", (error) => resume(Effect.die(error)))
    asking.end(body === undefined ? undefined : text)
  })

/** Asks for what has no end, and hears its beginning. */
export const begun = (port: number, path: string) =>
  Effect.async<Answered>((resume) => {
    const asking = get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      const { headers, statusCode = 0 } = response
      response.once("data", (part: Buffer) => {
        asking.destroy()
        resume(
          Effect.succeed({ status: statusCode, type: headers["content-type"] ?? "", headers, text: part.toString() })
        )
      })
    })
    asking.on("error", () => undefined)
  })

/** The document of an answer. */
export const json = ({ text }: Answered): unknown => JSON.parse(text)

const process = {
  version: "1.2.3",
  uptimeSeconds: Effect.succeed(7),
  eventLoop: Effect.succeed({ p50Ms: 1, p99Ms: 2, maxMs: 30 }),
  usage: Effect.succeed({
    residentBytes: 104_857_600,
    openDescriptors: 31,
    cpuSeconds: 1.5,
    startedAtSeconds: 1_700_000_000
  })
}

/** What of a daemon's settings its server needs; its sources, and the secrets by which they sign. */
export interface Served {
  readonly longReads?: longReads.LongReads
  readonly oidc?: Configuration.Configuration["oidc"]
  readonly sources?: Configuration.Configuration["sources"]
  readonly variables?: Readonly<Record<string, string>>
}

const SECRET = "planted-secret-of-the-venue"

/** The source that signs with the secret of these tests. */
const venue: Required<Omit<Served, "oidc" | "longReads">> = {
  sources: new Map([["venue", { account: scene.main, webhook: true }]]),
  variables: { ROUNDLOT_SOURCE_SECRET_VENUE: SECRET }
}

/** A body is signed `late` seconds ago, by another program than ours. */
export const signatureOf = (body: string, secret = SECRET, late = 0) =>
  Effect.map(
    Effect.flatMap(Clock.Clock, (clock) => clock.now),
    (now) => {
      const seconds = Math.floor(Instant.toMillis(now) / 1000) - late
      const hex = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")
      return { "roundlot-signature": `t=${seconds},v1=${hex}` }
    }
  )

/** A program that is posted events. */
const webhooks: Configuration.Configuration["webhooks"] = new Map([
  ["fills", { url: "https://books.example.com/fills" }]
])

/** No backups are there. */
const { backupFolder, paperFile, store } = bare

const settingsOf = ({ oidc, longReads: reads, sources = venue.sources, variables = venue.variables }: Served) =>
  servedWith(
    {
      configuration: { ...Configuration.empty, oidc, sources, webhooks },
      store,
      paperFile,
      backupFolder,
      anchorFile: join(tmpdir(), "roundlot-serving-without-anchors.jsonl"),
      variable: (name: string) => (name === "IB_ALLOWED" ? "tws.lan:4003" : variables[name])
    },
    reads
  )

const servingOn = (server: Server, place: ListenOptions, isOpen = true, served: Served = {}) =>
  Layer.build(
    routes
      .layer(settingsOf(served))
      .pipe(
        Layer.provideMerge(NodeHttpServer.layer(() => server, place)),
        Layer.provide(Layer.succeed(EventLoop.Process, { ...process, isOpen })),
        Layer.provide(SignInLinks.layer)
      )
  )

/** A server of the whole API on a free port of this machine, on the books around it, bounded as it is said; open unless it is said. */
export const servingWith = Effect.fn(function* (
  bounds?: Partial<boundedServer.Bounds>,
  isOpen?: boolean,
  served?: Served
) {
  const context = yield* servingOn(boundedServer.boundedServer(bounds), { port: 0, host: "127.0.0.1" }, isOpen, served)
  const address = yield* Effect.provide(HttpServer.addressWith(Effect.succeed), context)
  return address._tag === "TcpAddress" ? address.port : assert.fail("it listens on no port")
})

/** The same on a socket of the file system, which keeps little of what nobody reads; gives its path and the server. */
export const servingAtPath = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-serving-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true }))
  )
  const path = join(folder, "api.sock")
  const server = boundedServer.boundedServer()
  yield* servingOn(server, { path })
  return { path, server }
})

/** A server of the whole API as it is, for tests that are not about tokens: it asks for none. */
export const serving = servingWith()

/** The same as a daemon is by itself: it asks for tokens. */
export const servingLocked = servingWith({}, false)

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

/** The books in memory on a test's clock, with what a server needs beside them; what is drawn by chance is of the given source. */
export const booksBy = (entropy: Layer.Layer<Entropy.Entropy>) =>
  Layer.mergeAll(
    Health.layer.pipe(Layer.provideMerge(scene.books(MemoryRepository.layerMemory, entropy))),
    quiet,
    NodeHttpClient.layer
  ).pipe(Layer.provideMerge(TestContext.TestContext))

/** The same, where chance is chance. */
export const books = booksBy(Entropy.layerSecure)
