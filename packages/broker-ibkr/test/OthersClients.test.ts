import { EventName, IBApi, OrderAction, OrderType, SecType, TimeInForce } from "@stoqey/ib"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Price } from "@roundlot/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"

describe("the simulator, for other programs", () => {
  it("an unmodified @stoqey/ib places an order, sees its fill and what it cost, and reads executions", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { host, number, port } = yield* Simulator.make({ unsaidPrice: Price.unsafe("150.25") })
          const seen: Array<string> = []
          yield* Effect.async<void>((resume) => {
            const api = new IBApi({ host, port, clientId: 3 })
            const stock = { symbol: "AAPL", secType: SecType.STK, exchange: "SMART", currency: "USD" }
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
})
