import { Sessions, TradeRepository, AccountName, Tokens } from "@roundlot/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { client, realProvider } from "../oidc/realProvider.ts"
import type { OidcSettings } from "../../src/settings/oidc.ts"
import * as scene from "../views/scene.ts"
import { ask, books, json, servingWith } from "./serving.ts"

const CALLBACK = "/sign-in/oidc/callback"

const settingsAt = (issuer: string): OidcSettings => ({
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
        assert.strictEqual(end.status, 204)
        assert.strictEqual((yield* ask(port, "/api/v1/session", { headers: cookie })).status, 401)
      }).pipe(Effect.provide(books))
  )
})
