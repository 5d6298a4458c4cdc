import { Clock, Instant, Price, Quantity, SourcePolicy, Trade } from "@roundlot/core"
import { TradeSource } from "@roundlot/core/adapter"
import { Effect, Option, Stream } from "effect"

/** A fill as the venue tells it, numbered in its own order. */
export interface VenueFill {
  readonly number: number
  readonly ticker: string
  readonly side: "buy" | "sell"
  readonly shares: string
  readonly dollars: string
  readonly at: Instant.Instant
  /** As the venue wrote it. */
  readonly raw: string
}

/** What a venue answers when it is asked for the fills after a number; an empty page says that there is no more. */
export type FillsAfter<E> = (number: number) => Effect.Effect<ReadonlyArray<VenueFill>, E>

const tradeOf = ({ at, dollars, number, shares, side, ticker }: VenueFill): Trade.TradeInput =>
  Trade.input({
    source: "venue",
    sourceId: String(number),
    symbol: ticker,
    side,
    quantity: Quantity.unsafe(shares),
    price: Price.unsafe(dollars),
    tradedAt: at
  })

/** A page of fills, each with the bytes that it was read from. */
const deliveryOf = (fills: ReadonlyArray<VenueFill>, newest: number): TradeSource.Delivery => ({
  cursor: String(newest),
  ...TradeSource.delivered(
    fills.map((fill) => ({ trades: [tradeOf(fill)], bytes: fill.raw })),
    { contentType: "application/x-ndjson", endpoint: "/fills" }
  )
})

/** A source that pages through a venue's fills; its cursor is the number of the newest that was delivered. */
export const make = <E>(
  fillsAfter: FillsAfter<E>
): Effect.Effect<TradeSource.TradeSourceService<E>, never, Clock.Clock> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let heardAt = yield* clock.now
    const pageAfter = (number: number) =>
      Effect.gen(function* () {
        const fills = yield* fillsAfter(number)
        heardAt = yield* clock.now
        return fills
      })
    return {
      name: "venue",
      policy: SourcePolicy.plain,
      deliveries: (cursor) =>
        Stream.unfoldEffect(Number(cursor ?? "0"), (after) =>
          Effect.map(pageAfter(after), (fills) => {
            const newest = fills.at(-1)?.number
            if (newest === undefined) return Option.none()
            return Option.some([deliveryOf(fills, newest), newest] as const)
          })
        ),
      ageMs: Effect.map(clock.now, (now) => Instant.millisBetween(heardAt, now))
    }
  })
