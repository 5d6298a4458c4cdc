import { Commands, Decimal, Position, Reads, Ticker } from "@roundlot/core"
import { residuals } from "@roundlot/queries"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as scene from "./scene.ts"

/** What every position owes now. */
const owed = Effect.map(Reads.all(Position.PositionTable), (positions) =>
  positions.map(({ residual, symbol }) => [symbol, Decimal.format(residual)] as const)
)

/** Trades, netting, orders that fill in parts, are corrected, refused and end unfilled, a release, a reversal and a write-off. */
const acts = [
  scene.open(["AAPL", "MSFT"]),
  scene.trade("t-1", "buy", "0.3"),
  scene.trade("t-2", "buy", "0.5"),
  scene.trade("t-3", "buy", "2.4"),
  scene.accepted(1),
  scene.fills(1, { exec: "x1", quantity: "1", price: "150" }),
  scene.trade("t-4", "sell", "0.1"),
  scene.fills(1, { exec: "x2", quantity: "2", price: "150.3" }),
  scene.fills(1, { exec: "x2", revision: 1, quantity: "1", price: "150.2" }),
  scene.trade("t-5", "buy", "1.5", "MSFT", "410"),
  scene.trade("t-6", "buy", "2", "KO", "60"),
  scene.refused(2),
  scene.confirms("KO"),
  scene.unclear(3),
  scene.notSent(3),
  scene.trade("t-7", "sell", "0.5", "AAPL", "150.25", "t-2"),
  scene.trade("t-8", "sell", "4", "MSFT", "410"),
  scene.trade("r-9", "sell", "0.25", "MSFT", "410", "t-9"),
  scene.trade("t-9", "buy", "0.25", "MSFT", "410")
]

type Seen = ReadonlyArray<readonly [second: number, owed: ReadonlyArray<readonly [symbol: string, residual: string]>]>

/** Does one act a second, and says what was owed after each. */
const played = Effect.forEach(acts, (act, index) =>
  Effect.gen(function* () {
    yield* scene.at(index)
    yield* act
    return [index, yield* owed] as const
  })
)

const historyOf = (symbol: string, since = 0) => residuals.history(symbol, "main", scene.second(since))

/** What a history says of a second: its last point until then. */
const residualAt = ({ points }: residuals.ResidualHistoryDocument, second: number): string | undefined =>
  points.findLast(({ at }) => Date.parse(at) <= Date.parse(scene.second(second)))?.residual

const agrees = (history: residuals.ResidualHistoryDocument, seen: Seen) => {
  for (const [second, positions] of seen) {
    const residual = positions.find(([symbol]) => symbol === history.symbol)?.[1] ?? "0"
    expect([history.symbol, second, residualAt(history, second)]).toEqual([history.symbol, second, residual])
  }
}

describe("the residual of a position over time", () => {
  it.effect(
    "A2: is at each commit what the position said then, through fills, corrections, refusals, releases and reversals",
    () =>
      Effect.gen(function* () {
        const seen = yield* played
        for (const symbol of ["AAPL", "MSFT", "KO"]) agrees(yield* historyOf(symbol), seen)
        expect(
          new Set(seen.flatMap(([, positions]) => positions.map(([, residual]) => residual))).size
        ).toBeGreaterThan(6)
      }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("A2: of orders that are older than what is read it is the same", () =>
    Effect.gen(function* () {
      const seen = yield* played
      for (const since of acts.keys()) {
        const part = seen.filter(([second]) => second >= since)
        for (const symbol of ["AAPL", "MSFT", "KO"]) agrees(yield* historyOf(symbol, since), part)
      }
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("P9: begins with the last split: before it a share was another one", () =>
    Effect.gen(function* () {
      yield* scene.open(["AAPL"])
      yield* scene.at(1)
      yield* scene.trade("t-1", "buy", "0.25")
      yield* scene.at(2)
      const commands = yield* Commands.Commands
      const symbol = Ticker.Ticker.make("AAPL")
      const command = { _tag: "AcceptSplit", symbol, to: 2, from: 1, cashInLieu: undefined } as const
      yield* commands.perform({ id: "split", account: scene.main, actor: "test", reason: "two for one", command })
      yield* scene.at(3)
      yield* scene.trade("t-2", "buy", "0.1")
      const { points, since } = yield* historyOf("AAPL")
      expect([since, points.map(({ residual }) => residual)]).toEqual([scene.second(2), ["0.5", "0.6"]])
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("a moment that has not come, and an account that has no such position, are refused by name", () =>
    Effect.gen(function* () {
      yield* played
      expect(yield* scene.messageOf(historyOf("AAPL", 3600))).toContain("is in the future")
      expect(yield* scene.messageOf(residuals.history("AAPL", "other", scene.second(0)))).toContain(
        "position AAPL does not exist"
      )
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("shows at most 400 changes: of each part of the time the last, and what is owed now", () =>
    Effect.gen(function* () {
      yield* scene.open(["AAPL"])
      for (let n = 1; n <= 450; n++) {
        yield* scene.at(n)
        yield* scene.trade(`t-${n}`, "buy", "0.001")
      }
      const { points } = yield* historyOf("AAPL")
      expect(points.length).toBeLessThanOrEqual(400)
      expect([points[0]?.residual, points.at(-1)?.residual]).toEqual(["0", "0.45"])
      for (const { at, residual } of points.slice(1)) {
        const trades = (Date.parse(at) - Date.parse(scene.second(0))) / 1000
        expect(residual).toBe(Decimal.format(Decimal.unsafe(String(trades / 1000))))
      }
    }).pipe(Effect.provide(scene.inMemory))
  )
})
