import { Schema } from "effect"
import { describe, expectTypeOf, test } from "vitest"
import * as Decimal from "../src/values/Decimal.ts"
import * as Money from "../src/values/Money.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import * as ClientOrderId from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import { type AcknowledgedOrder, OrderState } from "../src/records/OrderState.ts"
import type { BrokerService } from "../src/ports/Broker.ts"
import * as Instant from "../src/values/Instant.ts"

declare const broker: BrokerService

const checked = (check: () => unknown) => check

describe("SDK-1: what the types refuse", () => {
  test("FILL-6: an order that the broker has not acknowledged cannot be polled or cancelled there", () => {
    expectTypeOf<Parameters<BrokerService["cancel"]>>().toEqualTypeOf<[order: AcknowledgedOrder]>()
    expectTypeOf<AcknowledgedOrder["_tag"]>().toEqualTypeOf<"Submitted" | "PartiallyFilled">()
    expectTypeOf<Parameters<BrokerService["order"]>[0]>().toEqualTypeOf<ClientOrderId.BrokerOrderId>()
    checked(() => [
      // @ts-expect-error: a plan is nothing to ask a broker about
      broker.cancel(OrderState.Pending({ heldFor: undefined, notBefore: undefined })),
      // @ts-expect-error: a doubtful order can only be looked up
      broker.cancel(OrderState.InDoubt({ attemptId: Id.AttemptId.make(1), why: "no answer", candidate: undefined })),
      // @ts-expect-error: our own id is none of the broker's
      broker.order(ClientOrderId.ClientOrderId.make("rl1-x"))
    ])
  })

  test("an acknowledged order has at least one broker id", () => {
    checked(() => {
      // @ts-expect-error: an empty list of broker ids
      OrderState.Submitted({ brokerOrderIds: [], acceptedAt: Instant.make(0n) })
    })
    expectTypeOf<AcknowledgedOrder["brokerOrderIds"][0]>().toEqualTypeOf<ClientOrderId.BrokerOrderId>()
  })

  test("Money of two currencies cannot be added", () => {
    const dollars = Money.make(Decimal.unsafe("1"), "USD")
    const euros = Money.make(Decimal.unsafe("1"), "EUR")
    expectTypeOf(Money.add(dollars, dollars)).toEqualTypeOf<Money.Money<"USD">>()
    checked(() => {
      // @ts-expect-error: dollars and euros
      Money.add(dollars, euros)
    })
  })

  test("a number is no money, and a price no quantity", () => {
    expectTypeOf<Price.Price>().not.toEqualTypeOf<Quantity.Quantity>()
    checked(() => {
      // @ts-expect-error: a number
      Money.make(1, "USD")
      // @ts-expect-error: a number
      Quantity.make(1)
      // @ts-expect-error: a price where a quantity belongs
      Schema.encodeSync(Quantity.Quantity)(Price.unsafe("1"))
    })
  })

  test("ids of two kinds are not each other's", () => {
    expectTypeOf<Id.TradeId>().not.toEqualTypeOf<Id.OrderId>()
    checked(() => {
      // @ts-expect-error: a trade's id where an order's belongs
      const order: Id.OrderId = Id.TradeId.make(1)
      return order
    })
  })
})
