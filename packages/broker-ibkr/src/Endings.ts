import { Instant } from "@roundlot/core"
import { Recent, type Report } from "@roundlot/core/adapter"
import { kindOf } from "./Codes.ts"
import { isDurable } from "./Execution.ts"
import type { Message, OrderFacts } from "./Message.ts"
import { isStopped } from "./OrderStatus.ts"

/** How an order that TWS had shown was ended by an error beside it. */
interface Ending {
  /** The order as it was last shown, in its last status. */
  readonly facts: OrderFacts
  readonly progress: { readonly filled: string; readonly averagePrice: string }
  readonly state: Report.Liveness
  /** The code and the broker's own words. */
  readonly code: number
  readonly words: string
  readonly endedAt: Instant.Instant
}

/** What one client of TWS has heard of the ends of its orders, whichever message came first. */
export interface Endings {
  readonly note: (message: Message) => void
  /** An order id is used from now on, for the order of this reference: what was heard under it was another order's. */
  readonly begin: (orderId: number, reference: string) => void
  /** An order, by the reference it was sent with, that has a status from TWS and was never shown: a listing without it proves nothing. */
  readonly hidden: (reference: string) => Hidden | undefined
  /** Of an order by its durable id. */
  readonly of: (permId: string) => Ending | undefined
  /** Of an order by the id under which its client placed it. */
  readonly ofPlaced: (orderId: number) => Ending | undefined
  /** The newest of all that have ended so, listed by TWS or not. */
  readonly all: () => ReadonlyArray<Ending>
}

/** An order that TWS has by its statuses alone; its durable id, where they had one. */
interface Hidden {
  readonly permId: string | undefined
}

/** What was heard under one order id. */
interface Heard {
  readonly facts?: OrderFacts | undefined
  readonly status?: string | undefined
  /** The durable id that a status has. */
  readonly permId?: string | undefined
  /** Does a status show that TWS has it: by a durable id, or as one that works? */
  readonly isTaken?: boolean | undefined
  readonly whyHeld?: string | undefined
  readonly progress?: Ending["progress"] | undefined
  readonly error?: { readonly code: number; readonly text: string } | undefined
}

/** The errors that end the order beside which they come, once its status says that it does not work. */
const kinds: ReadonlyMap<number, Report.ClosedKind> = new Map([
  [201, "rejected"],
  [202, "cancelled"],
  [203, "rejected"],
  [161, "cancelled"],
  [10147, "cancelled"],
  [10148, "cancelled"]
])

/** What ended before so many others is in TWS's own list of the day. */
const MOST_ENDED = 1_000

/** One that stopped before it was shown was never taken. */
const hiddenIn = ({ facts, isTaken = false, permId, status = "", whyHeld = "" }: Heard): Hidden | undefined =>
  facts === undefined && isTaken && !(isStopped(status) && whyHeld === "") ? { permId } : undefined

const endingOf = ({ error, facts, progress, status, whyHeld = "" }: Heard, at: Instant.Instant): Ending | undefined => {
  const kind = error === undefined ? undefined : kinds.get(error.code)
  const hasStopped = status !== undefined && isStopped(status) && whyHeld === ""
  if (facts === undefined || error === undefined || kind === undefined || !hasStopped) return undefined
  return {
    facts: { ...facts, status },
    progress: progress ?? { filled: "", averagePrice: "" },
    state: { _tag: "Closed", kind },
    code: error.code,
    words: error.text,
    endedAt: at
  }
}

/** An order that works after an error was refused a change, and nothing else. */
const works = (status: string): boolean => status === "Submitted" || status === "Filled"

const withStatus = (heard: Heard, status: string): Heard => ({
  ...heard,
  status,
  error: works(status) ? undefined : heard.error
})

/** What a message adds to what was heard under its order id; nothing where it is about no order of this client. */
const heardIn = (
  clientId: number,
  message: Message,
  known: (orderId: string) => Heard
): readonly [orderId: string, heard: Heard] | undefined => {
  switch (message._tag) {
    case "Notice": {
      const { code, id, text } = message
      if (!kinds.has(code) || id <= 0) return undefined
      const before = known(String(id))
      // That it cannot be cancelled, as one that has ended, does not say why it ended.
      const isNews = before.error === undefined || kindOf(code) !== "nothing to cancel"
      return [String(id), isNews ? { ...before, error: { code, text } } : before]
    }
    case "OpenOrder": {
      const { order, orderId } = message
      if (message.clientId !== String(clientId) || !isDurable(order.permId)) return undefined
      const before = known(orderId)
      const isSame = before.facts === undefined || before.facts.permId === order.permId
      return [orderId, withStatus({ ...(isSame ? before : {}), facts: order }, order.status)]
    }
    case "OrderStatus": {
      const { averagePrice, filled, orderId, permId, status, whyHeld } = message
      if (message.clientId !== String(clientId)) return undefined
      const before = known(orderId)
      const named = isDurable(permId) ? permId : before.permId
      const isTaken = before.isTaken === true || named !== undefined || works(status)
      const progress = { averagePrice, filled }
      return [orderId, withStatus({ ...before, permId: named, isTaken, whyHeld, progress }, status)]
    }
    default:
      return undefined
  }
}

/** An empty memory of one client's orders; `nowMs` is our clock. */
export const make = (clientId: number, nowMs: () => number): Endings => {
  const heard = Recent.make<Heard>()
  const orderIds = Recent.make<string>()
  const ended = new Map<string, Ending>()
  const settle = (permId: string, ending: Ending | undefined): void => {
    const before = ended.get(permId)
    if (ending === undefined) ended.delete(permId)
    else ended.set(permId, before === undefined ? ending : { ...ending, endedAt: before.endedAt })
    const [oldest] = ended.size > MOST_ENDED ? ended.keys() : []
    if (oldest !== undefined) ended.delete(oldest)
  }
  return {
    note: (message) => {
      const news = heardIn(clientId, message, (orderId) => heard.get(orderId) ?? {})
      if (news === undefined) return
      const [orderId, entry] = news
      heard.set(orderId, entry)
      if (entry.facts !== undefined) settle(entry.facts.permId, endingOf(entry, Instant.fromMillis(nowMs())))
    },
    begin: (orderId, reference) => {
      heard.set(String(orderId), {})
      orderIds.set(reference, String(orderId))
    },
    hidden: (reference) => hiddenIn(heard.get(orderIds.get(reference) ?? "") ?? {}),
    of: (permId) => ended.get(permId),
    ofPlaced: (orderId) => {
      const permId = heard.get(String(orderId))?.facts?.permId
      return permId === undefined ? undefined : ended.get(permId)
    },
    all: () => [...ended.values()]
  }
}
