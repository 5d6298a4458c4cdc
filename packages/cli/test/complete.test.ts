import { expect, it } from "vitest"
import { offered } from "../src/verbs/completion.ts"

it("BAT-12: a shell is offered each word once, and none that it would run", () => {
  expect(offered(["O2", "$(touch owned)", "`x`", "BRK.B", "O2", "a b"], "")).toEqual(["O2", "BRK.B"])
})
