import { assert, describe, it } from "@effect/vitest"
import { WebSocket } from "@effect/platform-node/Undici"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import { AccountName, Price } from "@roundlot/core"
import { createApiClient, EnhancedTokenManager } from "@sudowealth/schwab-api"
import { Effect, Redacted, Schema } from "effect"
import { equityBuyLimit, equityBuyMarket } from "schwab-client-js/orderhelp"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import tls from "node:tls"
import { vi } from "vitest"
import { freshTokens } from "./setup.ts"

const SCHWAB = "https://api.schwabapi.com"

/**
 * A simulator over TLS that every client of this process reaches in Schwab's place. `schwab-client-js` has Schwab's address in its
 * code: Node's `fetch` is replaced by one that goes to the simulator instead, and Node's TLS trusts its certificate.
 */
const opened = (differs: Simulator.Options = {}) =>
  Effect.gen(function* () {
    const simulator = yield* Simulator.make({
      requestsAMinute: 100_000,
      tls: true,
      others: new Map([[AccountName.AccountName.make("second"), "87654321"]]),
      prices: new Map([["AAPL", Price.unsafe("200")]]),
      ...differs
    })
    const { certificate = "", credentials } = simulator
    const asked: Array<string> = []
    const { fetch } = globalThis
    const { createSecureContext } = tls
    const appKey = Redacted.value(credentials.appKey)
    const appSecret = Redacted.value(credentials.appSecret)
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        vi.spyOn(tls, "createSecureContext").mockImplementation((options) =>
          createSecureContext({ ...options, ca: certificate })
        )
        vi.stubGlobal("fetch", (request: string | Request, init?: RequestInit) => {
          if (typeof request !== "string") return fetch(request, init)
          asked.push(`${init?.method ?? "GET"} ${new URL(request).pathname}`)
          return fetch(request.replace(SCHWAB, credentials.baseUrl), init)
        })
        // What it is refused it says on the console besides.
        vi.spyOn(console, "error").mockReturnValue()
        vi.stubEnv("SCHWAB_APP_KEY", appKey)
        vi.stubEnv("SCHWAB_SECRET", appSecret)
      }),
      () =>
        Effect.sync(() => {
          vi.restoreAllMocks()
          vi.unstubAllGlobals()
          vi.unstubAllEnvs()
        })
    )
    return { ...simulator, appKey, appSecret, asked, baseUrl: credentials.baseUrl, certificate }
  })

/** Where a browser ends that logs in at an address of Schwab. */
const loggedIn = (url: string) =>
  Effect.map(
    Effect.promise(() => fetch(url, { redirect: "manual" })),
    ({ headers }) => headers.get("location") ?? ""
  )

/** The refresh token that `manual-authorize`, its own program, keeps in `.env` of its folder after a login. */
const authorized = ({
  appKey,
  appSecret,
  baseUrl,
  certificate,
  credentials
}: Effect.Effect.Success<ReturnType<typeof opened>>) =>
  Effect.gen(function* () {
    const folder = dirname((yield* freshTokens).file)
    const authority = join(folder, "ca.pem")
    writeFileSync(authority, certificate)
    const there = `const go = fetch; globalThis.fetch = (url, init) => go(url.replace("${SCHWAB}", "${baseUrl}"), init)`
    const program = join(
      dirname(createRequire(import.meta.url).resolve("schwab-client-js")),
      "../bin/manual-authorize.js"
    )
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(there)}`, program], {
          cwd: folder,
          env: {
            SCHWAB_APP_KEY: appKey,
            SCHWAB_SECRET: appSecret,
            SCHWAB_CALLBACK_URL: credentials.redirectUri,
            NODE_EXTRA_CA_CERTS: authority
          }
        })
      ),
      (running) => Effect.sync(() => running.kill())
    )
    const ended = once(child, "exit")
    let said = ""
    const url = yield* Effect.async<string>((resume) => {
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString()
        const [found] = /https:\S+authorize\?\S+/.exec(said) ?? []
        if (found !== undefined && said.includes("Enter the returned URL")) resume(Effect.succeed(found))
      })
    })
    child.stdin.write(`${yield* loggedIn(url)}\n`)
    yield* Effect.promise(() => ended)
    return /SCHWAB_REFRESH_TOKEN=(\S+)/.exec(readFileSync(join(folder, ".env"), "utf8"))?.[1] ?? ""
  })

/** The clients of `schwab-client-js`, which is loaded once somebody has logged in: it reads the environment. */
const clients = (refreshToken: string) =>
  Effect.promise(async () => {
    vi.stubEnv("SCHWAB_REFRESH_TOKEN", refreshToken)
    const { StreamingApiClient, TradingApiClient } = await import("schwab-client-js")
    return { trading: new TradingApiClient(), streaming: new StreamingApiClient() }
  })

const readNumbers = Schema.decodeUnknownSync(
  Schema.NonEmptyArray(Schema.Struct({ accountNumber: Schema.String, hashValue: Schema.NonEmptyString }))
)
const readPlaced = Schema.decodeUnknownSync(Schema.Struct({ orderId: Schema.String }))
const Order = Schema.Struct({
  orderId: Schema.Number,
  status: Schema.String,
  quantity: Schema.Number,
  filledQuantity: Schema.Number
})
const readOrder = Schema.decodeUnknownSync(Order)
const readOrders = Schema.decodeUnknownSync(Schema.Array(Order))
const readAccounts = Schema.decodeUnknownSync(
  Schema.Array(
    Schema.Struct({
      securitiesAccount: Schema.Struct({
        accountNumber: Schema.String,
        positions: Schema.Array(Schema.Struct({ longQuantity: Schema.Number }))
      })
    })
  )
)
const readTransactions = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ orderId: Schema.String })))
const Activity = Schema.Struct({ seq: Schema.Number, key: Schema.String, "1": Schema.String, "2": Schema.String })
const readFrame = Schema.decodeUnknownSync(
  Schema.parseJson(
    Schema.Struct({
      data: Schema.optionalWith(Schema.Array(Schema.Struct({ content: Schema.Array(Activity) })), {
        default: () => []
      }),
      response: Schema.optionalWith(
        Schema.Array(
          Schema.Struct({
            command: Schema.String,
            timestamp: Schema.Number,
            content: Schema.Struct({ code: Schema.Number })
          })
        ),
        { default: () => [] }
      )
    })
  )
)

const readMessage = Schema.decodeUnknownSync(Schema.Struct({ data: Schema.String }))

const A_MINUTE_MS = 60_000

/** The client of the stream, connected: what it heard as lines, and a wait for some of these. */
const listening = (tokens: { readonly refreshToken: Redacted.Redacted }) =>
  Effect.gen(function* () {
    const { streaming, trading } = yield* clients(Redacted.value(tokens.refreshToken))
    const seen: Array<string> = []
    const waiting = new Set<() => void>()
    const say = (...lines: ReadonlyArray<string>) => {
      seen.push(...lines)
      for (const look of waiting) look()
    }
    const connect = Effect.promise(() => streaming.streamInit())
    streaming.streamListen("message", (text) => {
      const { data, response } = readFrame(text)
      say(
        ...response.map(({ command, content }) => `${command} ${content.code}`),
        ...data.flatMap(({ content }) => content.map((each) => `${each.seq} ${each.key} ${each["1"]} ${each["2"]}`))
      )
    })
    streaming.streamListen("close", (code) => say(`closed ${code}`))
    const when = (isSo: () => boolean) =>
      Effect.async<void>((resume) => {
        const look = () => {
          if (!isSo()) return
          waiting.delete(look)
          resume(Effect.void)
        }
        waiting.add(look)
        look()
      })
    yield* connect
    return {
      trading,
      seen,
      connect,
      until: (lines: ReadonlyArray<string>) => when(() => lines.every((line) => seen.includes(line))),
      untilClosed: (times: number) => when(() => seen.filter((line) => line === "closed 1000").length === times),
      ask: (command: string, parameters: Record<string, string>) =>
        streaming.streamSchwabRequest(command, "ACCT_ACTIVITY", parameters),
      logIn: Effect.tryPromise({ try: () => streaming.streamSchwabLogin(), catch: String }),
      logOut: Effect.promise(() => streaming.streamSchwabLogout())
    }
  })

describe("clients that are not ours, unmodified", () => {
  it.scopedLive("schwab-client-js logs in, places, lists, replaces and cancels, and renews its token", () =>
    Effect.gen(function* () {
      const place = yield* opened()
      const { trading } = yield* clients(yield* authorized(place))
      const ask = Effect.promise
      const [{ hashValue: hash }] = readNumbers(yield* ask(() => trading.accountsNumbers()))
      const shown = (id: string) =>
        Effect.map(
          ask(() => trading.orderById(hash, id)),
          readOrder
        )
      const from = new Date(Date.now() - A_MINUTE_MS).toISOString()
      const to = new Date(Date.now() + A_MINUTE_MS).toISOString()

      const resting = readPlaced(yield* ask(() => trading.placeOrderByAcct(hash, equityBuyLimit("AAPL", 5, "150"))))
      assert.deepInclude(yield* shown(resting.orderId), { status: "WORKING", quantity: 5 })
      const working = readOrders(yield* ask(() => trading.ordersByAccount(hash, from, to, "WORKING")))
      assert.deepStrictEqual(
        working.map(({ orderId }) => String(orderId)),
        [resting.orderId]
      )

      const instead = equityBuyLimit("AAPL", 3, "160")
      const second = readPlaced(yield* ask(() => trading.updateOrderById(hash, Number(resting.orderId), instead)))
      assert.strictEqual((yield* shown(resting.orderId)).status, "REPLACED")
      assert.deepInclude(yield* shown(second.orderId), { status: "WORKING", quantity: 3 })
      assert.isNull(yield* ask(() => trading.orderDelete(hash, Number(second.orderId))))
      assert.strictEqual((yield* shown(second.orderId)).status, "CANCELED")

      const bought = readPlaced(yield* ask(() => trading.placeOrderByAcct(hash, equityBuyMarket("AAPL", 2))))
      assert.deepInclude(yield* shown(bought.orderId), { status: "FILLED", filledQuantity: 2 })
      const refusal = yield* Effect.flip(
        Effect.tryPromise(() => trading.updateOrderById(hash, Number(bought.orderId), instead))
      )
      assert.match(String(refusal.error), /400 .*Order cannot be replaced/)
      const all = readOrders(yield* ask(() => trading.orderAll(from, to)))
      assert.deepStrictEqual(
        all.map(({ orderId, status }) => [String(orderId), status]),
        [
          [bought.orderId, "FILLED"],
          [second.orderId, "CANCELED"],
          [resting.orderId, "REPLACED"]
        ]
      )
      const traded = readTransactions(yield* ask(() => trading.transactByAcct(hash, "TRADE", from, to)))
      assert.deepStrictEqual(
        traded.map(({ orderId }) => orderId),
        [bought.orderId]
      )
      assert.deepStrictEqual(readAccounts(yield* ask(() => trading.accountsAll("positions"))), [
        { securitiesAccount: { accountNumber: "12345678", positions: [{ longQuantity: 2 }] } },
        { securitiesAccount: { accountNumber: "87654321", positions: [] } }
      ])

      // Its tokens are of 29 minutes; at the simulator one is void after 30.
      const { now } = Date
      const renewals = () => place.asked.filter((each) => each === "POST /v1/oauth/token").length
      assert.strictEqual(renewals(), 1)
      for (const minutes of [29.5, 30.5]) {
        vi.spyOn(Date, "now").mockImplementation(() => now() + minutes * A_MINUTE_MS)
        assert.strictEqual((yield* shown(bought.orderId)).status, "FILLED")
      }
      assert.strictEqual(renewals(), 2)
    })
  )

  it.scopedLive("the stream of schwab-client-js says what it asked for, until it logs out", () =>
    Effect.gen(function* () {
      const place = yield* opened()
      const { trading, ...stream } = yield* listening(yield* place.login)
      yield* stream.logIn
      stream.ask("SUBS", { keys: "mine, another", fields: "0,1,2,3" })
      yield* stream.until(["0 mine 12345678 SUBSCRIBED", "1 mine 87654321 SUBSCRIBED"])
      const [{ hashValue: hash }] = readNumbers(yield* Effect.promise(() => trading.accountsNumbers()))
      const first = readPlaced(
        yield* Effect.promise(() => trading.placeOrderByAcct(hash, equityBuyLimit("AAPL", 5, "150")))
      )
      yield* stream.until(["2 mine 12345678 OrderCreated"])
      const second = readPlaced(
        yield* Effect.promise(() =>
          trading.updateOrderById(hash, Number(first.orderId), equityBuyLimit("AAPL", 3, "160"))
        )
      )
      yield* stream.until(["3 mine 12345678 OrderUROutCompleted", "4 mine 12345678 ChangeCreated"])
      yield* Effect.promise(() => trading.orderDelete(hash, Number(second.orderId)))
      yield* stream.until(["5 mine 12345678 OrderUROutCompleted"])
      stream.ask("UNSUBS", { keys: "mine" })
      yield* stream.until(["UNSUBS 27"])
      yield* Effect.promise(() => trading.placeOrderByAcct(hash, equityBuyMarket("AAPL", 1)))
      yield* stream.logOut
      yield* stream.until(["closed 1000"])
      assert.deepStrictEqual(
        stream.seen.filter((line) => !line.includes("mine")),
        ["LOGIN 0", "SUBS 26", "UNSUBS 27", "LOGOUT 0", "closed 1000"]
      )
      assert.strictEqual(stream.seen.filter((line) => line.includes("mine")).length, 6)
    })
  )

  it.scopedLive(
    "the stream answers nobody who has not logged in, and is closed to a token that is not valid any more",
    () =>
      Effect.gen(function* () {
        const { login } = yield* opened({ lifetimes: { accessMs: 10 * A_MINUTE_MS, loginMs: 60 * A_MINUTE_MS } })
        const stream = yield* listening(yield* login)
        stream.ask("SUBS", { keys: "mine", fields: "0,1,2,3" })
        yield* stream.until(["SUBS 20"])
        yield* stream.logIn
        yield* stream.logOut
        yield* stream.until(["closed 1000"])
        // It takes its token for one of 29 minutes.
        const { now } = Date
        vi.spyOn(Date, "now").mockImplementation(() => now() + 11 * A_MINUTE_MS)
        yield* stream.connect
        assert.match(yield* Effect.flip(stream.logIn), /code = 3/)
        yield* stream.until(["LOGIN 3"])
        yield* stream.untilClosed(2)
      })
  )

  it.scopedLive(
    "a request to the stream may come without a list around it, as Schwab's page shows it and Lean sends it",
    () =>
      Effect.gen(function* () {
        const { credentials, login } = yield* Simulator.make({})
        const { accessToken } = yield* login
        // Nobody hangs up: the simulator ends all the same.
        const socket = new WebSocket(`${credentials.baseUrl.replace("http", "ws")}/ws`)
        const answer = once(socket, "message")
        yield* Effect.promise(() => once(socket, "open"))
        const parameters = { Authorization: Redacted.value(accessToken) }
        socket.send(JSON.stringify({ requestid: 1, service: "ADMIN", command: "LOGIN", parameters }))
        const [event] = yield* Effect.promise(() => answer)
        assert.deepStrictEqual(
          readFrame(readMessage(event).data).response.map(({ command, content }) => [command, content.code]),
          [["LOGIN", 0]]
        )
      })
  )

  // It wants every field of an order that Schwab has ever shown, in what it sends and in what it reads: no order of Schwab's is one.
  it.scopedLive(
    "@sudowealth/schwab-api, by its base options, logs in, reads accounts, cancels and renews its token",
    () =>
      Effect.gen(function* () {
        const { appKey, appSecret, baseUrl, credentials, exchange } = yield* opened()
        const { redirectUri } = credentials
        const auth = new EnhancedTokenManager({
          clientId: appKey,
          clientSecret: appSecret,
          redirectUri,
          issuerBaseUrl: `${baseUrl}/v1`
        })
        const back = new URL(yield* loggedIn((yield* Effect.promise(() => auth.getAuthorizationUrl())).authUrl))
          .searchParams
        const tokens = yield* Effect.promise(() => auth.exchangeCode(back.get("code") ?? "", back.get("state") ?? ""))
        const { trader } = createApiClient({ config: { baseUrl }, auth })
        const [{ accountNumber, hashValue }] = readNumbers(
          yield* Effect.promise(() => trader.accounts.getAccountNumbers())
        )
        const preference = yield* Effect.promise(() => trader.userPreference.getUserPreference())
        assert.deepStrictEqual(
          preference.accounts.map((each) => each.accountNumber),
          [accountNumber, "87654321"]
        )
        yield* exchange.instruct({
          id: "by hand",
          do: { manualOrder: { symbol: "AAPL", side: "buy", quantity: "4", type: "limit", limitPrice: "150" } }
        })
        const [order] = yield* exchange.orders
        const orderId = Number(order?.brokerOrderId)
        yield* Effect.promise(() => trader.orders.cancelOrder({ pathParams: { accountNumber: hashValue, orderId } }))
        assert.deepStrictEqual(
          (yield* exchange.orders).map(({ status }) => status),
          ["cancelled"]
        )
        const renewed = yield* Effect.promise(() => auth.refresh(tokens.refreshToken ?? "", { force: true }))
        assert.notStrictEqual(renewed.accessToken, tokens.accessToken)
        const accounts = yield* Effect.promise(() =>
          trader.accounts.getAccounts({ queryParams: { fields: "positions" } })
        )
        assert.containSubset(accounts, [{ securitiesAccount: { type: "MARGIN", accountNumber, positions: [] } }])
      })
  )
})
