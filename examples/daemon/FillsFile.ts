import { Clock, Instant, Price, Quantity, Side, Trade } from "@roundlot/core"
import { Effect, Schema, Stream } from "effect"
import { readFile } from "node:fs/promises"
import type { Followed } from "roundlot"

/** A fill as another program appends it to the file: `{"id":"7","symbol":"AAPL","side":"buy","shares":"0.4","price":"187.50"}`. */
const Fill = Schema.parseJson(
  Schema.Struct({
    id: Schema.String,
    symbol: Schema.String,
    side: Side.Side,
    shares: Quantity.Quantity,
    price: Price.Price
  })
)

/** The lines that are whole: what follows the last line's end is still being written. */
const linesOf = (file: string) =>
  Effect.map(
    Effect.tryPromise(() => readFile(file, "utf8")),
    (text) => text.split("\n").slice(0, -1)
  )

/** A file of fills as a source. Its cursor is how many lines were taken in; a line that is no fill stops it there, and says why. */
export const make = (file: string): Effect.Effect<Followed, never, Clock.Clock> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let readAt = yield* clock.now
    const after = (cursor: string | undefined) =>
      Effect.gen(function* () {
        const lines = yield* linesOf(file)
        readAt = yield* clock.now
        return lines
          .slice(Number(cursor ?? "0"))
          .map((line, index) => [line, Number(cursor ?? "0") + index + 1] as const)
      })
    return {
      deliveries: (cursor) =>
        Stream.fromIterableEffect(after(cursor)).pipe(
          Stream.mapEffect(([line, count]) =>
            Effect.map(Schema.decode(Fill)(line), ({ id, price, shares, side, symbol }) => ({
              cursor: String(count),
              trades: [
                Trade.input({ source: "fills", sourceId: id, symbol, side, quantity: shares, price, tradedAt: readAt })
              ]
            }))
          )
        ),
      ageMs: Effect.map(clock.now, (now) => Instant.millisBetween(readAt, now))
    }
  })
