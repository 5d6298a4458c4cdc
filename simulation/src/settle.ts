import { Audit, Decimal, Order, Position, Reads, Side, Trade } from "@roundlot/core"
import { OrderState, TradeRepository } from "@roundlot/core/adapter"
import { Break, PositionAnswer } from "@roundlot/core/ledger"
import { ExchangeOrder } from "@roundlot/broker-paper"
import { Clock, Deferred, Effect, Random } from "effect"
import { commanding, corrected, unlimited } from "./actors.ts"
import { sharesNow } from "./Memory.ts"
import * as Watch from "./Watch.ts"
import { account, marketAt, tell, violated, type Scene } from "./Scene.ts"

type Answer = PositionAnswer.PositionAnswer

const LOOK_EVERY_MS = 5_000
/** A program that was killed is there again, and has read its broker. */
const A_START_MS = 15_000
/** What was filled within the last seconds is compared the next time. */
const A_FILL_IS_OLD_MS = 10_000
/** Two sweeps: what the exchange changed last was seen, and what follows from it done. */
const TWO_SWEEPS_MS = 130_000
/** Holdings are compared every five minutes; a symbol of which something is under way then, the next time. */
const A_COMPARISON_MS = 630_000
/** That is eleven minutes, in which as much happens as in three other histories: in most of those a start compares. */
const DEAR = 0.4
const AT_MOST_MS = 3 * 3_600_000

/** Only an operator lifts it. */
const isHalted = ({ _tag }: Answer): boolean => _tag === "Halted"

/** A circuit, which time would close as well, though only in an hour. */
const isBroken = (answer: Answer): boolean => answer._tag === "Held" && answer.by === "circuit"

/** Is an order still to come, or to end, once time has gone by? What came up by an operator's word alone is asked for at the next look. */
const isMoving = (answer: Answer): boolean => {
  if (isBroken(answer)) return true
  if (answer._tag === "Refused") return answer.control === "InstrumentUnverified"
  return isHalted(answer) || answer._tag === "CoolingDown" || answer._tag === "OrderLive" || answer._tag === "Ordered"
}

/** Waits until nothing is left to be done, as an operator who lifts what operators must, and looks at everything then. */
export const settle = (scene: Scene): Effect.Effect<void> =>
  Effect.gen(function* () {
    const isSwept = (yield* Random.next) < scene.weather.sweeps * (scene.moved.size > 0 ? DEAR : 1)
    if (!isSwept) yield* Effect.zipRight(Effect.sleep(scene.weather.hiddenMs), startedAgain(scene))
    yield* unlimited(scene)
    yield* commanding(scene, "resume-at-the-end", { _tag: "Resume", scope: { _tag: "Everything" } })
    // What the exchange holds without an order that is seen halts an account that has sent nothing yet.
    yield* commanding(scene, "resume-the-account", { _tag: "Resume", scope: { _tag: "WholeAccount" } })
    const hasMoved = scene.moved.size > 0
    const sweptMs = hasMoved ? A_COMPARISON_MS : TWO_SWEEPS_MS
    yield* rested(scene, "first", isSwept ? sweptMs : scene.weather.hiddenMs)
    // A start compares all that is held, once nothing is under way any more and nothing was just filled.
    if (hasMoved && !isSwept) {
      yield* Effect.sleep(A_FILL_IS_OLD_MS)
      yield* startedAgain(scene)
      yield* rested(scene, "again", A_START_MS)
    }
    yield* tell(scene, "settled")
    yield* examine(scene)
  })

/** Waits until nothing is left to be done and as long as is asked for, with an operator's verdicts meanwhile. */
const rested = (scene: Scene, name: string, atLeastMs: number) =>
  Effect.gen(function* () {
    const begunMs = yield* Clock.currentTimeMillis
    let untilMs = begunMs + atLeastMs
    for (let look = 0; ; look++) {
      const left = unsettled(scene)
      const nowMs = yield* Clock.currentTimeMillis
      if (left.length === 0 && nowMs >= untilMs) return
      if (nowMs - begunMs > AT_MOST_MS)
        return yield* violated(scene, "all settles when nothing goes wrong", left.join("; "))
      const hasAccepted = left.length > 0 && (yield* judge(scene, `${name}-${look}`, look))
      // What was held may have hidden shares that moved without an order: books and exchange are compared once more.
      if (hasAccepted && scene.moved.size > 0) untilMs = Math.max(untilMs, nowMs + A_COMPARISON_MS)
      yield* Effect.sleep(left.length > 0 ? LOOK_EVERY_MS * Math.min(4, 1 + look) : untilMs - nowMs)
    }
  })

/** The program is started once more and reads everything that happened; else its own sweeps have to do. */
const startedAgain = (scene: Scene) =>
  Effect.gen(function* () {
    yield* tell(scene, "killed to be started once more")
    for (const life of scene.lives) {
      life.isDead = true
      yield* Deferred.succeed(life.died, undefined)
    }
  })

/** The verdicts that only an operator can give, after a look at the exchange. Was anything that was held accepted? */
const judge = (scene: Scene, name: string, look: number) =>
  Effect.gen(function* () {
    const { books } = scene.memory.fold
    const theirs = yield* Effect.orDie(scene.exchange.orders)
    // What has a life ends by itself, and the last step of its ladder fills.
    const living = new Set(books.orders.all().flatMap((each) => (each.lifeSeconds ? [String(each.brokerOrderId)] : [])))
    for (const { brokerOrderId, status } of theirs) {
      if (living.has(brokerOrderId)) continue
      // Of what nobody has said a price of the exchange fills nothing by itself.
      const at = status === "unpriced" ? { price: "100" } : {}
      const filling = { id: `fill-${brokerOrderId}-${name}`, do: { fill: { brokerOrderId, ...at } } }
      if (ExchangeOrder.isWorking(status)) yield* Effect.ignore(scene.exchange.instruct(filling))
    }
    for (const order of books.orders.all()) {
      const isDoubted = books.breaks
        .all()
        .some((each) => each.kind === "Doubt" && each.subject === `O${order.id}` && each.closedAt === undefined)
      const isThere = theirs.some(({ clientOrderId }) => clientOrderId === order.clientOrderId)
      if (order.status === "in_doubt" && isDoubted && !isThere) {
        yield* commanding(scene, `not-placed-${order.id}-${name}`, { _tag: "MarkNotPlaced", orderId: order.id })
      }
    }
    const hasAccepted = yield* acceptHeld(scene, name)
    yield* corrected(scene, `settled-${name}`)
    // A program that takes over compares what is held later than the operator resumed, and halts an account that has sent nothing yet.
    yield* marketFollows(scene, name)
    const isHeldBack = books.positions.all().some(({ answer }) => isHalted(answer) || isBroken(answer))
    // Who resumes begins a ladder again: it would never come to the step that fills.
    if (isHeldBack || (look % 10 === 9 && scene.settings.repriceOffsetsBp === undefined)) {
      yield* commanding(scene, `resume-again-${name}`, { _tag: "Resume", scope: { _tag: "WholeAccount" } })
    }
    return hasAccepted
  })

/** Every trade is at a hundred dollars, and each split has halved what came before it. */
const isTraded = (price: Decimal.Decimal): boolean =>
  ["1", "2", "4", "8", "16"].some((splits) =>
    Decimal.equals(Decimal.multiply(price, Decimal.unsafe(splits)), Decimal.unsafe("100"))
  )

/** A market is where the books have seen it last: after a split its prices are others, and limits beside the old ones never trade. */
const marketFollows = (scene: Scene, name: string) =>
  Effect.gen(function* () {
    if (scene.settings.repriceOffsetsBp === undefined) return
    for (const { answer, lastPrice, symbol } of scene.memory.fold.books.positions.all()) {
      if (lastPrice === undefined || !isMoving(answer)) continue
      if (!isTraded(lastPrice))
        yield* violated(scene, "a price is one of a trade", `${symbol} at ${Decimal.format(lastPrice)}`)
      yield* marketAt(scene.exchange, { id: `market-${symbol}-${name}`, symbol, price: lastPrice })
    }
  })

/** What was held as implausible and stands at the exchange all the same is accepted. */
const acceptHeld = (scene: Scene, name: string) =>
  Effect.gen(function* () {
    const fills = yield* Effect.orDie(scene.exchange.fills)
    let hasAccepted = false
    for (const { contents, number, orderId, settledAt } of scene.memory.fold.books.held_reports.all()) {
      const isTrue = contents._tag === "Executed" && fills.some(({ execId }) => execId === contents.execId)
      if (settledAt !== undefined || !isTrue) continue
      yield* commanding(scene, `held-${orderId}-${number}-${name}`, { _tag: "AcceptHeldReport", orderId, number })
      hasAccepted = true
    }
    return hasAccepted
  })

const reading = <A, E>(scene: Scene, read: Effect.Effect<A, E, TradeRepository.TradeRepository>) =>
  Effect.orDie(Effect.provideService(read, TradeRepository.TradeRepository, scene.store))

const isOfHoldings = (kind: Break.BreakKind): boolean => kind === "ForeignPosition" || kind === "PositionDiffers"

/** What still has to move, by the journal: a sentence each. */
const unsettled = ({ memory, moved }: Scene): ReadonlyArray<string> => {
  const { attempts, breaks, held_reports, orders, positions, waiting_fills } = memory.fold.books
  const live = orders.all().filter((order) => OrderState.isLive(order.status))
  const waiting = waiting_fills.all().filter(({ joinedAt }) => joinedAt === undefined)
  // What was hidden, or held as implausible, for a while may be a difference until positions are compared the next time.
  const differing = breaks
    .all()
    .filter(({ closedAt, kind, subject }) => closedAt === undefined && (moved.has(subject) || isOfHoldings(kind)))
  return [
    ...live.map((order) => `O${order.id} is ${order.status}`),
    ...positions
      .all()
      .filter(({ answer }) => isMoving(answer))
      .map(({ answer, symbol }) => `${symbol}: ${PositionAnswer.answerText(answer)}`),
    // A case opens once its position has been blocked for its settling time.
    ...positions
      .all()
      .filter((each) => !isSmall(each) && isPriceless(each) && !isCase(breaks.all(), each))
      .map(({ symbol }) => `${symbol}: no case says that it has no price`),
    ...attempts.all().flatMap(({ id, outcome }) => (outcome === undefined ? [`S${id} has no outcome`] : [])),
    ...waiting.map((fill) => `fill ${fill.execId} has no order`),
    ...held_reports
      .all()
      .filter(({ settledAt }) => settledAt === undefined)
      .map(({ number, orderId }) => `held report ${number} of O${orderId}`),
    ...differing.map((found) => `${found.subject}: ${Break.evidenceOf(found)}`)
  ]
}

/** What must hold of every history that has settled (the invariants of the books, and of books and exchange together). */
const examine = (scene: Scene) =>
  Effect.gen(function* () {
    const { findings } = yield* reading(scene, Audit.run())
    const [finding] = findings
    if (finding !== undefined)
      return yield* violated(scene, "the books follow from the journal", `${finding.where}: ${finding.what}`)
    yield* counted(scene)
    yield* held(scene)
    yield* sameOrders(scene)
    yield* asked(scene)
    yield* worked(scene)
    yield* Watch.noneLeft(scene)
  })

/** ACC-2, ACC-3: every acknowledged trade counts once, every reversed one not at all. */
const counted = (scene: Scene) =>
  Effect.gen(function* () {
    const trades = yield* reading(scene, Reads.all(Trade.TradeTable))
    const positions = yield* reading(scene, Reads.all(Position.PositionTable))
    for (const [key, { input }] of scene.answered) {
      const own = trades.filter((each) => each.source === input.source && each.sourceId === input.sourceId)
      if (own.length !== 1)
        return yield* violated(scene, "an acknowledged trade is there once", `${key}: ${own.length}`)
    }
    const inSharesOfNow = ({ id, side, symbol }: Trade.Trade, quantity: Decimal.Decimal) =>
      Decimal.multiply(Side.signed(side, quantity), sharesNow(scene.memory, id, symbol))
    for (const { exposure, symbol } of positions) {
      const counts = [...scene.answered.values()].flatMap(({ input }) =>
        trades
          .filter((each) => each.source === input.source && each.sourceId === input.sourceId && each.symbol === symbol)
          .filter(({ id }) => !scene.reversed.has(id))
          .map((own) => inSharesOfNow(own, input.quantity))
      )
      const wanted = Decimal.sum(counts)
      if (!Decimal.equals(exposure, wanted)) {
        const seen = `${symbol}: ${Decimal.format(exposure)}, the trades come to ${Decimal.format(wanted)}`
        return yield* violated(scene, "exposure is what was traded", seen)
      }
    }
  })

/** E4: what the exchange holds is what the books say. */
const held = (scene: Scene) =>
  Effect.gen(function* () {
    const positions = yield* reading(scene, Reads.all(Position.PositionTable))
    const { reply } = yield* Effect.orDie(scene.exchange.holdings(account))
    const theirs = reply._tag === "Done" ? reply.body : []
    for (const position of positions) {
      const ours = Position.holdingsOf(position)
      const there = theirs.find(({ symbol }) => symbol === position.symbol)?.quantity ?? Decimal.zero
      if (!Decimal.equals(ours, there)) {
        const seen = `${position.symbol}: ${Decimal.format(ours)} in the books, ${Decimal.format(there)} there`
        yield* violated(scene, "E4: books and exchange hold the same", seen)
      }
    }
  })

/** Every order at the exchange is one of ours, with the same shares filled; one client order id is one order. */
const sameOrders = (scene: Scene) =>
  Effect.gen(function* () {
    const ours = yield* reading(scene, Reads.all(Order.OrderTable))
    for (const theirs of yield* Effect.orDie(scene.exchange.orders)) {
      const own = ours.filter((order) => order.brokerOrderIds.some((id) => id === theirs.brokerOrderId))
      const [order] = own
      if (order === undefined || own.length > 1) {
        yield* violated(scene, "an order at the exchange is one order here", `${theirs.brokerOrderId}: ${own.length}`)
      } else if (!Decimal.equals(order.filled, theirs.filledQuantity)) {
        const seen = `O${order.id}: ${Decimal.format(order.filled)} here, ${Decimal.format(theirs.filledQuantity)} there`
        yield* violated(scene, "an order has filled the same on both sides", seen)
      }
    }
  })

/** What was asked of the exchange is on record: no order was placed more often than attempts say. */
const asked = (scene: Scene) =>
  Effect.gen(function* () {
    const attempts = scene.memory.fold.books.attempts.all()
    const requests = yield* Effect.orDie(scene.exchange.requests)
    const placed = new Map<string, number>()
    for (const { operation, payload } of requests) {
      const id = operation === "place" ? clientIdIn(payload) : undefined
      if (id !== undefined) placed.set(id, (placed.get(id) ?? 0) + 1)
    }
    for (const [id, times] of placed) {
      const known = attempts.filter(({ clientOrderId }) => clientOrderId === id).length
      if (times > known)
        yield* violated(scene, "every send is an attempt on record", `${id}: ${times} sends, ${known} attempts`)
    }
    const open = attempts.filter(({ outcome }) => outcome === undefined)
    if (open.length > 0)
      yield* violated(scene, "every attempt has an outcome", open.map(({ id }) => `S${id}`).join(", "))
  })

const clientIdIn = (payload: unknown): string | undefined =>
  typeof payload === "object" &&
  payload !== null &&
  "clientOrderId" in payload &&
  typeof payload.clientOrderId === "string"
    ? payload.clientOrderId
    : undefined

/** A symbol that came by a transfer and was never traded has no price, which limits and controls need: that is a case of its own. */
const isPriceless = ({ answer, lastPrice }: Pick<Position.Position, "answer" | "lastPrice">): boolean =>
  (answer._tag === "NoPrice" || (answer._tag === "Refused" && answer.control === "NoReferencePrice")) &&
  lastPrice === undefined

const isCase = (breaks: ReadonlyArray<Break.Break>, { symbol }: Pick<Position.Position, "symbol">): boolean =>
  breaks.some((each) => each.kind === "PositionBlocked" && each.symbol === symbol && each.closedAt === undefined)

const isSmall = ({ residual }: Pick<Position.Position, "residual">): boolean =>
  Decimal.isLess(Decimal.abs(residual), Decimal.unsafe("1"))

/** Less than a lot is left, or there is a reason, and a break that is there. */
const worked = (scene: Scene) =>
  Effect.gen(function* () {
    const positions = yield* reading(scene, Reads.all(Position.PositionTable))
    const breaks = yield* reading(scene, Reads.all(Break.BreakTable))
    for (const position of positions) {
      const { answer, residual, symbol } = position
      const holding = breaks.some(
        (each) => each.symbol === symbol && each.closedAt === undefined && each.holds !== "nothing"
      )
      const isHeld = answer._tag === "BreakOpen" && holding
      const isOperators = answer._tag === "Held"
      const isSaid = isPriceless(position) && isCase(breaks, position)
      if (!isSmall(position) && !isHeld && !isOperators && !isSaid) {
        yield* violated(
          scene,
          "what is due is ordered, or there is a reason",
          `${symbol}: ${Decimal.format(residual)}, ${PositionAnswer.answerText(answer)}`
        )
      }
    }
  })
