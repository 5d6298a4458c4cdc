import { Effect } from "effect"
import { BrokerOrderId, ClientOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { Answer, type OrderSeen } from "../../src/records/Report.ts"
import * as Instant from "../../src/values/Instant.ts"
import { doubtedWith, lost, place } from "./lostAnswer.ts"
import * as Stage from "./Stage.ts"

// An order to buy one AAPL whose answer was lost, beside a live one of KO: what a whole listing has proves it absent, or not.

const trade = Stage.trade("t2", "1", "KO")
const live = Stage.seen({ ...trade, symbol: Ticker.make("KO"), clientOrderId: ClientOrderId.make("ko") })
const other = { ...live, brokerOrderId: BrokerOrderId.make("b-9"), clientOrderId: undefined }

/** What a listing that calls itself whole has, and what the two orders come to. */
export interface Listing {
  readonly rule: string
  readonly what: string
  readonly has: ReadonlyArray<OrderSeen>
  /** What time it is at the broker, where it says that. */
  readonly at?: Instant.Instant
  readonly statuses: ReadonlyArray<string>
}

/** Listings that are not the whole truth: they prove nothing absent. */
export const lyingListings: ReadonlyArray<Listing> = [
  { rule: "W8", what: "a whole listing that lacks a live order", has: [], statuses: ["in_doubt", "submitted"] },
  {
    rule: "W12",
    what: "a whole listing that has our order without our id",
    has: [live, { ...other, symbol: Ticker.make("AAPL") }],
    statuses: ["in_doubt", "submitted"]
  }
]

/** Listings that are: what they lack is absent. */
export const honestListings: ReadonlyArray<Listing> = [
  { rule: "W8", what: "a whole listing that has the live order", has: [live], statuses: ["failed", "submitted"] },
  {
    rule: "W8",
    what: "a whole listing begun a moment after the live order was acknowledged, though by our clock minutes after",
    has: [],
    at: Instant.make(3n),
    statuses: ["failed", "submitted"]
  },
  {
    rule: "W12",
    what: "a whole listing that has an order by hand",
    has: [live, { ...other, symbol: Ticker.make("MSFT"), side: "sell", quantity: Quantity.unsafe("2") }],
    statuses: ["failed", "submitted"]
  }
]

const answerTo = (symbol: Ticker) => (symbol === "KO" ? Answer.Accepted({ brokerOrderId: Stage.theirId }) : lost())

/** What the two orders come to once the one in doubt was looked for in vain for long enough. */
export const statusesBeside = async ({ at, has }: Listing): Promise<ReadonlyArray<string>> => {
  const received = has.map((report) => ({ report, payload: undefined }))
  const { layer } = place(
    {},
    {
      prepare: ({ symbol }) => Stage.prepared((id) => Effect.succeed(Stage.answered(id, answerTo(symbol)))),
      order: () => Effect.succeed({ report: live, payload: undefined }),
      ...(at === undefined ? {} : { clock: Effect.succeed({ at, cutToMs: 1 }) }),
      orders: () => Effect.succeed({ complete: true, received })
    }
  )
  let statuses: ReadonlyArray<string> = []
  await Stage.play(
    Effect.gen(function* () {
      const after = yield* doubtedWith(trade)
      yield* after("11 minutes")
      yield* Effect.replicateEffect(after("6 seconds"), 3)
      statuses = yield* Stage.statuses
    }),
    layer
  )
  return statuses
}
