import { EventName, IBApi, OrderAction, OrderType, SecType, TimeInForce } from "@stoqey/ib"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Fill, Instant, Order, Reads } from "@roundlot/core"
import { Sync } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { booksAt } from "./books.ts"
import { account } from "./setup.ts"

const OTHER_CLIENT = 3

/** Another program buys five KO, and hears of both executions that it comes to. */
const bought = ({ exchange, host, port }: Simulator.Simulator) =>
  Effect.gen(function* () {
    yield* exchange.instruct({ id: "rests", when: { symbol: "KO" }, do: { accept: {} } })
    const taken = yield* Effect.async<number>((resume) => {
      const api = new IBApi({ host, port, clientId: OTHER_CLIENT })
      const stock = { symbol: "KO", secType: SecType.STK, exchange: "SMART", currency: "USD" }
      api.once(EventName.nextValidId, (id) => {
        api.once(EventName.openOrder, () => {
          api.disconnect()
          resume(Effect.succeed(id))
        })
        api.placeOrder(id, stock, {
          action: OrderAction.BUY,
          orderType: OrderType.MKT,
          totalQuantity: 5,
          tif: TimeInForce.DAY,
          orderRef: "mine",
          transmit: true
        })
      })
      api.connect()
    })
    const brokerOrderId = (yield* exchange.orders).at(-1)?.brokerOrderId ?? ""
    for (const quantity of ["2", "3"])
      yield* exchange.instruct({ id: `fill ${quantity}`, do: { fill: { quantity, price: "100", brokerOrderId } } })
    return taken
  })

it("SYNC-4: executions without a permId are of one order by client, order id, symbol, side and date; those of people, each of its own", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const simulator = yield* Simulator.make({ permIds: "never" })
        const { exchange, host, port } = simulator
        const broker = yield* IbkrBroker.make({ account, address: { host, port, clientId: 7 } })
        const orderId = yield* bought(simulator)
        const [first] = yield* exchange.fills
        const date = Instant.format(first?.executedAt ?? Instant.make(0n)).slice(0, 10)
        for (const id of ["a", "b"]) {
          const manualOrder = { account: Simulator.ACCOUNT, symbol: "AAPL", side: "buy", quantity: "4" } as const
          yield* exchange.instruct({ id, do: { manualOrder } })
        }
        yield* Effect.gen(function* () {
          expect(yield* Sync.syncTradesOnce({ account })).toMatchObject({ fetched: 4, inserted: 4, touchedOrders: 3 })
          expect(yield* Sync.syncTradesOnce({ account })).toMatchObject({ fetched: 4, inserted: 0, touchedOrders: 0 })
          const orders = yield* Reads.all(Order.OrderTable)
          const composite = `${OTHER_CLIENT}/${orderId}/KO/buy/${date}`
          expect(orders.map(({ filled, symbol }) => `${symbol} ${Decimal.format(filled)}`).toSorted()).toEqual([
            "AAPL 4",
            "AAPL 4",
            "KO 5"
          ])
          expect(orders.find(({ symbol }) => symbol === "KO")?.brokerOrderIds).toContain(composite)
          expect((yield* Reads.all(Fill.FillTable)).map(({ permId }) => permId)).toEqual(
            Array.from({ length: 4 }, () => undefined)
          )
        }).pipe(Effect.provide(booksAt(broker)))
      })
    )
  ))
