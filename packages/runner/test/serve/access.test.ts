import { Access, Api } from "@roundlot/api"
import { Instant, MemoryRepository } from "@roundlot/core"
import { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { Health, Sessions, TokenRegister, Tokens } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema, TestClock } from "effect"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving, servingLocked } from "./serving.ts"

interface Route {
  readonly name: string
  readonly method: string
  readonly path: string
  /** What it asks for; nothing where it asks for no token. */
  readonly role: Access.Role | "signature" | undefined
}

const roleOf = (keys: ReadonlyArray<string>): Route["role"] => {
  if (keys.includes(Access.Signed.key)) return "signature"
  if (keys.includes(Access.Operating.key)) return "operate"
  if (keys.includes(Access.Trading.key)) return "trade"
  return keys.includes(Access.Reading.key) ? "read" : undefined
}

/** Every route of the definition. */
const routes: ReadonlyArray<Route> = Object.values(Api.RoundlotApi.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, middlewares, name, path }): Route => ({
    name: `${group.identifier}.${name}`,
    method,
    path: path.replaceAll(/:\w+/g, "1"),
    role: roleOf([...group.middlewares, ...middlewares].map(({ key }) => key))
  }))
)

const made = (name: string, role: Access.Role, expiresAt?: Instant.Instant) =>
  Effect.map(Tokens.create({ name, role, expiresAt, actor: "test" }), ({ secret }) => Redacted.value(secret))

/** A store whose table of tokens loses all rows once somebody has reached into it. */
const robbed = (kept: TradeRepository.TradeRepositoryService, hand: { reached: boolean }) => {
  const repository: TradeRepository.TradeRepositoryService = {
    ...kept,
    page: (query) => (hand.reached && query.table === "tokens" ? Effect.succeed([]) : kept.page(query)),
    snapshot: (reads) => Effect.provideService(reads, TradeRepository.TradeRepository, repository)
  }
  return repository
}

const robbedBooks = (hand: { reached: boolean }) => {
  const store = Layer.effect(
    TradeRepository.TradeRepository,
    Effect.map(TradeRepository.TradeRepository, (kept) => robbed(kept, hand))
  )
  const inMemory = Layer.provide(store, MemoryRepository.layerMemory)
  return Layer.provideMerge(Health.layer, scene.books(inMemory, Entropy.layerSecure)).pipe(Layer.provideMerge(books))
}

/** The headers of who has a token, and of a key that he gives. */
const as = (token: string, key = "k-0") => ({ authorization: `Bearer ${token}`, "idempotency-key": key })

const Actors = Schema.Struct({
  items: Schema.Array(Schema.Struct({ tag: Schema.String, cause: Schema.Struct({ actor: Schema.String }) }))
})

/** The cookie that an answer has set, as a browser sends it. */
const cookieOf = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) => ({
  cookie: String(headers["set-cookie"]).split(";", 1)[0] ?? ""
})

const asked = (port: number, { method, path }: Route, token?: string) =>
  ask(port, path, { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

describe("who may call", () => {
  it("every route of the definition asks for a role or a signature, but health, readiness and signing in and out", () => {
    const open = routes.filter(({ role }) => role === undefined).map(({ name }) => name)
    assert.deepStrictEqual(open.toSorted(), ["health.health", "ready.ready", "session.signIn", "session.signOut"])
    const signed = routes.filter(({ role }) => role === "signature").map(({ name }) => name)
    assert.deepStrictEqual(signed, ["trades.deliver"])
    // Who only reads changes nothing but who is signed in with the own token.
    const unsafe = routes.filter(({ method, role }) => method !== "GET" && role === "read").map(({ name }) => name)
    assert.deepStrictEqual(unsafe, ["session.end", "session.endOthers"])
  })

  it.scopedLive(
    "a daemon that is open takes this machine's callers as operators, with another daemon's cookie too",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        for (const route of routes.filter(({ name }) => !/^live|makeLink$/.test(name))) {
          const { status } = yield* asked(port, route)
          if (route.role === "signature") assert.strictEqual(status, 401, route.name)
          else assert.notInclude([401, 403], status, route.name)
        }
        const cookie = { cookie: `roundlot_session_${port}=rls_of_another` }
        const caller = yield* ask(port, "/api/v1/session", { headers: cookie })
        assert.deepStrictEqual(json(caller), { name: "api", person: null, role: "operate", accounts: null, open: true })
        assert.deepInclude(json(yield* ask(port, "/health")), { access: "open" })
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("a daemon that is open holds who gives a token to it", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const halt = { method: "POST", body: { reason: "news" } }
      const read = yield* made("reader", "read")
      assert.strictEqual((yield* ask(port, "/api/v1/controls/halt", { ...halt, headers: as(read) })).status, 403)
      assert.strictEqual((yield* ask(port, "/api/v1/controls/halt", { ...halt, headers: as("rlt_wrong") })).status, 401)
      const caller = yield* ask(port, "/api/v1/session", { headers: as(read) })
      assert.deepStrictEqual(json(caller), { name: "reader", person: null, role: "read", accounts: null, open: true })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("where no token was ever made nobody is let in, and the refusal says what to do", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const halt = yield* ask(port, "/api/v1/controls/halt", { method: "POST", body: { reason: "news" } })
      assert.deepInclude(json(halt), { status: 401, type: "/problems/unauthorized" })
      assert.match(
        halt.text,
        /'roundlot tokens link' prints a sign-in link .* 'roundlot tokens create' creates a token/
      )
      for (const route of routes) {
        const { status } = yield* asked(port, route)
        if (route.role === undefined) assert.notInclude([401, 403], status, route.name)
        else assert.strictEqual(status, 401, route.name)
      }
      assert.deepInclude(json(yield* ask(port, "/health")), { access: "tokens" })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("every route x {no, wrong, expired, revoked, too weak} token is refused", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const read = yield* made("reader", "read")
      const now = Instant.fromMillis(yield* TestClock.currentTimeMillis)
      const expired = yield* made("late", "operate", Instant.addMillis(now, 1000))
      const revoked = yield* made("gone", "operate")
      yield* Tokens.revoke("gone", "test")
      yield* TestClock.adjust("2 seconds")
      for (const route of [
        ...routes,
        { name: "described", method: "GET", path: "/openapi.json", role: "read" } as const
      ]) {
        if (route.role === undefined) {
          assert.notInclude([401, 403], (yield* asked(port, route)).status, route.name)
          continue
        }
        for (const wrong of [undefined, "rlt_nonsense", `${read}0`, "", expired, revoked]) {
          const told = yield* asked(port, route, wrong)
          assert.deepInclude(json(told), { status: 401, type: "/problems/unauthorized" }, route.name)
        }
        if (route.role === "read" || route.role === "signature") continue
        const weak = yield* asked(port, route, read)
        assert.deepInclude(json(weak), { status: 403, type: "/problems/forbidden" }, route.name)
      }
      yield* Tokens.revoke("reader", "test")
      assert.strictEqual(
        (yield* ask(port, "/api/v1/orders", { headers: { authorization: `Bearer ${read}` } })).status,
        401
      )
      // With the last good token revoked, or past its end, the daemon stays closed.
      assert.strictEqual((yield* ask(port, "/api/v1/orders")).status, 401)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("once the rows of its tokens are gone no route answers: 503 says what, where and what to do", () => {
    const hand = { reached: false }
    return Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const token = yield* made("dana", "operate")
      const orders = () => ask(port, "/api/v1/orders", { headers: { authorization: `Bearer ${token}` } })
      assert.strictEqual((yield* orders()).status, 200)
      hand.reached = true
      for (const route of routes) {
        if (route.role === undefined || route.role === "signature") continue
        for (const given of [undefined, token]) {
          const answer = yield* asked(port, route, given)
          assert.deepInclude(json(answer), { status: 503, type: "/problems/unavailable" }, route.name)
          assert.include(answer.text, "tokens dana: is in the journal and not in the table", route.name)
          assert.include(answer.text, "Audit the store", route.name)
        }
      }
      const signIn = yield* ask(port, "/api/v1/session", { method: "POST", body: { token } })
      assert.strictEqual(signIn.status, 503)
      hand.reached = false
      assert.strictEqual((yield* orders()).status, 200)
    }).pipe(Effect.provide(robbedBooks(hand)))
  })

  it.scopedLive("a good token of the role is let in, and a browser's session of one; an expired one is not", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const now = Instant.fromMillis(yield* TestClock.currentTimeMillis)
      const token = yield* made("dana", "operate", Instant.addMillis(now, 60_000))
      const bearer = { authorization: `Bearer ${token}` }
      const halt = (headers: Readonly<Record<string, string>>) =>
        ask(port, "/api/v1/controls/halt", { method: "POST", headers, body: { reason: "news" } })
      assert.strictEqual((yield* halt(bearer)).status, 200)
      const controls = yield* ask(port, "/api/v1/controls", { headers: bearer })
      assert.include(controls.text, '"actor":"dana"')
      assert.notInclude(controls.text, token)
      const signedIn = yield* ask(port, "/api/v1/session", { method: "POST", body: { token } })
      assert.strictEqual(signedIn.status, 204)
      const set = String(signedIn.headers["set-cookie"])
      assert.match(set, /HttpOnly/)
      assert.match(set, /SameSite=Strict/)
      const cookie = cookieOf(signedIn)
      assert.match(cookie.cookie, new RegExp(`^roundlot_session_${port}=rls_[0-9a-f]{64}$`))
      const caller = yield* ask(port, "/api/v1/session", { headers: cookie })
      assert.deepStrictEqual(json(caller), { name: "dana", person: null, role: "operate", accounts: null, open: false })
      assert.strictEqual((yield* halt(cookie)).status, 403)
      assert.strictEqual((yield* halt({ ...cookie, origin: `http://127.0.0.1:${port}` })).status, 200)
      assert.strictEqual((yield* halt({ ...cookie, origin: "http://evil.example" })).status, 403)
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* halt(bearer)).status, 401)
      assert.strictEqual((yield* ask(port, "/api/v1/session", { headers: cookie })).status, 401)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "a session is a browser's own: signed out or ended it is void, and neither it nor a token passes for the other",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, servingLocked)
        const token = yield* made("dana", "operate")
        const origin = `http://127.0.0.1:${port}`
        const signIn = Effect.map(ask(port, "/api/v1/session", { method: "POST", body: { token } }), cookieOf)
        const status = (headers: Readonly<Record<string, string>>) =>
          Effect.map(ask(port, "/api/v1/session", { headers }), (answer) => answer.status)
        const [one, other] = [yield* signIn, yield* signIn]
        assert.deepStrictEqual([yield* status(one), yield* status(other)], [200, 200])
        const [, secret = ""] = one.cookie.split("=")
        const bearer = { authorization: `Bearer ${token}` }
        assert.strictEqual(yield* status({ authorization: `Bearer ${secret}` }), 401)
        assert.strictEqual(yield* status({ cookie: `roundlot_session_${port}=${token}` }), 401)
        assert.strictEqual(yield* status({ ...one, host: `localhost:${port}` }), 401)
        const listed = yield* ask(port, "/api/v1/sessions", { headers: bearer })
        const { items } = Object(json(listed))
        assert.strictEqual(items.length, 2)
        assert.notInclude(listed.text, secret)
        const out = yield* ask(port, "/api/v1/session", { method: "DELETE", headers: { ...one, origin } })
        assert.strictEqual(out.status, 204)
        assert.deepStrictEqual([yield* status(one), yield* status(other)], [401, 200])
        const kept = Object(json(yield* ask(port, "/api/v1/sessions", { headers: bearer }))).items
        assert.strictEqual(kept.length, 1)
        yield* Effect.provide(Sessions.end(kept[0].id, "Ended", "test"), TokenRegister.layer)
        const ended = yield* ask(port, "/api/v1/session", { headers: other })
        assert.strictEqual(ended.status, 401)
        assert.include(ended.text, "session ended")
      }).pipe(Effect.provide(books))
  )

  it.scoped("a token is rotated over the API by who has its present secret, and by nobody else", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const origin = `http://127.0.0.1:${port}`
      const boss = yield* made("boss", "operate")
      const read = yield* made("reader", "read")
      const bound = yield* Effect.map(
        Tokens.create({ name: "bound", role: "operate", accounts: ["main"], actor: "test" }),
        ({ secret }) => Redacted.value(secret)
      )
      const cookie = yield* Effect.map(
        ask(port, "/api/v1/session", { method: "POST", body: { token: boss } }),
        cookieOf
      )
      const rotate = (name: string, body: object, headers: Readonly<Record<string, string>> = as(boss)) =>
        ask(port, `/api/v1/tokens/${name}/rotate`, { method: "POST", body, headers })
      const works = (secret: string) =>
        Effect.map(ask(port, "/api/v1/session", { headers: as(secret) }), ({ status }) => status === 200)
      const refused = yield* Effect.all([
        rotate("reader", { secret: boss }),
        rotate("none", { secret: boss }),
        rotate("reader", { secret: read }, as(read)),
        rotate("reader", { secret: read }, as(bound)),
        rotate("boss", {}, { ...cookie, origin }),
        rotate("boss", { secret: read }, { ...cookie, origin }),
        rotate("boss", { secret: boss, overlapSeconds: 604_801 }),
        rotate(Tokens.FIRST, { secret: boss })
      ])
      assert.deepStrictEqual(
        refused.map(({ status }) => status),
        [403, 403, 403, 403, 400, 403, 400, 409]
      )
      assert.notInclude(refused.map(({ text }) => text).join("\n"), boss)
      assert.deepStrictEqual(yield* Effect.all([boss, read, bound].map(works)), [true, true, true])
      const changed = yield* rotate("boss", { secret: boss, overlapSeconds: 3600 }, { ...cookie, origin })
      assert.strictEqual(changed.headers["cache-control"], "no-store")
      const { token } = Object(json(changed))
      assert.deepStrictEqual([yield* works(token), yield* works(boss)], [true, true])
      yield* TestClock.adjust("61 minutes")
      assert.deepStrictEqual([yield* works(token), yield* works(boss)], [true, false])
      // Of two that have the same secret at once one gets the new one: for the other it is not the present one any more.
      const twice = Array.from({ length: 2 }, () => rotate("bound", { secret: bound }, as(token)))
      const statuses = (yield* Effect.all(twice, { concurrency: "unbounded" })).map(({ status }) => status)
      assert.deepStrictEqual(new Set(statuses), new Set([200, 403]))
      assert.isFalse(yield* works(bound))
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "a session is ended over the API: one of the own token by anybody, another's by an operator of all",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, servingLocked)
        const origin = `http://127.0.0.1:${port}`
        const boss = yield* made("boss", "operate")
        const read = yield* made("reader", "read")
        const bound = yield* Effect.map(
          Tokens.create({ name: "bound", role: "operate", accounts: ["main"], actor: "test" }),
          ({ secret }) => Redacted.value(secret)
        )
        const signIn = (token: string) =>
          Effect.map(ask(port, "/api/v1/session", { method: "POST", body: { token } }), cookieOf)
        const end = (path: string, headers: Readonly<Record<string, string>>) =>
          Effect.map(ask(port, `/api/v1/sessions${path}`, { method: "DELETE", headers }), ({ status }) => status)
        const idsOf = (token: string) =>
          Effect.map(ask(port, "/api/v1/sessions", { headers: as(boss) }), (listed) => {
            const { items }: { readonly items: ReadonlyArray<{ readonly id: string; readonly token: string }> } =
              Object(json(listed))
            return items.filter((each) => each.token === token).map(({ id }) => `/${id}`)
          })
        yield* signIn(boss)
        const one = yield* signIn(read)
        yield* signIn(read)
        yield* signIn(bound)
        const [ofBoss = ""] = yield* idsOf("boss")
        const [ofReader = "", second = ""] = yield* idsOf("reader")
        const [ofBound = ""] = yield* idsOf("bound")
        // Of another's session who may not end it does not hear that it is there.
        const refused = [end(ofBoss, as(read)), end(ofReader, as(bound)), end("/none", as(boss)), end(ofBoss, {})]
        assert.deepStrictEqual(yield* Effect.all(refused), [404, 404, 404, 401])
        assert.strictEqual(yield* end(ofReader, one), 403)
        assert.strictEqual((yield* idsOf("reader")).length, 2)
        // What is only asked ends nothing, and says no more than ending would.
        const asked = [end(`${second}?dryRun=true`, as(read)), end(`${ofBoss}?dryRun=true`, as(read))]
        assert.deepStrictEqual(yield* Effect.all([...asked, end("?dryRun=true", as(read))]), [200, 404, 200])
        assert.strictEqual((yield* idsOf("reader")).length, 2)
        assert.deepStrictEqual([yield* end(second, as(read)), yield* end(second, as(read))], [200, 404])
        assert.deepStrictEqual([yield* end(ofBound, as(bound)), yield* end(ofReader, as(boss))], [200, 200])
        assert.deepStrictEqual([yield* idsOf("reader"), yield* idsOf("bound")], [[], []])
        // A browser ends all others of its token, and stays; a program ends them all.
        const stays = yield* signIn(read)
        for (let i = 0; i < 3; i++) yield* signIn(read)
        assert.strictEqual(yield* end("", { ...stays, origin }), 200)
        assert.strictEqual((yield* ask(port, "/api/v1/session", { headers: stays })).status, 200)
        assert.deepStrictEqual([(yield* idsOf("reader")).length, yield* idsOf("boss")], [1, [ofBoss]])
        assert.strictEqual(yield* end("", as(read)), 200)
        assert.strictEqual((yield* ask(port, "/api/v1/session", { headers: stays })).status, 401)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("a link signs a browser in once, within five minutes, on pages of its own origin", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const origin = `http://127.0.0.1:${port}`
      const token = yield* made("dana", "operate")
      const bearer = { authorization: `Bearer ${token}` }
      const link = (headers: Readonly<Record<string, string>> = bearer) =>
        ask(port, "/api/v1/session/links", { method: "POST", headers })
      const codeOf = Effect.map(
        link(),
        ({ text }) => new RegExp(`"url":"${origin}/sign-in#code=([0-9a-f]{32})"`).exec(text)?.[1]
      )
      const use = (code: string | undefined, headers: Readonly<Record<string, string>> = { origin }) =>
        ask(port, "/api/v1/session", { method: "POST", headers, body: { code } })
      const code = yield* codeOf
      const signedIn = yield* use(code)
      assert.strictEqual(signedIn.status, 204)
      assert.match(String(signedIn.headers["set-cookie"]), new RegExp(`^roundlot_session_${port}=rls_.*HttpOnly`))
      const again = yield* use(code)
      assert.strictEqual(again.status, 401)
      assert.include(again.text, "or is older than 5 minutes: get another with 'roundlot tokens link'")
      // Without an origin, or with that of another name of this machine, it is void as well.
      for (const elsewhere of [{}, { origin: `http://localhost:${port}`, host: `localhost:${port}` }]) {
        const stolen = yield* codeOf
        assert.strictEqual((yield* use(stolen, elsewhere)).status, 403)
        assert.strictEqual((yield* use(stolen)).status, 401)
      }
      const late = yield* codeOf
      yield* TestClock.adjust("301 seconds")
      assert.strictEqual((yield* use(late)).status, 401)
      const cookie = { ...cookieOf(signedIn), origin }
      assert.strictEqual((yield* link(cookie)).status, 403)
      assert.strictEqual((yield* link({})).status, 401)
      const kept = yield* codeOf
      yield* Tokens.revoke("dana", "test")
      assert.strictEqual((yield* use(kept)).status, 401)
      assert.strictEqual((yield* ask(port, "/api/v1/session", { method: "POST", body: {} })).status, 400)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "who fails to sign in ten times waits; who has the token signs in from another address, whatever others try",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, servingLocked)
        const right = yield* made("dana", "operate")
        const signIn = (from: string, token: string) =>
          ask(port, "/api/v1/session", { method: "POST", body: { token }, from })
        for (let attempt = 0; attempt < 10; attempt++)
          assert.strictEqual((yield* signIn("127.0.0.2", "rlt_guess")).status, 401)
        for (const token of ["rlt_guess", right]) {
          const late = yield* signIn("127.0.0.2", token)
          assert.strictEqual(late.status, 429)
          assert.strictEqual(late.headers["retry-after"], "6")
        }
        const bearer = { headers: { authorization: `Bearer ${right}` }, from: "127.0.0.2" }
        assert.strictEqual((yield* ask(port, "/api/v1/session", bearer)).status, 200)
        for (let attempt = 0; attempt < 190; attempt++) yield* signIn(`127.0.1.${attempt % 50}`, "rlt_guess")
        // All have tried too often together: who has failed before waits, and who has not is heard.
        assert.strictEqual((yield* signIn("127.0.1.7", "rlt_guess")).status, 429)
        assert.strictEqual((yield* signIn("127.0.0.3", right)).status, 204)
        yield* TestClock.adjust("7 seconds")
        assert.strictEqual((yield* signIn("127.0.0.2", right)).status, 204)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("who decides, and who hands a trade in, is on record as the actor beside strategy and source", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const token = yield* made("ann", "trade")
      const post = (path: string, key: string, body: object) =>
        Effect.map(ask(port, path, { method: "POST", headers: as(token, key), body }), ({ status, text }) =>
          assert.strictEqual(status, 200, text)
        )
      const decided = { symbol: "KO", side: "buy", quantity: "1", strategy: "momentum", waitSeconds: 0 }
      yield* post("/api/v1/decisions", "d-1", decided)
      yield* post("/api/v1/trades", "t-1", { symbol: "KO", side: "buy", quantity: "0.5", source: "venue-2" })
      const { text } = yield* ask(port, "/api/v1/journal?order=newest&limit=50", { headers: as(token) })
      const { items } = yield* Schema.decodeUnknown(Actors)(JSON.parse(text))
      const by = items.filter(({ cause }) => cause.actor === "ann").map(({ tag }) => tag)
      assert.includeMembers(by, ["DecisionMade", "DecisionAsked", "TradeAccepted"])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a key makes a call happen once: the same is answered again, another body is 422", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const take = (quantity: string, key: string) =>
        ask(port, "/api/v1/trades", {
          method: "POST",
          headers: { "idempotency-key": key },
          body: { symbol: "AAPL", side: "buy", quantity }
        })
      const first = yield* take("0.2", "k-1")
      assert.deepInclude(json(first), { items: [{ id: "T7", outcome: "accepted", why: null }] })
      assert.strictEqual((yield* take("0.2", "k-1")).text, first.text)
      assert.deepInclude(json(yield* take("0.3", "k-1")), { status: 422, field: "Idempotency-Key" })
      assert.deepInclude(json(yield* take("0.2", "k-2")), { items: [{ id: "T8", outcome: "accepted", why: null }] })
      assert.strictEqual((yield* take("0.2", "k 3")).status, 400)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a key is its caller's own: two tokens with one key act twice, and see nothing of each other", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const [dana, eve] = [as(yield* made("dana", "operate"), "k-1"), as(yield* made("eve", "operate"), "k-1")]
      const take = (headers: typeof dana, quantity: string) =>
        ask(port, "/api/v1/trades", { method: "POST", headers, body: { symbol: "AAPL", side: "buy", quantity } })
      const halt = (headers: typeof dana, reason: string) =>
        ask(port, "/api/v1/controls/halt", {
          method: "POST",
          headers: { ...headers, "idempotency-key": "h" },
          body: { reason }
        })
      const first = yield* take(dana, "0.2")
      assert.deepInclude(json(first), { items: [{ id: "T7", outcome: "accepted", why: null }] })
      assert.deepInclude(json(yield* take(eve, "0.2")), { items: [{ id: "T8", outcome: "accepted", why: null }] })
      assert.strictEqual((yield* take(dana, "0.2")).text, first.text)
      const other = json(yield* take(eve, "0.3"))
      assert.deepInclude(other, { status: 422, field: "Idempotency-Key" })
      assert.include(JSON.stringify(other), "the key eve/k-1 was used")
      assert.deepInclude(json(yield* halt(dana, "her reason")), { commandId: "dana/h" })
      assert.deepInclude(json(yield* halt(eve, "another one")), { commandId: "eve/h" })
    }).pipe(Effect.provide(books))
  )
})
