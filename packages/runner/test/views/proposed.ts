import { Clock, Price, Proposals, Quantity, SourcePolicy, Tokens } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import * as scene from "./scene.ts"

/** A model has proposed to buy 2 AAPL at 150, for main; with the headers of its calls. */
export const proposed = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open()
  const { secret, token } = yield* Tokens.create({ name: "model", role: "propose", actor: "test" })
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const input = {
    symbol: "AAPL",
    side: "buy",
    quantity: Quantity.unsafe("2"),
    price: undefined,
    tradedAt: now,
    direct: { type: "limit", limitPrice: Price.unsafe("150"), timeInForce: "day", session: "regular" }
  } as const
  yield* Proposals.propose({ account: scene.main, token, input, policy: SourcePolicy.plain })
  return { authorization: `Bearer ${Redacted.value(secret)}` }
})
