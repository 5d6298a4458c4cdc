import * as Headers from "@effect/platform/Headers"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Listening } from "@roundlot/api"
import { Certificate } from "@roundlot/broker-schwab"
import { MemoryRepository } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { type Token, Tokens } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Layer, Option, Redacted } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, type TLSSocket } from "node:tls"
import { boundedServer, Place, serving, SignInLinks, listening } from "@roundlot/http"
import { Configuration } from "@roundlot/daemon/configuration"
import { servedWith } from "../../src/start/served.ts"
import { ask, books, json } from "../serve/serving.ts"
import { bare } from "../settings/bare.ts"
import * as scene from "../views/scene.ts"

/** Books whose secrets are real ones. */
const engine = SignInLinks.layer.pipe(
  Layer.provideMerge(scene.books(MemoryRepository.layerMemory, Entropy.layerSecure)),
  Layer.provideMerge(Layer.merge(books, NodeFileSystem.layer))
)

/** A certificate is of these days, whatever the time of a test. */
const certified = Effect.withClock(Certificate.forThisMachine, Clock.make())

const NAME = "roundlot.example.com"

interface Said {
  readonly host?: string
  readonly cert?: string
  readonly key?: string
  readonly proxies?: ReadonlyArray<string>
  readonly names?: ReadonlyArray<string>
}

const flagsOf = ({ cert, host, key, names = [], proxies = [] }: Said): listening.ListenFlags => ({
  host: Option.fromNullable(host),
  tlsCert: Option.fromNullable(cert),
  tlsKey: Option.fromNullable(key),
  trustedProxy: proxies,
  allowHost: names
})

const placed = (said: Said, isOpen = false) => listening.placeOf(flagsOf(said), isOpen, bare)

/** The files of a certificate and its key that are made here, and of a key that is another's. */
const files = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-tls-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true }))
  )
  const [cert, key, others] = [join(folder, "cert.pem"), join(folder, "key.pem"), join(folder, "others.pem")]
  const { certificate, key: pem } = yield* certified
  const other = yield* certified
  writeFileSync(cert, certificate)
  writeFileSync(key, pem)
  writeFileSync(others, other.key)
  return { cert, key, others, certificate }
})

const made = (name: string, role: Token.TokenRole) =>
  Effect.map(Tokens.create({ name, role, actor: "test" }), ({ secret }) => Redacted.value(secret))

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Asks by TLS, and trusts this certificate alone. */
const askTls = (port: number, ca: string, path: string, { body, headers = {}, method = "GET" }: Asked = {}) =>
  Effect.async<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly text: string }>(
    (resume) => {
      const text = body === undefined ? "" : JSON.stringify(body)
      const type: Readonly<Record<string, string>> = body === undefined ? {} : { "content-type": "application/json" }
      const asking = request(
        {
          host: "127.0.0.1",
          servername: "localhost",
          port,
          path,
          method,
          ca,
          headers: { ...type, ...headers },
          agent: false
        },
        (response) => {
          let answer = ""
          response.on("data", (part: Buffer) => (answer += part.toString()))
          response.on("end", () =>
            resume(Effect.succeed({ status: response.statusCode ?? 0, headers: { ...response.headers }, text: answer }))
          )
        }
      )
      asking.on("error", (error) => resume(Effect.die(error)))
      asking.end(text)
    }
  )

describe("where a daemon listens", () => {
  const refusals: ReadonlyArray<readonly [what: string, said: Said, isOpen: boolean, place: string, remedy: string]> = [
    [
      "another address in plain text",
      { host: "0.0.0.0", names: [NAME] },
      false,
      "--host",
      "Give --tls-cert and --tls-key, or --trusted-proxy"
    ],
    [
      "--open at another address",
      { host: "0.0.0.0", names: [NAME] },
      true,
      "--open",
      "Remove --open, or serve 127.0.0.1"
    ],
    ["--open at every address of version 6", { host: "::" }, true, "--open", "Remove --open, or serve 127.0.0.1"],
    [
      "--open behind a proxy",
      { proxies: ["10.0.0.7"], names: [NAME] },
      true,
      "--open",
      "Remove --open, or serve 127.0.0.1"
    ],
    [
      "a proxy without a name",
      { proxies: ["10.0.0.7"] },
      false,
      "--allow-host",
      "Give the host name in the browser's address"
    ],
    [
      "no range",
      { proxies: ["10.0.0.0/33"], names: [NAME] },
      false,
      "--trusted-proxy",
      "Write one such as 10.0.0.0/24"
    ],
    ["a range of everybody", { proxies: ["0.0.0.0/0"], names: [NAME] }, false, "--trusted-proxy", "Write one such as"],
    ["a name as the address", { host: NAME, proxies: ["10.0.0.7"], names: [NAME] }, false, "--host", "0.0.0.0 for all"],
    ["a name with a port", { proxies: ["10.0.0.7"], names: [`${NAME}:443`] }, false, "--allow-host", "without a port"],
    ["a certificate alone", { cert: "cert.pem" }, false, "--tls-cert", "Give both"],
    ["a key alone", { key: "key.pem" }, false, "--tls-key", "Give both"],
    ["files that are not there", { cert: "no.pem", key: "no.pem" }, false, "--tls-cert", "Name a PEM file"]
  ]

  it.effect.each(refusals)("refuses %s, and says what to do", ([, said, isOpen, place, remedy]) =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(placed(said, isOpen))
      assert.deepStrictEqual([refused._tag, refused.place], ["SettingsError", place])
      assert.include(refused.remedy, remedy)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("refuses a key that is another certificate's, and TLS elsewhere without a name", () =>
    Effect.gen(function* () {
      const { cert, key, others } = yield* files
      const refused = yield* Effect.flip(placed({ cert, key: others }))
      assert.include(refused.message, "are not a matching certificate and key")
      assert.strictEqual((yield* Effect.flip(placed({ cert, key, host: "0.0.0.0" }))).place, "--allow-host")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("takes it from the configuration, under the flags; on this machine alone where nothing is said", () =>
    Effect.gen(function* () {
      const { cert, key } = yield* files
      assert.deepInclude(yield* placed({}, true), { host: "127.0.0.1", proof: undefined })
      assert.strictEqual(Place.urlOf(Place.local, 8080), "http://127.0.0.1:8080")
      const listen = { host: "0.0.0.0", tlsCert: cert, tlsKey: key, trustedProxies: [], allowHosts: [NAME] }
      const configured = { configuration: { ...Configuration.empty, listen } }
      const place = yield* listening.placeOf(flagsOf({ names: ["Other.example"] }), false, configured)
      assert.deepStrictEqual([...place.listening.hosts], ["other.example"])
      assert.strictEqual(Place.urlOf(place, 8443), "https://other.example:8443")
      const behind = yield* placed({ host: "10.0.0.2", proxies: ["10.0.0.7"], names: [NAME] })
      assert.strictEqual(Place.urlOf(behind, 8080), "http://10.0.0.2:8080")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("a daemon that listens by TLS", () => {
  it.scopedLive(
    "answers for its own names, tells who gives no token only whether it is well, and keeps sessions to TLS",
    () =>
      Effect.gen(function* () {
        const { cert, certificate, key } = yield* files
        const at = yield* placed({ host: "0.0.0.0", cert, key, names: [NAME] })
        const token = yield* made("dana", "operate")
        const port = yield* serving.serve({ port: 0, isOpen: false, at }, servedWith(bare))
        const origin = `https://${NAME}:${port}`
        const host = `${NAME}:${port}`
        const asked = (path: string, more: Asked = {}) =>
          askTls(port, certificate, path, { ...more, headers: { host, ...more.headers } })
        const bearer = { authorization: `Bearer ${token}` }
        const health = yield* asked("/health")
        assert.deepStrictEqual(Object.keys(Object(JSON.parse(health.text))), ["status"])
        assert.strictEqual(health.headers["strict-transport-security"], "max-age=31536000")
        assert.notInclude((yield* asked("/ready")).text, "broker")
        const wrong = yield* asked("/health", { headers: { authorization: "Bearer rlt_wrong" } })
        assert.deepStrictEqual(Object.keys(Object(JSON.parse(wrong.text))), ["status"])
        assert.include((yield* asked("/health", { headers: bearer })).text, '"parts"')
        assert.strictEqual((yield* asked("/health", { headers: { host: "evil.example" } })).status, 421)
        assert.strictEqual((yield* asked("/api/v1/orders")).status, 401)
        const signedIn = yield* asked("/api/v1/session", { method: "POST", headers: { origin }, body: { token } })
        assert.strictEqual(signedIn.status, 204)
        assert.match(String(signedIn.headers["set-cookie"]), /; HttpOnly; Secure; SameSite=Strict/)
        const [cookie = ""] = String(signedIn.headers["set-cookie"]).split(";", 1)
        assert.strictEqual((yield* asked("/api/v1/session", { headers: { cookie } })).status, 200)
        const link = yield* asked("/api/v1/session/links", { method: "POST", headers: bearer })
        assert.include(link.text, `"url":"${origin}/sign-in#code=`)
        // What speaks plain HTTP to it is answered nothing.
        const plain = yield* Effect.promise(() =>
          fetch(`http://127.0.0.1:${port}/health`).then(String, () => "hung up")
        )
        assert.strictEqual(plain, "hung up")
      }).pipe(Effect.provide(engine))
  )
})

describe("a server that speaks TLS", () => {
  it.scopedLive(
    "has as many places as one that does not: who only holds one makes room, who is answered does not",
    () =>
      Effect.gen(function* () {
        const { certificate, key } = yield* certified
        const server = yield* Effect.acquireRelease(
          Effect.sync(() => boundedServer.boundedServer({ connections: 1 }, { certificate, key: Redacted.make(key) })),
          (each) => Effect.sync(() => each.close())
        )
        const slow = yield* Deferred.make<void>()
        server.on("request", ({ url }: IncomingMessage, response: ServerResponse) => {
          if (url === "/slow") Deferred.unsafeDone(slow, Effect.void)
          else response.end("here")
        })
        yield* Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const holding = yield* Effect.acquireRelease(
          Effect.async<TLSSocket>((resume) => {
            const socket = connect({ host: "127.0.0.1", port, ca: certificate, servername: "localhost" }, () =>
              resume(Effect.succeed(socket))
            )
            socket.on("error", () => undefined)
          }),
          (socket) => Effect.sync(() => socket.destroy())
        )
        assert.strictEqual((yield* askTls(port, certificate, "/")).text, "here")
        yield* Effect.async<void>((resume) => {
          if (holding.closed) return resume(Effect.void)
          holding.on("close", () => resume(Effect.void)).resume()
        })
        const waiting = yield* Effect.forkScoped(askTls(port, certificate, "/slow"))
        yield* Deferred.await(slow)
        assert.strictEqual((yield* askTls(port, certificate, "/")).status, 503)
        yield* Fiber.interruptFork(waiting)
      }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("a daemon behind a proxy", () => {
  const PROXY = "127.0.0.7"

  it.scopedLive("believes the proxy alone about who asks and how", () =>
    Effect.gen(function* () {
      const at = yield* placed({ proxies: [PROXY], names: [NAME] })
      const token = yield* made("dana", "read")
      const port = yield* serving.serve({ port: 0, isOpen: false, at }, servedWith(bare))
      const signIn = (from: string, forwarded: string, given = "rlt_wrong") =>
        ask(port, "/api/v1/session", {
          method: "POST",
          from,
          headers: { host: NAME, "x-forwarded-for": forwarded, "x-forwarded-proto": "https" },
          body: { token: given }
        })
      // Behind the proxy each caller has failures of his own; what he writes before his address is not believed.
      for (let i = 0; i < 10; i++) yield* signIn(PROXY, `198.51.100.${i}, 203.0.113.5`)
      assert.strictEqual((yield* signIn(PROXY, "198.51.100.77, 203.0.113.5")).status, 429)
      assert.strictEqual((yield* signIn(PROXY, "203.0.113.6")).status, 401)
      // Who is no proxy is who he is, whatever he says.
      for (let i = 0; i < 10; i++) yield* signIn("127.0.0.8", `203.0.113.${i + 10}`)
      assert.strictEqual((yield* signIn("127.0.0.8", "203.0.113.99")).status, 429)
      const secure = yield* signIn(PROXY, "203.0.113.7", token)
      assert.strictEqual(secure.status, 204, secure.text)
      assert.match(String(secure.headers["set-cookie"]), /Secure/)
      assert.strictEqual(secure.headers["strict-transport-security"], "max-age=31536000")
      const near = yield* signIn("127.0.0.9", "203.0.113.7", token)
      assert.notMatch(String(near.headers["set-cookie"]), /Secure/)
      assert.isUndefined(near.headers["strict-transport-security"])
      assert.deepStrictEqual(Object.keys(Object(json(yield* ask(port, "/health", { from: PROXY })))), ["status"])
      assert.strictEqual((yield* ask(port, "/health", { headers: { host: "evil.example" } })).status, 421)
    }).pipe(Effect.provide(engine))
  )

  it.effect("is asked in plain text by its machine and by the proxy, and by nobody else", () =>
    Effect.gen(function* () {
      const { listening } = yield* placed({ host: "0.0.0.0", proxies: ["10.0.0.0/24", "fd00::7"], names: [NAME] })
      const may = (address: string) =>
        Listening.mayAsk({ headers: Headers.empty, remoteAddress: Option.some(address) }, listening)
      for (const address of ["127.0.0.1", "::1", "10.0.0.7", "::ffff:10.0.0.7", "fd00::7"]) assert.isTrue(may(address))
      for (const address of ["10.0.1.7", "::ffff:10.0.1.7", "fd00::8", "192.0.2.1", ""]) assert.isFalse(may(address))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
