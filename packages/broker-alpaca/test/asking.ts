import { trading } from "@alpacahq/alpaca-trade-api"
import type { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Price } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import { open } from "./setup.ts"

/** Asks the simulator as a client does: the status and the body of its answer, and its headers. */
const asking =
  ({ credentials: { baseUrl, keyId, secretKey } }: Simulator.Simulator) =>
  (method: string, path: string, body?: object) =>
    Effect.promise(async () => {
      const headers = { "APCA-API-KEY-ID": Redacted.value(keyId), "APCA-API-SECRET-KEY": Redacted.value(secretKey) }
      const init = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await fetch(baseUrl + path, { method, headers, ...init })
      const text = await answer.text()
      const json: unknown = text === "" ? undefined : JSON.parse(text)
      return { status: answer.status, body: Object(json), headers: answer.headers }
    })

/** A simulator in which AAPL is at 200, what asks it, and what opens it for a client that is not ours. */
export const opened = (options: Simulator.Options = {}) =>
  Effect.gen(function* () {
    const desk = yield* open({ prices: new Map([["AAPL", Price.unsafe("200")]]), ...options })
    const { baseUrl, keyId, secretKey } = desk.simulator.credentials
    const configuration = new trading.Configuration({
      basePath: baseUrl,
      keyId: Redacted.value(keyId),
      secret: Redacted.value(secretKey)
    })
    return { ...desk, configuration, ask: asking(desk.simulator) }
  })

/** A market order of ten AAPL, or what differs from it. */
export const order = (differs: object = {}) => ({
  symbol: "AAPL",
  qty: "10",
  side: "buy",
  type: "market",
  time_in_force: "day",
  ...differs
})

/** A refusal in a line. */
export const refusal = ({ body, status }: { readonly status: number; readonly body: unknown }): string =>
  `${status} ${Object(body).code} ${Object(body).message}`

/** Ten AAPL at 190, to be sold at 220 or, below 180, at 179. */
export const bracket = order({
  type: "limit",
  limit_price: "190",
  order_class: "bracket",
  time_in_force: "gtc",
  take_profit: { limit_price: "220" },
  stop_loss: { stop_price: "180", limit_price: "179" }
})

/** Exits of ten AAPL: at 210, or below 170. */
export const oco = order({
  side: "sell",
  type: "limit",
  order_class: "oco",
  take_profit: { limit_price: "210" },
  stop_loss: { stop_price: "170" }
})
