import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { AccountName } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core"
import { SampleOrder } from "@roundlot/core/testing"
import { Effect, Random } from "effect"

/** The account that the tests trade in. */
export const account = AccountName.AccountName.make("paper")

/** A simulator of its own on a free port, and the broker of `account` on it, over real sockets. */
export const open = (options: Simulator.Options = {}, differs: Partial<IbkrBroker.Options> = {}) =>
  Effect.gen(function* () {
    const seed = yield* Random.nextInt
    const simulator = yield* Simulator.make({ seed, ...options })
    const { host, port } = simulator
    const broker = yield* IbkrBroker.make({ account, address: { host, port, clientId: 7 }, ...differs })
    return { simulator, exchange: simulator.exchange, broker }
  })

/** A market order of one AAPL, or what differs from it. */
export const terms = (differs: Partial<OrderTerms.OrderTerms> = {}): OrderTerms.OrderTerms =>
  SampleOrder.terms(account, differs)

/** Sends an order as its first attempt, says an answer in a line, and spans the last hour. */
export const { lately, send, words } = SampleOrder
