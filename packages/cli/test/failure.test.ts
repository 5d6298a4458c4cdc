import { Ledger } from "@roundlot/core/ledger"
import { Cause } from "effect"
import { expect, it } from "vitest"
import { render } from "../src/terminal/failure.ts"

it("a failure is told without its stack trace", () => {
  const detail = "a rule threw\n    at planOnce (plan.ts:79:77)\n    at planGroup (plan.ts:44:21)"
  expect(render(Cause.fail(new Ledger.PlanningFailed({ detail })))).toEqual({
    kind: "PlanningFailed",
    message: "the ledger could not plan this: a rule threw.",
    exitCode: 1
  })
})
