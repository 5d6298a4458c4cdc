import type { Step, Policy, Said } from "./Story.ts"

/**
 * The rules A to G once more, written to be obviously right rather than fast, and differently: parties with a size, links between
 * them, and lists of facts. What is open is size less links; what an order is follows anew from all its facts each time.
 * Everything is in thousandths of a share and seconds.
 */

/** What the naive ledger says of a position, to be compared with the real one. */
export interface NaiveView {
  readonly position: { readonly [figure: string]: bigint }
  readonly orders: {
    readonly [id: string]: readonly [status: string, side: string, quantity: bigint, filled: bigint, excess: bigint]
  }
  readonly trades: { readonly [id: string]: readonly [status: string, open: bigint] }
  readonly breaks: ReadonlyArray<string>
  readonly answer: string
}

interface NaiveTrade {
  readonly id: string
  readonly side: "buy" | "sell"
  readonly milli: bigint
  readonly of: string | undefined
  readonly isDirect: boolean
  state: "counted" | "ordered" | "pending" | "dismissed" | "withdrawn"
}

interface NaiveOrder {
  readonly id: number
  readonly at: string
  readonly side: "buy" | "sell"
  readonly quantity: bigint
  readonly origin: "ours" | "direct" | "external"
  readonly forTrade: string | undefined
  step: "planned" | "sending" | "doubted" | "superseded" | "withdrawn" | "failed"
  isUnderWay: boolean
  wasDoubted: boolean
  isAcknowledged: boolean
  accepted: bigint
  reappeared: boolean
}

interface Word {
  readonly at: string
  readonly said: Said
  readonly total: bigint | undefined
  readonly time: number
}

interface Exec {
  readonly at: string
  readonly base: string
  readonly revision: number
  readonly milli: bigint
  readonly time: number
}

interface Link {
  readonly parties: readonly [string, string]
  milli: bigint
}

interface Figures {
  readonly status: string
  readonly filled: bigint
}

const LIVE = ["pending", "submitting", "in_doubt", "submitted", "partially_filled"]
const isLive = (status: string) => LIVE.includes(status)
const abs = (n: bigint) => (n < 0n ? -n : n)
const least = (a: bigint, b: bigint) => (a < b ? a : b)
const most = (a: bigint, b: bigint) => (a > b ? a : b)
const sum = (all: ReadonlyArray<bigint>) => all.reduce((a, b) => a + b, 0n)
const signOf = (side: "buy" | "sell") => (side === "buy" ? 1n : -1n)
const other = (side: "buy" | "sell") => (side === "buy" ? "sell" : "buy")
const ranks: ReadonlyArray<Said> = ["open", "rejected", "expired", "cancelled", "filled"]

/** F2: does `a` come after `b`? */
const isAfter = (a: Word, b: Word): boolean => {
  const key = (word: Word) => [
    BigInt(word.time),
    word.said === "open" ? 0n : 1n,
    word.total ?? -1n,
    BigInt(ranks.indexOf(word.said))
  ]
  const [left, right] = [key(a), key(b)]
  const i = left.findIndex((each, at) => each !== right[at])
  return i >= 0 && (left[i] ?? 0n) > (right[i] ?? 0n)
}

const last = (words: ReadonlyArray<Word>): Word | undefined =>
  words.reduce<Word | undefined>((best, word) => (best === undefined || isAfter(word, best) ? word : best), undefined)

const highest = (execs: ReadonlyArray<Exec>): ReadonlyArray<Exec> =>
  execs.filter((each) => execs.every((rival) => rival.base !== each.base || rival.revision <= each.revision))

const kept = (kind: string, ids: Iterable<number | string>) =>
  [...ids].map((id) => `${kind} ${typeof id === "number" ? `O${id}` : id}`)

/** A ledger of one position that knows nothing of the real one. */
export const make = (policy: Policy) => {
  const lot = BigInt(policy.lot)
  const bound = most(lot, BigInt(policy.threshold ?? policy.lot))
  const trades: Array<NaiveTrade> = []
  const orders: Array<NaiveOrder> = []
  const words: Array<Word> = []
  const execs: Array<Exec> = []
  const queue: Array<string> = []
  let links: Array<Link> = []
  const muddled = new Map<Exec, string>()
  const rejectedFills = new Set<number>()
  const conflicts = new Set<string>()
  const returned = new Set<string>()
  const doubts = new Set<number>()
  const inferredSince = new Map<number, number>()
  const unpriced = new Set<number>()
  let now = 0
  let coolUntil = 0
  let shortEnds = 0
  let circuitUntil = 0
  let held: string | undefined
  let halted = false
  let answer = "NotDue"
  let isTouched = false

  // Facts to figures

  /** F5: the newest report, if it says what was filled; else, of those that do, the newest, and the largest of one time. */
  const totalOf = (order: NaiveOrder): Word | undefined => {
    const heard = words.filter((word) => word.at === order.at)
    const newest = last(heard)
    if (newest?.total !== undefined) return newest
    const telling = heard.filter((word) => word.total !== undefined)
    return last(telling.map((word) => ({ ...word, said: "open" })))
  }
  const execsOf = (order: NaiveOrder) => execs.filter((each) => each.at === order.at)
  const shortOf = (order: NaiveOrder): bigint => {
    const total = totalOf(order)
    if (total?.total === undefined) return 0n
    return (
      total.total - sum(highest(execsOf(order).filter((each) => each.time <= total.time)).map((each) => each.milli))
    )
  }
  const rejectedAt = (order: NaiveOrder): bigint | undefined => {
    const { filled } = figuresOf(order)
    return order.origin !== "external" &&
      filled > 0n &&
      last(words.filter((word) => word.at === order.at))?.said === "rejected"
      ? filled
      : undefined
  }
  const executedOf = (order: NaiveOrder) => sum(highest(execsOf(order)).map((each) => each.milli))
  /** What is known by the total alone. W9: no total fills an order beyond its quantity, or beyond what the total says. */
  const inferredOf = (order: NaiveOrder): bigint => {
    const room = most(0n, most(order.quantity, totalOf(order)?.total ?? 0n) - executedOf(order))
    return least(most(0n, shortOf(order)), room)
  }
  const figuresOf = (order: NaiveOrder): Figures => {
    const filled = executedOf(order) + inferredOf(order)
    const said = last(words.filter((word) => word.at === order.at))?.said
    return { filled, status: statusOf(order, filled, said) }
  }
  const statusOf = (order: NaiveOrder, filled: bigint, said: Said | undefined): string => {
    if (filled > 0n && filled >= order.quantity) return "filled"
    if (said === "expired") return "expired"
    if (said === "rejected" && filled === 0n) return "rejected"
    if (said !== undefined && said !== "open") return "cancelled"
    if (filled > 0n) return "partially_filled"
    if (said === "open" || execsOf(order).length > 0) return "submitted"
    const steps = {
      planned: "pending",
      sending: "submitting",
      doubted: "in_doubt",
      superseded: "cancelled",
      withdrawn: "cancelled",
      failed: "failed"
    }
    return steps[order.step]
  }
  const counts = (order: NaiveOrder) => order.origin === "ours" || (order.origin === "external" && policy.counts)
  const commitmentOf = (order: NaiveOrder): bigint => {
    const { status, filled } = figuresOf(order)
    if (!counts(order)) return 0n
    return order.origin === "ours" && isLive(status) ? most(order.quantity, filled) : filled
  }

  // Parties and links

  const tradeNamed = (id: string) => trades.find((trade) => trade.id === id)
  const orderNamed = (party: string) => orders.find((order) => `O${order.id}` === party)
  const target = (trade: NaiveTrade) => signOf(trade.side) * trade.milli * (policy.direction === "mirror" ? 1n : -1n)
  const sizeOf = (party: string): bigint => {
    const order = orderNamed(party)
    if (order !== undefined) return -signOf(order.side) * commitmentOf(order)
    const trade = tradeNamed(party)
    return trade?.state === "counted" ? target(trade) : 0n
  }
  const linksOf = (party: string) => links.filter((link) => link.parties.includes(party))
  const openOf = (party: string): bigint => {
    const size = sizeOf(party)
    const linked = sum(linksOf(party).map((link) => link.milli))
    return size < 0n ? size + linked : size - linked
  }
  const join = (a: string, b: string) => {
    const milli = least(abs(openOf(a)), abs(openOf(b)))
    if (milli > 0n) links.push({ parties: [a, b], milli })
  }
  /** C1, C3: an order that has more links than it binds gives back from the last; then the oldest of each side meet. */
  const balance = () => {
    for (const order of orders) {
      let over = sum(linksOf(`O${order.id}`).map((link) => link.milli)) - commitmentOf(order)
      for (const link of linksOf(`O${order.id}`).toReversed()) {
        const back = most(0n, least(over, link.milli))
        link.milli -= back
        over -= back
      }
    }
    links = links.filter((link) => link.milli > 0n)
    for (;;) {
      const long = queue.find((party) => openOf(party) > 0n)
      const short = queue.find((party) => openOf(party) < 0n)
      if (long === undefined || short === undefined) return
      join(long, short)
    }
  }

  // What is due

  const excessOf = (order: NaiveOrder) => abs(openOf(`O${order.id}`))
  const opposed = (): boolean => {
    const live = orders.filter((order) => isLive(figuresOf(order).status) && figuresOf(order).status !== "pending")
    return live.some((order) => order.origin !== "external" && live.some((rival) => rival.side !== order.side))
  }
  const holding = (): ReadonlyArray<string> => [
    ...orders.flatMap((order) =>
      order.origin === "ours" && excessOf(order) - order.accepted >= lot ? [`Excess O${order.id}`] : []
    ),
    ...orders.flatMap((order) => (order.reappeared ? [`Reappeared O${order.id}`] : [])),
    ...orders.flatMap((order) => (shortOf(order) < 0n ? [`CumulativeBelow O${order.id}`] : [])),
    ...[...muddled.values()].map((subject) => `UndocumentedCorrection ${subject}`),
    ...(opposed() ? ["OppositeOrders"] : [])
  ]
  const dueBut = (left: NaiveOrder | undefined): readonly [string, bigint] => {
    const rest = orders.filter((order) => order !== left)
    const extra = left === undefined ? 0n : signOf(left.side) * left.quantity
    const residual = sum(queue.map(openOf)) + extra
    if (rest.some((order) => order.origin === "ours" && isLive(figuresOf(order).status))) return ["OrderLive", 0n]
    if (abs(residual) < bound) return ["NotDue", 0n]
    if (halted) return ["Halted", 0n]
    if (held !== undefined) return [`Held(${held})`, 0n]
    if (now < circuitUntil) return ["Held(circuit)", 0n]
    if (holding().length > 0) return ["BreakOpen", 0n]
    if (now < coolUntil) return ["CoolingDown", 0n]
    const isOpposite = (order: NaiveOrder) => signOf(order.side) === (residual > 0n ? -1n : 1n)
    const working = rest.filter((order) => isLive(figuresOf(order).status) && figuresOf(order).status !== "pending")
    if (working.some(isOpposite)) return ["OppositeOrderLive", 0n]
    return ["Order", (residual / lot) * lot]
  }
  const evaluate = () => {
    const [what, milli] = dueBut(undefined)
    answer = what
    if (what !== "Order") return
    const id = orders.length + 1
    answer = `Ordered(O${id})`
    addOrder(id, `B-O${id}`, milli > 0n ? "buy" : "sell", abs(milli), "ours")
  }
  const addOrder = (
    id: number,
    at: string,
    side: "buy" | "sell",
    quantity: bigint,
    origin: NaiveOrder["origin"],
    forTrade?: string
  ) => {
    const flags = { isUnderWay: false, wasDoubted: false, isAcknowledged: false, accepted: 0n, reappeared: false }
    orders.push({ id, at, side, quantity, origin, forTrade, step: "planned", ...flags })
    queue.push(`O${id}`)
    balance()
  }

  // A logical commit: what it does, what follows, and the evaluation

  const commit = (act: () => void) => {
    const was = new Map(orders.map((order) => [order, figuresOf(order)]))
    const stood = holding().join()
    const rejected = new Map(orders.map((order) => [order, rejectedAt(order)]))
    isTouched = false
    act()
    balance()
    for (const [order, before] of was) follow(order, before, figuresOf(order))
    for (const order of orders) {
      if (inferredOf(order) === 0n) {
        inferredSince.delete(order.id)
        unpriced.delete(order.id)
      } else if (!inferredSince.has(order.id)) inferredSince.set(order.id, now)
      if (rejectedAt(order) !== undefined && rejectedAt(order) !== rejected.get(order)) rejectedFills.add(order.id)
      if (excessOf(order) < order.accepted) order.accepted = excessOf(order)
      if (!isLive(figuresOf(order).status)) order.reappeared = false
      if (figuresOf(order).status !== "in_doubt") doubts.delete(order.id)
    }
    if (isTouched || holding().join() !== stood) evaluate()
    for (const order of orders) if (excessOf(order) < order.accepted) order.accepted = excessOf(order)
  }
  const follow = (order: NaiveOrder, before: Figures, after: Figures) => {
    if (before.status === after.status && before.filled === after.filled) return
    isTouched = true
    const wasLive = isLive(before.status)
    if (order.origin === "external") return
    const isFilledAtOnce = before.status === "rejected" && before.filled < after.filled && !isLive(after.status)
    if (isFilledAtOnce) rejectedFills.add(order.id)
    const isOurs = order.origin === "ours"
    const said = last(words.filter((word) => word.at === order.at))?.said
    if (isOurs && after.filled > before.filled) shortEnds = 0
    if (isOurs && !wasLive && before.filled !== after.filled) cool(0)
    if (
      isOurs &&
      wasLive &&
      !isLive(after.status) &&
      after.status !== "filled" &&
      (said !== undefined || order.step === "failed")
    )
      cool(1)
    const others = orders.some((each) => each !== order && each.origin === "ours" && isLive(figuresOf(each).status))
    const wasUnsent = before.status === "pending" && after.status !== "pending" && order.step === "planned"
    if (isLive(after.status) && (wasUnsent || (!wasLive && (before.status !== "filled" || others))))
      order.reappeared = true
  }
  const cool = (ends: number) => {
    shortEnds += ends
    coolUntil = Math.max(coolUntil, now + Math.min(900, 30 * 2 ** Math.max(0, shortEnds - 1)))
    if (shortEnds >= 5) circuitUntil = now + 3600
  }

  // What happens

  /** E2: an order of its own, in no queue; a reversal that waits for it will never be counted. */
  const execute = (trade: NaiveTrade) => {
    trade.state = "ordered"
    for (const each of trades) {
      if (each.of !== trade.id || each.state !== "pending") continue
      each.state = "withdrawn"
      conflicts.add(trade.id)
    }
    addOrder(orders.length + 1, `B-O${orders.length + 1}`, trade.side, trade.milli, "direct", trade.id)
  }
  const book = (trade: NaiveTrade) => {
    if (trade.isDirect) return execute(trade)
    const waiting = trades.filter(
      (each) => each.state === "pending" && each.of === trade.id && each.milli === trade.milli
    )
    const [first, ...more] = waiting.filter((each) => each.side === other(trade.side))
    trade.state = "counted"
    queue.push(trade.id)
    isTouched = true
    for (const each of more) each.state = "withdrawn"
    if (more.length > 0) conflicts.add(trade.id)
    if (first === undefined) return
    first.state = "counted"
    queue.push(first.id)
    join(trade.id, first.id)
  }
  /** B4: a direct trade never is: what came to undo it was withdrawn and counts for nothing. */
  const isReversed = (trade: NaiveTrade) =>
    !trade.isDirect &&
    trades.some((each) => each.of === trade.id && each.state !== "dismissed" && each.state !== "pending")
  const take = (step: Extract<Step, { readonly do: "trade" | "reverse" }>) => {
    const of = step.do === "reverse" ? step.of : undefined
    const milli = BigInt(step.milli)
    const isDirect = step.do === "trade" && step.direct === true
    const known = tradeNamed(step.id)
    if (known !== undefined) {
      const isOther = known.isDirect !== isDirect
      if (isOther || known.side !== step.side || known.milli !== milli || known.of !== of) conflicts.add(known.id)
      else if (isReversed(known)) returned.add(known.id)
      return
    }
    const trade: NaiveTrade = { id: step.id, side: step.side, milli, of, isDirect, state: "pending" }
    if (of !== undefined) return reverse(trade, tradeNamed(of))
    trades.push(trade)
    if (step.do === "trade" && !step.held) book(trade)
  }
  const reverse = (reversal: NaiveTrade, trade: NaiveTrade | undefined) => {
    if (trade === undefined) return void trades.push(reversal)
    const isBad =
      trade.isDirect || trade.of !== undefined || reversal.side === trade.side || reversal.milli !== trade.milli
    if (isBad || trades.some((each) => each.of === trade.id && each.state !== "dismissed"))
      return void conflicts.add(trade.id)
    trades.push(reversal)
    if (trade.state !== "counted") {
      reversal.state = "withdrawn"
      if (trade.state === "pending") trade.state = "withdrawn"
      return
    }
    reversal.state = "counted"
    queue.push(reversal.id)
    join(trade.id, reversal.id)
    isTouched = true
  }
  /** E2: a direct order waits for halts, breaks, doubts of its instrument and live orders of the other side, and for nothing else. */
  const mayGo = (order: NaiveOrder): boolean =>
    !halted && holding().length === 0 && orders.every((rival) => rival === order || !isInTheWay(order, rival))
  const isInTheWay = (order: NaiveOrder, rival: NaiveOrder): boolean => {
    const { status } = figuresOf(rival)
    return status === "in_doubt" || (rival.side !== order.side && status !== "pending" && isLive(status))
  }
  const send = (order: NaiveOrder, step: Extract<Step, { readonly do: "send" }>) => {
    if (!order.isUnderWay) {
      const { status } = figuresOf(order)
      const wanted = signOf(order.side) * order.quantity
      const [what, milli] = dueBut(order)
      const isDue = what === "Order" && milli * wanted > 0n && abs(milli) >= order.quantity
      const stands = order.origin === "direct" ? mayGo(order) : isDue
      if (status !== "pending" && status !== "in_doubt") return
      if (status === "in_doubt" && (!stands || order.isAcknowledged)) {
        return commit(() => {
          doubts.add(order.id)
          isTouched = true
        })
      }
      if (!stands && order.origin === "direct") return
      if (!stands) return commit(() => (order.step = "superseded"))
      const start = () => {
        order.step = "sending"
        order.isUnderWay = true
        isTouched = true
      }
      if (order.origin === "direct") commit(start)
      else start()
    }
    if (step.got === "nothing") return
    commit(() => {
      isTouched = true
      order.isUnderWay = false
      const word = (said: Said) => words.push({ at: order.at, said, total: undefined, time: step.time })
      if (step.got === "accepted") word("open")
      if (step.got === "rejected") word("rejected")
      if (step.got === "accepted") order.isAcknowledged = true
      if (step.got === "not-accepted") order.step = order.wasDoubted ? "doubted" : "planned"
      if (step.got === "unknown") order.step = "doubted"
      if (step.got === "unknown") order.wasDoubted = true
    })
  }
  const report = (step: Extract<Step, { readonly do: "report" }>) => {
    if (!orders.some((order) => order.at === step.at)) {
      addOrder(orders.length + 1, step.at, step.side, BigInt(step.milli), "external")
      isTouched = true
    }
    const isDoubted = orders.some((order) => order.at === step.at && figuresOf(order).status === "in_doubt")
    for (const order of orders) if (order.at === step.at) order.isAcknowledged = true
    const isPremature =
      !step.read && step.cumulative === undefined && ["filled", "cancelled", "expired"].includes(step.said)
    // C4: such an end waits, but an order in doubt is known to be there.
    if (isPremature && !isDoubted) return
    words.push({
      at: step.at,
      said: isPremature ? "open" : step.said,
      total: step.cumulative === undefined ? undefined : BigInt(step.cumulative),
      time: step.time
    })
    if (step.read && !isPremature) for (const order of orders) if (order.at === step.at) askForPrice(order)
  }
  /** F14: a minute after they were first reported, shares of which executions were asked for in vain. */
  const askForPrice = (order: NaiveOrder) => {
    const since = inferredSince.get(order.id)
    if (since !== undefined && now - since >= 60 && inferredOf(order) > 0n) unpriced.add(order.id)
  }
  const fill = (step: Extract<Step, { readonly do: "fill" }>) => {
    const known = execs.find((each) => each.base === step.exec && each.revision === step.revision)
    const owner = orders.find((order) => order.at === step.at)
    if (known !== undefined) {
      if (known.milli !== BigInt(step.milli))
        muddled.set(
          owner === undefined ? { ...known } : known,
          owner === undefined ? `${step.exec}.${step.revision}` : `O${owner.id}`
        )
      return
    }
    if (owner !== undefined) owner.isAcknowledged = true
    for (const [each, subject] of muddled) {
      if (subject.startsWith("O") && each.base === step.exec && each.revision < step.revision) muddled.delete(each)
    }
    execs.push({ at: step.at, base: step.exec, revision: step.revision, milli: BigInt(step.milli), time: step.time })
  }
  const operate = (
    step: Extract<Step, { readonly order: number; readonly do: "accept" | "not-placed" | "cancel" }>
  ) => {
    const order = orders.find((each) => each.id === step.order)
    if (order === undefined) return
    const { status } = figuresOf(order)
    if (step.do === "accept" && order.origin === "ours" && excessOf(order) > 0n) {
      isTouched = true
      order.accepted = excessOf(order)
    }
    if (step.do === "not-placed" && status === "in_doubt") order.step = "failed"
    if (step.do !== "cancel" || !isLive(status)) return
    isTouched = true
    if (order.origin === "ours") held = `cancel O${order.id}`
    if (status === "pending") order.step = "withdrawn"
  }
  const gate = (step: Step) => {
    isTouched = true
    if (step.do === "pass") now += step.seconds
    if (step.do === "halt") halted = true
    if (step.do !== "resume") return
    halted = false
    if (held === undefined && circuitUntil === 0) return
    held = undefined
    circuitUntil = 0
    shortEnds = 0
  }
  const act = (step: Step): void => {
    switch (step.do) {
      case "trade":
      case "reverse":
        return take(step)
      case "release":
      case "dismiss": {
        const trade = tradeNamed(step.id)
        if (trade?.state !== "pending") return
        if (step.do === "release" && trade.of === undefined) book(trade)
        if (step.do === "release") return
        trade.state = "dismissed"
        for (const each of trades) if (each.of === trade.id && each.state === "pending") each.state = "withdrawn"
        return
      }
      case "report":
        return report(step)
      case "fill":
        return fill(step)
      case "verdict":
        for (const each of [muddled, rejectedFills, conflicts, returned, unpriced]) each.clear()
        return
      case "send":
        return
      case "accept":
      case "not-placed":
      case "cancel":
        return operate(step)
      default:
        return gate(step)
    }
  }

  // What is seen

  const viewOfTrade = (trade: NaiveTrade): readonly [string, bigint] => {
    const own = orders.find((order) => order.forTrade === trade.id)
    if (own !== undefined) {
      const { status } = figuresOf(own)
      return [status === "filled" ? "completed" : isLive(status) ? "pending" : "failed", 0n]
    }
    if (trade.state !== "counted") return [trade.state === "pending" ? "pending" : "failed", 0n]
    const settledIn = (order: NaiveOrder) => {
      let left = figuresOf(order).filled
      let mine = 0n
      for (const link of linksOf(`O${order.id}`)) {
        const part = least(left, link.milli)
        left -= part
        if (link.parties.includes(trade.id)) mine += part
      }
      return mine
    }
    const partners = linksOf(trade.id).map(
      (link) => [link, orders.find((order) => link.parties.includes(`O${order.id}`))] as const
    )
    const netted = sum(partners.flatMap(([link, order]) => (order === undefined ? [link.milli] : [])))
    const mine = [...new Set(partners.flatMap(([, order]) => (order === undefined ? [] : [order])))]
    const unsettled = trade.milli - netted - sum(mine.map(settledIn))
    const isCarried = mine.some((order) => figuresOf(order).status === "filled") && unsettled < lot
    return [unsettled === 0n || isCarried ? "completed" : "accumulated", abs(openOf(trade.id))]
  }
  const view = (): NaiveView => {
    const counted = trades.filter((trade) => trade.state === "counted")
    const signed = (some: ReadonlyArray<NaiveOrder>, of: (order: NaiveOrder) => bigint) =>
      sum(some.map((order) => signOf(order.side) * of(order)))
    const flying = orders.filter((order) => order.origin === "ours" && isLive(figuresOf(order).status))
    const exposure = sum(counted.map((trade) => signOf(trade.side) * trade.milli))
    const hedged = signed(orders.filter(counts), (order) => figuresOf(order).filled)
    const inFlight = signed(flying, (order) => most(0n, order.quantity - figuresOf(order).filled))
    const direct = signed(
      orders.filter((order) => order.origin === "direct"),
      (order) => figuresOf(order).filled
    )
    const goal = sum(counted.map(target))
    const uncovered = orders.filter((order) => order.origin === "ours" && excessOf(order) > order.accepted)
    return {
      position: { exposure, target: goal, hedged, inFlight, residual: goal - hedged - inFlight, direct },
      orders: Object.fromEntries(
        orders.map((order) => [
          `O${order.id}`,
          [figuresOf(order).status, order.side, order.quantity, figuresOf(order).filled, excessOf(order)] as const
        ])
      ),
      trades: Object.fromEntries(trades.map((trade) => [trade.id, viewOfTrade(trade)])),
      breaks: [
        ...holding().filter((each) => !each.startsWith("Excess")),
        ...kept(
          "Excess",
          uncovered.map((order) => order.id)
        ),
        ...kept("Doubt", doubts),
        ...kept("FillAfterRejection", rejectedFills),
        ...kept("Conflict", conflicts),
        ...kept("ReappearedTrade", returned),
        ...kept("Unpriced", unpriced)
      ].toSorted(),
      answer
    }
  }
  return {
    view,
    apply: (step: Step): void => {
      const order = step.do === "send" ? orders.find((each) => each.id === step.order) : undefined
      if (step.do === "send" && order !== undefined) return send(order, step)
      commit(() => act(step))
    }
  }
}
