import { Clock, Instant } from "@roundlot/core"
import { Sessions, TokenRegister, Tokens } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, TestClock } from "effect"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving, servingLocked, servingWith, type Answered } from "./serving.ts"

const tokenOf = (name: string, asked: Partial<Tokens.TokenRequest> = {}) =>
  Effect.map(Tokens.create({ name, role: "operate", actor: "test", ...asked }), ({ secret }) => Redacted.value(secret))

type Headers = Readonly<Record<string, string>>

const bearer = (secret: string): Headers => ({ authorization: `Bearer ${secret}` })

const create = (port: number, headers: Headers, body: object) =>
  ask(port, "/api/v1/tokens", { method: "POST", headers, body: { name: "new", role: "read", ...body } })

const revoke = (port: number, headers: Headers, name: string, secret: string) =>
  ask(port, `/api/v1/tokens/${name}/revoke`, { method: "POST", headers, body: { secret } })

const worksAt = (port: number) => (secret: string) =>
  Effect.map(ask(port, "/api/v1/session", { headers: bearer(secret) }), ({ status }) => status === 200)

const names = Effect.map(Tokens.all, (tokens) => tokens.map(({ name }) => name))

const detailOf = (answer: Answered): string => String(Object(json(answer)).detail)

const ISSUER = "http://127.0.0.1:9"

/** The provider of a team; no test asks it anything. */
const oidc = {
  issuer: ISSUER,
  clientId: "roundlot",
  clientSecretFile: undefined,
  name: "the desk's provider",
  scopes: ["openid"],
  groupsClaim: "groups",
  roles: new Map([["ops", { role: "operate" } as const]])
}

/** What a browser sends that is signed in as an operator of the team. */
const dana = (port: number) => {
  const host = `127.0.0.1:${port}`
  const who = { name: `oidc:1@${ISSUER}`, role: "operate", accounts: undefined, person: "Dana" } as const
  const person = { ...who, issuer: ISSUER, subject: "1", groups: ["ops"] }
  return Effect.map(Effect.provide(Sessions.openPerson(person, host), TokenRegister.layer), ({ secret }) => ({
    cookie: `roundlot_session_${port}=${Redacted.value(secret)}`,
    origin: `http://${host}`
  }))
}

describe("a token that is created over the API", () => {
  it.scoped("has the role, accounts, end and allowance that were asked for, works, and is by its maker", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const secret = yield* tokenOf("boss")
      const asked = { role: "propose", accounts: ["main"], expires: "30d", ordersPerDay: 5, notionalPerDay: "2000" }
      const made = yield* create(port, bearer(secret), { name: "model", ...asked, secret })
      assert.strictEqual(made.status, 200, made.text)
      assert.strictEqual(made.headers["cache-control"], "no-store")
      const { token, ...document } = Object(json(made))
      const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
      const expiresAt = Instant.format(Instant.addMillis(now, 30 * 86_400_000))
      const { expires: _, ...rest } = asked
      assert.deepInclude(document, { ...rest, name: "model", createdBy: "boss", status: "good", expiresAt })
      const caller = yield* ask(port, "/api/v1/session", { headers: bearer(token) })
      assert.deepInclude(json(caller), { name: "model", role: "propose", accounts: ["main"] })
      const usual = json(yield* create(port, bearer(secret), { name: "other", role: "propose", secret }))
      assert.deepInclude(usual, { ordersPerDay: 20, notionalPerDay: "10000", accounts: null, expiresAt: null })
    }).pipe(Effect.provide(books))
  )

  it.scoped("is created by a session with the secret of its token, and by none without it, an old or another one", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const old = yield* tokenOf("boss")
      const other = yield* tokenOf("other")
      const rotated = yield* Tokens.rotate({ name: "boss", overlapMs: 60_000, actor: "test" })
      const secret = Redacted.value(rotated.secret)
      const signedIn = yield* ask(port, "/api/v1/session", { method: "POST", body: { token: secret } })
      const cookie = String(signedIn.headers["set-cookie"]).split(";", 1)[0] ?? ""
      const session = { cookie, origin: `http://127.0.0.1:${port}` }
      const before = yield* names
      assert.strictEqual((yield* create(port, session, {})).status, 400)
      for (const wrong of [old, other, "rlt_guess", cookie.split("=")[1] ?? ""]) {
        const refusals = [
          yield* create(port, session, { secret: wrong }),
          // Neither a name that is taken nor a role is judged before the secret is.
          yield* create(port, session, { name: "other", secret: wrong }),
          yield* revoke(port, session, "other", wrong),
          yield* revoke(port, session, "none", wrong)
        ]
        for (const refused of refusals) {
          assert.strictEqual(refused.status, 403)
          assert.strictEqual(detailOf(refused), "this is not the current secret of the token")
        }
        yield* TestClock.adjust("30 seconds")
      }
      assert.deepStrictEqual(yield* names, before)
      assert.strictEqual((yield* create(port, session, { secret })).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scoped("can do no more than its maker: no higher role, no other accounts, no later end", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
      const bound = yield* tokenOf("bound", { accounts: ["main"] })
      const short = yield* tokenOf("short", { expiresAt: Instant.addMillis(now, 86_400_000) })
      const weak = yield* tokenOf("weak", { role: "trade" })
      const made = (secret: string, body: object) =>
        Effect.map(create(port, bearer(secret), { secret, ...body }), ({ status }) => status)
      assert.strictEqual(yield* made(bound, {}), 403)
      assert.strictEqual(yield* made(bound, { accounts: ["other"] }), 400)
      assert.strictEqual(yield* made(bound, { accounts: ["main", "other"] }), 400)
      assert.strictEqual(yield* made(short, {}), 403)
      assert.strictEqual(yield* made(short, { expires: "25h" }), 403)
      assert.strictEqual(yield* made(weak, {}), 403)
      assert.strictEqual(yield* made(bound, { name: "b", role: "operate", accounts: ["main"] }), 200)
      assert.strictEqual(yield* made(short, { name: "s", role: "operate", expires: "23h" }), 200)
      assert.deepStrictEqual(yield* names, ["b", "bound", "s", "short", "weak"])
    }).pipe(Effect.provide(books))
  )

  it.scoped("is refused where what is asked for is wrong, with the field that is meant", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const secret = yield* tokenOf("boss")
      const refused = (body: object) => Effect.map(create(port, bearer(secret), { secret, ...body }), json)
      const wrong = [
        [{ name: "boss" }, "name"],
        [{ name: "no name" }, "name"],
        [{ role: "root" }, "role"],
        [{ accounts: [] }, "accounts[0]"],
        [{ accounts: ["mian"] }, "account"],
        [{ expires: "soon" }, "expires"],
        [{ expires: "0d" }, "expires"],
        [{ expires: "999999999d" }, "expires"],
        [{ role: "propose", notionalPerDay: "-1" }, "notionalPerDay"]
      ] as const
      for (const [body, field] of wrong)
        assert.deepInclude(yield* refused(body), { status: 400, field }, JSON.stringify(body))
      assert.deepInclude(yield* refused({ ordersPerDay: 5 }), { status: 400 })
      assert.deepStrictEqual(yield* names, ["boss"])
    }).pipe(Effect.provide(books))
  )
})

describe("a token that is revoked over the API", () => {
  it.scoped("is refused at once; one that can do more than the caller's is to it as none", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const boss = yield* tokenOf("boss")
      const bound = yield* tokenOf("bound", { accounts: ["main"] })
      const reader = yield* tokenOf("reader", { role: "read" })
      const own = yield* tokenOf("own", { role: "read", accounts: ["main"] })
      const works = worksAt(port)
      const refused = [
        yield* revoke(port, bearer(bound), "boss", bound),
        yield* revoke(port, bearer(bound), "reader", bound),
        yield* revoke(port, bearer(bound), "none", bound)
      ]
      assert.deepStrictEqual(
        refused.map(({ status }) => status),
        [404, 404, 404]
      )
      assert.strictEqual((yield* revoke(port, bearer(reader), "own", reader)).status, 403)
      assert.deepStrictEqual(yield* Effect.all([boss, reader, own].map(works)), [true, true, true])
      assert.deepInclude(json(yield* revoke(port, bearer(bound), "own", bound)), {
        status: "revoked",
        revokedBy: "bound"
      })
      assert.deepInclude(json(yield* revoke(port, bearer(boss), "reader", boss)), {
        status: "revoked",
        revokedBy: "boss"
      })
      const again = yield* revoke(port, bearer(boss), "own", boss)
      assert.deepInclude(json(again), { status: "revoked", revokedBy: "bound" })
      assert.deepStrictEqual(yield* Effect.all([boss, reader, own].map(works)), [true, false, false])
    }).pipe(Effect.provide(books))
  )

  it.scoped("may be the caller's own, but not the last operator of its accounts", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const boss = yield* tokenOf("boss")
      const bound = yield* tokenOf("bound", { accounts: ["main"] })
      yield* tokenOf("trader", { role: "trade" })
      const last = yield* revoke(port, bearer(boss), "boss", boss)
      assert.strictEqual(last.status, 409)
      assert.include(detailOf(last), "or revoke it on the daemon's host")
      assert.strictEqual((yield* revoke(port, bearer(bound), "bound", bound)).status, 200)
      const second = yield* tokenOf("second")
      assert.strictEqual((yield* revoke(port, bearer(boss), "boss", boss)).status, 200)
      assert.isFalse(yield* worksAt(port)(boss))
      assert.strictEqual((yield* revoke(port, bearer(second), "second", second)).status, 409)
    }).pipe(Effect.provide(books))
  )
})

describe("when a token was last used", () => {
  it.scoped(
    "is listed to the minute, by a call or a browser's session, also after a restart; null where no use is on record",
    () =>
      Effect.gen(function* () {
        yield* scene.played
        const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
        const minute = Instant.format(Instant.make(now - (now % 60_000_000n)))
        const boss = yield* tokenOf("boss")
        const browser = yield* tokenOf("browser", { role: "read" })
        yield* tokenOf("unused")
        const listed = (port: number) =>
          Effect.map(ask(port, "/api/v1/tokens", { headers: bearer(boss) }), (answer) =>
            Object.fromEntries(
              Array.from(
                Object(json(answer)).items,
                (each: { readonly name: string; readonly lastUsedAt: unknown }) => [each.name, each.lastUsedAt]
              )
            )
          )
        yield* Effect.scoped(
          Effect.gen(function* () {
            const port = yield* servingLocked
            const signedIn = yield* ask(port, "/api/v1/session", { method: "POST", body: { token: browser } })
            assert.strictEqual(signedIn.status, 204)
            assert.strictEqual((yield* ask(port, "/api/v1/session", { headers: bearer("rlt_wrong") })).status, 401)
          })
        )
        const port = yield* servingLocked
        assert.deepInclude(yield* listed(port), { browser: minute, unused: null })
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* listed(port), { boss: minute, browser: minute, unused: null })
      }).pipe(Effect.provide(books))
  )
})

describe("who confirms with a secret", () => {
  it.scoped("is no caller without a token of its own: the answer says what to run on the host", () =>
    Effect.gen(function* () {
      const open = yield* Effect.zipRight(scene.played, serving)
      const team = yield* servingWith({}, false, { oidc })
      const secret = yield* tokenOf("boss")
      const person = yield* dana(team)
      const refused = [
        yield* create(open, {}, { secret }),
        yield* revoke(open, {}, "boss", secret),
        yield* create(team, person, { secret }),
        yield* revoke(team, person, "boss", secret)
      ]
      for (const answer of refused) {
        assert.strictEqual(answer.status, 409)
        assert.match(detailOf(answer), /^'(?:api|oidc:1@.*)' has no token .* on the daemon's host/)
      }
      assert.deepStrictEqual(yield* names, ["boss"])
    }).pipe(Effect.provide(books))
  )

  it.scoped("is not held up by calls that are refused for another reason than their secret", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const boss = yield* tokenOf("boss")
      const reader = yield* tokenOf("reader", { role: "read" })
      for (let call = 0; call < 11; call++)
        assert.strictEqual((yield* create(port, bearer(reader), { secret: reader })).status, 403)
      assert.strictEqual((yield* create(port, bearer(boss), { name: "next", secret: boss })).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scoped("waits after ten wrong secrets, whatever they were given for, as who fails to sign in does", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const boss = yield* tokenOf("boss")
      const rotate = ask(port, "/api/v1/tokens/boss/rotate", {
        method: "POST",
        headers: bearer(boss),
        body: { secret: "rlt_guess" }
      })
      const guesses = [
        create(port, bearer(boss), { secret: "rlt_guess" }),
        revoke(port, bearer(boss), "x", "rlt_guess"),
        rotate
      ]
      for (let guess = 0; guess < 10; guess++)
        assert.strictEqual((yield* guesses[guess % guesses.length] ?? rotate).status, 403)
      for (const late of [create(port, bearer(boss), { secret: boss }), ...guesses]) {
        const { headers, status } = yield* late
        assert.deepStrictEqual([status, headers["retry-after"]], [429, "6"])
      }
      assert.strictEqual((yield* ask(port, "/api/v1/tokens", { headers: bearer(boss) })).status, 200)
      yield* TestClock.adjust("7 seconds")
      assert.strictEqual((yield* create(port, bearer(boss), { secret: boss })).status, 200)
    }).pipe(Effect.provide(books))
  )
})
