import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { opened, order } from "./asking.ts"
import { recorded } from "./recordings.ts"

/** Fields that Alpaca has no longer (docs.alpaca.markets, changelog 2026-07-06-pdt), and one that a client has misspelt. */
const gone: ReadonlySet<string> = new Set([
  "daytrade_count",
  "daytrading_buying_power",
  "pattern_day_trader",
  "expired_at "
])

/** The fields of recorded values that an answer has not. */
const missing = (values: ReadonlyArray<unknown>, answer: object): ReadonlyArray<string> =>
  values.flatMap((value) => Object.keys(Object(value)).filter((field) => !(field in answer) && !gone.has(field)))

const DECIMAL = /^-?\d+(\.\d+)?$/

const formOf = (value: unknown): string =>
  typeof value === "string" && DECIMAL.test(value) ? "decimal as text" : value === null ? "null" : typeof value

/** The fields of recorded values that an answer has not, or has in another form. */
const unlike = (values: ReadonlyArray<unknown>, answer: unknown): ReadonlyArray<string> =>
  values.flatMap((value) =>
    Object.entries(Object(value)).flatMap(([field, each]) => {
      const shown = formOf(Object(answer)[field])
      return shown === formOf(each) ? [] : [`${field} is ${shown}, not ${formOf(each)}`]
    })
  )

/** What the exchange keeps nothing of: its snapshots have no bars. */
const BARS: ReadonlySet<string> = new Set(["minuteBar", "dailyBar", "prevDailyBar"])

const marketPaths = [
  { path: "/v2/calendar?start=2026-11-27&end=2026-11-27", asked: "GET /v2/calendar" },
  { path: "/v2/clock", asked: "GET /v2/clock" },
  { path: "/v2/stocks/AAPL/snapshot", asked: "GET /v2/stocks/KO/snapshot" }
]

describe("Alpaca's simulator beside what was recorded", () => {
  it.scopedLive.each(marketPaths)("answers to $asked with every field, of the same form", ({ asked, path }) =>
    Effect.gen(function* () {
      const { ask } = yield* opened()
      const { body } = yield* ask("GET", path)
      const values = recorded("market.json", asked)
      assert.isAbove(values.length, 0)
      const shown: unknown = Array.isArray(body) ? body[0] : body
      assert.deepStrictEqual(missing(values, Object(shown)), [])
      const others = unlike(values, shown).filter((each) => !BARS.has(each.split(" ")[0] ?? ""))
      assert.deepStrictEqual(others, [])
    })
  )

  it.scopedLive(
    "answers with every field of an account, a position, an asset, an order, and a trade that was executed or undone",
    () =>
      Effect.gen(function* () {
        const { ask, exchange, simulator } = yield* opened()
        assert.deepStrictEqual(
          missing(recorded("account.json", "GET /v2/account"), (yield* ask("GET", "/v2/account")).body),
          []
        )
        const asset = yield* ask("GET", "/v2/assets/KO")
        assert.deepStrictEqual(missing(recorded("account.json", "GET /v2/assets/KO"), asset.body), [])
        const { body } = yield* ask("POST", "/v2/orders", order())
        const held = yield* ask("GET", "/v2/positions")
        assert.deepStrictEqual(unlike(recorded("account.json", "GET /v2/positions"), held.body[0]), [])
        const updates = recorded("stream.json", "STREAM trade_updates").map((update) => Object(update).order)
        assert.isAbove(updates.length, 5)
        assert.deepStrictEqual(missing(updates, body), [])
        yield* exchange.instruct({ id: "b", do: { bust: { execId: (yield* exchange.fills)[0]?.execId ?? "" } } })
        const { baseUrl, keyId, secretKey } = simulator.credentials
        const text = yield* Effect.promise(async () => {
          const headers = { "APCA-API-KEY-ID": Redacted.value(keyId), "APCA-API-SECRET-KEY": Redacted.value(secretKey) }
          const span = "since=2000-01-01T00:00:00Z&until=2100-01-01T00:00:00Z"
          return (await fetch(`${baseUrl}/v2beta1/events/activities?${span}`, { headers })).text()
        })
        const trades = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]): unknown => JSON.parse(data))
        assert.deepStrictEqual(
          trades.map((trade) => Object(trade).details.execution_type),
          ["fill", "trade_bust"]
        )
        const events = recorded("events.json", "GET /v2beta1/events/activities")
        for (const trade of trades) {
          assert.deepStrictEqual(missing(events, Object(trade)), [])
          assert.deepStrictEqual(
            missing(
              events.map((event) => Object(event).details),
              Object(trade).details
            ),
            []
          )
        }
      })
  )
})
