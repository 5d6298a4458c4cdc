import * as FileSystem from "@effect/platform/FileSystem"
import { Clock, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import type * as openid from "openid-client"
import { PostAddress } from "@roundlot/commands"
import { CLIENT_SECRET, type OidcSettings } from "./oidcSettings.ts"
import type { Claims } from "./person.ts"
import * as ownFile from "./ownFile.ts"

/** The provider could not be asked, or not as this client; the code says why. */
export class ProviderUnavailable extends Schema.TaggedError<ProviderUnavailable>()("ProviderUnavailable", {
  code: Schema.String
}) {}

/** What came back of a sign-in is not believed; the code says why. */
export class AnswerRefused extends Schema.TaggedError<AnswerRefused>()("AnswerRefused", { code: Schema.String }) {}

/** A sign-in that was begun: what its answer is held against. */
export interface Begun {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly verifier: Redacted.Redacted
}

/** The OpenID provider that a team signs in with. */
export interface ProviderService {
  readonly settings: OidcSettings
  /** Finds out what the provider serves, where that is not known yet. */
  readonly find: Effect.Effect<void, ProviderUnavailable>
  /** Why it could not be asked when it was last; none where it could, or nobody has. */
  readonly problem: Effect.Effect<Option.Option<ProviderUnavailable>>
  /** Begins a sign-in that comes back to this address: where the browser goes, and what is kept of it. */
  readonly begin: (redirectUri: string) => Effect.Effect<Begun & { readonly url: URL }, ProviderUnavailable>
  /** What the provider says of who signed in, once its answer has proven to be of that sign-in. Its tokens are dropped. */
  readonly finish: (answer: URLSearchParams, begun: Begun) => Effect.Effect<Claims, ProviderUnavailable | AnswerRefused>
}

/** The OpenID provider that a team signs in with. */
export class Provider extends Context.Tag("roundlot/Provider")<Provider, ProviderService>() {}

/** What a variable of the environment says. */
type Variable = (name: string) => string | undefined

/** How long the provider has for an answer, and how long that may be. */
export interface Bounds {
  readonly seconds: number
  readonly bytes: number
}

const bounds: Bounds = { seconds: 10, bytes: 256 * 1024 }

/** How long who asks next hears the last failure, in milliseconds: a provider that is down is not asked by everybody. */
const AGAIN_MS = 5_000

const CODE = /^[\w.-]{1,60}$/

/** What names a failure: never a sentence of the provider's, nor an address. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown"
  const named = [Reflect.get(error, "error"), Reflect.get(error, "code"), Reflect.get(Object(error.cause), "code")]
  return named.find((code): code is string => typeof code === "string" && CODE.test(code)) ?? error.name
}

/** Did it come to no answer at all? What a connection fails with is a TypeError of `fetch`. */
const isSilence = (error: unknown): boolean =>
  error instanceof TypeError ||
  ["OAUTH_TIMEOUT", "OAUTH_ABORT", "OAUTH_RESPONSE_IS_NOT_CONFORM"].includes(codeOf(error))

/** The whole of an answer, as long as that may be. */
const read = async ({ body }: Response, most: number): Promise<Uint8Array<ArrayBuffer>> => {
  const parts: Array<Uint8Array> = []
  let length = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > most) {
      await reader?.cancel()
      throw new TypeError("the answer is too long", { cause: { code: "too_long" } })
    }
    parts.push(part.value)
  }
  return new Uint8Array(Buffer.concat(parts))
}

const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** Asks an address over TLS, or on this machine; what the provider names otherwise is not asked. */
const bounded =
  (most: number) =>
  async (url: string, options: openid.CustomFetchOptions): Promise<Response> => {
    if (!PostAddress.isPostAddress(url))
      throw new TypeError("the address is not safe", { cause: { code: "unsafe_address" } })
    const { body: form = null, ...rest } = options
    // All that the library sends in this flow are forms.
    if (form !== null && !(form instanceof URLSearchParams)) throw new TypeError("the body is not a form")
    const response = await fetch(url, { ...rest, body: form })
    const body = await read(response, most)
    const { headers, status } = response
    return new Response(NO_BODY.has(status) ? null : body, { headers, status })
  }

/** The secret of the client; none of a public one. */
const secretOf = ({ clientSecretFile }: OidcSettings, variable: Variable) => {
  const said = variable(CLIENT_SECRET)
  if (said !== undefined) return Effect.succeedSome(Redacted.make(said))
  if (clientSecretFile === undefined) return Effect.succeedNone
  return ownFile.read(clientSecretFile).pipe(
    Effect.map(Option.map((text) => Redacted.make(text.trim()))),
    Effect.mapError(() => new ProviderUnavailable({ code: "secret_not_own" })),
    Effect.filterOrFail(Option.isSome, () => new ProviderUnavailable({ code: "no_secret" }))
  )
}

type Library = typeof openid

/** How the client says who it is: in a header, unless the provider takes a secret in the form alone. */
const authentication = (library: Library, secret: Option.Option<Redacted.Redacted>): openid.ClientAuth => {
  if (Option.isNone(secret)) return library.None()
  const value = Redacted.value(secret.value)
  const [basic, post] = [library.ClientSecretBasic(value), library.ClientSecretPost(value)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"]
    return (methods.includes("client_secret_basic") ? basic : post)(server, ...rest)
  }
}

/** Finds out what the provider serves. Its ID tokens are held to its keys, although they come from itself. */
const discover = async (
  library: Library,
  { clientId, issuer }: OidcSettings,
  secret: Option.Option<Redacted.Redacted>,
  { bytes, seconds }: Bounds
): Promise<openid.Configuration> => {
  const server = new URL(issuer)
  const execute = [
    library.enableNonRepudiationChecks,
    ...(server.protocol === "http:" ? [library.allowInsecureRequests] : [])
  ]
  return library.discovery(server, clientId, undefined, authentication(library, secret), {
    execute,
    timeout: seconds,
    [library.customFetch]: bounded(bytes)
  })
}

/** Where a person goes to sign in, and what the answer is held to. */
const begun = async (
  library: Library,
  configuration: openid.Configuration,
  scopes: ReadonlyArray<string>,
  redirectUri: string
) => {
  const [state, nonce] = [library.randomState(), library.randomNonce()]
  const verifier = library.randomPKCECodeVerifier()
  const url = library.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: scopes.join(" "),
    state,
    nonce,
    code_challenge: await library.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256"
  })
  return { redirectUri, state, nonce, verifier: Redacted.make(verifier), url }
}

/** What a provider says of who has signed in: what is in its token, and beside that what it tells who asks with it. */
const claimsOf = async (
  library: Library,
  configuration: openid.Configuration,
  groupsClaim: string,
  answer: URLSearchParams,
  { nonce, redirectUri, state, verifier }: Begun
): Promise<Claims> => {
  const tokens = await library.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${answer.toString()}`), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: Redacted.value(verifier)
  })
  const claims = tokens.claims()
  if (claims === undefined) throw new Error("no ID token", { cause: { code: "no_id_token" } })
  const isWhole = claims[groupsClaim] !== undefined
  if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return claims
  return { ...(await library.fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims }
}

/** Makes a provider. The library is loaded when it is first asked. */
export const make = (
  settings: OidcSettings,
  variable: Variable,
  within: Bounds = bounds
): Effect.Effect<ProviderService, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const alone = yield* Effect.makeSemaphore(1)
    const library = Effect.promise(() => import("openid-client"))
    let found: openid.Configuration | undefined
    let failure: { readonly error: ProviderUnavailable; readonly atMs: number } | undefined

    const ask = Effect.gen(function* () {
      const secret = yield* Effect.provideService(secretOf(settings, variable), FileSystem.FileSystem, files)
      const loaded = yield* library
      return yield* Effect.tryPromise({
        try: () => discover(loaded, settings, secret, within),
        catch: (error) => new ProviderUnavailable({ code: codeOf(error) })
      })
    })

    const configuration = Effect.gen(function* () {
      if (found !== undefined) return found
      const nowMs = yield* Clock.currentTimeMillis
      if (failure !== undefined && nowMs - failure.atMs < AGAIN_MS) return yield* failure.error
      const asked = yield* Effect.either(ask)
      if (asked._tag === "Left") {
        failure = { error: asked.left, atMs: yield* Clock.currentTimeMillis }
        return yield* asked.left
      }
      failure = undefined
      return (found = asked.right)
    }).pipe(alone.withPermits(1))

    /** A client that is refused may have another secret by now: it is read again. */
    const failed = (error: unknown): ProviderUnavailable | AnswerRefused => {
      const code = codeOf(error)
      if (code === "invalid_client") found = undefined
      if (code === "invalid_client" || isSilence(error)) return new ProviderUnavailable({ code })
      return new AnswerRefused({ code })
    }

    return {
      settings,
      find: Effect.asVoid(configuration),
      problem: Effect.sync(() => Option.map(Option.fromNullable(failure), ({ error }) => error)),
      begin: (redirectUri) =>
        Effect.gen(function* () {
          const known = yield* configuration
          const loaded = yield* library
          return yield* Effect.promise(() => begun(loaded, known, settings.scopes, redirectUri))
        }),
      finish: (answer, begin) =>
        Effect.gen(function* () {
          const known = yield* configuration
          const loaded = yield* library
          return yield* Effect.tryPromise({
            try: () => claimsOf(loaded, known, settings.groupsClaim, answer, begin),
            catch: failed
          })
        })
    }
  })

/** The provider of a configuration. It is asked at once, in the background: a daemon starts whether it is there or not. */
export const layer = (
  settings: OidcSettings,
  variable: Variable
): Layer.Layer<Provider, never, FileSystem.FileSystem> =>
  Layer.scoped(
    Provider,
    Effect.tap(make(settings, variable), ({ find }) =>
      find.pipe(
        Effect.catchAll(({ code }) => Effect.logWarning(`${settings.name} is not reachable for sign-ins: ${code}`)),
        Effect.forkScoped
      )
    )
  )
