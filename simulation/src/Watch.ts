import { Decimal, Instant, Side, type Order, Position } from "@roundlot/core"
import {
  OrderState,
  type Books,
  type Entry,
  type Id,
  type OrderTerms,
  type TradeRepository
} from "@roundlot/core/adapter"
import { audit, Break } from "@roundlot/core/ledger"
import { ExchangeOrder } from "@roundlot/broker-paper"
import { Clock, Effect, Schema } from "effect"
import type { Memory } from "./Memory.ts"
import { violated, type Life, type Scene } from "./Scene.ts"

/** Runs a plan as it is, and keeps what it came to. */
export const planning = <A>(plan: (state: TradeRepository.State) => TradeRepository.Plan<A>) => {
  let last: TradeRepository.Plan<A> | undefined
  return {
    plan: (state: TradeRepository.State) => {
      last = plan(state)
      return last
    },
    planned: (): ReadonlyArray<TradeRepository.JournalPart> => (last?._tag === "Planned" ? last.journals : [])
  }
}

const isDriving = ({ cause }: Entry.Entry): boolean => /"kind":"(send|report)"/.test(cause)

/** What drives an account is written by whoever has its newest lease, and by nobody from whom it was taken. */
export const driven = (
  scene: Scene,
  life: Life,
  journals: ReadonlyArray<TradeRepository.JournalPart>
): Effect.Effect<void> => {
  const entry = journals.flatMap(({ entries }) => entries).find(isDriving)
  return entry === undefined || scene.driver?.life === life
    ? Effect.void
    : violated(scene, "only the holder of the lease drives", `life ${life.number} has written ${entry.tag}`)
}

/** Looks at a commit, entry by entry, with the books as they stood after each. */
export const committed = (scene: Scene, journals: ReadonlyArray<TradeRepository.JournalPart>): Effect.Effect<void> =>
  journals.length === 0
    ? Effect.void
    : Effect.forEach(
        journals.flatMap(({ entries }) => entries),
        (entry) => looked(scene, entry),
        { discard: true }
      )

const journalName = (account: string, scene: Scene) => (account === scene.accountName ? scene.accountName : "_store")

const looked = (scene: Scene, entry: Entry.Entry): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { fold } = scene.memory
    const before = entry.entityKind === "order" ? orderIn(fold.books, entry.entityId) : undefined
    if (!audit.fold(fold, journalName(entry.account, scene), entry)) {
      return violated(scene, "the journal follows from itself", fold.findings.at(-1)?.what ?? "it does not")
    }
    if (entry.tag === "BreakOpened") return opened(scene, fold.books.breaks.all().at(-1))
    if (entry.tag === "TradeAccepted") scene.memory.counted.set(idIn(entry), entry.seq)
    if (entry.tag === "SplitAccepted") scene.memory.splits.push({ symbol: splitIn(entry), seq: entry.seq })
    if (entry.tag === "AccountChanged") noteLimits(scene.memory, entry.account)
    if (entry.tag === "AttemptStarted") return attempted(scene, entry)
    const after = before === undefined ? undefined : orderIn(fold.books, entry.entityId)
    if (before !== undefined && after !== undefined) noteEnd(scene.memory, before, after, entry)
    return Effect.void
  })

const idOf = Schema.decodeUnknownSync(Schema.parseJson(Schema.Struct({ id: Schema.Int })))
const idIn = ({ body }: Entry.Entry): number => idOf(body).id

const symbolOf = Schema.decodeUnknownSync(Schema.parseJson(Schema.Struct({ symbol: Schema.String })))
const splitIn = ({ body }: Entry.Entry): string => symbolOf(body).symbol

/** What is sent counts from when a limit over time is set. */
const noteLimits = (memory: Memory, account: string): void => {
  const limited = memory.fold.books.accounts.all().find(({ name }) => name === account)?.ordersPerMinute
  if (limited === undefined) memory.sends = []
}

/** What only a broker that contradicts itself, or a fault of ours, can bring about: the exchange never does it. */
const never: ReadonlyArray<Break.BreakKind> = [
  "FillAfterRejection",
  "FillMismatch",
  "TermsDiffer",
  "ForeignOrderId",
  "PositionDiffers",
  "ForeignPosition",
  "UnsoundSnapshot"
]

/** Breaks that shares bring about which came or went without an order, and contradictory listings, for as long as they do. */
const differences: ReadonlyArray<Break.BreakKind> = ["PositionDiffers", "ForeignPosition"]

/** What a listing brings about that lacks what is hidden: one of orders counts as read in part (W8). */
const lacking: ReadonlyArray<Break.BreakKind> = [...differences, "UnsoundSnapshot"]

/** A reading may have begun while something was hidden. */
const LONGEST_READING_MS = 75_000

const opened = (scene: Scene, found: Break.Break | undefined): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (found === undefined || !never.includes(found.kind)) return
    const nowMs = yield* Clock.currentTimeMillis
    if (differences.includes(found.kind) && scene.moved.has(found.subject)) return
    if (differences.includes(found.kind) && isHeldBack(scene.memory.fold.books, found)) return
    if (lacking.includes(found.kind) && nowMs < scene.hiddenUntilMs + LONGEST_READING_MS) return
    yield* violated(scene, "no break without a cause", `${found.kind} ${found.subject}: ${Break.evidenceOf(found)}`)
  })

/** W9: what the exchange filled beyond an order is held until holdings or a person confirm it. */
const isHeldBack = ({ breaks }: Books.Books, { symbol }: Break.Break): boolean =>
  breaks.all().some((each) => each.kind === "Implausible" && each.symbol === symbol && each.closedAt === undefined)

/** In the end no such break is open, whatever brought it about. */
export const noneLeft = (scene: Scene): Effect.Effect<void> => {
  const left = scene.memory.fold.books.breaks
    .all()
    .find((each) => each.closedAt === undefined && never.includes(each.kind))
  return left === undefined
    ? Effect.void
    : violated(scene, "no break without a cause", `${left.kind} ${left.subject} stays open`)
}

const orderIn = (books: Books.Books, id: string): Order.Order | undefined => books.orders.get(Number(id.slice(1)))

/** D8, told apart from the rule itself: a sent order that lived has ended, and not all of it is filled. */
const noteEnd = (memory: Memory, before: Order.Order, after: Order.Order, entry: Entry.Entry): void => {
  if (after.origin !== "accumulation" || after.sentAt === undefined) return
  if (Decimal.isLess(before.filled, after.filled)) memory.unfilled.delete(after.symbol)
  if (after.status === "cancelled" && Decimal.isZero(after.filled)) memory.unfilled.add(after.symbol)
  const isShort = !OrderState.isLive(after.status) && Decimal.isLess(after.filled, after.quantity)
  const isNotSuperseded = after.reported !== undefined
  if (OrderState.isLive(before.status) && isShort && isNotSuperseded) {
    memory.shortEnds.set(after.symbol, Instant.make(BigInt(entry.at)))
  }
}

const COOL_DOWN_MS = 30_000

const AttemptBody = Schema.parseJson(Schema.Struct({ id: Schema.Int, orderId: Schema.Int }))
const bodyOf = Schema.decodeUnknownSync(AttemptBody)

/** Rule 0 and what stands before every send, judged on the books as they are right after the entry of the attempt. */
const attempted = (scene: Scene, entry: Entry.Entry): Effect.Effect<void> => {
  const { fold, shortEnds, targets } = scene.memory
  const { id, orderId } = bodyOf(entry.body)
  const order = fold.books.orders.get(orderId)
  const position = order === undefined ? undefined : positionOf(fold.books, order)
  if (order === undefined || position === undefined) return violated(scene, "an attempt has an order", entry.body)
  targets.set(id, position.target)
  const name = `O${orderId}, ${order.side} ${Decimal.format(order.quantity)} ${order.symbol}`
  const left = Side.signed(order.side, position.residual)
  if (order.origin === "accumulation" && Decimal.sign(left) < 0) {
    return violated(scene, "D6: only what is still due is sent", `${name} leaves ${Decimal.format(position.residual)}`)
  }
  if (isStopped(fold.books, order)) return violated(scene, "a halt holds", `${name} is sent while halted`)
  const beyond = brokenLimit(scene.memory, order, Instant.make(BigInt(entry.at)))
  if (beyond !== undefined) return violated(scene, "no order that is sent violates a limit", `${name}: ${beyond}`)
  if (isBeyondFirst(scene.memory, order)) {
    return violated(scene, "FILL-16: the first offset until an order found no fill", name)
  }
  const short = shortEnds.get(order.symbol)
  if (short !== undefined && Instant.millisBetween(short, Instant.make(BigInt(entry.at))) < COOL_DOWN_MS) {
    return violated(scene, "D8: after a short end nothing is sent for 30 s", name)
  }
  return Effect.void
}

const A_BASIS_POINT = Decimal.unsafe("0.0001")

/** FILL-16, judged without the rule itself: beyond the first offset, and no order of the symbol was cancelled unfilled since the last fill. */
const isBeyondFirst = ({ fold, unfilled }: Memory, order: Order.Order): boolean => {
  const { limitPrice, origin, referencePrice, symbol } = order
  const account = fold.books.accounts.get(order.account)
  if (limitPrice === undefined || referencePrice === undefined || account?.repriceOffsetsBp === undefined) return false
  const apart = Decimal.abs(Decimal.subtract(limitPrice, referencePrice))
  const first = Decimal.multiply(
    referencePrice,
    Decimal.multiply(Decimal.unsafe(String(account.limitOffsetBp)), A_BASIS_POINT)
  )
  return origin === "accumulation" && !unfilled.has(symbol) && Decimal.isLess(first, apart)
}

const positionOf = (books: Books.Books, order: Order.Order): Position.Position | undefined =>
  books.positions.find("account", [order.account]).find(({ symbol }) => symbol === order.symbol)

/** The controls that stand against an order, judged apart from the rule that judges them there. */
const isStopped = (books: Books.Books, order: Order.Order): boolean =>
  books.controls
    .all()
    .filter(
      ({ account, symbol }) =>
        (account === "" || account === order.account) && (symbol === "" || symbol === order.symbol)
    )
    .some(({ state }) => {
      if (state === "reduce") return !isClosing(books, order)
      return state === "approve" ? order.approvedAt === undefined : state !== "normal"
    })

/** Does an order bring what is held nearer to nothing? */
const isClosing = (books: Books.Books, order: Order.Order): boolean => {
  const position = positionOf(books, order)
  const held = position === undefined ? Decimal.zero : Position.holdingsOf(position)
  return !Decimal.isLess(Side.signed(Side.opposite(order.side), held), order.quantity)
}

const MINUTE_MS = 60_000

/** The limit that an attempt breaks, counted apart from the controls that count it. */
const brokenLimit = (memory: Memory, order: Order.Order, at: Instant.Instant): string | undefined => {
  const account = memory.fold.books.accounts.get(order.account)
  const most = account?.maxOrderQuantity
  if (most !== undefined && order.attempts <= 1 && Decimal.isLess(most, order.quantity)) {
    return `${Decimal.format(order.quantity)} of at most ${Decimal.format(most)} shares`
  }
  if (account?.ordersPerMinute === undefined) return undefined
  memory.sends = [...memory.sends.filter((each) => Instant.millisBetween(each, at) < MINUTE_MS), at]
  return memory.sends.length > account.ordersPerMinute
    ? `${memory.sends.length} within a minute, of at most ${account.ordersPerMinute}`
    : undefined
}

/** Right before the bytes of an order reach the exchange. */
export const sending = (scene: Scene, attemptId: Id.AttemptId, terms: OrderTerms.OrderTerms): Effect.Effect<void> =>
  Effect.gen(function* () {
    const attempt = scene.memory.fold.books.attempts.get(attemptId)
    if (attempt === undefined || attempt.clientOrderId !== terms.clientOrderId) {
      return yield* violated(scene, "rule 1: an attempt is on record before a byte leaves", terms.clientOrderId)
    }
    yield* bounded(scene, attemptId, terms)
  })

/**
 * What our orders have filled and may still fill at the exchange, with this one, is no more than the position owes, or owed when
 * the attempt was committed. Where the broker took something back that it had said, nobody can know for a while.
 */
const bounded = (scene: Scene, attemptId: Id.AttemptId, terms: OrderTerms.OrderTerms): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (scene.disturbed.has(terms.symbol)) return
    const orders = yield* Effect.orDie(scene.exchange.orders)
    // W12: one without an id of ours, with the terms of one that was refused, is that one as far as anybody can tell.
    const ours = new Set(
      scene.memory.fold.books.orders
        .all()
        .flatMap(({ brokerOrderIds, origin }) => (origin === "external" ? [] : brokerOrderIds.map(String)))
    )
    const others = orders.filter(
      (order) =>
        order.symbol === terms.symbol &&
        order.clientOrderId !== terms.clientOrderId &&
        (order.clientOrderId?.startsWith("rl1-") === true || ours.has(order.brokerOrderId))
    )
    const bound = others.map((order) =>
      Side.signed(order.side, ExchangeOrder.isWorking(order.status) ? order.quantity : order.filledQuantity)
    )
    const now = scene.memory.fold.books.positions.all().find(({ symbol }) => symbol === terms.symbol)
    const targets = [now?.target ?? Decimal.zero, scene.memory.targets.get(attemptId) ?? Decimal.zero]
    const reached = Side.signed(terms.side, Decimal.add(Decimal.sum(bound), Side.signed(terms.side, terms.quantity)))
    const owed = targets.map((target) => Side.signed(terms.side, target))
    if (owed.every((most) => Decimal.isLess(most, reached))) {
      const seen = `${terms.clientOrderId}, ${terms.side} ${Decimal.format(terms.quantity)} ${terms.symbol}, brings us to ${Decimal.format(reached)}`
      yield* violated(
        scene,
        "no more is sent than is owed",
        `${seen}, owed are ${owed.map(Decimal.format).join(" or ")}`
      )
    }
  })
