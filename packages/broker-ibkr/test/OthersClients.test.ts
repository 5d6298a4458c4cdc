import { EventName, IBApi, OrderAction, OrderType, SecType, TimeInForce } from "@stoqey/ib"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Price } from "@roundlot/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { lines } from "./lines.ts"

/** An unmodified client that is connected: its first id, what it hears as lines, and a wait for one of these. */
const connected = (at: { readonly host: string; readonly port: number }, clientId: number) =>
  Effect.gen(function* () {
    const api = new IBApi({ ...at, clientId })
    const { say, seen, until } = lines()
    api.on(EventName.error, (_error, code, id) => say(`error ${code} of ${id}`))
    api.on(EventName.openOrder, (id, _contract, { lmtPrice, totalQuantity }) =>
      say(`order ${id}: ${totalQuantity} at ${lmtPrice}`)
    )
    api.on(EventName.openOrderEnd, () => say("end"))
    api.on(EventName.orderStatus, (id, status, filled, remaining) => say(`${id} ${status} ${filled} ${remaining}`))
    const first = yield* Effect.acquireRelease(
      Effect.async<number>((resume) => {
        api.once(EventName.nextValidId, (id) => resume(Effect.succeed(id)))
        api.connect()
      }),
      () => Effect.sync(() => api.disconnect())
    )
    return { api, first, seen, until }
  })

const stock = { symbol: "AAPL", secType: SecType.STK, exchange: "SMART", currency: "USD" }

const limit = (lmtPrice: number, totalQuantity: number) => ({
  action: OrderAction.BUY,
  orderType: OrderType.LMT,
  lmtPrice,
  totalQuantity,
  tif: TimeInForce.DAY,
  transmit: true
})

describe("the simulator, for other programs", () => {
  it("an unmodified @stoqey/ib places an order, sees its fill and what it cost, and reads executions", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { host, number, port } = yield* Simulator.make({ unsaidPrice: Price.unsafe("150.25") })
          const seen: Array<string> = []
          yield* Effect.async<void>((resume) => {
            const api = new IBApi({ host, port, clientId: 3 })
            api.on(EventName.error, (error, code) => seen.push(`error ${code} ${error.message}`))
            api.on(EventName.managedAccounts, (accounts) => seen.push(`accounts ${accounts}`))
            api.once(EventName.nextValidId, (id) =>
              api.placeOrder(id, stock, {
                action: OrderAction.BUY,
                orderType: OrderType.LMT,
                lmtPrice: 150.25,
                totalQuantity: 3,
                tif: TimeInForce.DAY,
                orderRef: "mine",
                transmit: true
              })
            )
            api.on(EventName.orderStatus, (_id, status, filled) => {
              const line = `status ${status} ${filled}`
              if (!seen.includes(line)) seen.push(line)
            })
            api.on(EventName.execDetails, (reqId, _contract, { orderRef, price, shares }) =>
              seen.push(`execution ${reqId} ${shares} at ${price} of ${orderRef}`)
            )
            api.on(EventName.commissionReport, ({ commission, realizedPNL }) => {
              seen.push(`cost ${commission} ${realizedPNL}`)
              if (!seen.includes("end")) api.reqExecutions(9, {})
            })
            api.on(EventName.execDetailsEnd, () => {
              if (seen.includes("end")) return
              seen.push("end")
              api.disconnect()
              resume(Effect.void)
            })
            api.connect()
          })
          expect(seen).toContain(`accounts ${number}`)
          expect(seen).toContain("status PreSubmitted 0")
          expect(seen).toContain("execution -1 3 at 150.25 of mine")
          expect(seen).toContain("execution 9 3 at 150.25 of mine")
          expect(seen).toContain("cost 1 undefined")
          expect(seen.filter((line) => line.startsWith("error"))).toEqual([])
        })
      )
    ))

  it("an unmodified @stoqey/ib changes, lists and cancels what rests, and hears of it", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { exchange, host, port } = yield* Simulator.make({ unsaidPrice: Price.unsafe("200") })
          const { api, first, seen, until } = yield* connected({ host, port }, 3)
          api.placeOrder(first, stock, limit(150, 5))
          yield* until(`${first} Submitted 0 5`)
          const [resting] = yield* exchange.orders
          yield* exchange.instruct({
            id: "part",
            do: { fill: { brokerOrderId: resting?.brokerOrderId ?? "", quantity: "2", price: "150" } }
          })
          yield* until(`${first} Submitted 2 3`)
          api.placeOrder(first, stock, limit(160, 4))
          yield* until(`${first} Submitted 2 2`)
          api.placeOrder(first, stock, { ...limit(160, 4), action: OrderAction.SELL })
          yield* until(`error 105 of ${first}`)
          // Of the orders of others a client hears where it asks.
          const other = yield* connected({ host, port }, 4)
          other.api.reqAllOpenOrders()
          yield* other.until("end")
          expect(other.seen).toEqual([`order ${first}: 4 at 160`, `${first} Submitted 2 2`, "end"])
          api.cancelOrder(first)
          yield* until(`error 202 of ${first}`)
          expect(seen).toContain(`${first} Cancelled 2 2`)
          api.placeOrder(first, stock, limit(160, 4))
          yield* until(`error 103 of ${first}`)

          api.placeOrder(first + 1, stock, limit(150, 1))
          api.placeOrder(first + 2, stock, limit(150, 1))
          api.reqGlobalCancel()
          yield* until(`error 202 of ${first + 1}`)
          yield* until(`error 202 of ${first + 2}`)
          api.placeOrder(first + 3, stock, limit(150, 1))
          yield* until(`${first + 3} Submitted 0 1`)
          api.placeOrder(first + 3, stock, limit(210, 1))
          yield* until(`${first + 3} Filled 1 0`)
          api.placeOrder(first + 3, stock, limit(210, 2))
          yield* until(`error 104 of ${first + 3}`)
        })
      )
    ))

  it("an unmodified @stoqey/ib has its account updated, to an end, and hears nothing of it once it ends that", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { host, number, port } = yield* Simulator.make({ unsaidPrice: Price.unsafe("200") })
          const { api, first, until } = yield* connected({ host, port }, 3)
          api.placeOrder(first, stock, limit(210, 3))
          yield* until(`${first} Filled 3 0`)
          const { say, seen, until: hears } = lines()
          api.on(EventName.updateAccountValue, (key, value, currency, account) =>
            say(`${key} ${value} ${currency} of ${account}`.replaceAll(/ +/g, " "))
          )
          api.on(EventName.updatePortfolio, ({ symbol }, position, price, value, cost, open, realised, account) =>
            say([symbol, position, price, value, cost, open, realised, "of", account].join(" "))
          )
          api.on(EventName.accountDownloadEnd, (account) => say(`end of ${account}`))
          api.on(EventName.currentTime, () => say("now"))
          api.on(EventName.info, (_words, code) => say(String(code)))
          api.reqAccountUpdates(true, number)
          yield* hears(`end of ${number}`)
          expect(seen).toContain(`AccountReady true of ${number}`)
          expect(seen).toContain(`StockMarketValue 600.00 USD of ${number}`)
          expect(seen).toContain(`AAPL 3 200 600 200 0 0 of ${number}`)
          const before = seen.length
          api.reqAccountUpdates(false, number)
          api.reqCurrentTime()
          yield* hears("now")
          expect(seen.slice(before)).toEqual(["now"])
          api.reqAccountUpdates(true, "DU0")
          yield* hears("321")
        })
      )
    ))
})
