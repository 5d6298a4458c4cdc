import * as Options from "@effect/cli/Options"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Effect } from "effect"
import type { UsageError } from "@roundlot/commands/errors"
import { instruction } from "@roundlot/commands"
import * as cli from "../terminal/flags.ts"

/** The flags that say how an order is executed. */
export const terms = {
  type: cli.text("type", "market, limit, stop or stop_limit; default market"),
  limitPrice: cli.text("limit-price", "Limit price in dollars per share: at most for a buy, at least for a sell"),
  stopPrice: cli.text("stop-price", "Stop (trigger) price in dollars per share"),
  timeInForce: cli.text(
    "time-in-force",
    "day, gtc, gtd (see --good-till), opg (opening auction), cls (closing auction), ioc or fok; default: the account's setting, else day"
  ),
  goodTill: cli.text(
    "good-till",
    "Expiry of a gtd order, as an ISO 8601 time with a zone; implies --time-in-force gtd"
  ),
  session: cli.text("session", "regular or extended; default: the account's setting, else regular")
}

/** The flags of a trade that may be executed as given. */
export const flags = {
  direct: Options.boolean("direct").pipe(
    Options.withDescription("Direct order: execute the trade as given, outside accumulation")
  ),
  ...terms
}

/** The instruction of a trade; none where it joins the queue, whose orders have the account's terms. */
export const of = (
  asked: instruction.Asked & { readonly direct: boolean }
): Effect.Effect<OrderTerms.Instruction | undefined, UsageError> => {
  const { goodTill, limitPrice, session, stopPrice, timeInForce, type } = asked
  if (asked.direct) return instruction.read(asked)
  const isGiven = [type, limitPrice, stopPrice, timeInForce, goodTill, session].some((each) => each !== undefined)
  if (!isGiven) return Effect.succeed(undefined)
  return Effect.fail(
    instruction.refused(
      "--type, its prices, --time-in-force, --good-till and --session apply to direct orders only: add --direct"
    )
  )
}
