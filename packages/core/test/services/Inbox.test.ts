import { Effect, TestClock } from "effect"
import { expect, test } from "vitest"
import * as Decimal from "../../src/values/Decimal.ts"
import type { Report } from "../../src/records/Report.ts"
import { watchInbox } from "../../src/services/Daemon.ts"
import { Health } from "../../src/services/Health.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const stamped = { account: Stage.account, asOf: Instant.make(1n), asOfKind: "broker" } as const

const waiting: ReadonlyArray<readonly [string, Report, string]> = [
  [
    "F7: a fill that has waited for its order for 15 minutes",
    {
      ...stamped,
      _tag: "Executed",
      execId: "x.01",
      execIdBase: "x",
      revision: 1,
      brokerOrderId: Stage.otherId,
      clientOrderId: undefined,
      symbol: "AAPL",
      side: "buy",
      quantity: Decimal.unsafe("1"),
      price: undefined,
      executedAt: Instant.make(1n)
    },
    "waiting fills: no order for x.01"
  ],
  [
    "F12 of reconciliation: a commission that has waited for its execution for 15 minutes",
    { ...stamped, _tag: "Commission", execId: "x.01", amount: Decimal.unsafe("0.35"), currency: "USD" },
    "waiting commissions: no execution for x.01"
  ]
]

test.each(waiting)("%s fails in health, and not sooner", (_, report, words) =>
  Stage.play(
    Effect.gen(function* () {
      yield* Effect.zipRight(Stage.opened(), Stage.driving)
      const { all } = yield* Health
      const failing = Effect.map(Effect.zipRight(watchInbox, all), (parts) =>
        parts.filter(({ isWell }) => !isWell).map(({ detail, part }) => `${part}: ${detail}`)
      )
      yield* Stage.hear(report)
      yield* TestClock.adjust("14 minutes")
      expect(yield* failing).toEqual([])
      yield* TestClock.adjust("1 minute")
      expect(yield* failing).toEqual([words])
    }),
    Stage.layer()
  )
)
