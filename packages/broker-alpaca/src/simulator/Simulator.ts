import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ServeError } from "@effect/platform/HttpServerError"
import { Exchange, type ExchangeFailed, Listing, Matching } from "@roundlot/broker-paper"
import { Serving } from "@roundlot/broker-paper/serving"
import { AccountName, type Instant } from "@roundlot/core"
import { Effect, Random, Redacted, Ref, Stream, type Scope, Clock, Either, Schema } from "effect"
import type { Credentials } from "../Credentials.ts"
import * as accountRoutes from "./accountRoutes.ts"
import * as Answer from "./Answer.ts"
import * as closing from "./closing.ts"
import { type AccountState, active, type AssetTraits, type Desk } from "./Desk.ts"
import * as eventStream from "./eventStream.ts"
import type { Said } from "./orderJson.ts"
import * as orderRoutes from "./orderRoutes.ts"
import { replace } from "./replacing.ts"
import { history } from "./portfolio.ts"
import * as statusStream from "./statusStream.ts"
import * as tradeStream from "./tradeStream.ts"
import { uuidOf } from "./uuid.ts"

/** How a simulator is opened: as the exchange behind it, and what Alpaca has besides. */
export interface Options extends Omit<Exchange.ExchangeOptions, "orderIdOf" | "restsWhileClosed"> {
  /** The port on this machine; one that is free where it is left away. */
  readonly port?: number | undefined
  /** Requests a minute; 200 where it is left away, as Alpaca has it. */
  readonly requestsAMinute?: number | undefined
  /** The pair of keys that it takes; random ones where they are left away. */
  readonly keys?: { readonly keyId: string; readonly secretKey: string } | undefined
  /** The exchange's account behind the keys, for several simulators on one `file`; always the same where it is left away. */
  readonly account?: AccountName.AccountName | undefined
  /** The number of the account that the keys open; always the same where it is left away. */
  readonly accountNumber?: string | undefined
  /** What assets are like, by symbol; what is not said is tradable, fractionable and shortable. */
  readonly assets?: ReadonlyMap<string, AssetTraits> | undefined
}

/** A running simulator: how it is reached, and the exchange behind it, for instructions. */
export interface Simulator {
  readonly credentials: Credentials
  readonly exchange: Exchange.ExchangeService
  /** The exchange's account that the keys open. */
  readonly account: AccountName.AccountName
  /** Changes what the account is: closed, blocked, without short sales, or what its owner has set. */
  readonly become: (change: Partial<AccountState>) => Effect.Effect<void>
}

/** The exchange's account behind the keys. */
export const ACCOUNT = AccountName.AccountName.make("alpaca")

const randomText = (length: number): Effect.Effect<string> =>
  Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 36), length), (digits) =>
    digits
      .map((digit) => digit.toString(36))
      .join("")
      .toUpperCase()
  )

const randomKeys = Effect.all({ keyId: Effect.map(randomText(18), (rest) => `PK${rest}`), secretKey: randomText(40) })

/**
 * Opens a simulator of Alpaca on this machine: its HTTP, its WebSocket and its event stream in front of one exchange. Closed with
 * the scope.
 *
 * @example
 * const { credentials, exchange } = yield* Simulator.make({})
 * yield* exchange.instruct({ id: "1", do: { takeThenReset: {} } })
 */
export const make = (options: Options = {}): Effect.Effect<Simulator, ExchangeFailed | ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const exchange = yield* Exchange.make({
      unsaidPrice: Matching.SIMULATOR_PRICE,
      ...options,
      listing: options.listing ?? Listing.any,
      restsWhileClosed: true,
      orderIdOf: (tag, number) => uuidOf(`order ${tag} ${number}`)
    })
    const keys = options.keys ?? (yield* randomKeys)
    const said = yield* Ref.make<ReadonlyMap<string, Said>>(new Map())
    const replacing = yield* Effect.makeSemaphore(1)
    const state = yield* Ref.make(active)
    const account = options.account ?? ACCOUNT
    const desk: Desk = {
      exchange,
      account,
      accountNumber: options.accountNumber ?? accountRoutes.numberOf(account),
      ...keys,
      assets: options.assets ?? new Map(),
      said,
      state,
      replacing,
      named: yield* Ref.make<ReadonlySet<string>>(new Set()),
      isStreaming: yield* Ref.make(false)
    }
    const perMinute = options.requestsAMinute ?? REQUESTS_A_MINUTE
    const limits = { trading: yield* makeLimiter(perMinute), data: yield* makeLimiter(perMinute) }
    const isOpen = options.isOpen ?? alwaysOpen
    const port = yield* Serving.serve(options.port ?? 0, serving(desk, limits, isOpen))
    const credentials = {
      baseUrl: `http://${Serving.LOOPBACK}:${port}`,
      keyId: Redacted.make(keys.keyId),
      secretKey: Redacted.make(keys.secretKey)
    }
    const become: Simulator["become"] = (change) => Ref.update(state, (before) => ({ ...before, ...change }))
    return { credentials, exchange, account, become }
  })

type IsOpen = (at: Instant.Instant) => boolean

const alwaysOpen: IsOpen = () => true

interface Limits {
  readonly trading: Effect.Effect<Passed>
  readonly data: Effect.Effect<Passed>
}

/** Paths of Alpaca's host for market data, which here has the same address. */
const MARKET_DATA = /^\/v2\/stocks\//

const MARKET_STREAM = /^\/v2\/(iex|sip)$/

const serving = (desk: Desk, limits: Limits, isOpen: IsOpen): Serving.App =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const url = new URL(request.url, `http://${Serving.LOOPBACK}`)
    if (url.pathname === "/stream") {
      const socket = yield* Serving.upgraded(request)
      yield* tradeStream.serve(desk, socket)
      return HttpServerResponse.empty()
    }
    if (MARKET_STREAM.test(url.pathname)) {
      yield* statusStream.serve(desk, yield* Serving.upgraded(request))
      return HttpServerResponse.empty()
    }
    const { headers, isWithin } = yield* MARKET_DATA.test(url.pathname) ? limits.data : limits.trading
    if (!isWithin) return yield* Serving.respond(request, Answer.error(429, undefined, "too many requests."), headers)
    if (!hasKeys(desk, request))
      return yield* Serving.respond(request, Answer.error(401, undefined, "unauthorized."), headers)
    if (url.pathname === "/v2beta1/events/activities") {
      const opened = yield* eventStream.open(desk, url.searchParams)
      if (opened._tag === "Instead") return yield* Serving.respond(request, opened.answer, headers)
      return HttpServerResponse.stream(Stream.encodeText(opened.text), { contentType: "text/event-stream", headers })
    }
    return yield* Serving.respond(request, yield* route(desk, isOpen, request, url), headers)
  }).pipe(
    Effect.catchAll((error) =>
      Effect.as(
        Effect.logWarning(`the simulator could not answer: ${error.message}`),
        HttpServerResponse.text("<html><body>502 Bad Gateway</body></html>", { status: 502, contentType: "text/html" })
      )
    )
  )

const hasKeys = ({ keyId, secretKey }: Desk, { headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["apca-api-key-id"] === keyId && headers["apca-api-secret-key"] === secretKey

const notThere = Answer.error(404, 40410000, "endpoint not found")

type Routed = Effect.Effect<Answer.Answer, ExchangeFailed | { readonly message: string }>

const route = (desk: Desk, isOpen: IsOpen, request: HttpServerRequest.HttpServerRequest, url: URL): Routed => {
  const [version, place = "", ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent)
  const [first] = rest
  const query = url.searchParams
  if (version !== "v2") return Effect.succeed(notThere)
  if (place === "orders") return orders(desk, request, first, query)
  if (place === "positions" && request.method === "DELETE")
    return first === undefined ? closing.closeAll(desk, query) : closing.closeOne(desk, rest.join("/"), query)
  if (rest.join("/") === "configurations" && place === "account" && request.method === "PATCH")
    return Effect.flatMap(request.text, (text) => change(desk, text))
  if (request.method !== "GET") return Effect.succeed(notThere)
  switch (place) {
    case "orders:by_client_order_id":
      return orderRoutes.readByClientId(desk, query)
    case "account":
      return ofAccount(desk, rest, query)
    case "positions":
      return accountRoutes.positions(desk, first)
    case "assets":
      return first === undefined
        ? Effect.succeed(Answer.ok([]))
        : Effect.zipRight(named(desk, rest.join("/")), accountRoutes.asset(desk, rest.join("/")))
    case "stocks":
      return first !== undefined && rest[1] === "snapshot"
        ? Effect.zipRight(named(desk, first), accountRoutes.snapshot(desk, first))
        : Effect.succeed(notThere)
    case "clock":
      return accountRoutes.clock(isOpen)
    case "calendar":
      return accountRoutes.calendar(query, isOpen === alwaysOpen)
    default:
      return Effect.succeed(notThere)
  }
}

const named = (desk: Desk, symbol: string) =>
  Ref.update(desk.named, (before) => (before.has(symbol) ? before : new Set([...before, symbol])))

const ofAccount = (desk: Desk, rest: ReadonlyArray<string>, query: URLSearchParams): Routed => {
  switch (rest.join("/")) {
    case "":
      return accountRoutes.account(desk)
    case "configurations":
      return read(desk)
    case "portfolio/history":
      return history(desk, query)
    default:
      return activities(desk, rest, query)
  }
}

const activities = (desk: Desk, [kind, type]: ReadonlyArray<string>, query: URLSearchParams): Routed => {
  const wanted = type ?? query.get("activity_types") ?? "FILL"
  if (kind !== "activities") return Effect.succeed(notThere)
  return wanted.split(",").includes("FILL")
    ? accountRoutes.fills(desk, query)
    : Effect.succeed(Answer.error(422, 40010001, `invalid activity type: ${wanted}`))
}

const orders = (
  desk: Desk,
  request: HttpServerRequest.HttpServerRequest,
  id: string | undefined,
  query: URLSearchParams
): Routed => {
  switch (request.method) {
    case "POST":
      return Effect.flatMap(request.text, (text) => orderRoutes.place(desk, text))
    case "GET":
      return id === undefined ? orderRoutes.list(desk, query) : orderRoutes.read(desk, id, query)
    case "DELETE":
      return id === undefined ? orderRoutes.cancelAll(desk) : orderRoutes.cancel(desk, id)
    case "PATCH":
      return id === undefined
        ? Effect.succeed(notThere)
        : Effect.flatMap(request.text, (text) => replace(desk, id, text))
    default:
      return Effect.succeed(notThere)
  }
}

/** What the simulator's limit lets through, with the headers that tell of it. */
interface Passed {
  readonly isWithin: boolean
  readonly headers: { readonly [name: string]: string }
}

/** Alpaca's own (docs.alpaca.markets, usage limit of API calls). */
const REQUESTS_A_MINUTE = 200

const WINDOW_MS = 60_000

/** A limit of so many requests in each minute of the clock, as Alpaca counts them. */
const makeLimiter = (perMinute: number): Effect.Effect<Effect.Effect<Passed>> =>
  Effect.map(Ref.make({ minute: -1, taken: 0 }), (ref) =>
    Effect.gen(function* () {
      const minute = Math.floor((yield* Clock.currentTimeMillis) / WINDOW_MS)
      const { taken } = yield* Ref.updateAndGet(ref, (before) =>
        before.minute === minute ? { minute, taken: before.taken + 1 } : { minute, taken: 1 }
      )
      return {
        isWithin: taken <= perMinute,
        headers: {
          "x-ratelimit-limit": String(perMinute),
          "x-ratelimit-remaining": String(Math.max(0, perMinute - taken)),
          "x-ratelimit-reset": String(((minute + 1) * WINDOW_MS) / 1000)
        }
      }
    })
  )

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** What may be changed; the guards against day trades went with their rule on 2026-07-06 (docs.alpaca.markets/changelog, 2026-07-06-pdt). */
const Patch = Schema.Struct({
  disable_overnight_trading: optional(Schema.Boolean),
  fractional_trading: optional(Schema.Boolean),
  max_margin_multiplier: optional(Schema.Literal("1", "2", "4")),
  max_options_trading_level: optional(Schema.Literal(0, 1, 2, 3)),
  no_shorting: optional(Schema.Boolean),
  ptp_no_exception_entry: optional(Schema.Boolean),
  suspend_trade: optional(Schema.Boolean),
  trade_confirm_email: optional(Schema.Literal("all", "none"))
})

const decode = Schema.decodeUnknownEither(Schema.parseJson(Patch))

/** `GET /v2/account/configurations`. */
const read = ({ state }: Desk): Effect.Effect<Answer.Answer> =>
  Effect.map(Ref.get(state), ({ configurations }) => Answer.ok(configurations))

/** `PATCH /v2/account/configurations`: what is not named stays. */
const change = (desk: Desk, text: string): Effect.Effect<Answer.Answer> =>
  Either.match(decode(text), {
    onLeft: () => Effect.succeed(Answer.unprocessable("invalid account configuration")),
    onRight: (patch) =>
      Effect.zipRight(
        Ref.update(desk.state, (before) => ({ ...before, configurations: { ...before.configurations, ...patch } })),
        read(desk)
      )
  })
