import { Server, type Documents } from "@roundlot/api"
import { Account, Clock, Decimal, Fill, Instant, Order, Position, Reads } from "@roundlot/core"
import { Id, OrderState, TradeRepository, XnysCalendar } from "@roundlot/core/adapter"
import {
  Feed,
  Health,
  OpenCases,
  Reconciliation,
  Risk,
  Stake,
  Trading,
  TradingState,
  Unattended,
  verdict
} from "@roundlot/core/ledger"
import { Effect } from "effect"
import * as approvals from "./approvals.ts"
import * as breaks from "./breaks.ts"
import * as controls from "./controls.ts"
import * as orders from "./orders.ts"
import * as positions from "./positions.ts"
import { decimalOrNull, timeOrNull, valueOrNull } from "./text.ts"

const LATEST = 20

const live = OrderState.orderStatuses.filter(OrderState.isLive)

/** The newest orders, before all others those that have not ended. */
const latestOf = (open: ReadonlyArray<Order.Order>) =>
  Effect.map(Reads.page(Order.OrderTable, { descending: true, limit: LATEST }), ({ items }) =>
    [...open.toReversed(), ...items.filter(({ status }) => !OrderState.isLive(status))].slice(0, LATEST)
  )

const countOf = <A>(all: ReadonlyArray<A>, holds: (each: A) => boolean): number => all.filter(holds).length

const owes = ({ residual }: Position.Position): boolean => !Decimal.isZero(residual)

/** Whether the exchange is open, and when it closes, or else opens next. */
export const marketAt = (now: Instant.Instant): Documents.OverviewDocument["market"] => {
  const session = XnysCalendar.nextSession(now)
  const isOpen = session !== undefined && now >= session.opensAt
  const changesAt = isOpen ? session.closesAt : session?.opensAt
  return { isOpen, changesAt: changesAt === undefined ? null : Instant.format(changesAt) }
}

/** An execution that is reported late is looked for among so many of the fills that were recorded last. */
const LATE = 500

/** When the newest execution was, in whichever order executions were recorded: few rows are read, however many fills there are. */
const lastExecuted = Effect.gen(function* () {
  const recorded = yield* Reads.first(Fill.FillTable, { descending: true })
  if (recorded === undefined) return undefined
  const { items } = yield* Reads.page(Fill.FillTable, {
    where: [{ column: "id", atLeast: Math.max(0, recorded.id - LATE) }],
    orderBy: ["executedAt", "id"],
    descending: true,
    limit: 1
  })
  return items[0]?.executedAt
})

const unconfirmedOf = ({ order, stake }: Trading.Doubtful): Documents.OverviewDocument["inDoubt"][number] => ({
  ...orders.shortOf(order),
  askedNotional: decimalOrNull(order.askedNotional),
  dollars: decimalOrNull(Stake.dollarsAtRisk(stake)),
  sentAt: timeOrNull(order.sentAt)
})

/** When each account was last compared with its broker. */
const comparedOf = (accounts: ReadonlyArray<Account.Account>) =>
  Effect.forEach(accounts, ({ name }) =>
    Effect.map(Reconciliation.lastCompared(name), (at) => [name, at] as const)
  ).pipe(Effect.map((all) => new Map(all)))

type Open = Effect.Effect.Success<typeof OpenCases.read>

const proposedOf = (order: Open["proposed"][number]): Documents.OverviewDocument["proposed"][number] => ({
  ...orders.shortOf(order),
  proposedAt: Instant.format(order.createdAt),
  approveBy: Instant.format(order.approveBy)
})

const failedOrderOf = (order: Open["failedOrders"][number]): Documents.OverviewDocument["failedOrders"][number] => ({
  ...orders.shortOf(order),
  askedNotional: decimalOrNull(order.askedNotional),
  status: order.status === "rejected" ? "rejected" : "failed",
  reason: valueOrNull(order.reason),
  endedAt: timeOrNull(order.endedAt)
})

const failedBatchOf = (batch: Open["failedBatches"][number]): Documents.OverviewDocument["failedBatches"][number] => ({
  id: Id.format("batch", batch.id),
  account: batch.account,
  name: batch.name,
  failed: batch.failed,
  total: batch.total,
  finishedAt: timeOrNull(batch.finishedAt)
})

/** What the books do not have: the parts of the daemon that fail, whether it answers, and the work that waits for a process. */
export interface Processes {
  readonly failing: ReadonlyArray<Pick<Health.PartHealth, "isAlert" | "part">>
  readonly answers: boolean
  readonly waiting: Unattended.Unattended
}

/** All at a glance, read at once, where the processes are like this. */
export const overviewWhere = Effect.fnUntraced(function* ({ answers, failing, waiting }: Processes) {
  const repository = yield* TradeRepository.TradeRepository
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  return yield* repository.snapshot(
    Effect.gen(function* () {
      const accounts = yield* Reads.all(Account.AccountTable)
      const standing = yield* Reads.all(Position.PositionTable)
      const working = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: live }] })
      const compared = yield* comparedOf(accounts)
      const open = yield* OpenCases.read
      const settled = OpenCases.settled(open, now)
      const cases = OpenCases.countOf(open, now)
      const trading = yield* Risk.trading(now)
      const parts = Health.countsOf(failing)
      const states = yield* Reads.all(TradingState.ControlTable)
      const newest = yield* Feed.newestRow
      const restricted = countOf(states, ({ state }) => state !== "normal")
      const document: Documents.OverviewDocument = {
        at: Instant.format(now),
        incarnation: repository.identity.incarnation,
        position: newest?.position ?? 0,
        ...verdict.verdictOf({
          accounts: accounts.length,
          cases,
          critical: trading.critical + parts.critical,
          failing: parts.failing,
          restricted,
          unattended: waiting.accounts.length + Number(waiting.jobs) + Number(!answers)
        }),
        status: trading.isWell && failing.length === 0 ? "ok" : "degraded",
        // What trading is kept from stands beside them.
        failing: failing.map(({ part }) => part),
        trading: Server.tradingDocument(trading),
        accounts: accounts.map(({ broker, environment, name }) => ({
          name,
          broker,
          environment,
          tradingState: TradingState.binding(states, name),
          positions: countOf(standing, ({ account }) => account === name),
          owing: countOf(standing, (position) => position.account === name && owes(position)),
          openOrders: countOf(working, ({ account }) => account === name),
          openBreaks: countOf(open.breaks, ({ account }) => account === name),
          reconciledAt: timeOrNull(compared.get(name))
        })),
        market: marketAt(now),
        openOrders: Object.fromEntries(
          live.map((status) => [status, countOf(working, (order) => order.status === status)])
        ),
        latestOrders: yield* orders.documentsOf(yield* latestOf(working)),
        lastFillAt: timeOrNull(yield* lastExecuted),
        inDoubt: Trading.unsaid(settled.cases, yield* Risk.doubtful).map(unconfirmedOf),
        openBreaks: yield* breaks.openDocumentsOf(open.breaks),
        breakCases: settled.cases.map(({ breaks: all }) => all.map(({ id }) => Id.format("break", id))),
        proposed: open.proposed.map(proposedOf),
        requests: open.requests.map((each) => approvals.documentOf(each, now)),
        quarantined: open.quarantined,
        failedOrders: open.failedOrders.map(failedOrderOf),
        failedBatches: open.failedBatches.map(failedBatchOf),
        givenUp: open.givenUp,
        controls: states.map(controls.documentOf),
        owing: standing
          .filter(owes)
          .map(({ account, residual, symbol }) => ({ account, symbol, residual: Decimal.format(residual) })),
        positions: yield* positions.documentsOf(standing)
      }
      return document
    })
  )
})

/** All at a glance: what a dashboard's first page asks for. Of the parts of the daemon an earlier moment knows nothing. */
export const overview = Effect.gen(function* () {
  const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
  // Who answers attends to its accounts.
  return yield* overviewWhere({
    failing: Health.failingOf(parts),
    answers: true,
    waiting: Unattended.nothing
  })
})
