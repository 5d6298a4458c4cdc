import { closedKinds, type ClosedKind, type Liveness } from "../records/Report.ts"

/** A broker's table of what its raw statuses mean for an order's life. */
export interface OrderStatuses {
  /** Every status that the broker documents. */
  readonly known: ReadonlySet<string>
  /** The meaning of a raw status (AUD-7, FILL-1). An unknown one is kept and counts as open: only what is known to end an order ends it. */
  readonly livenessOf: (status: string) => Liveness
}

/** An order of it may still be executed. */
export const open: Liveness = { _tag: "Open" }

/** An order of it has ended. */
export const closed = (kind: ClosedKind): Liveness => ({ _tag: "Closed", kind })

/**
 * The table of a broker, its statuses by what they mean.
 *
 * @example
 * const statuses = OrderStatuses.make({ open: ["WORKING"], filled: ["FILLED"], cancelled: ["CANCELED"], expired: [], rejected: [] })
 * statuses.livenessOf("FILLED") // { _tag: "Closed", kind: "filled" }
 * statuses.livenessOf("PUT_ASIDE") // { _tag: "Open" }
 */
export const make = (statuses: { readonly [meaning in "open" | ClosedKind]: ReadonlyArray<string> }): OrderStatuses => {
  const { open: living, ...ended } = statuses
  const meanings = new Map<string, Liveness>([
    ...living.map((status) => [status, open] as const),
    ...closedKinds.flatMap((kind) => ended[kind].map((status) => [status, closed(kind)] as const))
  ])
  return { known: new Set(meanings.keys()), livenessOf: (status) => meanings.get(status) ?? open }
}
