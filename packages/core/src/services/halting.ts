import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import type { Scope } from "../rules/operator/Command.ts"
import { format } from "../values/Id.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import type { Filter, StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import * as Reads from "./Reads.ts"

const LONGEST_WAIT = "10 seconds"
const LOOK_AGAIN = "20 millis"

const within = (account: AccountName, scope: Scope): ReadonlyArray<Filter> => [
  ...(scope._tag === "Everything" ? [] : [{ column: "account", in: [account] }]),
  ...(scope._tag === "OneSymbol" ? [{ column: "symbol", in: [scope.symbol] }] : [])
]

const named = (orders: ReadonlyArray<Order>): string => orders.map(({ id }) => format("order", id)).join(", ")

/** Those of some orders whose attempt still has no answer. */
const unanswered = (began: ReadonlyArray<Order>): Effect.Effect<ReadonlyArray<Order>, StoreError, TradeRepository> =>
  Effect.map(
    Reads.all(OrderTable, {
      where: [
        { column: "id", in: began.map(({ id }) => id) },
        { column: "status", in: ["submitting"] }
      ]
    }),
    (orders) =>
      orders.filter(({ attemptId, id }) => began.some((each) => each.id === id && each.attemptId === attemptId))
  )

/**
 * After a halt is committed no attempt begins within its scope: rule 0 reads it in the commit of every attempt. What is left are
 * attempts that began before; this waits, 10 s at most, until each has its outcome or is unconfirmed, and says which they were.
 */
export const settleSends = (account: AccountName, scope: Scope): Effect.Effect<string, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const began = yield* Reads.all(OrderTable, {
      where: [...within(account, scope), { column: "status", in: ["submitting"] }]
    })
    if (began.length === 0) return "no submission in progress"
    const look = unanswered(began)
    yield* look.pipe(
      Effect.tap((open) => (open.length === 0 ? Effect.void : Effect.sleep(LOOK_AGAIN))),
      Effect.repeat({ until: (open) => open.length === 0 }),
      Effect.timeoutOption(LONGEST_WAIT)
    )
    const open = yield* look
    const done = began.filter(({ id }) => open.every((each) => each.id !== id))
    const settled = done.length === 0 ? [] : [`${named(done)}: submission completed, or unconfirmed`]
    const left = open.length === 0 ? [] : [`${named(open)}: submission still without an answer`]
    return [...settled, ...left].join("; ")
  })
