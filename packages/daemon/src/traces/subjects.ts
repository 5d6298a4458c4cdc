import { Decision, Fill, Order } from "@roundlot/core"
import { type Entry, Id, type TradeRepository } from "@roundlot/core/adapter"
import { Break } from "@roundlot/core/ledger"
import { listing } from "@roundlot/queries"
import { Effect } from "effect"

/** The decision or order that an entry is about: whose trace it is in. */
export type Subject =
  | { readonly _tag: "Order"; readonly order: Order.Order }
  | { readonly _tag: "Decision"; readonly decision: Decision.Decision }

type Named = Pick<Entry.Entry, "entityKind" | "entityId">

const idsOf = (entries: ReadonlyArray<Named>, kind: Id.Kind): ReadonlyArray<number> => [
  ...new Set(
    entries.flatMap(({ entityId, entityKind }) => (entityKind === kind ? (Id.parse(kind, entityId) ?? []) : []))
  )
]

/** Finds the decision or order that each of these entries is about; of an entry about neither, nothing. */
export const subjectsOf = (
  entries: ReadonlyArray<Named>
): Effect.Effect<(entry: Named) => Subject | undefined, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const decisions = yield* listing.among(Decision.DecisionTable, "id", idsOf(entries, "decision"))
    const fills = yield* listing.among(Fill.FillTable, "id", idsOf(entries, "fill"))
    const breaks = yield* listing.among(Break.BreakTable, "id", idsOf(entries, "break"))
    const orderOf = new Map<string, number>()
    for (const id of idsOf(entries, "order")) orderOf.set(`order O${id}`, id)
    for (const { id, orderId } of fills) orderOf.set(`fill ${Id.format("fill", id)}`, orderId)
    for (const { id, subject } of breaks) {
      const order = Id.parse("order", subject)
      if (order !== undefined) orderOf.set(`break ${Id.format("break", id)}`, order)
    }
    const orders = yield* listing.among(Order.OrderTable, "id", new Set(orderOf.values()))
    const ofOrders = new Map<number, Subject>(orders.map((order) => [order.id, { _tag: "Order", order }]))
    const ofDecisions = new Map<number, Subject>(
      decisions.map((decision) => [decision.id, { _tag: "Decision", decision }])
    )
    return ({ entityId, entityKind }) =>
      entityKind === "decision"
        ? ofDecisions.get(Id.parse("decision", entityId) ?? 0)
        : ofOrders.get(orderOf.get(`${entityKind} ${entityId}`) ?? 0)
  })
