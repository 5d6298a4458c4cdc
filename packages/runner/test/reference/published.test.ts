import { readFileSync } from "node:fs"
import { Health } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { ConfigurationFile } from "@roundlot/daemon/configuration"
import * as Engine from "../engine/Engine.ts"
import { ask, books, serving } from "../serve/serving.ts"

const published = (name: string): string =>
  readFileSync(new URL(`../../../../docs/reference/${name}`, import.meta.url), "utf8")

describe("what is published for other programs", () => {
  it("the schema of a configuration is the one that reads it", () => {
    const stored: unknown = JSON.parse(published("roundlot.schema.json"))
    expect(stored).toEqual(JSON.parse(JSON.stringify(ConfigurationFile.jsonSchema())))
  })

  it("every figure of the Grafana board is one that a daemon tells", async () => {
    const asked = new Set(published("grafana.json").match(/\broundlot_[a-z_]+/g))
    expect(asked.size).toBeGreaterThan(8)
    const told = Effect.gen(function* () {
      const port = yield* serving
      yield* Engine.opened({})
      yield* Effect.flatMap(Health.Health, (health) => health.succeeded("polling"))
      yield* Engine.submit(Engine.trade("buy", "0.5"))
      return (yield* ask(port, "/metrics")).text
    })
    const text = await Effect.runPromise(Effect.scoped(told).pipe(Effect.provide(books)))
    const known = new Set(text.match(/\broundlot_[a-z_]+/g))
    // Said once there was something to count.
    for (const late of LATE) known.add(late)
    expect([...asked].filter((name) => !known.has(name))).toEqual([])
  })
})

const LATE = [
  "roundlot_sends_total",
  "roundlot_open_breaks",
  "roundlot_polling_lag_seconds",
  "roundlot_broker_requests_left",
  "roundlot_broker_answer_seconds",
  "roundlot_stage_seconds_bucket"
]
