import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { Fill, Trade } from "@roundlot/core"
import { Allocation, Break } from "@roundlot/core/ledger"
import {
  type listing,
  allocations,
  breaks,
  fills,
  heldAtBroker,
  journal,
  orderQuery,
  orders,
  past,
  owners,
  positions,
  residuals,
  trades,
  waitingCommissions,
  waitingFills
} from "@roundlot/queries"
import { Effect } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"
import { nextCommand } from "./nextCommand.ts"
import { summed, newestFirst, listed, shownOf, shown, paged } from "./listOutput.ts"

const { asOf, ofAccount, ofSymbol, page, period, text, view } = flags

/** `trades list`. */
export const tradesList = Verb.make({
  name: "trades list",
  summary: "list trades",
  examples: [
    ["roundlot trades list --status quarantined", "quarantined trades, to release or dismiss"],
    ["roundlot trades list --order-id O5", "source trades of an order"],
    ["roundlot trades list --since 2026-11-20 --totals", "shares and dollars of a day"]
  ],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    sort: text("sort", "Sort by date or status; default: order of creation"),
    status: text("status", "pending, accumulated, completed or failed; quarantined: pending ones held for a decision"),
    side: text("side", "buy or sell"),
    source: text("source", "Only of this source"),
    sourceId: text("source-id", "Trade id at the source"),
    owner: flags.ofOwner,
    orderId: text("order-id", "Only trades allocated to this order"),
    actor: text("actor", "Submitted by this token, person or source; needs --since"),
    totals: flags.totals
  },
  run: (asked) =>
    asked.totals
      ? summed(asked, trades.totals(newestFirst(asked)))
      : listed(asked, trades.list(newestFirst(asked)), trades.table)
})

/** `trades show`. */
export const tradesShow = Verb.make({
  name: "trades show",
  summary: "show a trade: allocations, orders, fills, and every status with time and cause",
  examples: [["roundlot trades show T12", "full history of a trade"]],
  flags: { ...view, id: flags.id("The trade, T12"), asOf },
  run: (asked) => shownOf(Trade.TradeTable, "trade", asked, trades.show, trades.heading)
})

/** What executions say beside their figures, in the broker's words. */
const atTheBroker = {
  orderNumber: text("order-number", "Order id of the client that placed it"),
  clientId: text("client-id", "Client id that placed it"),
  secType: text("sec-type", "Security type, such as STK"),
  exchange: text("exchange", "Exchange, such as ARCA"),
  currency: text("currency", "Currency, such as USD")
}

/** `orders list`. */
export const ordersList = Verb.make({
  name: "orders list",
  summary: "list orders",
  examples: [
    ["roundlot orders list --phase open", "orders at the broker, unconfirmed ones included"],
    ["roundlot orders list --status rejected --json", "for a program"],
    ["roundlot orders list --count --limit 1", "count of all orders"],
    ["roundlot orders list --status filled --totals", "shares and dollars of filled orders"]
  ],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    sort: text("sort", "Sort by date or status; default: order of creation"),
    phase: text("phase", "pending, open, filled or ended"),
    status: text(
      "status",
      "pending, submitting, in_doubt, submitted, partially_filled, filled, cancelled, expired, rejected or failed"
    ),
    side: text("side", "buy or sell"),
    code: text("code", "Refused or ended with this code: a control such as MaxNotional, or a code of the broker"),
    fillStatus: text("fill-status", "Fill state by executions: unknown, partial, filled or cancelled"),
    origin: text("origin", "accumulation, direct or external"),
    brokerOrderId: text("broker-order-id", "Broker order id"),
    clientOrderId: text("client-order-id", "Client order id, as sent to the broker"),
    ...atTheBroker,
    tradeId: text("trade-id", "Only orders with shares of this trade"),
    actor: text("actor", "Created by this token, person, source or timer; needs --since"),
    totals: flags.totals
  },
  run: ({ phase, status, ...asked }) =>
    Effect.flatMap(orderQuery.queryOf({ phase, status }), (query) =>
      asked.totals
        ? summed(asked, orders.totals({ ...newestFirst(asked), query }))
        : listed(asked, orders.list({ ...newestFirst(asked), query }), orders.table)
    )
})

/** `orders show`. */
export const ordersShow = Verb.make({
  name: "orders show",
  summary: "show an order: trades, attempts, fills and history",
  examples: [
    ["roundlot orders show O5", "a rejected order still names its trades"],
    ["roundlot orders show O5 --as-of 2026-11-20T14:30:00Z", "as of that time"]
  ],
  flags: { ...view, id: flags.id("The order, O5"), asOf },
  run: (asked) => shown(asked, past.seen(asked.asOf, orders.accountOf(asked.id), orders.show(asked.id)), orders.heading)
})

const NO_PAST_AT_BROKER = new UsageError({
  problem: "--broker shows the newest snapshot of the broker's positions, and --as-of an earlier moment of the books",
  remedy: "Give only one of them"
})

/** `positions list`. */
export const positionsList = Verb.make({
  name: "positions list",
  summary: "list positions of every account and symbol",
  examples: [
    ["roundlot positions list --account paper", "positions of one account"],
    ["roundlot positions list --broker", "next to the broker's positions of the last sync"]
  ],
  flags: {
    ...view,
    ...page,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    broker: Options.boolean("broker").pipe(Options.withDescription("Show the newest broker snapshot next to the books"))
  },
  run: ({ broker, ...asked }) =>
    broker && asked.asOf !== undefined
      ? Effect.fail(NO_PAST_AT_BROKER)
      : broker
        ? listed(asked, heldAtBroker.list(asked), heldAtBroker.table)
        : listed(asked, positions.list(asked), positions.table)
})

/** `owners positions`. */
export const ownersPositions = Verb.make({
  name: "owners positions",
  summary: "list what a beneficial owner has: shares ordered and executed by account and symbol",
  examples: [
    ["roundlot owners positions client-7", "of all accounts"],
    ["roundlot owners positions client-7 --as-of 2026-11-20T21:00:00Z", "as of that time"]
  ],
  flags: { ...view, ...page, account: ofAccount, asOf, symbol: ofSymbol, owner: Args.text({ name: "OWNER" }) },
  run: (asked) => listed(asked, owners.positions(asked), owners.table)
})

/** `positions show`. */
export const positionsShow = Verb.make({
  name: "positions show",
  summary: "show a position: open lots, working orders, and the next order or why none is due",
  examples: [
    ["roundlot positions show AAPL", "why is nothing ordered?"],
    ["roundlot positions show AAPL --as-of 812", "as of feed position 812"]
  ],
  flags: { ...view, account: ofAccount, symbol: Args.text({ name: "SYMBOL" }), asOf },
  run: (asked) =>
    writing(asked, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const owner = positions.accountOf(asked.symbol, asked.account)
        const document = yield* past.seen(asked.asOf, owner, positions.show(asked.symbol, asked.account))
        const command = nextCommand(document.next.answer, document)
        const run = command === undefined ? "" : `\n\nRun: ${command}`
        yield* answer(
          document,
          (screen) => `${detail.format(positions.inWords(document), screen, positions.heading(document))}${run}`
        )
      })
    )
})

/** `positions residuals`. */
export const positionsResiduals = Verb.make({
  name: "positions residuals",
  summary: "list the residual of a position over time, change by change",
  examples: [["roundlot positions residuals AAPL --since 2026-11-20", "since that day"]],
  flags: {
    ...view,
    account: ofAccount,
    symbol: Args.text({ name: "SYMBOL" }),
    since: Options.text("since").pipe(Options.withDescription("From when on: a date or an ISO 8601 time"))
  },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* residuals.history(asked.symbol, asked.account, asked.since)
        yield* answer(document, (screen) => residuals.table(document, screen))
      })
    )
})

/** `fills list`. */
export const fillsList = Verb.make({
  name: "fills list",
  summary: "list fills with their corrections and busts",
  examples: [
    ["roundlot fills list --canonical", "without replaced revisions"],
    ["roundlot fills list --since 2026-11-20 --totals", "shares, dollars and commissions since a day"]
  ],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    side: text("side", "buy or sell"),
    orderId: text("order-id", "This order's"),
    tradeId: text("trade-id", "Only of orders with shares of this trade"),
    execId: text("exec-id", "Execution id at the broker"),
    permId: text("perm-id", "Permanent order id at the broker, as reported with the execution"),
    ...atTheBroker,
    canonical: Options.boolean("canonical").pipe(
      Options.withDescription("Only the revisions that count"),
      Options.map((isAsked) => (isAsked ? true : undefined))
    ),
    totals: flags.totals
  },
  run: (asked) =>
    asked.totals
      ? summed(asked, fills.totals(newestFirst(asked)))
      : listed(asked, fills.list(newestFirst(asked)), fills.table)
})

/** What waits is few, and shown whole. */
const whole = <D, E, R>(found: Effect.Effect<ReadonlyArray<D>, E, R>): Effect.Effect<listing.ListDocument<D>, E, R> =>
  Effect.map(found, (items) => ({ items, nextCursor: null }))

/** `fills waiting`. */
export const fillsWaiting = Verb.make({
  name: "fills waiting",
  summary: "list unmatched fills: no known order, or possible duplicates; they do not count yet",
  examples: [["roundlot fills waiting", "executions to be matched"]],
  flags: { ...view, account: ofAccount, asOf, symbol: ofSymbol },
  run: (asked) => listed(asked, whole(waitingFills.list(asked)), waitingFills.table)
})

/** `fills waiting-commissions`. */
export const fillsWaitingCommissions = Verb.make({
  name: "fills waiting-commissions",
  summary: "list commissions whose execution is not booked yet",
  examples: [["roundlot fills waiting-commissions", "commissions to be matched"]],
  flags: { ...view, account: ofAccount, asOf },
  run: (asked) => listed(asked, whole(waitingCommissions.list(asked)), waitingCommissions.table)
})

/** `fills show`. */
export const fillsShow = Verb.make({
  name: "fills show",
  summary: "show a fill with all revisions of its execution",
  examples: [["roundlot fills show F3", "was it corrected?"]],
  flags: { ...view, id: flags.id("The fill, F3"), asOf },
  run: (asked) => shownOf(Fill.FillTable, "fill", asked, fills.show, fills.heading)
})

/** `allocations list`. */
export const allocationsList = Verb.make({
  name: "allocations list",
  summary: "list allocations: shares of a trade covered by an order or netted by another trade",
  examples: [["roundlot allocations list --trade-id T12", "where a trade's shares went"]],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    kind: text("kind", "order, net or unwind"),
    tradeId: text("trade-id", "Of this trade"),
    orderId: text("order-id", "Of this order"),
    standing: Options.boolean("standing").pipe(
      Options.withDescription("Only allocations in force"),
      Options.map((isAsked) => (isAsked ? true : undefined))
    )
  },
  run: (asked) => listed(asked, allocations.list(newestFirst(asked)), allocations.table)
})

/** `allocations show`. */
export const allocationsShow = Verb.make({
  name: "allocations show",
  summary: "show an allocation with its trade and order",
  examples: [["roundlot allocations show A9", "one allocation, with trade and order"]],
  flags: { ...view, id: flags.id("The allocation, A9"), asOf },
  run: (asked) => shownOf(Allocation.AllocationTable, "allocation", asked, allocations.show)
})

/** `breaks list`. */
export const breaksList = Verb.make({
  name: "breaks list",
  summary: "list breaks",
  examples: [["roundlot breaks list --status open", "open breaks to review"]],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    status: text("status", "open or closed"),
    standing: text(
      "standing",
      "escalated, critical, warning or info while it is open; gone or resolved once it is closed"
    ),
    sort: text("sort", "Sort by severity (default for open breaks, most severe first) or opened"),
    kind: text("kind", "Of this kind"),
    holds: text("holds", "Trading it blocks: nothing, symbol or account"),
    subject: text("subject", "Order or trade of the break; of a blocked position its control, such as MaxNotional")
  },
  run: (asked) => listed(asked, breaks.list(newestFirst(asked)), breaks.table)
})

/** `breaks show`. */
export const breaksShow = Verb.make({
  name: "breaks show",
  summary: "show a break with its evidence and history",
  flags: { ...view, id: flags.id("The break, B2"), asOf },
  run: (asked) => shownOf(Break.BreakTable, "break", asked, breaks.show, breaks.heading)
})

/** `journal list`. */
export const journalList = Verb.make({
  name: "journal list",
  summary: "list journal entries",
  examples: [
    ["roundlot journal list --entity O5", "all events of an order"],
    ["roundlot journal list --limit 0 --json", "all of it"]
  ],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    asOf,
    entity: text("entity", "An id (T12, O5) or a symbol"),
    tag: text("tag", "Event name, such as OrderCreated"),
    actor: text("actor", "Actor: a token, a person or a source")
  },
  run: (asked) => paged(asked, past.seenOfJournals(asked.asOf, journal.list(newestFirst(asked))), journal.table)
})
