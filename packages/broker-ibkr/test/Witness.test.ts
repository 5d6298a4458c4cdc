import {
  EventName,
  IBApi,
  MarketDataType,
  OrderAction,
  OrderType,
  SecType,
  TimeInForce,
  type Contract,
  type Order
} from "@stoqey/ib"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Instant, Price, Ticker } from "@roundlot/core"
import { Effect, Either, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { requestOf } from "../src/OrderRequest.ts"
import { frame } from "../src/wire/frames.ts"
import { say } from "../src/wire/layout.ts"
import * as requests from "../src/wire/requests.ts"
import { NEWEST, OLDEST } from "../src/wire/versions.ts"
import { peer, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const VERSIONS = Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => OLDEST + i)

const stock: Contract = { symbol: "BRK B", secType: SecType.STK, exchange: "SMART", currency: "USD" }

/** The client of the library, once it may ask. */
const client = (at: { readonly host: string; readonly port: number }, attend: (api: IBApi) => void) =>
  Effect.acquireRelease(
    Effect.async<IBApi>((resume) => {
      const api = new IBApi({ ...at, clientId: 3 })
      attend(api)
      api.once(EventName.nextValidId, () => resume(Effect.succeed(api)))
      api.connect()
    }),
    (api) => Effect.sync(() => api.disconnect())
  )

const goodTill = Instant.fromMillis(Date.parse("2099-12-01T21:00:00Z"))

const SYMBOL = Ticker.Ticker.make("BRK.B")

/** Orders of ours, and the same ones as the library is asked for them. */
const orders = [
  [
    terms({
      symbol: SYMBOL,
      type: "stop_limit",
      limitPrice: Price.unsafe("150.25"),
      stopPrice: Price.unsafe("149.5"),
      timeInForce: "gtd",
      goodTill,
      session: "extended"
    }),
    {
      orderType: OrderType.STP_LMT,
      lmtPrice: 150.25,
      auxPrice: 149.5,
      tif: TimeInForce.GTD,
      goodTillDate: "20991201-21:00:00",
      outsideRth: true
    }
  ],
  [terms({ symbol: SYMBOL }), { orderType: OrderType.MKT, tif: TimeInForce.DAY, outsideRth: false }],
  [
    terms({ symbol: SYMBOL, type: "limit", limitPrice: Price.unsafe("0.0101"), timeInForce: "cls" }),
    { orderType: OrderType.LOC, lmtPrice: 0.0101, tif: TimeInForce.DAY, outsideRth: false }
  ]
] as const satisfies ReadonlyArray<readonly [unknown, Order]>

const asked = { reqId: 9, symbol: "BRK B" }

/** What an order would come to, in the order in which it goes over the wire. */
const stateFigures = [
  "initMarginBefore",
  "maintMarginBefore",
  "equityWithLoanBefore",
  "initMarginChange",
  "maintMarginChange",
  "equityWithLoanChange",
  "initMarginAfter",
  "maintMarginAfter",
  "equityWithLoanAfter",
  "commission",
  "minCommission",
  "maxCommission",
  "commissionCurrency"
] as const

/** What ours sends of each kind, in turn. */
const ours = [
  ...orders.map(([order], i) =>
    say(requests.placeOrder, { orderId: i + 1, ...Either.getOrThrow(requestOf(order, "DU1234567")) })
  ),
  say(requests.placeOrder, {
    orderId: orders.length + 1,
    ...Either.getOrThrow(requestOf(orders[0][0], "DU1234567")),
    whatIf: "1"
  }),
  say(requests.cancelOrder, { orderId: 1 }),
  say(requests.openOrders),
  say(requests.completedOrders),
  say(requests.executions, { reqId: 9, account: "DU1234567", time: "20261120-14:30:00" }),
  say(requests.positions),
  say(requests.cancelPositions),
  say(requests.accountFigures, { reqId: 9, names: "BuyingPower" }),
  say(requests.cancelAccountFigures, { reqId: 9 }),
  say(requests.accountUpdates, { account: "DU1234567" }),
  say(requests.accountUpdates, { subscribe: 0, account: "DU1234567" }),
  say(requests.contractDetails, asked),
  say(requests.marketDataType, { type: 3 }),
  say(requests.marketData, asked),
  say(requests.marketData, { ...asked, genericTicks: "236", snapshot: 0 }),
  say(requests.cancelMarketData, { reqId: 9 }),
  say(requests.currentTime)
]

const asksTheSame = (api: IBApi): void => {
  const asked = [...orders, [orders[0][0], { ...orders[0][1], whatIf: true }]] as const
  for (const [i, [{ clientOrderId, quantity }, order]] of asked.entries())
    api.placeOrder(i + 1, stock, {
      ...order,
      action: OrderAction.BUY,
      totalQuantity: Number(Decimal.format(quantity)),
      account: "DU1234567",
      orderRef: clientOrderId,
      transmit: true
    })
  api.cancelOrder(1, "")
  api.reqAllOpenOrders()
  api.reqCompletedOrders(false)
  api.reqExecutions(9, { acctCode: "DU1234567", time: "20261120-14:30:00" })
  api.reqPositions()
  api.cancelPositions()
  api.reqAccountSummary(9, "All", "BuyingPower")
  api.cancelAccountSummary(9)
  api.reqAccountUpdates(true, "DU1234567")
  api.reqAccountUpdates(false, "DU1234567")
  api.reqContractDetails(9, stock)
  api.reqMarketDataType(MarketDataType.DELAYED)
  api.reqMktData(9, stock, "", true, false)
  api.reqMktData(9, stock, "236", false, false)
  api.cancelMktData(9)
  api.reqCurrentTime()
}

describe("@stoqey/ib as a witness", () => {
  it.each(VERSIONS)("%i: what we ask for goes over the wire as it sends the same, field by field", (version) =>
    run(
      Effect.gen(function* () {
        const sent: Array<ReadonlyArray<string>> = []
        const whole = yield* Effect.makeLatch()
        const letIn = [
          [15, 1, "DU1234567"],
          [9, 1, 1]
        ]
        const port = yield* peer(
          frame([version, "20261120 14:30:00 UTC"]),
          Buffer.concat(letIn.map(frame)),
          (request) => {
            sent.push(request)
            if (sent.length === ours.length) whole.unsafeOpen()
            return Buffer.alloc(0)
          }
        )
        asksTheSame(yield* client({ host: "127.0.0.1", port }, () => undefined))
        yield* whole.await
        expect(ours.map((said) => said(version))).toEqual(sent)
      })
    )
  )

  it.each(VERSIONS)(
    "%i: reads what the simulator says of orders, executions, holdings and contracts",
    (newestVersion) =>
      run(
        Effect.gen(function* () {
          const { exchange, host, port } = yield* Simulator.make({ newestVersion, unsaidPrice: Price.unsafe("150.25") })
          yield* exchange.instruct({ id: "rests", when: { symbol: "KO" }, do: { accept: {} } })
          const seen: Array<string> = []
          const ended = { orders: yield* Effect.makeLatch(), all: yield* Effect.makeLatch() }
          const api = yield* client({ host, port }, (each) => {
            each.on(EventName.server, (version) => seen.push(`version ${version}`))
            each.on(EventName.error, (error, code) => seen.push(`error ${code} ${error.message}`))
            each.on(EventName.openOrder, (id, { symbol }, { lmtPrice, orderRef, tif, whatIf }, state) => {
              seen.push(`open ${id} ${symbol} ${state.status} ${lmtPrice} ${tif} ${orderRef}`)
              if (whatIf === true) seen.push(`what if ${id}: ${stateFigures.map((name) => state[name]).join(" ")}`)
            })
            each.on(EventName.accountSummary, (_reqId, account, name, value) =>
              seen.push(`figure ${account} ${name} ${value}`)
            )
            each.on(EventName.openOrderEnd, () => ended.orders.unsafeOpen())
            each.on(
              EventName.completedOrder,
              ({ currency, symbol }, { filledQuantity, permId }, { completedStatus, status }) =>
                seen.push(
                  `completed ${symbol} ${currency} ${status} ${filledQuantity} ${(permId ?? 0) > 0} ${completedStatus}`
                )
            )
            each.on(EventName.execDetails, (reqId, { currency, symbol }, { cumQty, price, side }) => {
              if (reqId === 9) seen.push(`execution ${symbol} ${currency} ${side} ${cumQty} at ${price}`)
            })
            each.on(EventName.contractDetails, (_reqId, { contract, longName, stockType }) =>
              seen.push(
                `contract ${contract.symbol} ${contract.currency} ${contract.exchange} ${longName} ${stockType}`
              )
            )
            each.on(EventName.position, (account, { symbol }, position, cost) =>
              seen.push(`holds ${account} ${symbol} ${position} at ${cost}`)
            )
            each.on(EventName.positionEnd, () => ended.all.unsafeOpen())
          })
          const whole = { action: OrderAction.BUY, totalQuantity: 3, transmit: true, tif: TimeInForce.DAY }
          api.placeOrder(1, { ...stock, symbol: "AAPL" }, { ...whole, orderType: OrderType.MKT, orderRef: "a" })
          api.placeOrder(
            2,
            { ...stock, symbol: "KO" },
            { ...whole, orderType: OrderType.LMT, lmtPrice: 60.5, orderRef: "b" }
          )
          api.placeOrder(
            3,
            { ...stock, symbol: "KO" },
            { ...whole, orderType: OrderType.LMT, lmtPrice: 60.5, orderRef: "c", whatIf: true }
          )
          api.reqAccountSummary(8, "All", "BuyingPower,DayTradesRemaining")
          api.reqAllOpenOrders()
          yield* ended.orders.await
          api.reqCompletedOrders(false)
          api.reqExecutions(9, {})
          api.reqContractDetails(9, { ...stock, symbol: "AAPL" })
          api.reqPositions()
          yield* ended.all.await
          expect(seen.filter((line) => line.startsWith("error"))).toEqual([])
          for (const line of [
            `version ${newestVersion}`,
            "open 2 KO Submitted 60.5 DAY b",
            "open 3 KO PreSubmitted 60.5 DAY c",
            "what if 3: 0 0 1000000000 181.5 181.5 -1 181.5 181.5 999999999 1 1 1 USD",
            "figure DU1234567 BuyingPower 1000000000.00",
            "figure DU1234567 DayTradesRemaining -1",
            "completed AAPL USD Filled 3 true Filled Size: 3",
            "execution AAPL USD BOT 3 at 150.25",
            "contract AAPL USD SMART AAPL INC COMMON",
            "holds DU1234567 AAPL 3 at 150.25"
          ])
            expect(seen).toContain(line)
        })
      )
  )
})
