import { Effect, Layer } from "effect"
import { describe, expect, test } from "vitest"
import { Reference } from "../../src/values/Reference.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { PriceReference } from "../../src/ports/PriceReference.ts"
import { PositionTable } from "../../src/records/Position.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as StartGate from "../../src/services/StartGate.ts"
import * as Instant from "../../src/values/Instant.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const A_YEAR_MS = 365 * 86_400_000

/** At a simulated market or at another, an account that may send a thousand dollars at once. */
const at = (isSimulated: boolean, prices: Layer.Layer<PriceReference>) =>
  Stage.layer(
    { capabilities: { ...Stage.capabilities, simulatedMarket: isSimulated } },
    { prices, now: Effect.succeed(now) }
  )

const now = Instant.fromMillis(2 * A_YEAR_MS)
const aYearAgo = Instant.fromMillis(A_YEAR_MS)

const market = (price: () => string | undefined, isSimulated = true, since = aYearAgo) =>
  Layer.succeed(PriceReference, {
    of: () =>
      Effect.sync(() => {
        const said = price()
        if (said === undefined) return Reference.NoPrice()
        return Reference.Priced({ price: Price.unsafe(said), at: since, source: "test", isSimulated })
      })
  })

const openedWith = (settings: Parameters<typeof Stage.opened>[0]) =>
  Effect.gen(function* () {
    yield* Stage.opened(settings)
    yield* Stage.driving
    yield* StartGate.declared(Stage.account)
  })

const opened = openedWith({ maxOrderNotional: Quantity.unsafe("1000") })

const answer = Effect.map(Reads.all(PositionTable), ([position]) => answered(position))

const priceless: TradeInput = { ...Stage.trade("t1", "10"), price: undefined }

/** What the position of a trade answers. */
const answerTo = async (trade: TradeInput, ground: ReturnType<typeof at>) => {
  let found: string | undefined
  await Stage.play(
    Effect.gen(function* () {
      yield* opened
      yield* Stage.submit(trade)
      yield* Gates.confirmInstruments
      found = yield* answer
    }),
    ground
  )
  return found
}

describe("D3: prices of a simulated market", () => {
  const none = market(() => undefined)
  const ofTrade: TradeInput = { ...priceless, price: Price.unsafe("150"), tradedAt: aYearAgo }

  test("stand until a newer one comes, however old they are, and nowhere else", async () => {
    expect(
      await answerTo(
        priceless,
        at(
          true,
          market(() => "99")
        )
      )
    ).toMatch(/^Ordered/)
    expect(
      await answerTo(
        priceless,
        at(
          false,
          market(() => "99")
        )
      )
    ).toBe("Refused(NoReferencePrice)")
    expect(
      await answerTo(
        priceless,
        at(
          false,
          market(() => "99", false)
        )
      )
    ).toBe("Refused(NoReferencePrice)")
  })

  test("of this moment too say nothing of an account at another market", async () => {
    expect(
      await answerTo(
        priceless,
        at(
          false,
          market(() => "99", true, now)
        )
      )
    ).toBe("Refused(NoReferencePrice)")
    expect(
      await answerTo(
        priceless,
        at(
          false,
          market(() => "99", false, now)
        )
      )
    ).toMatch(/^Ordered/)
  })

  test("what trades brought is one of them", async () => {
    expect(await answerTo({ ...ofTrade, quantity: Quantity.unsafe("6") }, at(true, none))).toMatch(/^Ordered/)
    expect(await answerTo(ofTrade, at(true, none))).toBe("Refused(MaxNotional)")
    expect(await answerTo(ofTrade, at(false, none))).toBe("Refused(NoReferencePrice)")
  })

  test("FILL-12: where nobody has said a price nothing is ordered, there as elsewhere", async () => {
    expect(await answerTo(priceless, at(true, none))).toBe("Refused(NoReferencePrice)")
    expect(await answerTo(priceless, at(false, none))).toBe("Refused(NoReferencePrice)")
  })

  test("a position goes on as soon as the market says a price, and its order has it", () => {
    let price: string | undefined
    return Stage.play(
      Effect.gen(function* () {
        yield* openedWith({ thresholdNotional: Quantity.unsafe("500") })
        yield* Stage.submit(priceless)
        yield* Gates.confirmInstruments
        yield* Gates.openGates
        expect(yield* answer).toBe("NoPrice")
        price = "99"
        yield* Gates.openGates
        const [order] = yield* Stage.orders
        expect(order && [order.referenceSource, Decimal.format(order.referencePrice ?? Decimal.zero)]).toEqual([
          "test",
          "99"
        ])
      }),
      at(
        true,
        market(() => price)
      )
    )
  })
})
