import type { Act } from "../Instruction.ts"
import { plainly, type Delivery } from "./Turn.ts"

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
