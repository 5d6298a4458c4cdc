import { AccountName, Price, Quantity } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { SampleOrder } from "@roundlot/testing"
import { Effect, Either } from "effect"
import type { Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Exchange, Instruction, PaperBroker, type ExchangeOrder } from "@roundlot/broker-paper"

/** The account that most tests trade in. */
export const account = AccountName.AccountName.make("paper")

/** A file in a directory of its own, gone with the scope. */
export const freshFile: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "paper-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  ),
  (directory) => join(directory, "exchange.sqlite")
)

/** An exchange on a fresh file, and the broker of `account` on it. */
export const open = (options: Omit<Exchange.ExchangeOptions, "file"> = {}) =>
  Effect.gen(function* () {
    const file = yield* freshFile
    const exchange = yield* Exchange.make({ ...options, file })
    return { file, exchange, broker: PaperBroker.make(exchange, account) }
  })

/** A market order of one AAPL at a reference of 150, or what differs from it, under a client order id of its own. */
export const terms = (differs: Partial<OrderTerms.OrderTerms> = {}): OrderTerms.OrderTerms =>
  SampleOrder.terms(account, { referencePrice: Price.unsafe("150"), ...differs })

/** Sends an order as its first attempt. */
export const send = SampleOrder.send

/** What `Instruction.decode` says of a value: the instruction, or the words of the error. */
export const readInstruction = (input: unknown): Instruction.Instruction | string =>
  Either.getOrElse(Instruction.decode(input), (error) => error.message)

/** What is asked of the exchange: ten AAPL at the market for the day, or what differs from it. */
export const request = (differs: Partial<ExchangeOrder.PlaceRequest> = {}): ExchangeOrder.PlaceRequest => ({
  clientOrderId: null,
  symbol: "AAPL",
  side: "buy",
  quantity: Quantity.unsafe("10"),
  type: "market",
  limitPrice: null,
  stopPrice: null,
  timeInForce: "day",
  session: "regular",
  referencePrice: null,
  ...differs
})
