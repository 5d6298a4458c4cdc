import { Schema } from "effect"
import { FillId } from "../values/Id.ts"
import { Quantity } from "../values/Quantity.ts"

/** Tax lots that a person identified for a fill (LOT-13): of each the fill that opened it, and how many of its shares are closed. */
export const IdentifiedLots = Schema.Array(Schema.Struct({ openedBy: FillId, quantity: Quantity }))

/** Tax lots that a person identified for a fill. */
export type IdentifiedLots = typeof IdentifiedLots.Type
