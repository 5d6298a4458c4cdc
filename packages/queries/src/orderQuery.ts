import { Decimal, Order } from "@roundlot/core"
import { OrderState, type Table } from "@roundlot/core/adapter"
import { BigDecimal, Either } from "effect"
import { wordOf } from "./criteria.ts"
import { BadFilter } from "./errors.ts"

type StateOf<Tag extends OrderState.OrderState["_tag"]> = Extract<OrderState.OrderState, { readonly _tag: Tag }>

/** A state by its tag, and as much of its fields as orders must have: a whole state is one, `{ _tag: "Filled" }` too. */
type StateQuery = {
  readonly [Tag in OrderState.OrderState["_tag"]]: Pick<StateOf<Tag>, "_tag"> & Partial<Omit<StateOf<Tag>, "_tag">>
}[OrderState.OrderState["_tag"]]

/** Which orders by where they are in their lives: a phase, a status, or a state (FILL-8). Words in any case. */
export type OrderQuery =
  | { readonly _tag: "Phase"; readonly phase: string }
  | { readonly _tag: "Status"; readonly status: string }
  | StateQuery

/** What a query comes to: the statuses that a database looks for, and the judgement on an order's state. */
export interface Criterion {
  readonly statuses: ReadonlyArray<OrderState.OrderStatus>
  readonly judges: boolean
  readonly holds: (order: Order.Order) => Either.Either<boolean, Table.BadRow>
}

/** The query that `--phase` or `--status` mean; both at once are none. */
export const queryOf = (words: {
  readonly phase?: string | undefined
  readonly status?: string | undefined
}): Either.Either<OrderQuery | undefined, BadFilter> => {
  const { phase, status } = words
  if (phase !== undefined && status !== undefined) {
    return Either.left(
      new BadFilter({ filter: "status", value: status, problem: "and a phase are both given: give one of them" })
    )
  }
  if (phase !== undefined) return Either.right({ _tag: "Phase", phase })
  return Either.right(status === undefined ? undefined : { _tag: "Status", status })
}

/** The one reading of every kind of query (FILL-8). */
export const criterionOf = (query: OrderQuery): Either.Either<Criterion, BadFilter> => {
  switch (query._tag) {
    case "Phase":
      return Either.map(wordOf("phase", query.phase, OrderState.orderPhases), (phase) =>
        ofStatuses(OrderState.orderStatuses.filter((status) => OrderState.phaseOf[status] === phase))
      )
    case "Status":
      return Either.map(wordOf("status", query.status, OrderState.orderStatuses), (status) => ofStatuses([status]))
    default:
      return Either.right(ofState(query))
  }
}

const ofStatuses = (statuses: ReadonlyArray<OrderState.OrderStatus>): Criterion => ({
  statuses,
  judges: false,
  holds: (order) => Either.right(statuses.includes(order.status))
})

/** FILL-7: the state is converted whole, so a row that lacks what its status demands is an error, never a guess. */
const ofState = (query: StateQuery): Criterion => {
  const wanted = Object.entries(query).filter(([, value]) => value !== undefined)
  return {
    statuses: [OrderState.statusOf[query._tag]],
    judges: wanted.length > 1,
    holds: (order) =>
      Either.map(Order.stateOf(order), (state) => {
        const fields = new Map<string, unknown>(Object.entries(state))
        return wanted.every(([name, value]) => isSame(fields.get(name), value))
      })
  }
}

const isSame = (a: unknown, b: unknown): boolean => {
  if (BigDecimal.isBigDecimal(a) && BigDecimal.isBigDecimal(b)) return Decimal.equals(a, b)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, at) => isSame(each, b[at]))
  return a === b
}
