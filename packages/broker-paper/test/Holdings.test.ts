import { assert, describe, it } from "@effect/vitest"
import { Sqlite } from "@roundlot/sqlite"
import { Decimal, Price } from "@roundlot/core"
import { Effect, TestClock } from "effect"
import { Exchange } from "@roundlot/broker-paper"
import { account, freshFile, request } from "./setup.ts"

/** An exchange where ten AAPL were bought, and reading that execution fails from now on. */
const bought = Effect.gen(function* () {
  const file = yield* freshFile
  const exchange = yield* Exchange.make({ file, prices: new Map([["AAPL", Price.unsafe("100")]]) })
  yield* exchange.place(account, request())
  Sqlite.using(file, {}, (database) => database.exec("UPDATE executions SET quantity = 'unreadable'"))
  return exchange
})

describe("an exchange on which much was executed", () => {
  it.scoped("reads what an account holds without that", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-02T15:00:00Z"))
      const exchange = yield* bought
      const { reply } = yield* exchange.holdings(account)
      const { holdings } = yield* exchange.worth(account)
      assert.deepStrictEqual(
        [reply._tag === "Done" ? reply.body : [], holdings].map((held) =>
          held.map(({ quantity, symbol }) => `${Decimal.format(quantity)} ${symbol}`)
        ),
        [["10 AAPL"], ["10 AAPL"]]
      )
    })
  )

  it.scoped("counts day trades without what is older than they count", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-02T15:00:00Z"))
      const exchange = yield* bought
      yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
      assert.deepStrictEqual(yield* exchange.dayTrades(account), [0, 0, 0, 0, 0])
    })
  )
})
