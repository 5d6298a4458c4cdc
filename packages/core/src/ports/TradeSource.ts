import { Context } from "effect"
import type { Effect, Stream } from "effect"
import type { RawPayload } from "../records/Report.ts"
import type { SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../records/Trade.ts"

/** A chunk of a source's trades, and the cursor from which the source goes on after it. */
export interface Delivery {
  readonly trades: ReadonlyArray<TradeInput>
  readonly cursor: string
  /** What they were read from, where the source has it; it is kept once. */
  readonly raw?: RawPayload | undefined
}

/** What a source has that is no trade: where it stands there, why it is none, and what stands there. */
export interface Rejected {
  readonly place: string
  readonly reason: string
  readonly raw: string
}

/** Where trades come from. A source says from where to go on, and how old its newest word is: silence is an alarm. */
export interface TradeSourceService<E> {
  readonly name: string
  readonly policy: SourcePolicy
  /** All that came after `cursor`, from the beginning where there is none. */
  readonly deliveries: (cursor: string | undefined) => Stream.Stream<Delivery, E>
  /** Milliseconds since the source last said anything. */
  readonly ageMs: Effect.Effect<number>
  /** Milliseconds of silence that are an alarm; a quarter of an hour where nothing is said. */
  readonly alarmAfterMs?: number | undefined
  /**
   * Of a source that stays connected: ends once all that it had has been taken in, with what of it needs a person, a line each. Of others the
   * stream ends then.
   */
  readonly caughtUp?: Effect.Effect<ReadonlyArray<string>> | undefined
}

/** The source of an app's trades. */
export class TradeSource extends Context.Tag("@roundlot/core/TradeSource")<TradeSource, TradeSourceService<Error>>() {}
