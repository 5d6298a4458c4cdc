import { Schema } from "effect"
import * as Column from "../tables/Column.ts"

const text = Schema.optional(Schema.String)

/**
 * What a broker says of an execution that no rule reads, in its own words: kept for people and other programs. What it does not say
 * is left away.
 */
export const ExecutionFacts = Schema.Struct({
  /** The broker's durable id of the order, as this execution named it. */
  permId: text,
  /** What the order was called by whoever placed it. */
  orderRef: text,
  /** The order's id among those of the client that placed it, and which client that was. */
  orderId: text,
  clientId: text,
  /** The class of what was traded, in the broker's word. */
  secType: text,
  exchange: text,
  currency: text,
  liquidity: text
})

/** What a broker says of an execution that no rule reads. */
export type ExecutionFacts = typeof ExecutionFacts.Type

const word = Column.optional(Column.text)

/** SYNC-5: what of it an order has too. `orderNumber` is the order's id among those of the client that placed it. */
export const parentColumns = { orderNumber: word, clientId: word, secType: word, exchange: word, currency: word }

/** SYNC-5: the same as columns of an execution. */
export const factColumns = { permId: word, orderRef: word, ...parentColumns, liquidity: word }

const ofParent = ["orderNumber", "clientId", "secType", "exchange", "currency"] as const

type Columns = { readonly [column in keyof typeof factColumns]: string | undefined }
type ParentColumns = Pick<Columns, (typeof ofParent)[number]>

/** The facts of an execution as its columns. */
export const columnsOf = (facts: ExecutionFacts = {}): Columns => ({
  permId: facts.permId,
  orderRef: facts.orderRef,
  orderNumber: facts.orderId,
  clientId: facts.clientId,
  secType: facts.secType,
  exchange: facts.exchange,
  currency: facts.currency,
  liquidity: facts.liquidity
})

/** The columns of an execution as its facts. */
export const factsOf = ({ clientId, currency, exchange, liquidity, orderNumber, orderRef, permId, secType }: Columns) =>
  ({
    permId,
    orderRef,
    orderId: orderNumber,
    clientId,
    secType,
    exchange,
    currency,
    liquidity
  }) satisfies ExecutionFacts

interface Execution extends ParentColumns {
  readonly execId: string
  readonly executedAt: bigint
}

/** What an order has of its executions: of each column what the first one says that says anything, in whatever order they came. */
export const parentOf = (executions: ReadonlyArray<Execution>): ParentColumns => {
  const first = (column: (typeof ofParent)[number]): string | undefined =>
    executions.reduce<Execution | undefined>((known, each) => {
      if (each[column] === undefined) return known
      return known === undefined || isBefore(each, known) ? each : known
    }, undefined)?.[column]
  return {
    orderNumber: first("orderNumber"),
    clientId: first("clientId"),
    secType: first("secType"),
    exchange: first("exchange"),
    currency: first("currency")
  }
}

const isBefore = (a: Execution, b: Execution): boolean =>
  a.executedAt === b.executedAt ? a.execId < b.execId : a.executedAt < b.executedAt
