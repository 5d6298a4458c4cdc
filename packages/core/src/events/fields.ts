import { Schema } from "effect"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"

/** A field that is left away where there is nothing to say. */
export const maybe = Schema.optional

/** A moment, as entries have it. */
export const Time = Instant.FromString

/** Shares or dollars of any sign. */
export const Shares = Decimal.FromStored
