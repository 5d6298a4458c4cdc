import type { Clause } from "./store/Clause.ts"
import { keeping } from "./store/keeping.ts"
import { plans } from "./store/planning.ts"
import { reading } from "./store/reading.ts"
import { together } from "./store/together.ts"
import { ledgers } from "./store/ledger.ts"

export type { Capability, Clause, ClauseFailure, Place } from "./store/Clause.ts"

/** What every store promises. `roundlot` runs on any that keeps all of it. */
export const clauses: ReadonlyArray<Clause> = [...keeping, ...plans, ...reading, ...together, ...ledgers]
