import { Clock, Price, Quantity, SourcePolicy } from "@roundlot/core"
import { Proposals, type Token, Tokens } from "@roundlot/core/ledger"
import { Effect, Redacted } from "effect"
import * as scene from "./scene.ts"

/** An order to buy 2 AAPL at 150, proposed with a token. */
export const proposing = (token: Token.Token) =>
  Effect.flatMap(Clock.Clock, ({ now }) =>
    Effect.flatMap(now, (tradedAt) => {
      const direct = { type: "limit", limitPrice: Price.unsafe("150"), timeInForce: "day", session: "regular" } as const
      const input = {
        symbol: "AAPL",
        side: "buy",
        quantity: Quantity.unsafe("2"),
        price: undefined,
        tradedAt,
        direct
      } as const
      return Proposals.propose({ account: scene.main, token, input, policy: SourcePolicy.plain })
    })
  )

/** A model has proposed it, for main; with the headers of its calls. */
export const proposed = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open()
  const { secret, token } = yield* Tokens.create({ name: "model", role: "propose", actor: "test" })
  yield* proposing(token)
  return { authorization: `Bearer ${Redacted.value(secret)}` }
})
