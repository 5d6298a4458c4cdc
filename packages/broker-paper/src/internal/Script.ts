import type { Act, Operation } from "../Instruction.ts"
import { plainly, type Delivery } from "./Turn.ts"
import { Decimal, Quantity } from "@roundlot/core"
import { hash } from "node:crypto"

type ActOf<Name extends Act["_tag"]> = Extract<Act, { readonly _tag: Name }>

/** How one request goes, once the acts that it triggered are put together. */
export interface Script {
  /** Answered instead of doing what was asked. */
  readonly instead: ActOf<"reject" | "resetBefore" | "answer" | "expireToken"> | undefined
  /** In place of trading at the symbol's price. */
  readonly filling: ActOf<"accept" | "fill"> | undefined
  /** Done, and answered so. */
  readonly answering: ActOf<"answer"> | undefined
  /** Done, but the answer is lost. */
  readonly lost: "timeout" | "reset" | undefined
  readonly delayMs: number
  readonly delivery: Delivery
  /** The rest of the order is filled this many requests later; only seeded faults say so. */
  readonly restAfterRequests: number | undefined
  /** Done besides. */
  readonly besides: ReadonlyArray<Act>
}

/** The request goes as it should. */
export const nothing: Script = {
  instead: undefined,
  answering: undefined,
  filling: undefined,
  lost: undefined,
  delayMs: 0,
  delivery: plainly,
  restAfterRequests: undefined,
  besides: []
}

/** The script with one more act, or `undefined` where the place that the act would take is taken: it then waits for another. */
export const withAct = (script: Script, act: Act): Script | undefined => {
  const { delivery } = script
  if (namesAnother(act)) return { ...script, besides: [...script.besides, act] }
  if (act._tag === "answer" && act.taken === true) return answered(script, act)
  switch (act._tag) {
    case "reject":
    case "resetBefore":
    case "answer":
    case "expireToken":
      return script.instead === undefined &&
        script.answering === undefined &&
        script.filling === undefined &&
        script.lost === undefined
        ? { ...script, instead: act }
        : undefined
    case "accept":
    case "fill":
      return script.instead === undefined && script.filling === undefined ? { ...script, filling: act } : undefined
    case "takeThenTimeout":
    case "takeThenReset":
      return script.instead === undefined && script.answering === undefined && script.lost === undefined
        ? { ...script, lost: act._tag === "takeThenReset" ? "reset" : "timeout" }
        : undefined
    case "status":
      return { ...script, filling: script.filling ?? { _tag: "accept" }, besides: [...script.besides, act] }
    case "delay":
      return { ...script, delayMs: script.delayMs + act.ms }
    case "duplicateEvent":
      return { ...script, delivery: { ...delivery, doubled: true } }
    case "reorder":
      return { ...script, delivery: { ...delivery, reversed: true } }
    case "dropStream":
      return { ...script, delivery: { ...delivery, dropped: true } }
    default:
      return { ...script, besides: [...script.besides, act] }
  }
}

const answered = (script: Script, act: ActOf<"answer">): Script | undefined =>
  script.instead === undefined && script.lost === undefined && script.answering === undefined
    ? { ...script, answering: act }
    : undefined

const namesAnother = (act: Act): boolean =>
  (act._tag === "reject" || act._tag === "fill" || act._tag === "status") &&
  (act.brokerOrderId ?? act.clientOrderId) !== undefined

/** Which share of the requests (0 to 1) goes wrong, and the seed that says which and how. */
interface Faults {
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
