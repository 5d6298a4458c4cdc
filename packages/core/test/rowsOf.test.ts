import { Effect, Logger, Schema } from "effect"
import { expect, test } from "vitest"
import { rowsOf } from "../src/ports/HttpOutcome.ts"

const wording = { broker: "Broker", wordsOf: () => "", remedy: "" }

test("P8: of rows that cannot be read the log has one short line, whatever is in them", async () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  const schema = Schema.Struct({ symbol: Schema.String, quantity: Schema.NumberFromString })
  const page = Array.from({ length: 3 }, () => ({ symbol: "S".repeat(100_000), quantity: "x".repeat(100_000) }))
  const listed = rowsOf(wording, "positions", schema, [...page, { symbol: "AAPL", quantity: "1" }])
  const { complete, rows } = await Effect.runPromise(
    Effect.provide(listed, Logger.replace(Logger.defaultLogger, logger))
  )
  expect([complete, rows.map(({ value }) => value.symbol)]).toEqual([false, ["AAPL"]])
  expect(lines).toEqual([
    expect.stringMatching(/^3 rows of Broker's positions cannot be read \(S+\); the others are accepted$/)
  ])
  expect(lines[0]?.length).toBeLessThan(600)
})
