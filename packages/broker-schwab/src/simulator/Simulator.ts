import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ServeError } from "@effect/platform/HttpServerError"
import { Exchange, type ExchangeFailed, Listing, Matching } from "@roundlot/broker-paper"
import { Serving } from "@roundlot/broker-paper/serving"
import { AccountName } from "@roundlot/core"
import { Effect, Random, Redacted, Ref, type Scope, Clock } from "effect"
import { hash } from "node:crypto"
import * as Certificate from "../Certificate.ts"
import * as Challenge from "../Challenge.ts"
import type { Credentials } from "../Credentials.ts"
import type { Tokens } from "../TokenFile.ts"
import * as accountRoutes from "./accountRoutes.ts"
import * as activityStream from "./activityStream.ts"
import * as Answer from "./Answer.ts"
import { type AccountState, type Desk, type Said, type Seat, unrestricted } from "./Desk.ts"
import * as Logins from "./logins.ts"
import * as marketRoutes from "./marketRoutes.ts"
import * as orderRoutes from "./orderRoutes.ts"
import { preview } from "./preview.ts"

/** How a simulator is opened: as the exchange behind it, and what Schwab has besides. */
export interface Options extends Omit<
  Exchange.ExchangeOptions,
  "orderIdOf" | "restsWhileClosed" | "rejectsWhatIsTaken"
> {
  /** The port on this machine; one that is free where it is left away. */
  readonly port?: number | undefined
  /** Whether it speaks TLS, with a certificate that it makes for itself at start; plain HTTP and WebSocket where it is left away. */
  readonly tls?: boolean | undefined
  /** Requests a minute; 120 where it is left away, as Schwab has it. */
  readonly requestsAMinute?: number | undefined
  /** The app's keys; random ones where they are left away. */
  readonly keys?: { readonly appKey: string; readonly appSecret: string } | undefined
  /** Where a login comes back to; `https://127.0.0.1` where it is left away. */
  readonly redirectUri?: string | undefined
  /** How long tokens and logins are valid; as at Schwab where it is left away. */
  readonly lifetimes?: Logins.Lifetimes | undefined
  /** The accounts beside the first that a login opens, by their numbers. */
  readonly others?: ReadonlyMap<AccountName.AccountName, string> | undefined
  /** The statuses that an order shows, one a reading, before it works, such as `PENDING_ACKNOWLEDGEMENT`, `QUEUED`. */
  readonly onItsWay?: ReadonlyArray<string> | undefined
}

/** A running simulator: how it is reached, and the exchange behind it, for instructions. */
export interface Simulator {
  readonly credentials: Credentials
  readonly exchange: Exchange.ExchangeService
  /** The exchange's account that a login opens. */
  readonly account: AccountName.AccountName
  /** Changes what an account is, the first one where none is named: restricted, of a day trader, without shares to lend. */
  readonly become: (change: Partial<AccountState>, account?: AccountName.AccountName) => Effect.Effect<void>
  /** From now on other hashes stand for the accounts. */
  readonly rehash: Effect.Effect<void>
  /** The tokens of a login of a person. */
  readonly login: Effect.Effect<Tokens>
  /** What it shows whoever connects, PEM; clients trust it by `SCHWAB_CA_FILE`. None without TLS. */
  readonly certificate: string | undefined
}

/** The exchange's account behind the login. */
export const ACCOUNT = AccountName.AccountName.make("schwab")

const ACCOUNT_NUMBER = "12345678"

const REDIRECT_URI = "https://127.0.0.1"

const randomText = (length: number): Effect.Effect<string> =>
  Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 36), length), (digits) =>
    digits.map((digit) => digit.toString(36)).join("")
  )

const randomKeys = Effect.all({ appKey: randomText(32), appSecret: randomText(16) })

const TAG_DIGITS = 6

/** The n-th order's id: thirteen digits, of which the first tell exchanges apart. */
const orderIdOf = (tag: string, number: number): string => {
  const digits = BigInt(`0x${hash("sha256", tag, "hex").slice(0, 12)}`)
    .toString()
    .slice(-TAG_DIGITS)
  return `1${digits.padStart(TAG_DIGITS, "0")}${String(number).padStart(6, "0")}`
}

const seatOf = (appKey: string, account: AccountName.AccountName, accountNumber: string): Seat => ({
  account,
  accountNumber,
  hash: hash("sha256", `account ${accountNumber} ${appKey}`, "hex").toUpperCase()
})

/** The same account under another hash. */
const rehashed = (seat: Seat): Seat => ({ ...seat, hash: hash("sha256", seat.hash, "hex").toUpperCase() })

/**
 * Opens a simulator of Schwab on this machine: its HTTP and its logins in front of one exchange. Closed with the scope.
 *
 * @example
 * const { credentials, exchange, login } = yield* Simulator.make({})
 * yield* exchange.instruct({ id: "1", do: { takeThenReset: {} } })
 */
export const make = (options: Options = {}): Effect.Effect<Simulator, ExchangeFailed | ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const exchange = yield* Exchange.make({
      unsaidPrice: Matching.SIMULATOR_PRICE,
      ...options,
      listing: options.listing ?? Listing.any,
      orderIdOf,
      restsWhileClosed: true,
      rejectsWhatIsTaken: true
    })
    const keys = options.keys ?? (yield* randomKeys)
    const first = seatOf(keys.appKey, ACCOUNT, ACCOUNT_NUMBER)
    const others = [...(options.others ?? [])].map(([account, number]) => seatOf(keys.appKey, account, number))
    let seats = [first, ...others]
    const states = new Map<string, AccountState>()
    const stateOf = (account: string) => states.get(account) ?? unrestricted
    const desk: Desk = {
      ...first,
      exchange,
      seats: () => seats,
      stateOf: (account) => Effect.sync(() => stateOf(account)),
      isAlwaysOpen: options.isOpen === undefined,
      onItsWay: options.onItsWay ?? [],
      said: yield* Ref.make<ReadonlyMap<string, Said>>(new Map()),
      replacing: yield* Effect.makeSemaphore(1)
    }
    const { redirectUri = REDIRECT_URI } = options
    const challenge = Redacted.make(yield* randomText(32))
    const app = { ...keys, redirectUri }
    const logins = yield* Logins.make(desk, app, options.lifetimes ?? Logins.schwabsLifetimes)
    const isWithinLimit = yield* makeLimiter(options.requestsAMinute ?? REQUESTS_A_MINUTE)
    const shown = options.tls === true ? yield* Certificate.forThisMachine : undefined
    const origin = yield* Ref.make("")
    const port = yield* Serving.serve(
      options.port ?? 0,
      serving(desk, logins, isWithinLimit, challenge, Ref.get(origin)),
      shown
    )
    const baseUrl = `${shown === undefined ? "http" : "https"}://${Serving.LOOPBACK}:${port}`
    yield* Ref.set(origin, baseUrl)
    const credentials: Credentials = {
      baseUrl,
      appKey: Redacted.make(keys.appKey),
      appSecret: Redacted.make(keys.appSecret),
      redirectUri,
      accountNumber: undefined,
      authorityFile: undefined,
      challenge
    }
    const rehash = Effect.sync(() => {
      seats = seats.map(rehashed)
    })
    const become: Simulator["become"] = (change, account = ACCOUNT) =>
      Effect.sync(() => void states.set(account, { ...stateOf(account), ...change }))
    const certificate = shown?.certificate
    return { credentials, exchange, account: ACCOUNT, become, rehash, login: logins.login, certificate }
  })

type Routed = Effect.Effect<Answer.Answer, ExchangeFailed | { readonly message: string }>

const serving = (
  desk: Desk,
  logins: Logins.Logins,
  isWithinLimit: Effect.Effect<boolean>,
  challenge: Redacted.Redacted,
  origin: Effect.Effect<string>
): Serving.App =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const url = new URL(request.url, `http://${Serving.LOOPBACK}`)
    if (url.pathname === "/ws") {
      yield* activityStream.serve(desk, logins, yield* Serving.upgraded(request))
      return HttpServerResponse.empty()
    }
    if (url.pathname === Challenge.PATH)
      return HttpServerResponse.text(Challenge.answerTo(challenge, url.searchParams.get("nonce") ?? ""))
    const answer = yield* url.pathname.startsWith("/v1/oauth/")
      ? oauth(logins, request, url)
      : judged(desk, logins, isWithinLimit, request, url, yield* origin)
    return yield* Serving.respond(request, answer, { "schwab-client-correlid": "simulated" })
  }).pipe(
    Effect.catchAll((error) =>
      Effect.as(
        Effect.logWarning(`the simulator could not answer: ${error.message}`),
        HttpServerResponse.text("upstream connect error", { status: 503 })
      )
    )
  )

const oauth = (logins: Logins.Logins, request: HttpServerRequest.HttpServerRequest, url: URL): Routed => {
  switch (`${request.method} ${url.pathname}`) {
    case "GET /v1/oauth/authorize":
      return logins.authorize(url.searchParams)
    case "POST /v1/oauth/token":
      return Effect.flatMap(request.text, (form) => logins.token(request.headers["authorization"], form))
    default:
      return Effect.succeed(notThere)
  }
}

const notThere = Answer.gatewayError(404, "Not Found")

const judged = (
  desk: Desk,
  logins: Logins.Logins,
  isWithinLimit: Effect.Effect<boolean>,
  request: HttpServerRequest.HttpServerRequest,
  url: URL,
  origin: string
): Routed =>
  Effect.gen(function* () {
    if (!(yield* isWithinLimit)) return Answer.gatewayError(429, "Too many requests")
    if (!(yield* logins.isValid(request.headers["authorization"]))) return Answer.gatewayError(401, "Unauthorized")
    const asksForStream = request.method === "GET" && url.pathname === "/trader/v1/userPreference"
    return asksForStream ? activityStream.preference(desk, origin) : yield* route(desk, request, url)
  })

const route = (desk: Desk, request: HttpServerRequest.HttpServerRequest, url: URL): Routed => {
  const [area, version, ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent)
  const isRead = request.method === "GET"
  if (version !== "v1") return Effect.succeed(notThere)
  if (area === "marketdata") return isRead ? market(desk, rest, url.searchParams) : Effect.succeed(notThere)
  if (area !== "trader") return Effect.succeed(notThere)
  if (isRead && rest.join("/") === "orders") return orderRoutes.listAll(desk, url.searchParams)
  if (isRead && rest.join("/") === "accounts/accountNumbers") return Effect.succeed(accountRoutes.numbers(desk))
  const [accounts, hashed, place, id] = rest
  if (isRead && accounts === "accounts" && (hashed ?? "") === "")
    return accountRoutes.accounts(desk, url.searchParams.get("fields"))
  if (accounts !== "accounts" || hashed === undefined) return Effect.succeed(notThere)
  const seat = desk.seats().find((each) => each.hash === hashed)
  if (seat === undefined) return Effect.succeed(Answer.error(400, "Invalid account number"))
  const seated = { ...desk, ...seat }
  if (place === undefined && isRead) return accountRoutes.account(seated, url.searchParams.get("fields"))
  if (place === "transactions" && isRead) return accountRoutes.transactions(seated, url.searchParams)
  if (place === "previewOrder" && request.method === "POST")
    return Effect.flatMap(request.text, (text) => preview(seated, text))
  return place === "orders" ? orders(seated, request, id, url.searchParams) : Effect.succeed(notThere)
}

const market = (desk: Desk, [place, which, ...rest]: ReadonlyArray<string>, query: URLSearchParams): Routed => {
  if (rest.length > 0) return Effect.succeed(notThere)
  if (which === "quotes" && place !== undefined) return marketRoutes.quote(desk, place, query)
  if (place === "markets") {
    const markets = which ?? query.get("markets") ?? ""
    return marketRoutes.hours(desk, markets === "" ? [] : markets.split(","), query.get("date"))
  }
  if (which !== undefined) return Effect.succeed(notThere)
  if (place === "instruments") return marketRoutes.instruments(desk, query)
  return place === "quotes" ? marketRoutes.quotes(desk, query) : Effect.succeed(notThere)
}

const orders = (
  desk: Desk,
  request: HttpServerRequest.HttpServerRequest,
  id: string | undefined,
  query: URLSearchParams
): Routed => {
  switch (`${request.method}${id === undefined ? "" : " one"}`) {
    case "POST":
      return Effect.flatMap(request.text, (text) => orderRoutes.place(desk, text))
    case "GET":
      return orderRoutes.list(desk, query)
    case "GET one":
      return orderRoutes.read(desk, id ?? "")
    case "DELETE one":
      return orderRoutes.cancel(desk, id ?? "")
    case "PUT one":
      return Effect.flatMap(request.text, (text) => orderRoutes.replace(desk, id ?? "", text))
    default:
      return Effect.succeed(notThere)
  }
}

/** Schwab's own (alexgolec/schwab-py, getting started). */
const REQUESTS_A_MINUTE = 120

const WINDOW_MS = 60_000

/** Whether one more request is within the limit, in any span of a minute: nobody has said when Schwab's begin. What is refused does not count. */
const makeLimiter = (perMinute: number): Effect.Effect<Effect.Effect<boolean>> =>
  Effect.map(Ref.make<ReadonlyArray<number>>([]), (ref) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Ref.modify(ref, (times) => {
        const recent = times.filter((at) => at > now - WINDOW_MS)
        return recent.length < perMinute ? [true, [...recent, now]] : [false, recent]
      })
    )
  )
