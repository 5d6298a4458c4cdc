import { Ticker } from "@roundlot/core"
import type { AccountName, Broker, ClientOrderId } from "@roundlot/core"
import { Effect } from "effect"
import type { ExchangeService } from "../Exchange.ts"
import type { InstructionInput } from "../Instruction.ts"

/** A broker whose account is at an exchange. */
export interface Seat {
  readonly broker: Broker.BrokerService
  readonly account: AccountName.AccountName
  readonly exchange: ExchangeService
  /** The operation by which the broker reads an order; `order` where it is left away. */
  readonly reads?: "order" | "orders"
  /** An id as the broker makes them that no order has. */
  readonly unknownOrderId?: ClientOrderId.BrokerOrderId
}

/** What the exchange is told for each word of the contract of brokers. */
const instructionsOf = (reads: "order" | "orders") =>
  ({
    works: { when: {}, do: { accept: {} } },
    refuses: { when: {}, do: { reject: { words: "insufficient buying power" } } },
    "loses the answer": { when: {}, do: { takeThenReset: {} } },
    "fails to read": { when: { operation: reads }, do: { answer: { status: 503 } }, times: 10 }
  }) as const satisfies { readonly [word: string]: Omit<InstructionInput, "id"> }

let told = 0

/**
 * The place where the contract of brokers (`BrokerContract` of `@roundlot/core/testing`) is run on a broker of an exchange.
 *
 * @example
 * describeBroker("mine", Effect.map(open, ({ broker, exchange }) => ContractPlace.of({ broker, account, exchange })), [])
 */
export const of = ({ account, broker, exchange, reads = "order", ...more }: Seat) => ({
  ...more,
  broker,
  account,
  symbol: Ticker.Ticker.make("AAPL"),
  unknownSymbol: Ticker.Ticker.make("NOPE1"),
  tell: (word: keyof ReturnType<typeof instructionsOf>): Effect.Effect<void> =>
    Effect.orDie(exchange.instruct({ id: `told-${told++}`, ...instructionsOf(reads)[word] }))
})
