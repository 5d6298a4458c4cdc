import type { Instant } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import type { Effect } from "effect"
import type * as Contingent from "./internal/contingent.ts"
import type { ExchangeFailed } from "./ExchangeFile.ts"
import type { ExchangeOrder, Execution } from "./ExchangeOrder.ts"

/** What comes back over the wire, or does not. `Status` is an answer that no documented case covers. */
export type Reply<A> =
  | { readonly _tag: "Done"; readonly body: A }
  | {
      readonly _tag: "Refused"
      readonly status: number
      readonly code: string
      readonly words: string
      /** What it is about, where an instruction says so. */
      readonly class?: Report.RefusalClass | undefined
    }
  | {
      readonly _tag: "Status"
      readonly status: number
      readonly headers: { readonly [name: string]: string }
      readonly body: unknown
    }
  | { readonly _tag: "Lost"; readonly how: "timeout" | "reset" }

/** The exchange's answer, and its time when it began to answer. */
export interface Replied<A> {
  readonly at: Instant.Instant
  readonly reply: Reply<A>
}

/** What became of an instruction. `remaining` is how often it may still be done; `did` has one sentence each time. */
export interface Instructed {
  readonly id: string
  /** The id was known: nothing was done now. */
  readonly repeated: boolean
  readonly remaining: number
  readonly did: ReadonlyArray<string>
}

/** One message of the stream, with its bytes as text. `Dropped` ends it. */
export type Streamed =
  | { readonly _tag: "Order"; readonly order: ExchangeOrder; readonly text: string }
  | { readonly _tag: "Execution"; readonly execution: Execution; readonly text: string }
  | { readonly _tag: "Dropped" }

/** The orders that one was placed with, and how far its stop trails. */
export interface Group {
  /** The order that it was placed with. */
  readonly parent: string | undefined
  readonly legs: ReadonlyArray<string>
  /** It waits for its entry to be filled. */
  readonly isWaiting: boolean
  readonly trail: Contingent.Trail | undefined
}

/** An order by the exchange's id or by ours. */
export type OrderKey = { readonly brokerOrderId: string } | { readonly clientOrderId: string }

/** A request that is answered, or whose file fails. */
export type Asked<A> = Effect.Effect<Replied<A>, ExchangeFailed>
