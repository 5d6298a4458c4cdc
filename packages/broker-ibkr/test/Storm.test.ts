import { BrokerStorm } from "@roundlot/testing"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { place } from "./contractPlace.ts"

it("SDK-2: weathers a storm over its sockets", async () => {
  const { executions, faults, findings, orders } = await Effect.runPromise(BrokerStorm.weather(place))
  expect(findings).toEqual([])
  expect(Math.min(faults, orders, executions)).toBeGreaterThan(3)
})
