import { Accumulator } from "@roundlot/core"
import { Jobs, Ledger } from "@roundlot/core/ledger"
import { errors } from "@roundlot/queries"
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

/** An error as every face shows it, and as the command line does. */
const shown = (error: Error) => [error.message, render(Cause.fail(error)).message]

it("the command line says what to run after an error, which names no command itself: pages show it too", () => {
  const order = new errors.NotFound({ kind: "order", id: "O9", list: "orders" })
  expect(shown(order)).toEqual([
    "order O9 does not exist",
    "order O9 does not exist; list them with 'roundlot orders list'."
  ])
  expect(shown(new Jobs.NoJob({ id: "J9" }))).toEqual([
    "job J9 does not exist",
    "job J9 does not exist; list them with 'roundlot jobs list'."
  ])
  expect(shown(new Accumulator.UnknownAccount({ account: "ira" }))).toEqual([
    "account ira does not exist",
    "account ira does not exist; add it with 'roundlot accounts add', or name another."
  ])
})
