import { expect, it } from "@effect/vitest"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Account, AccountName, Accumulator, Audit, Commands, Daemon, Decimal, Fill } from "@roundlot/core"
import { Instant, Price, Quantity, Reads, Roundlot, Trade } from "@roundlot/core"
import { Booking, Ledger, Sweep } from "@roundlot/core/ledger"
import type { Side } from "@roundlot/core"
import { Clock, Effect, Layer } from "effect"
import { realisedProfits } from "./pnl.ts"

const desk = AccountName.AccountName.make("desk")
const exchange = Exchange.layer({})
const services = PaperBroker.layerBrokers.pipe(Layer.provideMerge(exchange), Layer.provideMerge(Roundlot.layerMemory))

let trades = 0

/** Buys or sells whole shares at a price, and waits until it is on the books. */
const trade = (symbol: string, side: Side.Side, shares: string, price: string) =>
  Effect.gen(function* () {
    const { instruct } = yield* Exchange.Exchange
    const id = `t${++trades}`
    yield* instruct({ id, do: { price: { symbol, price } } })
    yield* (yield* Accumulator.Accumulator).submit(
      desk,
      Trade.input({
        source: "venue",
        sourceId: id,
        symbol,
        side,
        quantity: Quantity.unsafe(shares),
        price: Price.unsafe(price),
        tradedAt: Instant.fromMillis(yield* Clock.currentTimeMillis)
      })
    )
    yield* Daemon.untilIdle
  })

const rowsOf = Effect.map(realisedProfits, (profits) =>
  profits.map(({ fees, held, openCost, realised, symbol }) =>
    [symbol, realised, fees, held, openCost]
      .map((cell) => (cell === undefined ? "-" : typeof cell === "string" ? cell : Decimal.format(cell)))
      .join(" ")
  )
)

it.live(
  "BAT-15: realised profit, first in first out, is that of the table worked by hand; a correction changes the past",
  () =>
    Effect.gen(function* () {
      yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "test")
      yield* Effect.forkScoped(Daemon.run())
      yield* trade("AAPL", "buy", "10", "100")
      yield* trade("AAPL", "buy", "5", "110")
      // 10 of 100 and 2 of 110 are sold at 120: 10 × 20 + 2 × 10 = 220; 3 are left, which cost 330.
      yield* trade("AAPL", "sell", "12", "120")
      expect(yield* rowsOf).toEqual(["AAPL 220 0 3 330"])
      // The 3 at 110 are closed at 90: −60; 4 more are sold short at 90, for 360.
      yield* trade("AAPL", "sell", "7", "90")
      expect(yield* rowsOf).toEqual(["AAPL 160 0 -4 360"])
      // 4 short at 90 are bought back at 80: +40.
      yield* trade("AAPL", "buy", "4", "80")
      yield* trade("KO", "buy", "2", "60.5")
      expect(yield* rowsOf).toEqual(["AAPL 200 0 0 0", "KO 0 0 2 121"])
      // The first purchase was at 101: ten shares earned a dollar less each.
      const { instruct } = yield* Exchange.Exchange
      const [first] = yield* Reads.all(Fill.FillTable)
      yield* instruct({ id: "c", do: { correct: { execId: first?.execId ?? "", price: "101" } } })
      yield* Sweep.sweep(desk)
      expect(yield* rowsOf).toEqual(["AAPL 190 0 0 0", "KO 0 0 2 121"])
      expect((yield* Audit.run()).findings).toEqual([])
    }).pipe(Effect.scoped, Effect.provide(services))
)

it.live("BAT-15: what a fill cost is counted, whenever it comes", () =>
  Effect.gen(function* () {
    yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "test")
    yield* Effect.forkScoped(Daemon.run())
    yield* trade("AAPL", "buy", "1", "100")
    yield* trade("AAPL", "sell", "1", "101")
    const fills = yield* Reads.all(Fill.FillTable)
    const ledger = yield* Ledger.Ledger
    for (const { execId } of fills) {
      const report = {
        _tag: "Commission",
        account: desk,
        asOf: Instant.fromMillis(1),
        asOfKind: "broker",
        execId,
        amount: Decimal.unsafe("0.35"),
        currency: "USD"
      } as const
      yield* ledger.submit("command", Booking.reportMember({ report, payload: undefined }))
    }
    expect(yield* rowsOf).toEqual(["AAPL 1 0.7 0 0"])
  }).pipe(Effect.scoped, Effect.provide(services))
)
