import { Decimal, Quantity } from "@roundlot/core"
import { hash } from "node:crypto"
import type { Act, Operation } from "../Instruction.ts"
import { nothing, withAct, type Script } from "./Script.ts"

/** Which share of the requests (0 to 1) goes wrong, and the seed that says which and how. */
export interface Faults {
  readonly seed: number
  readonly faultRate: number
}

const ofPlace = [
  "takeThenTimeout",
  "takeThenReset",
  "resetBefore",
  "tooMany",
  "unavailable",
  "partial",
  "late",
  "duplicateEvent",
  "reorder",
  "dropStream"
] as const
const ofStream = ["resetBefore", "unavailable"] as const
const ofOthers = ["resetBefore", "tooMany", "unavailable"] as const

type Fault = (typeof ofPlace)[number]

/** The fault of the request of this number, the same for the same seed whenever it is asked. */
export const draw = (
  { faultRate, seed }: Faults,
  number: number,
  operation: Operation,
  quantity: Decimal.Decimal | undefined
): Script => {
  const [chance = 1, pick = 0, delay = 0] = fractions(`${seed}/${number}`)
  if (chance >= faultRate) return nothing
  const kinds: ReadonlyArray<Fault> = operation === "place" ? ofPlace : operation === "stream" ? ofStream : ofOthers
  const kind = kinds[Math.floor(pick * kinds.length)]
  return kind === undefined ? nothing : scriptOf(kind, 1 + Math.floor(delay * 3), quantity)
}

const scriptOf = (kind: Fault, later: number, quantity: Decimal.Decimal | undefined): Script => {
  switch (kind) {
    case "tooMany":
      return faulty({ _tag: "answer", status: 429, headers: { "retry-after": "1" } })
    case "unavailable":
      return faulty({ _tag: "answer", status: 503 })
    case "late":
      return { ...faulty({ _tag: "accept" }), restAfterRequests: later }
    case "partial": {
      const part = quantity === undefined ? Decimal.zero : halfOf(quantity)
      const first: Act = Decimal.isPositive(part) ? { _tag: "fill", quantity: Quantity.make(part) } : { _tag: "accept" }
      return { ...faulty(first), restAfterRequests: later }
    }
    default:
      return faulty({ _tag: kind })
  }
}

const faulty = (act: Act): Script => withAct(nothing, act) ?? nothing

const halfOf = (quantity: Decimal.Decimal): Decimal.Decimal =>
  Decimal.floorTo(Decimal.multiply(quantity, Decimal.unsafe("0.5")), Decimal.unsafe("1"))

const fractions = (key: string): ReadonlyArray<number> => {
  const hex = hash("sha256", key, "hex")
  return [0, 8, 16].map((from) => Number.parseInt(hex.slice(from, from + 8), 16) / 2 ** 32)
}
