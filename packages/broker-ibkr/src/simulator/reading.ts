import { type ExchangeOrder, ExchangeOrder as Orders } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { Clock, Effect } from "effect"
import { type Read, say } from "../wire/layout.ts"
import * as updates from "../wire/accountUpdates.ts"
import * as tws from "../wire/messages.ts"
import {
  bodyOf,
  calledOf,
  COMMISSION,
  conIdOf,
  type Desk,
  type Doing,
  execIdOf,
  isBehind,
  isLastLeg,
  type Seat,
  shownExecutionOf,
  shownOf,
  summaryOf,
  symbolsOf,
  wholeOf,
  wordFor
} from "./Desk.ts"
import { hoursFrom } from "./hours.ts"
import * as messages from "./messages.ts"

const ALL_TIME: { readonly from: Instant.Instant; readonly to: Instant.Instant } = {
  from: Instant.make(0n),
  to: Instant.latest
}

/** One that no other order of its combination stands for, and that is not from outside. */
const isListed = ({ clientId, desk }: Seat, brokerOrderId: string): boolean =>
  !isBehind(desk, brokerOrderId) && (desk.permIds === "always" || desk.placed.get(brokerOrderId)?.clientId === clientId)

/** REQ_OPEN_ORDERS and REQ_ALL_OPEN_ORDERS. */
export const openOrders = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const all = bodyOf(seat, yield* seat.desk.exchange.ordersIn(seat.desk.account, ALL_TIME))
    if (all === undefined) return
    for (const order of all.filter(({ status }) => Orders.isWorking(status))) {
      if (!isListed(seat, order.brokerOrderId)) continue
      const word = yield* wordFor(seat.desk, order)
      const shown = wholeOf(calledOf(seat.desk, order, word), symbolsOf(seat.desk, order.brokerOrderId, all))
      seat.send(messages.openOrder(shown), messages.orderStatus(shown))
    }
    seat.send(say(tws.openOrdersEnd))
  })

/** REQ_COMPLETED_ORDERS. */
export const completedOrders = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const all = bodyOf(seat, yield* seat.desk.exchange.ordersIn(seat.desk.account, ALL_TIME))
    if (all === undefined) return
    for (const order of all.filter(({ status }) => !Orders.isWorking(status))) {
      if (!isListed(seat, order.brokerOrderId)) continue
      const shown = wholeOf(shownOf(seat.desk, order), symbolsOf(seat.desk, order.brokerOrderId, all))
      seat.send(messages.completedOrder(shown, seat.desk))
    }
    seat.send(say(tws.completedOrdersEnd))
  })

/** An execution that was busted is shown no more, and no message says so. */
const shownFills = (all: ReadonlyArray<ExchangeOrder.Execution>): ReadonlyArray<ExchangeOrder.Execution> => {
  const busted = new Set(all.filter(({ quantity }) => Decimal.isZero(quantity)).map(({ execIdBase }) => execIdBase))
  return all.filter(({ execIdBase }) => !busted.has(execIdBase))
}

/** `yyyymmdd-hh:mm:ss` of a filter. */
const fromOf = (text: string): Instant.Instant => {
  const [, year, month, day, time] = /^(\d{4})(\d{2})(\d{2})-(\S+)$/.exec(text) ?? []
  return Instant.parse(`${year}-${month}-${day}T${time}Z`) ?? ALL_TIME.from
}

/** REQ_EXECUTIONS. */
export const executions = (seat: Seat, at: Read<"reqId" | "account" | "time">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [reqId, account, time] = [at("reqId"), at("account"), at("time")]
    const window = { from: time === "" ? ALL_TIME.from : fromOf(time), to: ALL_TIME.to }
    const all = bodyOf(seat, yield* desk.exchange.fillsIn(desk.account, window))
    if (all === undefined) return
    const wanted = account === "" || account === desk.number ? shownFills(all) : []
    const orders = new Map((yield* desk.exchange.orders).map((order) => [String(order.brokerOrderId), order]))
    for (const execution of wanted) {
      const order = orders.get(execution.brokerOrderId)
      if (order === undefined) continue
      const own = all.filter(({ brokerOrderId }) => brokerOrderId === execution.brokerOrderId)
      const shown = shownExecutionOf(desk, order, execution, own)
      send(messages.execution(reqId, shown))
      if (desk.commissions === "with") send(messages.commission(shown.execId, COMMISSION))
      if (isLastLeg(desk, execution.brokerOrderId))
        send(
          messages.execution(reqId, summaryOf(shown, symbolsOf(desk, execution.brokerOrderId, [...orders.values()])))
        )
    }
    send(say(tws.executionsEnd, { reqId }))
    if (desk.commissions === "late")
      seat.late.push(...wanted.map((each) => messages.commission(execIdOf(desk, each), COMMISSION)))
  })

/** What is held, with what a share of it cost on average; nothing where something else was answered. */
const holdingsOf = (seat: Seat) =>
  Effect.gen(function* () {
    const { account, exchange } = seat.desk
    const held = bodyOf(seat, yield* exchange.holdings(account))
    if (held === undefined) return undefined
    const paid = yield* exchange.paid(account)
    return held.map(({ quantity, symbol }): messages.Holding => ({
      conId: conIdOf(symbol),
      symbol: symbol.replace(".", " "),
      quantity,
      averageCost: paid.get(symbol) ?? Decimal.zero
    }))
  })

/** REQ_POSITIONS. */
export const positions = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const held = yield* holdingsOf(seat)
    if (held === undefined) return
    seat.send(...held.map((each) => messages.position(seat.desk.number, each)), say(tws.positionsEnd))
  })

/** REQ_ACCOUNT_DATA: all there is at once, and its end; what changes later is not sent. To end a subscription says nothing. */
export const accountUpdates = (seat: Seat, at: Read<"subscribe" | "account">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    if (at("subscribe") !== "1") return
    const wanted = at("account")
    if (wanted !== "" && wanted !== desk.number) return send(messages.notice(-1, 321, NOT_THERE))
    const power = bodyOf(seat, yield* desk.exchange.buyingPower(desk.account))
    const held = power === undefined ? undefined : yield* holdingsOf(seat)
    if (power === undefined || held === undefined) return
    const valued = yield* Effect.forEach(held, (each) =>
      Effect.map(desk.exchange.priceOf(each.symbol.replace(" ", ".")), (known) => ({
        ...each,
        price: known?.price ?? each.averageCost
      }))
    )
    const stocks = Decimal.sum(valued.map(({ price, quantity }) => Decimal.multiply(price, quantity)))
    const figure = (name: string, value: string, currency = "") =>
      say(updates.accountValue, { account: desk.number, name, value, currency })
    send(
      figure("AccountCode", desk.number),
      figure("AccountReady", String(desk.state().isReady)),
      figure("BuyingPower", messages.figureOf(power), "USD"),
      ...(yield* dayTradesLeft(desk, power)).map(([name, left]) => figure(name, left)),
      figure("StockMarketValue", messages.figureOf(stocks), "USD"),
      ...valued.map((each) => messages.portfolio(desk.number, each)),
      say(updates.accountTime, { time: Instant.format(yield* desk.exchange.now).slice(11, 16) }),
      say(updates.accountValuesEnd, { account: desk.number })
    )
  })

const NOT_THERE = "Error validating request.-'b8' : cause - Invalid account code."

const DAY_TRADES = "DayTradesRemaining"

/** From this equity on day trades are without end (FINRA Rule 4210(f)(8)(B)(iv)). */
const ENOUGH = Decimal.unsafe("25000")

const MOST_DAY_TRADES = 3

/** How many day trades are left, now and by the next four trading days, under the names that account values have. */
const dayTradesLeft = ({ account, exchange, state }: Desk, equity: Decimal.Decimal) =>
  Effect.map(exchange.dayTrades(account), (counted) =>
    counted.map((count, days): readonly [name: string, left: string] => {
      const left = Decimal.isLess(equity, ENOUGH) ? Math.max(0, MOST_DAY_TRADES - count) : -1
      const name = days === 0 ? DAY_TRADES : `${DAY_TRADES}T+${days}`
      return [name, String(state().dayTradesRemaining ?? left)]
    })
  )

/** REQ_ACCOUNT_SUMMARY. */
export const figures = (seat: Seat, at: Read<"reqId" | "names">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const reqId = at("reqId")
    const power = bodyOf(seat, yield* desk.exchange.buyingPower(desk.account))
    if (power === undefined) return
    const figure = (name: string, value: string, currency: string) =>
      say(tws.accountFigure, { reqId, account: desk.number, name, value, currency })
    send(figure("BuyingPower", messages.figureOf(power), "USD"))
    const wanted = at("names").split(",")
    for (const [name, left] of yield* dayTradesLeft(desk, power))
      if (wanted.includes(name)) send(figure(name, left, ""))
    send(say(tws.accountFiguresEnd, { reqId }))
  })

/** REQ_CONTRACT_DATA. */
export const contract = (seat: Seat, at: Read<"reqId" | "symbol">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [reqId, symbol] = [at("reqId"), at("symbol")]
    const isKnown = bodyOf(seat, yield* desk.exchange.isListed(desk.account, symbol.replace(" ", ".")))
    if (isKnown === undefined) return
    if (!isKnown) return send(messages.notice(reqId, 200, "No security definition has been found for the request"))
    const millis = yield* Clock.currentTimeMillis
    const hours = { ...hoursFrom(Instant.fromMillis(millis), desk.isAlwaysOpen), ...desk.state().hours }
    const why = desk.state().ineligible.get(symbol.replace(" ", "."))
    const differs = why === undefined ? hours : { ...hours, ...messages.ineligible(why) }
    send(messages.contractDetails(reqId, symbol, conIdOf(symbol), differs), say(tws.contractDetailsEnd, { reqId }))
  })

const NO_GENERIC_TICKS =
  "Error validating request.-'bN' : cause - Snapshot market data subscription is not applicable to generic ticks"

/** REQ_MKT_DATA: a snapshot, or the first ticks of a subscription. */
export const marketData = (seat: Seat, at: Read<"reqId" | "symbol" | "genericTicks" | "snapshot">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [reqId, symbol] = [at("reqId"), at("symbol")]
    const isSnapshot = at("snapshot") === "1"
    if (isSnapshot && at("genericTicks") !== "") return send(messages.notice(reqId, 321, NO_GENERIC_TICKS))
    if (desk.marketData === "none") return send(messages.notice(reqId, 354, "Requested market data is not subscribed."))
    const asked = yield* desk.exchange.quote(desk.account, symbol.replace(" ", "."))
    if (asked.reply._tag !== "Done") return void bodyOf(seat, asked)
    const price = asked.reply.body
    if (price === undefined)
      return send(messages.notice(reqId, 200, "No security definition has been found for the request"))
    const isDelayed = desk.marketData === "delayed"
    if (isDelayed)
      send(messages.notice(reqId, 10167, "Requested market data is not subscribed. Displaying delayed market data."))
    const millis = Instant.toMillis(asked.at) - (isDelayed ? DELAY_MS : 0)
    const { isHalted, isPaused } = yield* desk.exchange.stand(desk.account, symbol.replace(" ", "."))
    if (isHalted) send(messages.halted(reqId, isPaused))
    if (at("genericTicks").split(",").includes("236") && !isDelayed)
      send(messages.shortable(reqId, !desk.state().notShortable.has(symbol.replace(" ", "."))))
    send(...messages.prices(reqId, price, Math.floor(millis / SECONDS), isDelayed))
    if (isSnapshot) send(say(tws.ticksEnd, { reqId }))
  })

const DELAY_MS = 15 * 60_000

const SECONDS = 1000

/** REQ_CURRENT_TIME. */
export const currentTime = ({ send }: Seat): Doing =>
  Effect.map(Clock.currentTimeMillis, (millis) => send(say(tws.currentTime, { seconds: Math.floor(millis / SECONDS) })))
