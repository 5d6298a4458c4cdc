import { Effect, Either, Ref, Schema } from "effect"
import { type Answer, ok, unprocessable } from "./Answer.ts"
import type { Desk } from "./Desk.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** What may be changed; the guards against day trades went with their rule on 2026-07-06 (docs.alpaca.markets/changelog, 2026-07-06-pdt). */
const Patch = Schema.Struct({
  disable_overnight_trading: optional(Schema.Boolean),
  fractional_trading: optional(Schema.Boolean),
  max_margin_multiplier: optional(Schema.Literal("1", "2", "4")),
  max_options_trading_level: optional(Schema.Literal(0, 1, 2, 3)),
  no_shorting: optional(Schema.Boolean),
  ptp_no_exception_entry: optional(Schema.Boolean),
  suspend_trade: optional(Schema.Boolean),
  trade_confirm_email: optional(Schema.Literal("all", "none"))
})

const decode = Schema.decodeUnknownEither(Schema.parseJson(Patch))

/** `GET /v2/account/configurations`. */
export const read = ({ state }: Desk): Effect.Effect<Answer> =>
  Effect.map(Ref.get(state), ({ configurations }) => ok(configurations))

/** `PATCH /v2/account/configurations`: what is not named stays. */
export const change = (desk: Desk, text: string): Effect.Effect<Answer> =>
  Either.match(decode(text), {
    onLeft: () => Effect.succeed(unprocessable("invalid account configuration")),
    onRight: (patch) =>
      Effect.zipRight(
        Ref.update(desk.state, (before) => ({ ...before, configurations: { ...before.configurations, ...patch } })),
        read(desk)
      )
  })
