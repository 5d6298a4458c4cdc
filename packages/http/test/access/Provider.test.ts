import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type oidcSettings, Provider } from "@roundlot/http/access"
import { type Lie, lyingProvider } from "./lyingProvider.ts"

const settingsAt = (issuer: string, clientSecretFile?: string): oidcSettings.OidcSettings => ({
  issuer,
  clientId: "roundlot",
  clientSecretFile,
  name: "desk",
  scopes: ["openid"],
  groupsClaim: "groups",
  roles: new Map([["operators", { role: "operate" }]])
})

/** Little time and few bytes: what a test would wait for otherwise. */
const bounds: Provider.Bounds = { seconds: 0.5, bytes: 4096 }

const lying = Effect.acquireRelease(
  Effect.promise(() => lyingProvider("roundlot")),
  ({ close }) => Effect.sync(close)
)

const provided = Effect.gen(function* () {
  const liar = yield* lying
  return { liar, provider: yield* Provider.make(settingsAt(liar.issuer), () => undefined, bounds) }
})

const HOME = "http://127.0.0.1:1/sign-in/oidc/callback"

/** Why a sign-in comes to nothing, at its beginning or its end. */
const why = (provider: Provider.ProviderService) =>
  Effect.gen(function* () {
    const begun = yield* provider.begin(HOME)
    const { nonce: code, state } = begun
    return yield* provider.finish(new URLSearchParams({ code, state }), begun)
  }).pipe(
    Effect.either,
    Effect.map((came) => (came._tag === "Right" ? "signed in" : came.left.code))
  )

const atDiscovery = "/.well-known/openid-configuration"

/** Providers that do not answer as they should, and what is said of each. */
const faults: Readonly<Record<string, readonly [Lie, code: RegExp]>> = {
  "never answers": [{ answer: ({ url }) => url === atDiscovery }, /^OAUTH_TIMEOUT$/],
  "never ends its answer": [
    {
      answer: ({ url }, response) =>
        url === atDiscovery && response.writeHead(200, { "content-type": "application/json" }).write("{")
    },
    /^OAUTH_TIMEOUT$/
  ],
  "never answers a code": [{ answer: ({ url }) => url === "/token" }, /^OAUTH_TIMEOUT$/],
  "never gives its keys": [{ answer: ({ url }) => url === "/jwks" }, /^OAUTH_TIMEOUT$/],
  "answers more than is read": [{ metadata: { more: "x".repeat(5000) } }, /^too_long$/],
  "hangs up": [
    { answer: ({ socket, url }) => url === "/token" && socket.destroy() !== undefined },
    /^(?:UND_ERR_SOCKET|ECONNRESET)$/
  ],
  "is another issuer than the one that is configured": [
    { metadata: { issuer: "https://elsewhere.example.com" } },
    /^OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED$/
  ],
  "has codes sent in plain text to another machine": [
    { metadata: { token_endpoint: "http://192.0.2.1/token" } },
    /^unsafe_address$/
  ],
  "sends codes on to another place": [
    {
      answer: ({ url }, response) =>
        url === "/token" && (response.writeHead(307, { location: "/elsewhere" }).end(), true)
    },
    /^OAUTH_RESPONSE_IS_NOT_CONFORM$/
  ]
}

/** Is it the client with the secret that it has by now? */
const isNew = (header: string | undefined) => header === `Basic ${Buffer.from("roundlot:new").toString("base64")}`

describe("a provider", () => {
  for (const [title, [lie, code]] of Object.entries(faults))
    it.scoped(`that ${title} holds nobody up, and signs nobody in`, () =>
      Effect.gen(function* () {
        const { liar, provider } = yield* provided
        liar.lies(lie)
        assert.match(yield* why(provider), code)
      }).pipe(Effect.provide(NodeContext.layer))
    )

  it.scoped("that is down is asked again five seconds later, and by one at a time", () =>
    Effect.gen(function* () {
      const { liar, provider } = yield* provided
      let asked = 0
      liar.lies({
        answer: ({ url }, response) => url === atDiscovery && ((asked += 1), response.writeHead(503).end(), true)
      })
      const all = yield* Effect.all([why(provider), why(provider), why(provider)], { concurrency: "unbounded" })
      assert.deepStrictEqual([all, asked], [Array.from({ length: 3 }, () => "OAUTH_RESPONSE_IS_NOT_CONFORM"), 1])
      assert.deepStrictEqual(
        Option.map(yield* provider.problem, ({ code }) => code),
        Option.some("OAUTH_RESPONSE_IS_NOT_CONFORM")
      )
      liar.lies({})
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* why(provider), "signed in")
      assert.deepStrictEqual(yield* provider.problem, Option.none())
    }).pipe(Effect.provide(NodeContext.layer))
  )

  it.scoped("that refuses the client is asked with the secret that its file has by then, of its owner's alone", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-oidc-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true }))
      )
      const file = join(folder, "secret")
      const liar = yield* lying
      const provider = yield* Provider.make(settingsAt(liar.issuer, file), () => undefined, bounds)
      assert.strictEqual(yield* why(provider), "no_secret")
      yield* TestClock.adjust("5 seconds")
      writeFileSync(file, "old\n", { mode: 0o644 })
      assert.strictEqual(yield* why(provider), "secret_not_own")
      yield* TestClock.adjust("5 seconds")
      chmodSync(file, 0o600)
      liar.lies({
        answer: ({ headers, url }, response) => {
          if (url !== "/token" || isNew(headers.authorization)) return false
          response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid_client"}')
          return true
        }
      })
      assert.strictEqual(yield* why(provider), "invalid_client")
      writeFileSync(file, "new\n")
      assert.strictEqual(yield* why(provider), "signed in")
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
