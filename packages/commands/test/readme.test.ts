import { carryingOut, verdicts } from "@roundlot/commands"
import { Effect, Option } from "effect"
import { expect, it } from "vitest"

const halt = Effect.gen(function* () {
  const { account, scope } = yield* verdicts.scopeOf({
    account: Option.none(),
    symbol: Option.some("AAPL"),
    all: false
  })
  const asked = { actor: "ops", account, command: { _tag: "Halt", scope } as const, reason: "news" }
  return yield* carryingOut.carryOut({ ...asked, commandId: Option.none() })
})

it("the README's program is this one", () => {
  expect(Effect.isEffect(halt)).toBe(true)
})
