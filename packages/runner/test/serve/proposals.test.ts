import { Decimal, Order, Reads } from "@roundlot/core"
import { type Token, Tokens } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { proposed, proposing } from "../views/proposed.ts"
import * as scene from "../views/scene.ts"
import { ask, books, json, servingLocked } from "./serving.ts"

const made = (name: string, role: "trade" | "operate") => Tokens.create({ name, role, actor: "test" })

/** Why no token has this allowance. */
const bounded = (allowance: Partial<Token.Allowance>, role: Token.TokenRole = "propose") =>
  Effect.flip(Tokens.create({ name: "other", role, allowance, actor: "test" }))

describe("an order that a program proposed, over the API", () => {
  it.scopedLive("SYNC-12: stands among what needs a person, and goes once an operator has approved what he saw", () =>
    Effect.gen(function* () {
      yield* proposed
      const { secret } = yield* made("dana", "operate")
      const headers = { authorization: `Bearer ${Redacted.value(secret)}` }
      const port = yield* servingLocked
      const approve = (quantity: string) =>
        ask(port, "/api/v1/orders/O1/approve", { method: "POST", headers, body: { reason: "as agreed", quantity } })
      const overview = json(yield* ask(port, "/api/v1/overview", { headers }))
      const waits = { id: "O1", account: "main", symbol: "AAPL", side: "buy", quantity: "2" }
      assert.deepInclude(overview, {
        proposed: [{ ...waits, proposedAt: scene.second(0), approveBy: scene.second(900) }]
      })
      assert.deepInclude(json(yield* ask(port, "/api/v1/cases/O1", { headers })), {
        kind: "approval",
        severity: "warning",
        what: `buy 2 AAPL, limit, limit 150, day, regular session: proposed; not sent unless approved by ${scene.second(900)}`
      })
      assert.deepInclude(json(yield* ask(port, "/api/v1/orders/O1", { headers })), {
        proposal: { source: "proposed:model", approveBy: scene.second(900), notional: "300" },
        approvedAt: null
      })
      assert.strictEqual((yield* approve("3")).status, 409)
      assert.strictEqual((yield* approve("2")).status, 200)
      const [order] = yield* Reads.all(Order.OrderTable)
      assert.isDefined(order?.approvedAt)
      assert.deepInclude(json(yield* ask(port, "/api/v1/overview", { headers })), { proposed: [] })
      assert.strictEqual((yield* ask(port, "/api/v1/cases/O1", { headers })).status, 404)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a token of the role propose approves nothing, and gives no trade", () =>
    Effect.gen(function* () {
      const headers = yield* proposed
      const port = yield* servingLocked
      const body = { reason: "mine", quantity: "2" }
      const approved = yield* ask(port, "/api/v1/orders/O1/approve", { method: "POST", headers, body })
      assert.strictEqual(approved.status, 403)
      const trade = { symbol: "AAPL", side: "buy", quantity: "1", price: "150" }
      assert.strictEqual((yield* ask(port, "/api/v1/trades", { method: "POST", headers, body: trade })).status, 403)
      assert.strictEqual((yield* ask(port, "/api/v1/orders", { headers })).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("only a token of the role propose proposes, and of an allowance of its own", () =>
    Effect.gen(function* () {
      yield* proposed
      const { token } = yield* made("trader", "trade")
      const refused = yield* Effect.flip(proposing(token))
      assert.strictEqual(refused._tag, "NotProposer")
      for (const ordersPerDay of [0, -1, 101, 1.5, Number.NaN])
        assert.strictEqual((yield* bounded({ ordersPerDay }))._tag, "AllowanceRefused")
      for (const dollars of ["0", "-5"])
        assert.strictEqual((yield* bounded({ notionalPerDay: Decimal.unsafe(dollars) }))._tag, "AllowanceRefused")
      assert.strictEqual((yield* bounded({ ordersPerDay: 5 }, "operate"))._tag, "AllowanceRefused")
      const all = yield* Tokens.all
      assert.deepStrictEqual(
        all.map(({ name, notionalPerDay, ordersPerDay }) => [
          name,
          ordersPerDay,
          notionalPerDay && Decimal.format(notionalPerDay)
        ]),
        [
          ["model", 20, "10000"],
          ["trader", undefined, undefined]
        ]
      )
    }).pipe(Effect.provide(books))
  )
})
