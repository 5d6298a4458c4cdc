import type { Instruction } from "@roundlot/broker-paper"
import { ClientOrderId, Ticker } from "@roundlot/core"
import type { BrokerContract } from "@roundlot/core/testing"
import { describeBroker } from "@roundlot/core/testing/vitest"
import { Effect } from "effect"
import { account, open } from "./setup.ts"

/** What the simulator's exchange is told for each word of the contract. */
const instructions: { readonly [T in BrokerContract.Told]: Omit<Instruction.InstructionInput, "id"> } = {
  works: { when: {}, do: { accept: {} } },
  refuses: { when: {}, do: { reject: { words: "insufficient buying power" } } },
  "loses the answer": { when: {}, do: { takeThenReset: {} } },
  "fails to read": { when: { operation: "order" }, do: { answer: { status: 503 } }, times: 10 }
}

let told = 0

/** A simulator of its own for a clause of the contract, over real sockets. An answer serves nobody again: each read is its own. */
const place = Effect.map(open({}, { servesAgainFor: 0 }), ({ broker, exchange }): BrokerContract.Place => ({
  broker,
  account,
  symbol: Ticker.Ticker.make("AAPL"),
  unknownSymbol: Ticker.Ticker.make("NOPE1"),
  unknownOrderId: ClientOrderId.BrokerOrderId.make("1999999999999"),
  tell: (word) => Effect.orDie(exchange.instruct({ id: `told-${told++}`, ...instructions[word] }))
}))

describeBroker("Schwab", place, ["streaming"])
