import { Data } from "effect"
import type { AccountName } from "./AccountName.ts"
import type { ExecutionFacts } from "./ExecutionFacts.ts"
import type { BrokerOrderId } from "../values/ClientOrderId.ts"
import type { AttemptId } from "../values/Id.ts"
import type { Decimal } from "../values/Decimal.ts"
import type { Price } from "../values/Price.ts"
import type { OrderType, Session } from "./OrderTerms.ts"
import type { Side } from "./Side.ts"
import type { Instant } from "../values/Instant.ts"

/** Whose clock a report's time is of: the broker's, or ours where the broker gives none (F0). */
export type AsOfKind = "broker" | "ours"

/** How an order was closed, in the broker's word. */
export const closedKinds = ["filled", "cancelled", "expired", "rejected"] as const

/** One of the ways an order is closed. */
export type ClosedKind = (typeof closedKinds)[number]

/** What a broker says of an order's life: still open, or closed and how. Raw statuses are mapped by each adapter's table. */
export type Liveness = { readonly _tag: "Open" } | { readonly _tag: "Closed"; readonly kind: ClosedKind }

/**
 * What a refusal of a new order is about, which decides when the position may order again: `final` ends this order, `later` is retried
 * at its pace, `session` waits for the next session or a person, `account` holds the whole account, `unknown` waits for a person.
 */
export const refusalClasses = ["final", "later", "session", "account", "unknown"] as const

/** One of the classes of refusal. */
export type RefusalClass = (typeof refusalClasses)[number]

/** What a broker refused an order by: its own code and words, and what that is about. */
export interface Refusal {
  readonly code: string
  readonly words: string
  readonly class: RefusalClass
}

/** The answer to one send (the four answers of the sending rules). Values, never errors. */
export type Answer = Data.TaggedEnum<{
  /** The broker's own id, read back and equal in symbol, side and quantity. */
  readonly Accepted: { readonly brokerOrderId: BrokerOrderId }
  /** On the adapter's list of answers that create no order. */
  readonly Refused: Refusal
  /** No byte left us, or documented as not processed; `retryAfterMs` is the broker's wait. */
  readonly NotSent: { readonly why: string; readonly retryAfterMs: number | undefined }
  /**
   * Everything else: the order may be live. `candidate` is an id that could not be read back; `isIdInUse` where the broker has seen
   * the client order id before, so that sending it again can bring nothing; `unlisted` is an error that came beside the order, by a
   * code that is in no table: where the order is proven absent its position waits for a person.
   */
  readonly Unknown: {
    readonly why: string
    readonly candidate: BrokerOrderId | undefined
    readonly isIdInUse?: boolean | undefined
    readonly unlisted?: Pick<Refusal, "code" | "words"> | undefined
  }
}>

/** Constructors of `Answer`. */
export const Answer = Data.taggedEnum<Answer>()

interface Stamped {
  readonly account: AccountName
  /** The broker's own time of the report, else the start of the read on our clock (F0). */
  readonly asOf: Instant
  readonly asOfKind: AsOfKind
}

/** The answer to an attempt of ours. `httpStatus` is on record only; no rule reads it. */
export interface Answered extends Stamped {
  readonly _tag: "Answered"
  readonly attemptId: AttemptId
  readonly answer: Answer
  readonly httpStatus: number | undefined
}

/** An order as the broker shows it. Quantities in shares. */
export interface OrderSeen extends Stamped {
  readonly _tag: "OrderSeen"
  readonly brokerOrderId: BrokerOrderId
  readonly clientOrderId: string | undefined
  readonly symbol: string
  readonly side: Side
  /** What was ordered; zero of an order over a notional. */
  readonly quantity: Decimal
  /** The dollars that an order over a notional asks for. */
  readonly notional?: Decimal | undefined
  readonly rawStatus: string
  readonly state: Liveness
  /** The broker's own words of why it ended, where it gives any. */
  readonly words?: string | undefined
  /** Of an order that was rejected after it was acknowledged: by what. */
  readonly refusal?: Refusal | undefined
  /** It is open and the broker does not work it, with the broker's own word of why where it says one. */
  readonly notWorking?: { readonly reason?: string | undefined } | undefined
  /** Shares filled so far, in all; `undefined` where the broker does not say. */
  readonly cumulative: Decimal | undefined
  readonly averagePrice: Decimal | undefined
  /** Other ids that the broker has, or had, the same order under: of orders that it replaced one by the other. */
  readonly otherIds?: ReadonlyArray<BrokerOrderId> | undefined
  /** When the broker entered the order; needed where it uses an id again on another day (O28). */
  readonly enteredAt?: Instant | undefined
  /** Its type and prices: what it works at (O2), and by what an order in doubt is known where there are no client order ids (O24). */
  readonly type?: OrderType | undefined
  /** The other types that it may have been sent as, where the broker turns one into another (W1). */
  readonly typeSent?: ReadonlyArray<OrderType> | undefined
  readonly session?: Session | undefined
  readonly limitPrice?: Price | undefined
  readonly stopPrice?: Price | undefined
  /** The broker changes the terms of an order under the id that it has (W2). */
  readonly amendsInPlace?: boolean | undefined
  /** Executions were asked for after this was seen, so an end without a cumulative may release (C4). */
  readonly executionsRead: boolean
}

/** One revision of one execution; a bust is a revision of quantity zero. */
export interface Executed extends Stamped {
  readonly _tag: "Executed"
  readonly execId: string
  readonly execIdBase: string
  readonly revision: number
  readonly brokerOrderId: BrokerOrderId | undefined
  readonly clientOrderId: string | undefined
  /** Other ids of the same order, as in `OrderSeen`. */
  readonly otherIds?: ReadonlyArray<BrokerOrderId> | undefined
  /** Ids that a broker gives again on other days: the same order's only where it has an execution less than 17 hours away (SYNC-4). */
  readonly nearIds?: ReadonlyArray<BrokerOrderId> | undefined
  /** The broker gives an execution another id in its listing than in its stream, and the adapter cannot tell which is which (F10). */
  readonly mayHaveOtherId?: boolean | undefined
  /** What it cost, where the broker has said so already; unknown is never zero. */
  readonly commission?: { readonly amount: Decimal; readonly currency: string } | undefined
  /** What else the broker says of it; no rule reads it. */
  readonly facts?: ExecutionFacts | undefined
  readonly symbol: string
  readonly side: Side
  readonly quantity: Decimal
  readonly price: Price | undefined
  /** When this revision happened, on the broker's clock. */
  readonly executedAt: Instant
}

/** What an execution cost; comes with it or later (F12). */
export interface Commission extends Stamped {
  readonly _tag: "Commission"
  readonly execId: string
  readonly amount: Decimal
  readonly currency: string
}

/**
 * The broker does not know what was asked for; `complete` where it looked at its whole history. `candidate` is the id under which it sent
 * a status of the order all the same.
 */
export interface NotFound extends Stamped {
  readonly _tag: "NotFound"
  readonly clientOrderId: string | undefined
  readonly brokerOrderId: BrokerOrderId | undefined
  readonly complete: boolean
  readonly candidate?: BrokerOrderId | undefined
}

/** Which orders the broker listed for a window that begins at `from`; `complete` where the listing is the whole truth of it. */
export interface Listed extends Stamped {
  readonly _tag: "Listed"
  readonly from: Instant
  readonly complete: boolean
  readonly brokerOrderIds: ReadonlyArray<BrokerOrderId>
}

/** Anything that a broker says, translated by its adapter. The set is closed. */
export type Report = Answered | OrderSeen | Executed | Commission | NotFound | Listed

/** A report together with the raw bytes it was read from, which are kept when it causes an entry. */
export interface Received<R extends Report = Report> {
  readonly report: R
  readonly payload: RawPayload | undefined
}

/** A raw request or response: what went over the wire, redacted, with its content type. */
export interface RawPayload {
  readonly contentType: string
  readonly bytes: Uint8Array
  /** What else the wire knows of it; secrets never get here. */
  readonly wire?: WireFacts | undefined
}

/** Where raw bytes went or came from. `headers` are an allow-list. */
export interface WireFacts {
  /** The adapter's name. */
  readonly source: string
  readonly method?: string | undefined
  readonly endpoint?: string | undefined
  readonly statusCode?: number | undefined
  readonly headers?: { readonly [name: string]: string } | undefined
}

const utf8 = new TextEncoder()

/** How an adapter of this name keeps a text: JSON where nothing else is said. */
export const textFrom =
  (source: string) =>
  (text: string, wire: Omit<WireFacts, "source"> = {}, contentType = "application/json"): RawPayload => ({
    contentType,
    bytes: utf8.encode(text),
    wire: { source, ...wire }
  })
