import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Clock, Effect, Ref } from "effect"
import * as Answer from "./Answer.ts"
import { traitsOf, type Desk } from "./Desk.ts"
import { activityJson } from "./executionJson.ts"
import { leftOf } from "./standing.ts"
import { storiesOf } from "./stories.ts"
import { assetIdOf } from "./orderJson.ts"
import { momentOf } from "./orderRoutes.ts"
import { positionJson } from "./positionJson.ts"
import { uuidOf } from "./uuid.ts"
import { worthOf } from "./worth.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

/** The number of an account, as Alpaca would write it. */
export const numberOf = (account: string): string => `PA${uuidOf(`account ${account}`).slice(0, 8).toUpperCase()}`

/** `GET /v2/account`. */
export const account = (desk: Desk): Answering =>
  Effect.gen(function* () {
    const { reply } = yield* desk.exchange.buyingPower(desk.account)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const { accountBlocked, configurations, shortingEnabled, status, tradingBlocked } = yield* Ref.get(desk.state)
    const worth = yield* worthOf(desk)
    const equity = Decimal.format(worth.equity)
    const power = Decimal.format(yield* leftOf(desk, worth.cash))
    return Answer.ok({
      id: uuidOf(`account ${desk.account}`),
      account_number: desk.accountNumber,
      status,
      currency: "USD",
      cash: Decimal.format(worth.cash),
      equity,
      last_equity: equity,
      portfolio_value: equity,
      long_market_value: Decimal.format(worth.long),
      short_market_value: Decimal.format(worth.short),
      initial_margin: "0",
      maintenance_margin: "0",
      last_maintenance_margin: "0",
      sma: "0",
      buying_power: power,
      regt_buying_power: power,
      effective_buying_power: power,
      multiplier: "1",
      trading_blocked: tradingBlocked,
      transfers_blocked: false,
      account_blocked: accountBlocked,
      trade_suspended_by_user: configurations.suspend_trade,
      shorting_enabled: shortingEnabled && !configurations.no_shorting,
      user_configurations: configurations,
      created_at: "2026-01-02T14:30:00.000000Z"
    })
  })

/** `GET /v2/positions`, and one of them. */
export const positions = (desk: Desk, symbol: string | undefined): Answering =>
  Effect.gen(function* () {
    const { reply } = yield* desk.exchange.holdings(desk.account)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const paid = yield* desk.exchange.paid(desk.account)
    const { holdings } = yield* desk.exchange.worth(desk.account)
    const prices = new Map(holdings.map(({ price, symbol: of }) => [of, price]))
    const all = reply.body.map((each) =>
      positionJson(each, paid.get(each.symbol) ?? Decimal.zero, prices.get(each.symbol))
    )
    if (symbol === undefined) return Answer.ok(all)
    const one = all.find((each) => each.symbol === symbol || each.asset_id === symbol)
    return one === undefined ? Answer.error(404, 40410000, "position does not exist") : Answer.ok(one)
  })

/** `GET /v2/assets/{symbol}`. */
export const asset = (desk: Desk, symbol: string): Answering =>
  Effect.map(desk.exchange.isListed(desk.account, symbol), ({ reply }): Answer.Answer => {
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    if (!reply.body) return Answer.error(404, 40410000, `asset not found for ${symbol}`)
    const { fractionable, shortable, tradable } = traitsOf(desk, symbol)
    return Answer.ok({
      id: assetIdOf(symbol),
      class: "us_equity",
      exchange: "NASDAQ",
      symbol,
      name: `${symbol} Common Stock`,
      status: "active",
      tradable,
      marginable: true,
      shortable,
      easy_to_borrow: shortable,
      borrow_status: shortable ? "easy_to_borrow" : "not_shortable",
      fractionable,
      attributes: fractionable ? ["fractional_eh_enabled"] : []
    })
  })

const A_CENT = Decimal.unsafe("0.01")

/** A number of JSON: market data has no text for prices. */
const numberOfJson = (amount: Decimal.Decimal): number => Number(Decimal.format(amount))

/** `GET /v2/stocks/{symbol}/snapshot` of the market data API: what the exchange trades it at now, a cent between that and each side. */
export const snapshot = (desk: Desk, symbol: string): Answering =>
  Effect.gen(function* () {
    const { at, reply } = yield* desk.exchange.quote(desk.account, symbol)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const price = reply.body
    if (price === undefined) return Answer.error(404, undefined, `no data found for ${symbol}`)
    const t = Instant.format(at)
    const bid = Decimal.isLess(A_CENT, price) ? Decimal.subtract(price, A_CENT) : Decimal.zero
    return Answer.ok({
      symbol,
      currency: "USD",
      latestTrade: { t, x: "V", p: numberOfJson(price), s: 100, c: ["@"], i: 1, z: "C" },
      latestQuote: {
        t,
        ax: "V",
        ap: numberOfJson(Decimal.add(price, A_CENT)),
        as: 1,
        bx: "V",
        bp: numberOfJson(bid),
        bs: 1,
        c: ["R"],
        z: "C"
      },
      minuteBar: null,
      dailyBar: null,
      prevDailyBar: null
    })
  })

const MOST_ACTIVITIES = 100

/** `GET /v2/account/activities/FILL`: executions as they were first reported. */
export const fills = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const after = momentOf(query.get("after"))
    const until = momentOf(query.get("until"))
    const window = { from: after ?? Instant.make(0n), to: until ?? Instant.latest }
    const { reply } = yield* desk.exchange.fillsIn(desk.account, window)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const chosen = reply.body.filter(
      ({ executedAt, revision }) => revision === 1 && (after === undefined || executedAt > after)
    )
    const stories = yield* storiesOf(desk, chosen)
    const rows = chosen.flatMap((execution) => {
      const story = stories.get(execution.brokerOrderId)
      return story === undefined ? [] : [activityJson(story, execution)]
    })
    const all = query.get("direction") === "asc" ? rows : rows.toReversed()
    const token = query.get("page_token")
    const from = token === null ? 0 : all.findIndex(({ id }) => id === token) + 1
    const size = Math.min(MOST_ACTIVITIES, Number(query.get("page_size") ?? MOST_ACTIVITIES))
    return Answer.ok(all.slice(from, from + size))
  })

/** `GET /v2/clock`: open as the exchange is; when the market opens and closes next, by the New York Stock Exchange's calendar. */
export const clock = (isOpen: (at: Instant.Instant) => boolean): Answering =>
  Effect.map(Clock.currentTimeMillis, (millis) => {
    const now = Instant.fromMillis(millis)
    const current = XnysCalendar.nextSession(now)
    const next = current === undefined ? undefined : XnysCalendar.nextSession(current.closesAt)
    const opening = current !== undefined && current.opensAt > now ? current : next
    return Answer.ok({
      timestamp: Instant.format(now),
      is_open: isOpen(now),
      next_open: opening === undefined ? null : Instant.format(opening.opensAt),
      next_close: current === undefined ? null : Instant.format(current.closesAt)
    })
  })

const DAY_MS = 86_400_000
const MOST_DAYS = 400

const localTime = (at: Instant.Instant): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", hour: "2-digit", minute: "2-digit" }).format(
    Instant.toMillis(at)
  )

/** `GET /v2/calendar`: the trading days of the New York Stock Exchange, or every day where the simulator never closes. */
export const calendar = (query: URLSearchParams, isAlwaysOpen: boolean): Answering =>
  isAlwaysOpen ? everyDay(query) : tradingDays(query)

const dayOf = (date: string, open: string, close: string) => ({
  date,
  open,
  close,
  session_open: "0400",
  session_close: "2000",
  settlement_date: date
})

const everyDay = (query: URLSearchParams): Answering =>
  Effect.map(Clock.currentTimeMillis, (millis) => {
    const start = query.get("start") ?? new Date(millis).toISOString().slice(0, 10)
    const end = query.get("end") ?? start
    const days: Array<ReturnType<typeof dayOf>> = []
    for (let at = Date.parse(start); days.length < MOST_DAYS && at <= Date.parse(end); at += DAY_MS) {
      days.push(dayOf(new Date(at).toISOString().slice(0, 10), "00:00", "24:00"))
    }
    return Answer.ok(days)
  })

const tradingDays = (query: URLSearchParams): Answering =>
  Effect.map(Clock.currentTimeMillis, (millis) => {
    const today = new Date(millis).toISOString().slice(0, 10)
    const start = query.get("start") ?? today
    const end = query.get("end") ?? start
    const days: Array<ReturnType<typeof dayOf>> = []
    let at = momentOf(start) ?? Instant.fromMillis(millis)
    for (let day = 0; day < MOST_DAYS; day++) {
      const session = XnysCalendar.nextSession(at)
      if (session === undefined) break
      const date = XnysCalendar.marketDate(session.opensAt)
      if (date > end) break
      days.push(dayOf(date, localTime(session.opensAt), localTime(session.closesAt)))
      at = Instant.addMillis(session.closesAt, DAY_MS / 24)
    }
    return Answer.ok(days)
  })
