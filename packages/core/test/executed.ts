import type { Executed, History } from "../src/rules/lot/movements.ts"
import { AccountName } from "../src/records/AccountName.ts"
import { Ticker } from "../src/records/Ticker.ts"
import { FillId, OrderId } from "../src/values/Id.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Price from "../src/values/Price.ts"

/** A moment. */
export const at = (text: string): Instant.Instant => Instant.parse(text) ?? Instant.make(0n)

/** An execution of AAPL, on 2 March 2026 unless it says another time. */
export const fill = (
  id: number,
  side: "buy" | "sell",
  quantity: string,
  price: string,
  rest: Partial<Executed["fill"]> = {}
): Executed => ({
  side,
  fill: {
    id: FillId.make(id),
    account: AccountName.make("desk"),
    orderId: OrderId.make(1),
    symbol: Ticker.make("AAPL"),
    execId: `e${id}`,
    execIdBase: `e${id}`,
    revision: 0,
    canonical: true,
    quantity: Decimal.unsafe(quantity),
    price: Price.unsafe(price),
    band: "within",
    expectedPrice: undefined,
    expectedFrom: undefined,
    executedAt: at("2026-03-02T15:00:00Z"),
    commission: Decimal.zero,
    commissionCurrency: "USD",
    permId: undefined,
    orderRef: undefined,
    orderNumber: undefined,
    clientId: undefined,
    secType: undefined,
    exchange: undefined,
    currency: undefined,
    liquidity: undefined,
    payloadId: undefined,
    fetchedAt: at("2026-03-02T15:00:01Z"),
    createdAt: at("2026-03-02T15:00:01Z"),
    updatedAt: at("2026-03-02T15:00:01Z"),
    version: 1,
    ...rest
  }
})

/** The books of these executions, with nothing beside. */
export const history = (executed: ReadonlyArray<Executed>, rest: Partial<History> = {}): History => ({
  executed,
  declared: [],
  splits: [],
  identified: [],
  currency: "USD",
  ...rest
})
