import { AccountName } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Sessions, Tokens } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Logger, Redacted, TestClock } from "effect"
import type { oidcSettings } from "@roundlot/http/access"
import {
  type Lie,
  lyingProvider,
  otherKey,
  signed,
  signedBySecret,
  unsigned
} from "../../../http/test/access/lyingProvider.ts"
import { client, realProvider } from "../oidc/realProvider.ts"
import * as scene from "../views/scene.ts"
import { ask, books, json, servingWith } from "./serving.ts"

const CALLBACK = "/sign-in/oidc/callback"

const settingsAt = (issuer: string): oidcSettings.OidcSettings => ({
  issuer,
  clientId: client.id,
  clientSecretFile: undefined,
  name: "the desk's provider",
  scopes: ["openid", "profile"],
  groupsClaim: "groups",
  roles: new Map([
    ["operators", { role: "operate" }],
    ["traders-ira", { role: "trade", accounts: [scene.main] }]
  ])
})

const variables = { ROUNDLOT_OIDC_CLIENT_SECRET: client.secret }

/** Signs a person in at the provider, as a browser does, from the address where it was sent; gives where the provider sends it back. */
const through = async (start: string, login: string): Promise<URL> => {
  const jar = new Map<string, string>()
  const go = async (url: URL, form?: Readonly<Record<string, string>>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) })
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return response
  }
  let url = new URL(start)
  for (let steps = 0; steps < 12; steps++) {
    if (url.pathname === CALLBACK) return url
    const response = await go(url)
    const location = response.headers.get("location")
    const [, action = url.href] =
      location === null ? (/action="([^"]+)"/.exec(await response.clone().text()) ?? []) : []
    const [, prompt = ""] = location === null ? (/name="prompt" value="([^"]+)"/.exec(await response.text()) ?? []) : []
    const answered = location ?? (await go(new URL(action), { prompt, login, password: "any" })).headers.get("location")
    url = new URL(answered ?? "none", url)
  }
  return assert.fail(`no way back from ${url.href}`)
}

const provided = Effect.acquireRelease(Effect.promise(realProvider), ({ close }) => Effect.sync(close))

/** A daemon whose team signs in with a provider that others wrote. */
const team = Effect.gen(function* () {
  const provider = yield* provided
  const port = yield* Effect.zipRight(
    scene.played,
    servingWith({}, false, { oidc: settingsAt(provider.issuer), variables })
  )
  const origin = `http://127.0.0.1:${port}`
  provider.serve(`${origin}${CALLBACK}`)
  return { origin, port, provider }
})

/** What a browser sends with a page to which another site has led it. */
const led = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }

/** Begins to sign in: where the browser is sent, and the cookie that it keeps. */
const begin = (port: number, asked = "") =>
  Effect.map(ask(port, `/sign-in/oidc${asked}`), ({ headers, status }) => ({
    status,
    url: String(headers["location"]),
    setCookie: String(headers["set-cookie"]),
    cookie: String(headers["set-cookie"]).split(";", 1)[0] ?? ""
  }))

/** Comes back to a daemon. */
const comeBack = (port: number, { pathname, search }: URL, cookie: string) =>
  Effect.map(ask(port, `${pathname}${search}`, { headers: { ...led, cookie } }), (answer) => ({
    ...answer,
    session: /roundlot_session_\d+=rls_[^;]+/.exec(String(answer.headers["set-cookie"]))?.[0] ?? ""
  }))

const signIn = (port: number, login: string, asked?: string) =>
  Effect.gen(function* () {
    const { cookie, url } = yield* begin(port, asked)
    const back = yield* Effect.promise(() => through(url, login))
    return { ...(yield* comeBack(port, back, cookie)), back, begun: cookie }
  })

const entries = Effect.flatMap(TradeRepository.TradeRepository, (repository) =>
  repository.entries({ account: AccountName.STORE, afterSeq: 0, entity: undefined, limit: 500 })
)

describe("a team that signs in with its provider", () => {
  it.scopedLive(
    "has the role and accounts of its groups, by a session of ours that is listed and ended as others are",
    () =>
      Effect.gen(function* () {
        const { origin, port, provider } = yield* team
        const { session, status, text } = yield* signIn(port, "dana", "?return=%2Forders%3Fstatus%3Dopen")
        assert.strictEqual(status, 200, text)
        assert.include(text, 'content="0;url=/orders?status=open"')
        const cookie = { cookie: session }
        const name = `oidc:dana@127.0.0.1:${new URL(provider.issuer).port}`
        assert.deepStrictEqual(json(yield* ask(port, "/api/v1/session", { headers: cookie })), {
          name,
          person: "DANA of the desk",
          role: "trade",
          accounts: [scene.main],
          open: false
        })
        const { secret } = yield* Tokens.create({ name: "ops", role: "operate", actor: "test" })
        const bearer = { authorization: `Bearer ${Redacted.value(secret)}` }
        const id = (yield* Sessions.all)[0]?.id ?? ""
        assert.deepInclude(json(yield* ask(port, "/api/v1/sessions", { headers: bearer })), { nextCursor: null })
        // No token gets to be him: none has such a name.
        const taken = yield* Effect.flip(Tokens.create({ name, role: "operate", actor: "test" }))
        assert.strictEqual(taken._tag, "TokenNameRefused")
        const halt = { method: "POST", headers: { ...cookie, origin }, body: { reason: "news" } }
        assert.strictEqual((yield* ask(port, "/api/v1/controls/halt", halt)).status, 403)
        const opened = (yield* entries).find(({ tag }) => tag === "SessionOpened")
        assert.deepInclude(JSON.parse(opened?.body ?? ""), {
          token: name,
          subject: "dana",
          issuer: provider.issuer,
          person: "DANA of the desk",
          groups: ["traders-ira"],
          role: "trade",
          accounts: [scene.main]
        })
        const end = yield* ask(port, `/api/v1/sessions/${id}`, { method: "DELETE", headers: bearer })
        assert.strictEqual(end.status, 200)
        assert.strictEqual((yield* ask(port, "/api/v1/session", { headers: cookie })).status, 401)
      }).pipe(Effect.provide(books))
  )
})

/** A daemon whose provider lies as it is said. */
const deceived = Effect.gen(function* () {
  const provider = yield* Effect.acquireRelease(
    Effect.promise(() => lyingProvider(client.id)),
    ({ close }) => Effect.sync(close)
  )
  const served = { oidc: settingsAt(provider.issuer), variables }
  const port = yield* Effect.zipRight(scene.played, servingWith({}, false, served))
  return { port, provider }
})

let addresses = 1

/** Comes back with the nonce of the sign-in as its code, from an address from which no sign-in failed yet. */
const answerTo = (port: number, url: string, cookie: string, changed: Readonly<Record<string, string>> = {}) => {
  const asked = new URL(url).searchParams
  const answer = { code: asked.get("nonce") ?? "", state: asked.get("state") ?? "", ...changed }
  const path = `${CALLBACK}?${new URLSearchParams(answer).toString()}`
  addresses += 1
  return ask(port, path, { headers: { ...led, cookie }, from: `127.0.0.${addresses}` })
}

const attempt = (port: number, changed?: Readonly<Record<string, string>>) =>
  Effect.flatMap(begin(port), ({ cookie, url }) => answerTo(port, url, cookie, changed))

const issued = /roundlot_session_\d+=rls_/

const now = () => Math.floor(Date.now() / 1000)

/** Tokens that are not believed, by what is wrong with them. */
const lies: Readonly<Record<string, Lie>> = {
  "is signed by nobody (alg none)": { token: (claims) => ({ id_token: unsigned(claims) }) },
  "is signed by another key": { token: (claims) => ({ id_token: signed(claims, otherKey) }) },
  "is signed by the client's own secret": { token: (claims) => ({ id_token: signedBySecret(claims, client.secret) }) },
  "was changed after it was signed": {
    token: (claims) => {
      const [head = "", , tail = ""] = signed(claims).split(".")
      return { id_token: `${head}.${signed({ ...claims, sub: "boss" }).split(".")[1]}.${tail}` }
    }
  },
  "is for another client": { claims: { aud: "another" } },
  "is for several, and another one was authorised": { claims: { aud: [client.id, "another"], azp: "another" } },
  "is of another issuer": { claims: { iss: "https://elsewhere.example.com" } },
  "has the nonce of another sign-in": { claims: { nonce: "another" } },
  "has no nonce": { claims: { nonce: undefined } },
  "has expired a minute ago": { claims: { exp: now() - 60 } },
  "is not good yet": { claims: { nbf: now() + 120 } },
  "is not there": { token: () => ({ id_token: undefined }) }
}

describe("what comes back of a sign-in", () => {
  it.scopedLive("is believed of an honest provider, whose clock may be 30 seconds wrong", () =>
    Effect.gen(function* () {
      const { port, provider } = yield* deceived
      provider.lies({ claims: { exp: now() - 10 } })
      const answer = yield* attempt(port)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.match(String(answer.headers["set-cookie"]), issued)
      const [form] = provider.forms
      assert.match(form?.get("code_verifier") ?? "", /^[\w-]{43,}$/)
      assert.strictEqual(form?.get("redirect_uri"), `http://127.0.0.1:${port}${CALLBACK}`)
    }).pipe(Effect.provide(books))
  )

  for (const [title, lie] of Object.entries(lies))
    it.scopedLive(`signs nobody in where the ID token ${title}`, () =>
      Effect.gen(function* () {
        const { port, provider } = yield* deceived
        provider.lies(lie)
        const answer = yield* attempt(port)
        assert.strictEqual(answer.status, 401, answer.text)
        assert.notMatch(String(answer.headers["set-cookie"]), issued)
        assert.deepStrictEqual(yield* Sessions.all, [])
        provider.lies({})
        assert.strictEqual((yield* attempt(port)).status, 200)
      }).pipe(Effect.provide(books))
    )

  it.scopedLive("signs nobody in with another state, of another issuer, of another browser, or a second time", () =>
    Effect.gen(function* () {
      const { port } = yield* deceived
      const one = yield* begin(port)
      const other = yield* begin(port)
      // The answer to a sign-in of an attacker's own, which he has another browser open.
      assert.strictEqual((yield* answerTo(port, one.url, other.cookie)).status, 401)
      assert.strictEqual((yield* answerTo(port, one.url, "")).status, 401)
      assert.strictEqual((yield* answerTo(port, one.url, "roundlot_sign_in_80=none")).status, 401)
      // A provider that names itself another one (mix-up).
      assert.strictEqual((yield* attempt(port, { iss: "https://elsewhere.example.com" })).status, 401)
      assert.strictEqual((yield* attempt(port, { state: "guessed" })).status, 401)
      const refused = yield* attempt(port, { error: "access_denied" })
      assert.include(refused.text, "was not accepted (access_denied)")
      assert.strictEqual((yield* answerTo(port, one.url, one.cookie)).status, 200)
      const again = yield* answerTo(port, one.url, one.cookie)
      assert.strictEqual(again.status, 401)
      assert.include(
        again.text,
        "This sign-in belongs to another browser, was already used, or is older than 10 minutes."
      )
      const late = yield* begin(port)
      yield* TestClock.adjust("601 seconds")
      assert.strictEqual((yield* answerTo(port, late.url, late.cookie)).status, 401)
      assert.strictEqual((yield* Sessions.all).length, 1)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "is taken of a page that a provider leads to, and of nothing else that another site has a browser ask",
    () =>
      Effect.gen(function* () {
        const { port } = yield* deceived
        const { cookie, setCookie, url } = yield* begin(port)
        assert.match(setCookie, /; Max-Age=600; Path=\/sign-in\/oidc; HttpOnly; SameSite=Lax$/)
        assert.deepInclude(Object.fromEntries(new URL(url).searchParams), {
          response_type: "code",
          client_id: client.id,
          code_challenge_method: "S256",
          scope: "openid profile"
        })
        const path = `${CALLBACK}?code=c&state=s`
        const site = { "sec-fetch-site": "cross-site" }
        const asked = [
          ask(port, path, { headers: { ...site, cookie, "sec-fetch-mode": "no-cors" } }),
          ask(port, path, { headers: { ...led, cookie, origin: "https://elsewhere.example.com" } }),
          ask(port, "/sign-in/oidc", { headers: led }),
          ask(port, "/", { headers: led })
        ]
        assert.deepStrictEqual(
          (yield* Effect.all(asked)).map(({ status }) => status),
          [403, 403, 403, 403]
        )
        const elsewhere = yield* ask(port, path, { headers: { ...led, cookie, host: `rebound.example.com:${port}` } })
        assert.strictEqual(elsewhere.status, 421)
        // The same daemon by another of its names is another place: its cookies do not count there.
        const named = yield* begin(port)
        const { search } = new URL(named.url)
        const other = { ...led, cookie: named.cookie, host: `localhost:${port}` }
        assert.strictEqual((yield* ask(port, `${CALLBACK}${search}`, { headers: other })).status, 401)
        assert.strictEqual((yield* answerTo(port, url, cookie)).status, 200)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("leads to a page of this daemon, whatever page was asked for", () =>
    Effect.gen(function* () {
      const { port } = yield* deceived
      const asked = [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%2e%2e//evil.example",
        "javascript:x",
        "/\t/evil",
        "orders"
      ]
      for (const place of [...asked, '/"><script>']) {
        const { cookie, url } = yield* begin(port, `?return=${encodeURIComponent(place)}`)
        const { text } = yield* answerTo(port, url, cookie)
        assert.match(text, /content="0;url=\/(?:|%22%3E%3Cscript%3E)"/, place)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("is heard no more of an address from which ten failed, and nobody begins without end", () =>
    Effect.gen(function* () {
      const { port } = yield* deceived
      const fail = ask(port, `${CALLBACK}?code=c`, { headers: led, from: "127.0.1.1" })
      for (let i = 0; i < 10; i++) assert.strictEqual((yield* fail).status, 401)
      assert.strictEqual((yield* fail).status, 429)
      const beginning = ask(port, "/sign-in/oidc", { from: "127.0.1.2" })
      for (let i = 0; i < 30; i++) assert.strictEqual((yield* beginning).status, 303)
      assert.strictEqual((yield* beginning).status, 429)
      assert.strictEqual((yield* attempt(port)).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "says what is missing where no group gives a role; one group may be a text, and a long list is refused",
    () =>
      Effect.gen(function* () {
        const { port, provider } = yield* deceived
        const said = (groups: unknown) =>
          Effect.map(
            Effect.suspend(() => (provider.lies({ claims: { groups } }), attempt(port))),
            ({ status, text }) => `${status} ${/<p>([^<]*)</.exec(text)?.[1] ?? ""}`
          )
        const missing =
          /^403 the desk's provider names no group of yours: the claim &quot;groups&quot; is missing or empty/
        for (const none of [undefined, null, [], {}, 7]) assert.match(yield* said(none), missing)
        assert.match(yield* said(["staff", 7]), /^403 None of your groups has a role here \(2 groups were given/)
        assert.match(yield* said("operators"), /^200/)
        assert.match(yield* said(["staff", "operators", null]), /^200/)
        const many = Array.from({ length: 100_000 }, (_, i) => `g${i}`)
        assert.match(yield* said([...many, "operators"]), /^503 the desk's provider is not reachable \(too_long\)/)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "keeps neither the client's secret nor a token of the provider's: not in a log, a page, or an entry",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const hearing = Logger.add(
          Logger.make(
            ({ annotations, cause, message }) =>
              void lines.push(`${JSON.stringify([message, [...annotations]])} ${Cause.pretty(cause)}`)
          )
        )
        yield* Effect.gen(function* () {
          const { port, provider } = yield* deceived
          const pages = [yield* attempt(port)]
          for (const lie of [{ claims: { aud: "x" } }, { token: () => ({ id_token: undefined }) }]) {
            provider.lies(lie)
            pages.push(yield* attempt(port))
          }
          const sent = provider.forms.flatMap((form) => [form.get("code") ?? "", form.get("code_verifier") ?? ""])
          assert.strictEqual(sent.filter((each) => each.length >= 43).length, 6)
          const kept = JSON.stringify(
            [yield* entries, yield* Sessions.all, lines, pages.map(({ text }) => text)],
            (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)
          )
          assert.include(kept, "a sign-in failed")
          for (const secret of [client.secret, "planted-access-token", ...sent, "eyJ"]) assert.notInclude(kept, secret)
        }).pipe(Effect.provide(hearing))
      }).pipe(Effect.provide(books))
  )
})
