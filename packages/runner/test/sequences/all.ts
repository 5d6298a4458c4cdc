import { alpaca } from "./alpaca.ts"
import { ibkr } from "./ibkr.ts"
import { schwab } from "./schwab.ts"
import type { Sequence } from "./Sequence.ts"

/** Every sequence, in the order of the published table. */
export const sequences: ReadonlyArray<Sequence> = [...alpaca, ...ibkr, ...schwab]
