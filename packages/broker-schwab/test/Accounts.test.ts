import { assert, describe, it } from "@effect/vitest"
import { Accounts } from "@roundlot/broker-schwab"
import { Decimal } from "@roundlot/core"
import { HttpOutcome } from "@roundlot/core/adapter"
import { figures } from "../src/Account.ts"
import { cancelAnswerOf } from "../src/Sending.ts"
import type { Wire } from "@roundlot/broker-schwab"
import { Effect } from "effect"
import { open } from "./setup.ts"

/** A login that opens these accounts, and how often it was asked for them. */
const opening = (...numbers: ReadonlyArray<string>) =>
  Effect.map(open(), ({ wire }) => {
    let asked = 0
    const own: Wire.Wire = {
      ...wire,
      ask: () =>
        Effect.sync(() => {
          asked++
          return {
            _tag: "Answered",
            status: 200,
            text: JSON.stringify(numbers.map((accountNumber) => ({ accountNumber, hashValue: `H${accountNumber}` }))),
            contentType: "application/json",
            headers: new Map(),
            retryAfterMs: undefined
          } as const
        })
    }
    return { own, asked: () => asked }
  })

const problem = (wanted: string | undefined, ...numbers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { own } = yield* opening(...numbers)
    return (yield* Effect.flip((yield* Accounts.linked(own, wanted)).linked)).detail
  })

describe("the account that a login opens", () => {
  it.scopedLive("has no buying power where Schwab says none, which is not zero", () =>
    Effect.gen(function* () {
      const { wire } = yield* open()
      const powerOf = (currentBalances: object | undefined) => {
        const text = JSON.stringify({ securitiesAccount: { accountNumber: "11112222", currentBalances } })
        const said = { status: 200, headers: { "content-type": "application/json" } }
        const own = { ...wire, ask: () => Effect.succeed(HttpOutcome.answered(said, text, [], undefined)) }
        const linked = Effect.succeed({ accountNumber: "11112222", hash: "H" })
        return Effect.map(figures({ wire: own, linked }), ({ buyingPower }) => buyingPower)
      }
      assert.deepStrictEqual(yield* powerOf({ cashAvailableForTrading: 5 }), Decimal.unsafe("5"))
      assert.isUndefined(yield* powerOf(undefined))
      assert.isUndefined(yield* powerOf({}))
    })
  )

  it.each([
    ["Order cannot be canceled in its current status", 400, true],
    ["Order not found", 404, true],
    ["Invalid account number", 400, false]
  ] as const)("W11: to a cancel %s (%d) says that the order has ended: %s", (message, status, hasEnded) => {
    const text = JSON.stringify({ message })
    const answer = {
      _tag: "Answered",
      status,
      text,
      contentType: "application/json",
      headers: new Map(),
      retryAfterMs: undefined
    } as const
    assert.containSubset(cancelAnswerOf(answer), { _tag: "Refused", code: String(status), hasEnded })
  })

  it.scopedLive("is the only one, or the one that is named; its hash is read once", () =>
    Effect.gen(function* () {
      const { asked, own } = yield* opening("11112222", "33334444")
      const { linked } = yield* Accounts.linked(own, "33334444")
      const wanted = { accountNumber: "33334444", hash: "H33334444" }
      assert.deepStrictEqual(yield* Effect.all([linked, linked]), [wanted, wanted])
      assert.strictEqual(asked(), 1)
      const { own: alone } = yield* opening("11112222")
      assert.containSubset(yield* (yield* Accounts.linked(alone, undefined)).linked, { accountNumber: "11112222" })
    })
  )

  it.scopedLive("several without a name, another name, and none are refused, and no number is shown whole", () =>
    Effect.gen(function* () {
      const several = yield* problem(undefined, "11112222", "33334444")
      assert.include(several, "set SCHWAB_ACCOUNT_NUMBER")
      assert.include(several, "…222, …444")
      assert.notInclude(several, "11112222")
      assert.include(yield* problem("55556666", "11112222"), "does not open the account …666")
      assert.include(yield* problem(undefined), "opens no account")
    })
  )
})
