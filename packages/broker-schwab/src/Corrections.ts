import { Decimal, Instant, type Broker } from "@roundlot/core"
import { Recent } from "@roundlot/core/adapter"
import { Clock, Effect, Schema } from "effect"
import type { Linked } from "./Accounts.ts"
import { executionsOf, missingOf, type Executed, type OrderAnswer } from "./OrderAnswer.ts"
import type { Read } from "./Orders.ts"
import { reading } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

/** One revision of an execution; the first is 1, one that was undone has no shares. */
interface Revised extends Executed {
  readonly revision: number
}

/** What was executed of orders, and how that was corrected since it was first read. */
export interface Corrections {
  /** All revisions of an order's executions that are known, those of this reading with them. */
  readonly of: (read: Read) => Effect.Effect<ReadonlyArray<Revised>, Broker.BrokerReadFailed>
}

/** What is known of one order: revisions in the order in which they came, and by its contents as listed, the newest of each execution. */
interface History {
  readonly revisions: ReadonlyArray<Revised>
  readonly newest: ReadonlyMap<string, Revised>
  /** When the transactions last reported no correction of it, in milliseconds. */
  readonly uncorrectedMs?: number | undefined
}

/** What is read of transactions. */
export const Transactions = Schema.Array(
  Schema.Struct({
    orderId: Schema.optional(Schema.NullOr(Schema.String)),
    status: Schema.optional(Schema.NullOr(Schema.String)),
    activityType: Schema.optional(Schema.NullOr(Schema.String))
  })
)

const A_MINUTE_MS = 60_000

const first = (executed: Executed): Revised => ({ ...executed, revision: 1 })

const added = ({ newest, revisions }: History, fresh: ReadonlyArray<Executed>): History => ({
  revisions: [...revisions, ...fresh.map(first)],
  newest: new Map([...newest, ...fresh.map((each) => [each.execIdBase, first(each)] as const)])
})

/** What is no longer listed became what is listed anew, in their order; what nothing followed was undone. */
const corrected = (
  history: History,
  gone: ReadonlyArray<readonly [listedAs: string, Revised]>,
  fresh: ReadonlyArray<Executed>,
  at: Instant.Instant
): History => {
  const newest = new Map(history.newest)
  const revisions = gone.map(([listedAs, before], i) => {
    const after = fresh[i]
    const next: Revised = {
      execIdBase: before.execIdBase,
      revision: before.revision + 1,
      quantity: after?.quantity ?? Decimal.zero,
      price: after?.price ?? before.price,
      executedAt: at
    }
    newest.delete(listedAs)
    if (after !== undefined) newest.set(after.execIdBase, next)
    return next
  })
  return added({ revisions: [...history.revisions, ...revisions], newest }, fresh.slice(gone.length))
}

/** What is listed without executions that a whole reading lacks. */
const without = (
  revisions: ReadonlyArray<Revised>,
  gone: ReadonlyArray<readonly [listedAs: string, Revised]>
): ReadonlyArray<Revised> => {
  const absent = new Set(gone.map(([, { execIdBase }]) => execIdBase))
  return absent.size === 0 ? revisions : revisions.filter(({ execIdBase }) => !absent.has(execIdBase))
}

/** Do the transactions tell of a correction of the order? */
const isDocumented = (wire: Wire, linked: Effect.Effect<Linked, Broker.BrokerReadFailed>, order: OrderAnswer) =>
  Effect.gen(function* () {
    const { hash } = yield* linked
    const now = yield* Clock.currentTimeMillis
    const query = new URLSearchParams({
      startDate: Instant.format(order.enteredTime),
      endDate: Instant.format(Instant.fromMillis(now + A_MINUTE_MS)),
      types: "TRADE"
    })
    const path = `/trader/v1/accounts/${hash}/transactions?${query.toString()}`
    const rows = yield* reading(wire, "transactions", path, Transactions)
    return rows.some(
      ({ activityType, orderId, status }) =>
        orderId === order.orderId && (activityType === "ACTIVITY_CORRECTION" || status === "INVALID")
    )
  })

/**
 * The corrections of one account. A listing shows what counts now, and has no ids: an execution that it no longer has was corrected where
 * the account's transactions say so of the order, and is its next revision. Without that word nothing is revised, and what a whole reading
 * lacks is not listed: a sync finds what counts and is absent. What was corrected before this program first read the order is not known as that.
 */
export const make = (wire: Wire, linked: Effect.Effect<Linked, Broker.BrokerReadFailed>): Effect.Effect<Corrections> =>
  Effect.sync(() => {
    const known = Recent.make<History>()
    return {
      of: ({ asOf, order }) =>
        Effect.gen(function* () {
          const listed = executionsOf(order)
          const history = known.get(order.orderId) ?? {
            revisions: [],
            newest: new Map<string, Revised>()
          }
          const present = new Set(listed.map(({ execIdBase }) => execIdBase))
          const fresh = listed.filter(({ execIdBase }) => !history.newest.has(execIdBase))
          const gone = [...history.newest].filter(([listedAs]) => !present.has(listedAs))
          // A reading that lacks executions which its total counts is one in part.
          const isWhole = Decimal.isZero(missingOf(order))
          const nowMs = yield* Clock.currentTimeMillis
          const { uncorrectedMs = -Infinity } = history
          const isAsked = gone.length > 0 && isWhole && nowMs - uncorrectedMs >= A_MINUTE_MS
          const isRevised = isAsked && (yield* isDocumented(wire, linked, order))
          const next = isRevised ? corrected(history, gone, fresh, asOf) : added(history, fresh)
          if (fresh.length > 0 || isAsked)
            known.set(order.orderId, { ...next, uncorrectedMs: isAsked && !isRevised ? nowMs : history.uncorrectedMs })
          return isWhole && !isRevised ? without(next.revisions, gone) : next.revisions
        })
    }
  })
