import type { OrderId } from "../values/Id.ts"
import type { Order } from "./Order.ts"

/** What a report came to: the order it changed or confirmed, or that it was known already, waits, or was kept as a break. */
export type Interpreted =
  | { readonly _tag: "Applied"; readonly orderId: OrderId; readonly status: Order["status"] }
  | { readonly _tag: "Duplicate" }
  | { readonly _tag: "Waiting" }
  | { readonly _tag: "KeptAsBreak" }
  | { readonly _tag: "NothingToDo" }

/** What a report came to that an order was brought up to. */
export const applied = (order: Order): Interpreted => ({ _tag: "Applied", orderId: order.id, status: order.status })
