import {
  Audit,
  Break,
  Decimal,
  type Instant,
  Ledger,
  Order,
  OrderState,
  Position,
  Reads,
  Risk,
  Severity
} from "@roundlot/core"
import type { ExchangeOrder } from "@roundlot/broker-paper"
import { Effect } from "effect"
import type { Desk } from "./desks.ts"
import type { Mind } from "./Mind.ts"

/** What trades have come to by symbol, signed shares: now, and at most and least on the way. */
export interface Owed {
  readonly now: ReadonlyMap<string, Decimal.Decimal>
  readonly most: ReadonlyMap<string, Decimal.Decimal>
  readonly least: ReadonlyMap<string, Decimal.Decimal>
  readonly add: (symbol: string, quantity: Decimal.Decimal) => void
}

const ONE = Decimal.unsafe("1")
const MOST_POSTS = 3
const MOST_A_MINUTE = 200
const A_MINUTE_MS = 60_000
/** Paced, not counted: nothing was processed. */
const PACED: ReadonlyArray<number | undefined> = [401, 429]

const openBreaks = Effect.map(Reads.all(Break.BreakTable), (all) =>
  all.filter(({ closedAt }) => closedAt === undefined)
)

const isWhole = (quantity: Decimal.Decimal): boolean => Decimal.isAtMost(ONE, Decimal.abs(quantity))

const isAbout =
  (symbol: string) =>
  (found: Break.Break): boolean =>
    found.symbol === undefined || found.symbol === symbol

/** Refusals: an account that its broker refuses owes in all its symbols; only a person lets it go where its broker tells no state of it. */
const holdsUp =
  (symbol: string, { tellsState }: Desk) =>
  (found: Break.Break): boolean =>
    isAbout(symbol)(found) || (found.kind === "AccountRefused" && !tellsState)

const needsPerson = ({ kind }: Break.Break): boolean => Break.kinds[kind].closes === "by verdict"

/** D8: a circuit that is open ends at its time, which may be the next session's, long after the round. */
const endsLater = ({ answer, circuitUntil }: Position.Position, now: Instant.Instant): boolean =>
  answer === "Held(circuit)" && circuitUntil !== undefined && now < circuitUntil

const ledgerNow = Effect.flatMap(Ledger.Ledger, (ledger) => ledger.now)

/** What still has to move or is left hanging, a line each; not where a person is asked, nor a circuit whose time has not come. */
export const unsettled = Effect.fn("judge.unsettled")(function* (desk: Desk) {
  const now = yield* ledgerNow
  const orders = yield* Reads.all(Order.OrderTable)
  const positions = yield* Reads.all(Position.PositionTable)
  const breaks = yield* openBreaks
  const isAsked = (symbol: string) => breaks.some((each) => needsPerson(each) && holdsUp(symbol, desk)(each))
  return [
    ...orders
      .filter(({ status, symbol }) => OrderState.isLive(status) && !isAsked(symbol))
      .map(
        ({ id, quantity, side, status, symbol }) => `O${id} ${side} ${Decimal.format(quantity)} ${symbol} is ${status}`
      ),
    ...positions
      .filter((each) => isWhole(each.residual) && !isAsked(each.symbol) && !endsLater(each, now))
      .map(({ answer, residual, symbol }) => `${symbol} owes ${Decimal.format(residual)}: ${answer}`),
    ...breaks
      .filter((each) => !needsPerson(each) && (each.symbol === undefined || !isAsked(each.symbol)))
      .map(({ evidence, kind, subject }) => `${kind} of ${subject} stays open: ${evidence}`)
  ]
})

const signed = (side: "buy" | "sell", quantity: Decimal.Decimal) =>
  side === "buy" ? quantity : Decimal.negate(quantity)

/** The shares of executions by symbol, by their highest revisions. */
const sumOf = (executions: ReadonlyArray<ExchangeOrder.Execution>, symbol: string): Decimal.Decimal => {
  const newest = new Map<string, ExchangeOrder.Execution>()
  for (const each of executions) if (each.symbol === symbol) newest.set(each.execIdBase, each)
  return Decimal.sum([...newest.values()].map(({ quantity, side }) => signed(side, quantity)))
}

interface Seen {
  readonly desk: Desk
  readonly mind: Mind
  readonly owed: Owed
}

type Said = ReadonlyArray<string>

/** The exchange's own executions, one after the other, never go beyond what trades ask for. */
const beyond = ({ owed }: Seen, executions: ReadonlyArray<ExchangeOrder.Execution>): Said =>
  [...owed.now.keys()].flatMap((symbol) => {
    const most = owed.most.get(symbol) ?? Decimal.zero
    const least = owed.least.get(symbol) ?? Decimal.zero
    const path = executions.map((_, i) => sumOf(executions.slice(0, i + 1), symbol))
    const worst = path.find((held) => Decimal.isLess(most, held) || Decimal.isLess(held, least))
    return worst === undefined
      ? []
      : [
          `DOUBLED ${symbol}: the exchange came to hold ${Decimal.format(worst)}, where trades ask for ${Decimal.format(least)} to ${Decimal.format(most)}`
        ]
  })

/** The critical cases: open breaks, by the money at risk and their age, and the symbols of blocked positions. */
const critical = Effect.gen(function* () {
  const breaks = yield* openBreaks
  const stakes = yield* Risk.stakesOf(breaks)
  const now = yield* ledgerNow
  const blocked = yield* Risk.blocked
  return {
    // That a position waits excuses no difference.
    breaks: breaks.filter(
      (each) => each.kind !== "PositionBlocked" && Severity.isUrgent(Severity.severityOf(each, stakes(each), now))
    ),
    blocked: blocked.map(({ position }) => position.symbol)
  }
})

type Critical = Effect.Effect.Success<typeof critical>

/** Where books and exchange differ a critical break says so; where shares are owed, a break or the case of a blocked position. */
const silent = (
  { desk, owed }: Seen,
  executions: ReadonlyArray<ExchangeOrder.Execution>,
  orders: ReadonlyArray<Order.Order>,
  positions: ReadonlyArray<Position.Position>,
  breaks: ReadonlyArray<Break.Break>,
  grave: Critical
): Said =>
  [...new Set([...owed.now.keys(), ...orders.map(({ symbol }) => symbol)])].flatMap((symbol) => {
    if (grave.breaks.some(isAbout(symbol))) return []
    const theirs = sumOf(executions, symbol)
    const ours = Decimal.sum(
      orders.filter((each) => each.symbol === symbol).map((each) => signed(each.side, each.filled))
    )
    const residual = positions.find((each) => each.symbol === symbol)?.residual ?? Decimal.zero
    const kinds = breaks.filter(isAbout(symbol)).map(({ kind }) => kind)
    const differs = Decimal.equals(theirs, ours)
      ? []
      : [
          `LOST ${symbol}: the exchange filled ${Decimal.format(theirs)}, the books say ${Decimal.format(ours)}; open: ${kinds.join()}`
        ]
    const isNamed = grave.breaks.some(holdsUp(symbol, desk)) || grave.blocked.some((each) => each === symbol)
    const isOwed =
      isWhole(residual) && !isNamed
        ? [`BLOCKED ${symbol}: ${Decimal.format(residual)} owed; open: ${kinds.join()}`]
        : []
    return [...differs, ...isOwed]
  })

const counted = (all: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1)
  return counts
}

const repeated = ({ mind }: Seen, theirs: ReadonlyArray<ExchangeOrder.ExchangeOrder>, passedMs: number): Said => {
  const ids = mind.posts.flatMap(({ clientOrderId, status }) =>
    clientOrderId === undefined || PACED.includes(status) ? [] : [clientOrderId]
  )
  const posts = [...counted(ids)].filter(([, count]) => count > MOST_POSTS)
  const twice = [...counted(theirs.flatMap(({ clientOrderId }) => clientOrderId ?? []))].filter(
    ([, count]) => count > 1
  )
  const aMinute = mind.asked / Math.max(1, passedMs / A_MINUTE_MS)
  return [
    ...posts.map(([id, count]) => `STORM: ${id} was posted ${count} times`),
    ...twice.map(([id, count]) => `TWICE: ${id} is there ${count} times`),
    ...(aMinute > MOST_A_MINUTE ? [`STORM: ${Math.round(aMinute)} requests a minute`] : [])
  ]
}

/** What does not hold, judged by the exchange's own records. */
export const findings = (seen: Seen & { readonly begunMs: number }) =>
  Effect.gen(function* () {
    const theirs = yield* seen.desk.exchange.orders
    const executions = yield* seen.desk.exchange.fills
    const orders = yield* Reads.all(Order.OrderTable)
    const positions = yield* Reads.all(Position.PositionTable)
    const breaks = yield* openBreaks
    const left = yield* unsettled(seen.desk)
    const audit = yield* Audit.run()
    return {
      found: [
        ...beyond(seen, executions),
        ...silent(seen, executions, orders, positions, breaks, yield* critical),
        ...repeated(seen, theirs, seen.mind.world.nowMs() - seen.begunMs),
        ...left.map((each) => `HANGS: ${each}`),
        ...audit.findings.map(
          (each) =>
            `AUDIT: ${JSON.stringify(each, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}`
        )
      ],
      open: breaks.map(({ evidence, kind, subject, symbol }) => `${kind} of ${subject} ${symbol ?? ""}: ${evidence}`),
      orders: theirs.length
    }
  })
