import { Schema } from "effect"
import { Instant, OwnerId, Quantity, Side, Order, Trade } from "@roundlot/core"
import { type MemoryStore, ClientOrderId, Id } from "@roundlot/core/adapter"
import { cutOffs } from "@roundlot/core/ledger"
import { AllocationKey, allocationPolicies } from "@roundlot/core/vocabulary"
import * as Desk from "../Desk.ts"

const Shares = Schema.String

const OptionalTime = Schema.optional(Schema.Number)

/** A step of a worked case: what is done, what it returns, and every part of the view that it changes. */
const Step = Schema.Struct({
  do: Schema.Literal(
    "trade",
    "send",
    "mark-not-placed",
    "fill",
    "report",
    "adopt",
    "reverse",
    "release",
    "halt",
    "resume",
    "cooled",
    "until",
    "accept-adjustment"
  ),
  id: Schema.optional(Schema.String),
  side: Schema.optional(Side.Side),
  qty: Schema.optional(Shares),
  owner: Schema.optional(OwnerId.OwnerId),
  held: Schema.optional(Schema.NullOr(Schema.Union(Schema.String, Schema.Boolean))),
  order: Schema.optional(Schema.String),
  got: Schema.optional(Schema.Literal("accepted", "rejected", "not-accepted", "unknown", "nothing")),
  time: OptionalTime,
  exec: Schema.optional(Schema.String),
  rev: Schema.optional(Schema.Int),
  status: Schema.optional(Schema.Literal("open", "filled", "cancelled", "expired", "rejected")),
  cum: Schema.optional(Schema.NullOr(Shares)),
  of: Schema.optional(Schema.String),
  /** Until when our clock moves. */
  at: Schema.optional(Instant.FromString),
  kind: Schema.optional(Schema.String),
  returns: Schema.NullOr(Schema.String),
  expect: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

/** A step of a worked case. */
export type Step = typeof Step.Type

/** A worked case of the ledger's rules: one account, one position. */
export const LedgerCase = Schema.Struct({
  id: Schema.String,
  rule: Schema.optional(Schema.String),
  config: Schema.optional(
    Schema.Struct({
      lot: Schema.optional(Quantity.Quantity),
      threshold: Schema.optional(Quantity.Quantity),
      direction: Schema.optional(Schema.Literal("mirror", "offset")),
      externalCounts: Schema.optional(Schema.Boolean),
      allocation: Schema.optional(Schema.Literal(...allocationPolicies)),
      allocationKey: Schema.optional(AllocationKey),
      cutOffs: Schema.optional(Schema.Array(cutOffs.CutOff))
    })
  ),
  steps: Schema.Array(Step),
  answers: Schema.optional(Schema.Array(Schema.String)),
  final: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})

/** A worked case of the ledger's rules. */
export type LedgerCase = typeof LedgerCase.Type

/** A file of worked cases. */
export const LedgerCaseFile = Schema.Struct({ about: Schema.optional(Schema.String), cases: Schema.Array(LedgerCase) })

/** A case being played: its desk, and what its names stand for. */
export interface CaseTable {
  readonly desk: Desk.Desk
  readonly names: Map<string, string>
  readonly steps: ReadonlyArray<Step>
}

/** A case of which nothing is played yet. */
export const tableOf = ({ config, steps }: LedgerCase, store: MemoryStore.MemoryStore): CaseTable => ({
  steps,
  desk: Desk.make(
    {
      ...(config?.lot === undefined ? {} : { lot: config.lot }),
      ...(config?.threshold === undefined ? {} : { threshold: config.threshold }),
      ...(config?.direction === undefined ? {} : { direction: config.direction }),
      external: config?.externalCounts === true ? "count" : "ignore",
      allocation: config?.allocation,
      allocationKey: config?.allocationKey,
      cutOffs: config?.cutOffs,
      // Trades of cases are as old as the clock was at the start.
      maxTradeAgeMs: Number.MAX_SAFE_INTEGER,
      resendWindowMs: Number.MAX_SAFE_INTEGER
    },
    store
  ),
  names: new Map()
})

// What is done

/** A value that a step has to have. */
export const required = <A>(value: A | undefined | null, name: string): A => {
  if (value === undefined || value === null) throw new Error(`the step needs "${name}"`)
  return value
}

/** When cases begin. */
export const EPOCH = Instant.make(1_600_000_000_000_000n)

/** The moment of a step. */
export const timeOf = (step: Step): Instant.Instant => Instant.addMillis(EPOCH, (step.time ?? 0) * 1000)

/** The order that a case calls so. */
export const orderIdOf = (table: CaseTable, name: string): Id.OrderId => {
  const ours = [...namesOf(table)].find(([, shown]) => shown === name)?.[0] ?? name
  return Id.OrderId.make(required(Id.parse("order", ours), "order"))
}

/** How the broker of a case calls an order. */
export const brokerIdOf = (name: string): ClientOrderId.BrokerOrderId => ClientOrderId.BrokerOrderId.make(`B-${name}`)

// The view

/** All trades of a case. */
export const tradesOf = (table: CaseTable): ReadonlyArray<Trade.Trade> => table.desk.all(Trade.TradeTable)

/** The case's own name of an order: given at its adoption, or counted among the orders that were due. */
export const namesOf = (table: CaseTable): ReadonlyMap<string, string> => {
  const names = new Map(table.names)
  let ours = 0
  for (const order of table.desk.all(Order.OrderTable)) {
    if (order.origin === "accumulation") names.set(Id.format("order", order.id), `O${++ours}`)
  }
  for (const trade of tradesOf(table)) names.set(Id.format("trade", trade.id), trade.sourceId)
  return names
}
