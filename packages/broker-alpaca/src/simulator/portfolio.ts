import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Decimal } from "@roundlot/core"
import { Clock, Effect } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import { worthOf } from "./worth.ts"

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const steps: ReadonlyMap<string, number> = new Map([
  ["1Min", MINUTE_MS],
  ["5Min", 5 * MINUTE_MS],
  ["15Min", 15 * MINUTE_MS],
  ["1H", 60 * MINUTE_MS],
  ["1D", DAY_MS]
])

const units: ReadonlyMap<string, number> = new Map([
  ["D", 1],
  ["W", 7],
  ["M", 30],
  ["A", 365]
])

/** Days of a period such as `1M`. */
const daysOf = (period: string): number | undefined => {
  const [, count, unit = ""] = /^(\d{1,3})([DWMA])$/.exec(period) ?? []
  const days = units.get(unit)
  return count === undefined || days === undefined ? undefined : Number(count) * days
}

/** Windows of a minute under a week, of a quarter of an hour under a month, of a day beyond (SDK 4.0.2, PortfolioHistoryApi). */
const usualStep = (days: number): string => {
  if (days < 7) return "1Min"
  return days < 30 ? "15Min" : "1D"
}

/**
 * `GET /v2/account/portfolio/history`: the account's equity window by window. What it was is not kept: it is
 * that of now in all of them.
 */
export const history = (desk: Desk, query: URLSearchParams): Effect.Effect<Answer.Answer, ExchangeFailed> =>
  Effect.gen(function* () {
    const days = daysOf(query.get("period") ?? "1M")
    if (days === undefined) return Answer.unprocessable("invalid period")
    const timeframe = query.get("timeframe") ?? usualStep(days)
    const step = steps.get(timeframe)
    const isTooFine = (timeframe === "1Min" && days > 7) || (timeframe !== "1D" && days > 30)
    if (step === undefined || isTooFine) return Answer.unprocessable("invalid timeframe")
    const { reply } = yield* desk.exchange.buyingPower(desk.account)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const equity = Number(Decimal.format((yield* worthOf(desk)).equity))
    const last = Math.floor((yield* Clock.currentTimeMillis) / step)
    const timestamp = Array.from(
      { length: Math.ceil((days * DAY_MS) / step) },
      (_, back) => ((last - back) * step) / 1000
    ).toReversed()
    const every = (value: number) => timestamp.map(() => value)
    return Answer.ok({
      timestamp,
      equity: every(equity),
      profit_loss: every(0),
      profit_loss_pct: every(0),
      base_value: equity,
      timeframe
    })
  })
