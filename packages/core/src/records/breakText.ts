import { Duration } from "effect"
import { controls } from "./Control.ts"
import { format, type OrderId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import type { Side } from "./Side.ts"
import * as Instant from "../values/Instant.ts"
import type { BreakDetails, Candidate, Contradiction, DetailsOf, Doubt, SnapshotFault } from "./BreakDetails.ts"
import type { BreakKind, ResendObstacle } from "./breakKinds.ts"

const shown = Decimal.format

const nameOf = (id: OrderId): string => format("order", id)

/** What an order is for: `buy 3 AAPL`, `buy $100 AAPL`. */
const orderText = ({
  notional,
  quantity,
  side,
  symbol
}: {
  readonly side: Side
  readonly quantity?: Decimal.Decimal | undefined
  readonly notional?: Decimal.Decimal | undefined
  readonly symbol: string
}): string => {
  const size = notional === undefined ? shown(quantity ?? Decimal.zero) : `$${shown(notional)}`
  return `${side} ${size} ${symbol}`
}

/** In what a trade that came again differs, or why a reversal is not counted, as a sentence. */
export const contradictionText = (contradiction: Contradiction): string => {
  switch (contradiction._tag) {
    case "OtherContents":
      return contradiction.fields
        .map(({ field, is = "none", was = "none" }) => `${field} was ${was}, is ${is}`)
        .join("; ")
    case "DoesNotUndo":
      return `${contradiction.reversal} does not reverse ${format("trade", contradiction.tradeId)}`
    case "AlreadyReversed":
      return `${format("trade", contradiction.tradeId)} was already reversed by ${contradiction.by}; ${contradiction.reversal} would reverse it again`
    case "ReversesReversal":
      return `${format("trade", contradiction.tradeId)} is itself a reversal`
    case "NotAccumulated":
      return "a direct trade does not accumulate and cannot be reversed; cancel its order, or trade back"
  }
}

/** Why a listing is not the whole truth, or contradicts itself, as a sentence. */
export const snapshotFaultText = (fault: SnapshotFault): string => {
  switch (fault._tag) {
    case "InPart":
      return `the broker's list of ${fault.listing} is incomplete`
    case "Unreadable":
      return `the broker's ${fault.listing} cannot be read: ${fault.detail}`
    case "ListedTwice":
      return `the broker lists the position ${fault.symbol} twice`
    case "OtherAccount":
      return "the broker lists the positions of another account"
    case "OfBefore":
      return `the broker's positions are as of ${Instant.format(fault.asOf)}, before its last execution in ${fault.symbol}`
  }
}

const obstacleTexts: { readonly [O in ResendObstacle]: string } = {
  Refused: "the broker rejected it",
  CancelRequested: "its cancel was requested",
  DecisionSentOnce: "a decision is sent only once",
  Acknowledged: "the broker has acknowledged it",
  ClientIdSeen: "the broker knows its client order id and does not list the order",
  SentTooOften: "it was sent 3 times without an acknowledgement",
  WindowOver: "its re-send window has passed",
  NotDue: "its position no longer needs it",
  NotApproved: "its re-send is not approved",
  EffectChanged: "it would now open a holding instead of closing one, or close instead of open",
  NotAdmitted: "it may not be sent now",
  Control: "it may not be sent now"
}

/** Why an order in doubt may not be sent again, as a sentence. */
export const resendObstacleText = ({ detail, obstacle }: Pick<Doubt, "obstacle" | "detail">): string => {
  const first = obstacle === undefined ? "it may not be sent now" : obstacleTexts[obstacle]
  return detail === undefined ? first : obstacle === "Control" ? detail : `${first}: ${detail}`
}

const candidateText = ({ brokerOrderId, enteredAt, limitPrice, quantity, side, status, symbol, type }: Candidate) => {
  const words = [side, shown(quantity), symbol, ...(type === undefined ? [] : [type])]
  const limit = limitPrice === undefined ? [] : ["at", shown(limitPrice)]
  const entered = enteredAt === undefined ? [] : [`entered ${Instant.format(enteredAt)}`]
  return `${brokerOrderId} (${[[...words, ...limit].join(" "), status, ...entered].join(", ")})`
}

const listingText = ({ candidates = [], listedSince, more }: Doubt): string => {
  const each = [...candidates.map(candidateText), ...(more === undefined ? [] : [`and ${more} more`])]
  return `${listedSince === undefined ? "" : `${Instant.format(listedSince)}: `}${each.join(", ") || "none"}`
}

const notFoundText = (found: Doubt): string => {
  if (found.isPastResending === true) return "not found at the broker; it is not sent again"
  if (found.listedSince !== undefined) return `no match among the broker's orders since ${listingText(found)}`
  return found.brokerOrderId === undefined
    ? "not found at the broker"
    : `the broker answered with order id ${found.brokerOrderId} but does not list that order`
}

const severalText = (found: Doubt): string => {
  const { brokerOrderId, rivals } = found
  if (brokerOrderId !== undefined) return `its candidate ${brokerOrderId} is another order of the books`
  return rivals === undefined
    ? `several candidates: ${listingText(found)}`
    : `its only candidate also matches ${rivals.map(nameOf).join(", ")}: ${listingText(found)}`
}

const doubtText = (found: Doubt): string => {
  switch (found.reason) {
    case "Unanswered":
      return found.detail ?? "the broker has not answered any look-up of it"
    case "RefusalUnconfirmed":
      return "the broker rejected it; no second reading confirms the rejection"
    case "NotFound":
      return notFoundText(found)
    case "ListingIncomplete":
      return "the broker's order list could not be read completely"
    case "SeveralCandidates":
      return severalText(found)
    case "NotSentAgain":
      return resendObstacleText(found)
  }
}

type Holding = DetailsOf<"PositionDiffers" | "ForeignPosition">

const explanationText = (explanation: Holding["explanation"]): string => {
  switch (explanation?._tag) {
    case undefined:
      return ""
    case "Renamed":
      return `; a symbol change to ${explanation.to} would explain it`
    case "Split":
      return `; a split of ${explanation.ratio} would explain it`
    case "DoubleCount":
      return `; ${doubleCountText(explanation)}`
  }
}

const doubleCountText = ({ orderId, part }: Extract<Holding["explanation"], { readonly _tag: "DoubleCount" }>) => {
  const name = nameOf(orderId)
  const texts = {
    filled: `${name} filled the same quantity: a double count, or a fill missing at the broker, would explain it`,
    beyond: `${name} was overfilled by the same quantity: a double count would explain it`,
    inferred: `${name} filled the same quantity without an execution: a double count, or a fill missing at the broker, would explain it`,
    execution: `an execution of ${name} has the same quantity: a double count, or a fill missing at the broker, would explain it`,
    beyondAtAll: `${name} filled more than its quantity: a double count may explain it`
  } as const
  return texts[part]
}

/** Both sides' figures, how the difference would be closed and opened (P5), and what would explain it (P9). */
const holdingText = ({ explanation, holdings }: Holding): string => {
  const { adopted, base, direct, hedged, ours, theirs } = holdings
  const parts = Object.entries({ "opening balance": base, hedged, direct, imported: adopted })
    .filter(([, amount]) => !Decimal.isZero(amount))
    .map(([name, amount]) => `${name} ${shown(amount)}`)
  const made = parts.length === 0 ? "" : ` (${parts.join(", ")})`
  const crosses = Decimal.sign(ours) * Decimal.sign(theirs) < 0
  const legs = crosses
    ? `; the difference closes ${shown(Decimal.abs(ours))} and opens ${shown(Decimal.abs(theirs))}`
    : ""
  const difference = Decimal.subtract(theirs, ours)
  const signed = `${Decimal.isPositive(difference) ? "+" : ""}${shown(difference)}`
  return `books ${shown(ours)}${made}, broker ${shown(theirs)} (${signed})${legs}${explanationText(explanation)}`
}

const blockedText = ({ detail, obstacle, orderId, unsent, until }: DetailsOf<"PositionBlocked">): string => {
  const order = orderId === undefined ? "its order" : nameOf(orderId)
  switch (obstacle) {
    case "circuit":
      return until === undefined
        ? "several orders in a row ended without a full fill"
        : `several orders in a row ended without a full fill; no orders until ${Instant.format(until)}`
    case "session":
      return until === undefined
        ? "the broker rejects orders on this side"
        : `the broker rejects orders on this side until its next session, ${Instant.format(until)}`
    case "price":
      return "its threshold is in dollars, and no current price is known"
    case "opposite":
      return "an order on the other side is working in the instrument"
    case "unsent":
      if (unsent === "NotTried") return `${order} is not sent: its broker has not been read since startup`
      if (unsent === "LendingUnread")
        return `${order} is not sent: its broker has not reported whether the symbol can be borrowed`
      if (unsent === "Unconfirmed") return `${order} was sent, no acknowledgement received`
      return `${order} could not be sent: ${detail ?? "no reason given"}`
    case "login":
      return `${order} is not sent: the broker requires a login`
    default:
      return controls[obstacle].says
  }
}

/** What a position owes, in shares and at its last price. */
const owedText = ({ lastPrice, residual }: DetailsOf<"Backlog">["late"][number]): string => {
  if (residual === undefined) return ""
  const shares = `, residual ${shown(residual)}`
  return lastPrice === undefined
    ? `${shares}, without a price`
    : `${shares}, worth $${shown(Decimal.multiply(Decimal.abs(residual), lastPrice))}`
}

const backlogText = ({ first, late, moreInstruments, trades }: DetailsOf<"Backlog">): string => {
  if (first !== undefined) return `a trade in ${first.symbol} of ${Instant.format(first.tradedAt)} arrived late`
  const each = late.map(
    (one) => `${one.symbol} (${one.trades} ${one.trades === 1 ? "trade" : "trades"}${owedText(one)})`
  )
  const more = moreInstruments === undefined ? "" : `; and ${moreInstruments} more instruments`
  return `${trades} ${trades === 1 ? "trade" : "trades"} arrived late: ${each.join("; ")}${more}`
}

const implausibleText = (details: DetailsOf<"Implausible">): string => {
  switch (details.cause) {
    case "HeldReport": {
      const { field, number, orderId, possible, reported, rule } = details
      return `${field} ${reported}, plausible: ${possible}; held report ${number} of ${nameOf(orderId)} (${rule})`
    }
    case "FilledBeyond":
      return `${details.brokerOrderId} reports ${shown(details.filled)} filled of ${shown(details.quantity)} (W3)`
    case "ImpossibleExecution":
      return `execution ${details.execId === "" ? "without an id" : details.execId} has ${shown(details.quantity)} shares (W4)`
    case "NotShownAgain":
      return `${details.brokerOrderId} is not our order; it counts once a second reading shows it (W12)`
    case "BeyondOrderLimit": {
      const { brokerOrderId, most, quantity } = details
      return `${brokerOrderId} is not our order, and its ${shown(quantity)} shares exceed the account's order limit of ${shown(most)} (W12)`
    }
  }
}

const clockText = ({ books, clock }: DetailsOf<"ClockAhead">): string => {
  const by = Duration.format(Duration.seconds(Math.round(Instant.millisBetween(clock, books) / 1000)))
  return `the books are ${by} ahead of the system clock, which is or was wrong: clock ${Instant.format(clock)}, books ${Instant.format(books)}`
}

/** Names of terms of which what an order is for says nothing. */
const further = new Map([
  ["type", "type"],
  ["session", "session"],
  ["limitPrice", "limit price"],
  ["stopPrice", "stop price"]
])

const termsText = ({ brokerOrderId, sent, shown: theirs, term }: DetailsOf<"TermsDiffer">): string => {
  const name = further.get(term)
  const text = (terms: typeof sent) =>
    orderText(terms) + (name === undefined ? "" : ` (${name} ${terms.value ?? "none"})`)
  return `sent ${text(sent)}, broker order ${brokerOrderId} is ${text(theirs)}`
}

const mismatchText = ({ execId, ordered, otherOrder, reported }: DetailsOf<"FillMismatch">): string =>
  reported === undefined || ordered === undefined
    ? `${execId} names ${otherOrder === undefined ? "another order" : nameOf(otherOrder)}, but its execution is recorded for a different order`
    : `${execId} is ${reported.side} ${reported.symbol}, the order is ${ordered.side} ${ordered.symbol}`

const offBandText = ({ commission, execId, expected, price }: DetailsOf<"OffBand">): string => {
  if (commission !== undefined)
    return `the commission of ${execId} is ${shown(commission.amount)} ${commission.currency}: not recorded (W5)`
  const around = expected === undefined ? "" : ` around ${shown(expected.price)} (${expected.from})`
  return `${execId} at ${price === undefined ? "no price" : shown(price)} is outside the price tolerance${around}`
}

const refusalText = ({ class: is, code, detail, orderId }: DetailsOf<"OrderRefused">): string => {
  const why = is === "unknown" ? "an unknown code" : "an account-level code"
  return `${nameOf(orderId)} was rejected with code ${code}, ${why}: ${detail}`
}

/** Where a row is: `line 3 (row 2) of schwab's transactions.json`. */
const rowText = ({ broker, file, line, row }: DetailsOf<"StatementDiffers">): string =>
  `line ${line} (row ${row}) of ${broker}'s ${file}`

const executionText = ({ execution }: DetailsOf<"StatementDiffers">): string =>
  execution === undefined
    ? "an execution"
    : `${orderText(execution)}${execution.price === undefined ? "" : ` at ${shown(execution.price)}`}`

const statementText = (details: DetailsOf<"StatementDiffers">): string => {
  const { broker, difference, figures = [], file, fillId, reason } = details
  const fill = fillId === undefined ? "a fill" : format("fill", fillId)
  switch (difference) {
    case "MissingInBooks":
      return `${rowText(details)}, ${executionText(details)}, has no fill in the books`
    case "MissingInStatement":
      return `${fill}, ${executionText(details)}, is not in ${broker}'s ${file}`
    case "Figures":
      return `${fill} differs from ${rowText(details)}: ${figures
        .map(({ books = "none", figure, statement }) => `${figure} ${statement}, books ${books}`)
        .join("; ")}`
    case "UnreadRow":
      return `${rowText(details)} cannot be read: ${reason}`
  }
}

const texts: { readonly [K in BreakKind]: (details: DetailsOf<K>) => string } = {
  Conflict: ({ contradiction }) => contradictionText(contradiction),
  ReappearedTrade: ({ source, sourceId }) => `${source} ${sourceId} was delivered again after its reversal`,
  Excess: ({ orderId, quantity }) => `${shown(quantity)} shares of ${nameOf(orderId)} are not covered by any trade`,
  Reappeared: ({ orderId, was }) => `${nameOf(orderId)} was ${was}, but is live at the broker`,
  DuplicateOrder: ({ brokerOrderId, clientOrderId, first }) =>
    `${brokerOrderId} repeats client order id ${clientOrderId} of ${nameOf(first)}`,
  OppositeOrders: ({ orders }) =>
    `live orders on both sides: ${orders.map(({ orderId, side }) => `${nameOf(orderId)} ${side}`).join(", ")}`,
  CumulativeBelow: ({ theirs }) => `the broker reports ${shown(theirs)} filled, less than the books had then`,
  FillAfterRejection: ({ filled, orderId }) => `${nameOf(orderId)} was rejected, but ${shown(filled)} were filled`,
  UndocumentedCorrection: ({ execId, price, quantity }) =>
    `${execId} was reported again as ${shown(quantity)} at ${price === undefined ? "no price" : shown(price)}`,
  FillMismatch: mismatchText,
  SuspectedDuplicate: ({ execId, twin }) => `${execId} equals ${twin} except for its id`,
  Doubt: doubtText,
  OrderMissing: ({ order, status }) => `${order} was ${status} and is missing from the broker's complete history`,
  EndUnconfirmed: ({ orderId, reported }) =>
    `the broker reports ${nameOf(orderId)} as ${reported}; the end is not confirmed`,
  OrderNotWorking: ({ leaves, orderId, reason }) =>
    `the broker holds ${nameOf(orderId)} without working it (${reason ?? "no reason given"})${leaves === undefined ? "" : `: ${shown(leaves)} in flight`}`,
  TermsDiffer: termsText,
  ForeignOrderId: ({ brokerOrderId, clientOrderId }) =>
    `${brokerOrderId} has client order id ${clientOrderId}, which these books never created`,
  ClientIdDiffers: ({ brokerOrderId, clientOrderId, sent }) =>
    `${brokerOrderId} has client order id ${clientOrderId}; sent: ${sent}`,
  ReusedOrderId: ({ brokerOrderId, day }) => `broker order id ${brokerOrderId} now belongs to an order of ${day}`,
  AverageDiffers: ({ ours, theirs }) => `average price: books ${shown(ours)}, broker ${shown(theirs)}`,
  Unpriced: ({ filled, priced }) =>
    `the broker reports ${shown(filled)} filled, executions with a price cover ${shown(priced)}`,
  OffBand: offBandText,
  Unmapped: ({ notional, quantity, side, status, symbol }) =>
    `${orderText({ side, quantity, notional, symbol: `"${symbol}"` })} is ${status}`,
  PositionDiffers: holdingText,
  ForeignPosition: holdingText,
  UnsoundSnapshot: ({ fault }) => snapshotFaultText(fault),
  FillMissing: ({ execIds }) => `the broker no longer lists ${execIds.join(", ")}`,
  HistoryGap: ({ from, to }) =>
    `executions from ${Instant.format(from)} to ${Instant.format(to)} were never read, and the broker no longer has them`,
  Backlog: backlogText,
  Implausible: implausibleText,
  ClockAhead: clockText,
  OrderRefused: refusalText,
  AccountRefused: ({ code, detail, orderId }) =>
    orderId === undefined
      ? `the broker reports that the account may not trade: ${detail}`
      : `${nameOf(orderId)} was rejected with code ${code}: ${detail}`,
  TradingHalted: ({ beyond, orderId, rejections }) =>
    beyond === undefined
      ? `the broker rejected ${rejections} ${rejections === 1 ? "order" : "orders in a row"}, ${nameOf(orderId)} last: the account is halted`
      : `${nameOf(orderId)} exceeded the residual of its position by ${Decimal.format(beyond)} and was not sent: the symbol is halted`,
  PositionBlocked: blockedText,
  StatementDiffers: statementText
}

/** The sentence that people read of a break: what was seen that led to it. */
export const breakText = (details: BreakDetails): string => textOf(details)

const textOf = <K extends BreakKind>(details: Extract<BreakDetails, { readonly _tag: K }>): string =>
  texts[details._tag](details)
