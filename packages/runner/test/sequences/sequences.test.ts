import { describe, it } from "@effect/vitest"
import { sequences } from "./all.ts"
import { assertSequence } from "./Sequence.ts"

/** What `npm test` plays: one a broker, which its users lost most by. */
const few: ReadonlyArray<string> = ["ALPACA-14", "IBKR-1", "SCHWAB-2"]

const isPlayed = process.env["ROUNDLOT_TIER"] === "test" ? (id: string) => few.includes(id) : () => true

describe.concurrent("a sequence from the field, played at the adapter and judged by the books of a daemon", () => {
  for (const sequence of sequences.filter(({ id }) => isPlayed(id)))
    it.scopedLive(`${sequence.id}: ${sequence.what}`, () => assertSequence(sequence), 120_000)
})
