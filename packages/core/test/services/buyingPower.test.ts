import { Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import type { AccountName } from "../../src/records/AccountName.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import { OrderId } from "../../src/values/Id.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import type { Order } from "../../src/records/Order.ts"
import { atMarket } from "../../src/records/OrderTerms.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { inTurn } from "../../src/services/accountwise.ts"
import * as BuyingPower from "../../src/services/BuyingPower.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as pacing from "../../src/services/pacing.ts"
import * as Reads from "../../src/services/Reads.ts"
import { watchAccounts } from "../../src/services/RefusedAccounts.ts"
import * as Submission from "../../src/services/Submission.ts"
import type { Side } from "../../src/records/Side.ts"
import { answered } from "../answered.ts"
import * as Stage from "./Stage.ts"

/** What a broker says of its account, and how often it was asked. */
interface Says {
  account: BrokerService["account"]
  asked: number
}

const spending = (amount: string, currency = "USD"): BrokerService["account"] =>
  Effect.succeed({ brokerAccountId: undefined, currency, buyingPower: Decimal.unsafe(amount) })

const away: BrokerService["account"] = new BrokerReadFailed({
  operation: "account",
  kind: "network",
  detail: "nobody answers"
})

const wish = (id: string, shares: string, side: Side = "buy", symbol = "AAPL") =>
  Stage.submit({ ...Stage.trade(id, shares, symbol), side, price: Price.unsafe("150") })

const filled = (order: Order) => ({
  ...Stage.seen(order),
  _tag: "Executed" as const,
  execId: "e1",
  execIdBase: "e1",
  revision: 1,
  price: Price.unsafe("150"),
  executedAt: Instant.make(3n)
})

const answer = Effect.map(Reads.first(PositionTable, {}), answered)

const sendAll = Effect.gen(function* () {
  yield* Gates.confirmInstruments
  yield* Submission.submitPending(() => Effect.succeed(true))
})

/** Ten shares are bought and filled. */
const bought = Effect.gen(function* () {
  yield* wish("t1", "10")
  yield* sendAll
  const [order] = yield* Stage.orders
  yield* Effect.flatMap(Effect.fromNullable(order), (found) => Stage.book(filled(found)))
})

const withAccount = (
  account: BrokerService["account"],
  run: (says: Says, pass: Effect.Effect<void, unknown, Stage.Provided>) => Effect.Effect<void, unknown, Stage.Provided>
) => {
  const says: Says = { account, asked: 0 }
  const read = Effect.suspend(() => {
    says.asked += 1
    return says.account
  })
  return Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* Stage.driving
      const asked = yield* pacing.make<AccountName>()
      yield* run(says, BuyingPower.askForShort(asked, inTurn))
    }),
    Stage.layer({ account: read })
  )
}

describe("BuyingPower: what an account may spend at its broker", () => {
  test("what costs more waits with its reason, and goes with the first reading that allows it", () =>
    withAccount(spending("1499.99"), (says, pass) =>
      Effect.gen(function* () {
        yield* watchAccounts()
        yield* wish("t1", "10")
        yield* sendAll
        expect(yield* answer).toBe("Refused(BuyingPower)")
        expect(yield* Stage.orders).toEqual([])
        yield* pass
        expect(yield* answer).toBe("Refused(BuyingPower)")
        says.account = spending("1500")
        yield* TestClock.adjust("1 minute")
        yield* pass
        yield* sendAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
      })
    ))

  test("a broker that is read again for what waits is read ever less often, and not at all where nothing waits", () =>
    withAccount(spending("0"), (says, pass) =>
      Effect.gen(function* () {
        yield* pass
        expect(says.asked).toBe(0)
        yield* watchAccounts()
        yield* wish("t1", "10")
        yield* sendAll
        says.account = away
        for (let second = 0; second < 120; second++) {
          yield* pass
          yield* TestClock.adjust("1 second")
        }
        expect(says.asked).toBeLessThan(12)
        expect(yield* answer).toBe("Refused(BuyingPower)")
      })
    ))

  test("what closes a holding costs nothing", () =>
    withAccount(spending("1500"), () =>
      Effect.gen(function* () {
        yield* watchAccounts()
        yield* bought
        yield* wish("t2", "10", "sell")
        yield* sendAll
        expect(yield* Stage.statuses).toEqual(["filled", "submitted"])
      })
    ))

  test("of several positions that each would fit as many are ordered as fit, and each once", () =>
    withAccount(spending("1"), (says, pass) =>
      Effect.gen(function* () {
        yield* watchAccounts()
        for (const symbol of ["AAPL", "KO", "MSFT"]) yield* wish(symbol, "10", "buy", symbol)
        yield* sendAll
        says.account = spending("3000")
        yield* TestClock.adjust("1 minute")
        yield* pass
        yield* sendAll
        yield* pass
        expect(yield* Stage.statuses).toEqual(["submitted", "submitted"])
      })
    ))

  test("of an order through zero the part that closes goes", () =>
    withAccount(spending("1500"), (says) =>
      Effect.gen(function* () {
        yield* watchAccounts()
        yield* bought
        says.account = spending("-1")
        yield* watchAccounts()
        yield* wish("t2", "15", "sell")
        yield* sendAll
        expect((yield* Stage.orders).map(({ quantity, side }) => `${side} ${Decimal.format(quantity)}`)).toEqual([
          "buy 10",
          "sell 10"
        ])
      })
    ))

  test.each([
    ["nobody has read it", undefined],
    ["the broker says it in another currency", spending("1", "EUR")]
  ] as const)("the broker decides where %s", (_why, account) =>
    withAccount(account ?? away, () =>
      Effect.gen(function* () {
        if (account !== undefined) yield* watchAccounts()
        yield* wish("t1", "10")
        yield* sendAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
      })
    )
  )

  test("a direct order that costs more is its broker's to judge", () =>
    withAccount(spending("1"), () =>
      Effect.gen(function* () {
        yield* watchAccounts()
        yield* Stage.submit({ ...Stage.trade("d1", "10"), direct: atMarket })
        yield* sendAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
      })
    ))

  test("a dry run takes nothing of it", () =>
    withAccount(spending("1500"), () =>
      Effect.gen(function* () {
        yield* watchAccounts()
        const { buyingPower, now, submit } = yield* Ledger
        const take = (rehearse: (() => void) | undefined) =>
          submit("command", {
            account: Stage.account,
            cause: { kind: "command", actor: "test" },
            needs: [],
            apply: ({ world }) => world.buyingPower?.take(Stage.account, OrderId.make(1), Decimal.unsafe("1000")),
            rehearse
          })
        const left = Effect.map(now, (at) => buyingPower.of(Stage.account, "USD", at))
        yield* take(() => undefined)
        expect(yield* left).toEqual(Decimal.unsafe("1500"))
        yield* take(undefined)
        expect(yield* left).toEqual(Decimal.unsafe("500"))
      })
    ))

  test("a broker that does not say it decides for itself", () =>
    withAccount(spending("1"), (says) =>
      Effect.gen(function* () {
        yield* watchAccounts()
        says.account = Effect.succeed({ brokerAccountId: undefined, currency: "USD" })
        yield* watchAccounts()
        yield* wish("t1", "10")
        yield* sendAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
      })
    ))

  test("a reading of a quarter of an hour ago decides nothing", () =>
    withAccount(spending("1"), () =>
      Effect.gen(function* () {
        yield* watchAccounts()
        yield* TestClock.adjust("16 minutes")
        yield* wish("t1", "10")
        yield* sendAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
      })
    ))
})
