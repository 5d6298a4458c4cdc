import { expect, it } from "@effect/vitest"
import {
  Account,
  AccountName,
  Clock,
  Commands,
  Decimal,
  Instant,
  Position,
  Reads,
  Roundlot,
  Sources,
  Trade
} from "@roundlot/core"
import type { SourceContract } from "@roundlot/testing"
import { describeSource } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import * as VenueSource from "./VenueSource.ts"

const desk = AccountName.AccountName.make("desk")

const written = (fill: Omit<VenueSource.VenueFill, "raw">): VenueSource.VenueFill => ({
  ...fill,
  raw: JSON.stringify({ ...fill, at: Instant.format(fill.at) })
})

const fillOf = (number: number): VenueSource.VenueFill =>
  written({ number, ticker: "AAPL", side: "buy", shares: "0.25", dollars: "150", at: Instant.fromMillis(0) })

/** A venue with so many fills, two on a page, that notes after which number it was asked. */
const venueOf =
  (count: number, asked: Array<number>): VenueSource.FillsAfter<never> =>
  (after) =>
    Effect.sync(() => {
      asked.push(after)
      const all = Array.from({ length: count }, (_, index) => fillOf(index + 1))
      return all.filter(({ number }) => number > after).slice(0, 2)
    })

it.effect("ACC-2: a source goes on after the cursor of what was taken in, and nothing is counted twice", () =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    yield* commands.setAccount(desk, { ...Account.defaultSettings, broker: "house" }, "app")
    const asked: Array<number> = []
    yield* Sources.follow(desk, yield* VenueSource.make(venueOf(3, asked)))
    yield* Sources.follow(desk, yield* VenueSource.make(venueOf(5, asked)))
    expect(asked).toEqual([0, 2, 3, 3, 5])
    expect((yield* Reads.all(Trade.TradeTable)).map(({ sourceId }) => sourceId)).toEqual(["1", "2", "3", "4", "5"])
    expect((yield* Reads.all(Position.PositionTable)).map(({ exposure }) => Decimal.format(exposure))).toEqual(["1.25"])
  }).pipe(Effect.provide(Roundlot.layerMemory), Effect.provide(Clock.layerAlwaysOpen))
)

const place = Effect.map(Clock.Clock, (clock): SourceContract.Place => {
  const fills: Array<VenueSource.VenueFill> = []
  let isDown = false
  const after: VenueSource.FillsAfter<string> = (last) =>
    isDown
      ? Effect.fail("the venue is down")
      : Effect.succeed(fills.filter(({ number }) => number > last).slice(0, 100))
  return {
    open: Effect.provideService(VenueSource.make(after), Clock.Clock, clock),
    bring: (trades) =>
      Effect.sync(() =>
        trades.forEach(({ price, quantity, side, sourceId, symbol, tradedAt }) => {
          const [shares, dollars] = [Decimal.format(quantity), Decimal.format(price)]
          fills.push(written({ number: Number(sourceId), ticker: symbol, side, shares, dollars, at: tradedAt }))
        })
      ),
    bytesOf: ({ sourceId }) => `"number":${sourceId},`,
    fail: Effect.sync(() => void (isDown = true))
  }
}).pipe(Effect.provide(Clock.layerAlwaysOpen))

describeSource("a venue", place)
