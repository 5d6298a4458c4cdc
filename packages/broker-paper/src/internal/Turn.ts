import { Instant } from "@roundlot/core"
import { Schema } from "effect"
import { ExchangeOrder, Execution } from "../ExchangeOrder.ts"
import type { ExecutionRow, OrderRow, Rows } from "./rows.ts"

/** What the stream will say of one change. */
interface Spoken {
  readonly account: string
  readonly brokerOrderId: string
  readonly kind: "order" | "execution"
  readonly body: string
}

/** How the stream is to say the changes of one turn. */
export interface Delivery {
  readonly doubled: boolean
  readonly reversed: boolean
  /** The connection breaks before anything is said. */
  readonly dropped: boolean
}

/** The stream says everything once, in order. */
export const plainly: Delivery = { doubled: false, reversed: false, dropped: false }

/** One transaction's work: its time, and what it will have said. */
export interface Turn {
  readonly rows: Rows
  /** The exchange's time when the turn began. */
  readonly now: Instant.Instant
  /** The time of a change: never the same twice, never behind another. */
  readonly tick: () => Instant.Instant
  readonly sayOrder: (order: OrderRow) => void
  readonly sayExecution: (execution: ExecutionRow) => void
  /** Ends the turn: the clock and what is said go to the file. */
  readonly end: (delivery: Delivery) => void
}

const encodeOrder = Schema.encodeSync(Schema.parseJson(ExchangeOrder))
const encodeExecution = Schema.encodeSync(Schema.parseJson(Execution))

const textOf = (instant: Instant.Instant): string => Instant.format(instant)

/** Begins a turn at `clock`, or where the exchange's own time already is. */
export const begin = (rows: Rows, clock: Instant.Instant): Turn => {
  const before = instantOf(rows.fact("lastTime")) ?? Instant.make(-1n)
  const now = Instant.later(clock, Instant.make(before < 0n ? 0n : before))
  let last = before
  const spoken: Array<Spoken> = []
  return {
    rows,
    now,
    tick: () => {
      last = Instant.later(now, Instant.make(last + 1n))
      return last
    },
    sayOrder: (order) =>
      void spoken.push({
        account: order.account,
        brokerOrderId: order.brokerOrderId,
        kind: "order",
        body: encodeOrder(order)
      }),
    sayExecution: (execution) =>
      void spoken.push({
        account: execution.account,
        brokerOrderId: execution.brokerOrderId,
        kind: "execution",
        body: encodeExecution(execution)
      }),
    end: (delivery) => {
      if (last !== before) rows.setFact("lastTime", textOf(last))
      deliver(rows, now, spoken, delivery)
    }
  }
}

const deliver = (rows: Rows, now: Instant.Instant, spoken: ReadonlyArray<Spoken>, delivery: Delivery): void => {
  if (delivery.dropped) rows.say(null, "dropped", "{}")
  if (spoken.length === 0 || isAfter(instantOf(rows.fact("silentUntil")), now)) return
  const heard = spoken.filter((each) => !isAfter(rows.order(each.brokerOrderId)?.silentUntil, now))
  for (const each of delivery.reversed ? heard.toReversed() : heard) {
    for (let time = delivery.doubled ? 2 : 1; time > 0; time--) rows.say(each.account, each.kind, each.body)
  }
}

const isAfter = (until: Instant.Instant | null | undefined, now: Instant.Instant): boolean =>
  until !== null && until !== undefined && until > now

const instantOf = (text: string | undefined): Instant.Instant | undefined =>
  text === undefined ? undefined : Instant.parse(text)
