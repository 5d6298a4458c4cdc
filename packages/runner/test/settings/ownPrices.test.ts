import { assert, describe, it } from "@effect/vitest"
import {
  Account,
  AccountName,
  Accumulator,
  Commands,
  Instant,
  Position,
  Price,
  Quantity,
  Reads,
  SourcePolicy,
  Trade
} from "@roundlot/core"
import { PriceReference, Reference } from "@roundlot/core/adapter"
import { PositionAnswer } from "@roundlot/core/ledger"
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { layerBooks } from "../../src/App.ts"
import { bareWith } from "./bare.ts"

type Prices = Layer.Layer<PriceReference.PriceReference>

const desk = AccountName.AccountName.make("desk")

const booksWith = (prices: Prices) => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-prices-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return layerBooks({ ...bareWith({ prices }), store: { _tag: "Sqlite", file: join(folder, "books.db") } })
}

const opened = Effect.flatMap(Commands.Commands, (commands) =>
  commands.setAccount(desk, Account.defaultSettings, "test")
)

/** What follows for a position of two shares whose trade has no price. */
const answered = Effect.gen(function* () {
  yield* opened
  const trade = Trade.input({
    source: "test",
    sourceId: "1",
    symbol: "AAPL",
    side: "buy",
    quantity: Quantity.unsafe("2"),
    tradedAt: Instant.fromMillis(0)
  })
  yield* (yield* Accumulator.Accumulator).submitMany(desk, [trade], SourcePolicy.anyAge)
  const [position] = yield* Reads.all(Position.PositionTable)
  return position === undefined ? "" : PositionAnswer.answerText(position.answer)
})

/** A hundred dollars for everything, and how often that was opened. */
const counted = (opens: Array<number>): Prices =>
  Layer.effect(
    PriceReference.PriceReference,
    Effect.map(
      Effect.clockWith(({ currentTimeMillis }) => currentTimeMillis),
      (now) => {
        opens.push(1)
        const price = Price.unsafe("100")
        const known = Reference.Reference.Priced({ price, at: Instant.fromMillis(now), source: "ours" })
        return { of: () => Effect.succeed(known) }
      }
    )
  )

describe("prices that a configuration brings", () => {
  it.scopedLive("are opened when one is first asked for, and once", () =>
    Effect.gen(function* () {
      const opens: Array<number> = []
      const books = booksWith(counted(opens))
      yield* Effect.provide(opened, books)
      assert.deepStrictEqual(opens, [])
      yield* Effect.provide(answered, books)
      assert.deepStrictEqual(opens, [1])
    })
  )

  it.scopedLive.each<readonly [string, Prices]>([
    ["cannot be opened", Layer.die(new Error("no key"))],
    ["are never open", Layer.effect(PriceReference.PriceReference, Effect.never)]
  ])("that %s keep no command and no trade from being taken", ([, prices]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.provide(opened, booksWith(prices)))._tag, "Done")
      assert.include(yield* Effect.provide(answered, booksWith(prices)), "Refused(")
    })
  )
})
