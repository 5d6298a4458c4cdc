import { Decimal, Ticker, type AccountName, type Broker } from "@roundlot/core"
import type { ClientOrderId } from "@roundlot/core/adapter"
import type { BrokerContract } from "@roundlot/testing"
import { Effect } from "effect"
import type { ExchangeService } from "../Exchange.ts"
import type { ExchangeOrder } from "../ExchangeOrder.ts"
import type { InstructionInput, Operation } from "../Instruction.ts"

/** A broker whose account is at an exchange. */
export interface Seat {
  readonly broker: Broker.BrokerService
  readonly account: AccountName.AccountName
  readonly exchange: ExchangeService
  /** The operation by which the broker reads an order; `order` where it is left away. */
  readonly reads?: "order" | "orders"
  /** An id as the broker makes them that no order has. */
  readonly unknownOrderId?: ClientOrderId.BrokerOrderId
  /** A status that the broker documents nowhere, where its simulator shows statuses in the broker's own words. */
  readonly unknownStatus?: string
  /** What else the exchange behind the broker can bring about. */
  readonly stage?: BrokerContract.Stage
  readonly patience?: BrokerContract.Place["patience"]
}

/** What the exchange is told for each word of the contract of brokers. */
const instructionsOf = (reads: "order" | "orders") =>
  ({
    works: { when: {}, do: { accept: {} } },
    refuses: { when: {}, do: { reject: { words: "insufficient buying power" } } },
    "loses the answer": { when: {}, do: { takeThenReset: {} } },
    "fails to read": { when: { operation: reads }, do: { answer: { status: 503 } }, times: 10 }
  }) as const satisfies { readonly [word in BrokerContract.Told]: Omit<InstructionInput, "id"> }

const arrivedOf = (order: ExchangeOrder): BrokerContract.Arrived => ({
  ...order,
  id: order.brokerOrderId,
  limitPrice: order.limitPrice ?? undefined,
  stopPrice: order.stopPrice ?? undefined,
  goodTill: order.goodTill ?? undefined
})

let told = 0

const figures = (quantity: Decimal.Decimal, price: Decimal.Decimal) => ({
  quantity: Decimal.format(quantity),
  price: Decimal.format(price)
})

/** The situations that an exchange brings about by instructions. */
const stageOf = ({ exchange, reads = "order", unknownStatus }: Seat): BrokerContract.Stage => {
  const instruct = (instruction: Omit<InstructionInput, "id">): Effect.Effect<void> =>
    Effect.orDie(exchange.instruct({ id: `staged-${told++}`, ...instruction }))
  const operationOf = (read: BrokerContract.Read): Operation => (read === "order" ? reads : read)
  return {
    fill: ({ id }, quantity, price) => instruct({ do: { fill: { brokerOrderId: id, ...figures(quantity, price) } } }),
    reject: ({ id }) => instruct({ do: { reject: { brokerOrderId: id, code: "x1", words: "no more of this" } } }),
    expire: instruct({ do: { session: { open: false } } }),
    correct: (_, quantity, price) =>
      Effect.flatMap(newestOf(exchange), (execId) =>
        instruct({ do: { correct: { execId, ...figures(quantity, price) } } })
      ),
    bust: () => Effect.flatMap(newestOf(exchange), (execId) => instruct({ do: { bust: { execId } } })),
    byHand: ({ limitPrice, quantity, side, symbol }) => {
      const terms = { quantity: Decimal.format(quantity), side, symbol }
      return instruct({ do: { manualOrder: { ...terms, type: "limit", limitPrice: Decimal.format(limitPrice) } } })
    },
    fillBeforeCancel: instruct({ when: { operation: "cancel" }, do: { fill: {} } }),
    failRead: (read) =>
      instruct({ when: { operation: operationOf(read) }, do: { answer: { status: 503 } }, times: 10 }),
    garbleRead: (read) =>
      instruct({ when: { operation: operationOf(read) }, do: { answer: { status: 200, body: GARBLED } }, times: 10 }),
    ...(unknownStatus === undefined
      ? {}
      : { unknownStatus: Effect.as(instruct({ when: {}, do: { status: { word: unknownStatus } } }), unknownStatus) }),
    arrived: Effect.orDie(Effect.map(exchange.orders, (orders) => orders.map(arrivedOf)))
  }
}

const GARBLED = { garbled: [1, null] }

/** The exchange's own id of its newest execution. */
const newestOf = (exchange: ExchangeService): Effect.Effect<string> =>
  Effect.orDie(Effect.map(exchange.fills, (fills) => fills.at(-1)?.execIdBase ?? ""))

/**
 * The place where the contract of brokers (`BrokerContract` of `@roundlot/testing`) is run on a broker of an exchange.
 *
 * @example
 * describeBroker("mine", Effect.map(open, ({ broker, exchange }) => ContractPlace.of({ broker, account, exchange })))
 */
export const of = (seat: Seat): BrokerContract.Place => {
  const { account, broker, exchange, patience, reads = "order", unknownOrderId } = seat
  return {
    broker,
    account,
    symbol: Ticker.Ticker.make("AAPL"),
    otherSymbol: Ticker.Ticker.make("BRK.B"),
    unknownSymbol: Ticker.Ticker.make("NOPE1"),
    unknownOrderId,
    patience,
    tell: (word) => Effect.orDie(exchange.instruct({ id: `told-${told++}`, ...instructionsOf(reads)[word] })),
    stage: { ...stageOf(seat), ...seat.stage }
  }
}
