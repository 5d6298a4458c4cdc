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
      return `${contradiction.reversal} does not undo what ${format("trade", contradiction.tradeId)} did`
    case "AlreadyReversed":
      return `${format("trade", contradiction.tradeId)} was reversed by ${contradiction.by}, ${contradiction.reversal} would again`
    case "ReversesReversal":
      return `${format("trade", contradiction.tradeId)} is a reversal itself`
    case "NotAccumulated":
      return "NotAccumulated: a direct trade stays outside the queue; cancel its order, or trade back"
  }
}

/** Why a listing is not the whole truth, or contradicts itself, as a sentence. */
export const snapshotFaultText = (fault: SnapshotFault): string => {
  switch (fault._tag) {
    case "InPart":
      return `the broker listed its ${fault.listing} in part only`
    case "Unreadable":
      return `the broker's ${fault.listing} cannot be read: ${fault.detail}`
    case "ListedTwice":
      return `the broker lists ${fault.symbol} twice among its positions`
    case "OtherAccount":
      return "the broker lists the positions of another account"
    case "OfBefore":
      return `the broker's positions are of ${Instant.format(fault.asOf)}, and it had executed ${fault.symbol} since`
  }
}

const obstacleTexts: { readonly [O in ResendObstacle]: string } = {
  Refused: "the broker has refused it",
  CancelRequested: "its end was asked for",
  DecisionSentOnce: "a decision is sent once in its life",
  Acknowledged: "the broker has acknowledged it",
  ClientIdSeen: "the broker has seen its client order id before and does not show the order",
  SentTooOften: "it was sent 3 times without a clear answer",
  WindowOver: "the time in which it may go again is over",
  NotDue: "the position would not order it now",
  NotApproved: "nobody has approved that it goes again",
  EffectChanged: "it would open now what it was to close, or close what it was to open",
  NotAdmitted: "it may not go now",
  Control: "it may not go now"
}

/** Why an order in doubt may not be sent again, as a sentence. */
export const resendObstacleText = ({ detail, obstacle }: Pick<Doubt, "obstacle" | "detail">): string => {
  const first = obstacle === undefined ? "it may not go now" : obstacleTexts[obstacle]
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
  if (found.isPastResending === true) return "not found at the broker, and not to be sent again"
  if (found.listedSince !== undefined) return `not among the broker's orders since ${listingText(found)}`
  return found.brokerOrderId === undefined
    ? "not found at the broker"
    : `the broker named it ${found.brokerOrderId}, and does not list it`
}

const severalText = (found: Doubt): string => {
  const { brokerOrderId, rivals } = found
  if (brokerOrderId !== undefined) return `${brokerOrderId}, which it could be, is another order of these books`
  return rivals === undefined
    ? `it could be any of ${listingText(found)}`
    : `the only one that it could be could as well be ${rivals.map(nameOf).join(", ")}: ${listingText(found)}`
}

const doubtText = (found: Doubt): string => {
  switch (found.reason) {
    case "Unanswered":
      return found.detail ?? "the broker has answered no look-up of it"
    case "RefusalUnconfirmed":
      return "its broker refused it, and no reading confirms that"
    case "NotFound":
      return notFoundText(found)
    case "ListingIncomplete":
      return "the broker's listing could not be read whole"
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
      return `; a change of its symbol to ${explanation.to} would explain it`
    case "Split":
      return `; a split of ${explanation.ratio} would explain it`
    case "DoubleCount":
      return `; ${doubleCountText(explanation)}`
  }
}

const doubleCountText = ({ orderId, part }: Extract<Holding["explanation"], { readonly _tag: "DoubleCount" }>) => {
  const name = nameOf(orderId)
  const texts = {
    filled: `${name} filled just as much: counted twice, or not at the broker, it would explain it`,
    beyond: `${name} filled just as much beyond its quantity: counted twice, it would explain it`,
    inferred: `${name} filled just as much that no execution shows: counted twice, or not at the broker, it would explain it`,
    execution: `an execution of ${name} is just as much: counted twice, or not at the broker, it would explain it`,
    beyondAtAll: `${name} filled more than its quantity: what was counted twice may explain it`
  } as const
  return texts[part]
}

/** Both sides' figures, how the difference would be closed and opened (P5), and what would explain it (P9). */
const holdingText = ({ explanation, holdings }: Holding): string => {
  const { adopted, base, direct, hedged, ours, theirs } = holdings
  const parts = Object.entries({ base, hedged, direct, adopted })
    .filter(([, amount]) => !Decimal.isZero(amount))
    .map(([name, amount]) => `${name} ${shown(amount)}`)
  const made = parts.length === 0 ? "" : ` (${parts.join(", ")})`
  const crosses = Decimal.sign(ours) * Decimal.sign(theirs) < 0
  const legs = crosses
    ? `; from here ${shown(Decimal.abs(ours))} were closed and ${shown(Decimal.abs(theirs))} opened`
    : ""
  return `ours ${shown(ours)}${made}, the broker's ${shown(theirs)}${legs}${explanationText(explanation)}`
}

const blockedText = ({ detail, obstacle, orderId, unsent, until }: DetailsOf<"PositionBlocked">): string => {
  const order = orderId === undefined ? "its order" : nameOf(orderId)
  switch (obstacle) {
    case "circuit":
      return until === undefined
        ? "several orders in a row ended short"
        : `several orders in a row ended short; nothing is ordered until ${Instant.format(until)}`
    case "session":
      return until === undefined
        ? "the broker refuses orders of this side"
        : `the broker refuses orders of this side until its next session, ${Instant.format(until)}`
    case "price":
      return "its threshold is in money, and no fresh price is known"
    case "opposite":
      return "an order of the other side is live on the instrument"
    case "unsent":
      if (unsent === "NotTried") return `${order} was not tried: its broker has not been read since the start`
      if (unsent === "LendingUnread") return `${order} is not sent: its broker does not say whether it lends the symbol`
      if (unsent === "Unconfirmed") return `${order} was sent, and nothing confirms yet that its broker has it`
      return `${order} was tried and not sent: ${detail ?? "no reason"}`
    case "login":
      return `${order} is not sent: its broker needs a login`
    default:
      return controls[obstacle].says
  }
}

/** What a position owes, in shares and at its last price. */
const owedText = ({ lastPrice, residual }: DetailsOf<"Backlog">["late"][number]): string => {
  if (residual === undefined) return ""
  const shares = `, residual ${shown(residual)}`
  return lastPrice === undefined
    ? `${shares} without a price`
    : `${shares} worth $${shown(Decimal.multiply(Decimal.abs(residual), lastPrice))}`
}

const backlogText = ({ first, late, moreInstruments, trades }: DetailsOf<"Backlog">): string => {
  if (first !== undefined) return `a trade in ${first.symbol} of ${Instant.format(first.tradedAt)} came late`
  const each = late.map((one) => `${one.symbol} ${one.trades}${owedText(one)}`)
  const more = moreInstruments === undefined ? "" : `; and ${moreInstruments} more instruments`
  return `${trades} ${trades === 1 ? "trade" : "trades"} came late: ${each.join("; ")}${more}`
}

const implausibleText = (details: DetailsOf<"Implausible">): string => {
  switch (details.cause) {
    case "HeldReport": {
      const { field, number, orderId, possible, reported, rule } = details
      return `${rule}: ${field} ${reported}, possible is ${possible}; held report ${number} of ${nameOf(orderId)}`
    }
    case "FilledBeyond":
      return `W3: ${details.brokerOrderId} has filled ${shown(details.filled)} of ${shown(details.quantity)}`
    case "ImpossibleExecution":
      return `W4: execution ${details.execId === "" ? "without an id" : details.execId} has ${shown(details.quantity)} shares`
    case "NotShownAgain":
      return `W12: ${details.brokerOrderId} is no order of ours, and counts once a second reading shows it`
    case "BeyondOrderLimit": {
      const { brokerOrderId, most, quantity } = details
      return `W12: ${brokerOrderId} is no order of ours, and for ${shown(quantity)} shares: more than the ${shown(most)} that the account lets one order have`
    }
  }
}

const clockText = ({ books, clock }: DetailsOf<"ClockAhead">): string => {
  const by = Duration.format(Duration.seconds(Math.round(Instant.millisBetween(clock, books) / 1000)))
  return `the books' time is ${by} ahead of the clock, which was wrong or is: at ${Instant.format(clock)} they say ${Instant.format(books)}`
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
  return `sent ${text(sent)}, the broker's ${brokerOrderId} is ${text(theirs)}`
}

const mismatchText = ({ execId, ordered, otherOrder, reported }: DetailsOf<"FillMismatch">): string =>
  reported === undefined || ordered === undefined
    ? `${execId} names ${otherOrder === undefined ? "another order" : nameOf(otherOrder)}, its execution is on record for another order`
    : `${execId} is ${reported.side} ${reported.symbol}, the order is ${ordered.side} ${ordered.symbol}`

const offBandText = ({ commission, execId, expected, price }: DetailsOf<"OffBand">): string => {
  if (commission !== undefined)
    return `W5: the commission of ${execId} is ${shown(commission.amount)} ${commission.currency}: not recorded`
  const around = expected === undefined ? "" : ` around ${shown(expected.price)} (${expected.from})`
  return `${execId} at ${price === undefined ? "no price" : shown(price)} is outside the band${around}`
}

const refusalText = ({ class: is, code, detail, orderId }: DetailsOf<"OrderRefused">): string => {
  const why = is === "unknown" ? "which no table has" : "which is about its account"
  return `${nameOf(orderId)} was refused with the code ${code}, ${why}: ${detail}`
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
      return `${rowText(details)}, ${executionText(details)}, has no fill here`
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
  ReappearedTrade: ({ source, sourceId }) => `${source} ${sourceId} came again after it was reversed`,
  Excess: ({ orderId, quantity }) => `${shown(quantity)} of ${nameOf(orderId)} are covered by no trade`,
  Reappeared: ({ orderId, was }) => `${nameOf(orderId)} was ${was} and is live at the broker`,
  DuplicateOrder: ({ brokerOrderId, clientOrderId, first }) =>
    `${brokerOrderId} has the client order id ${clientOrderId}, of ${nameOf(first)}`,
  OppositeOrders: ({ orders }) =>
    `live on both sides: ${orders.map(({ orderId, side }) => `${nameOf(orderId)} ${side}`).join(", ")}`,
  CumulativeBelow: ({ theirs }) => `the broker counts ${shown(theirs)}, our fills of that time are more`,
  FillAfterRejection: ({ filled, orderId }) => `${nameOf(orderId)} was rejected and has filled ${shown(filled)}`,
  UndocumentedCorrection: ({ execId, price, quantity }) =>
    `${execId} came again as ${shown(quantity)} at ${price === undefined ? "no price" : shown(price)}`,
  FillMismatch: mismatchText,
  SuspectedDuplicate: ({ execId, twin }) => `${execId} is like ${twin} in all but its id`,
  Doubt: doubtText,
  OrderMissing: ({ order, status }) => `${order} was ${status} and is not in the broker's whole history`,
  EndUnconfirmed: ({ orderId, reported }) =>
    `its broker says that ${nameOf(orderId)} is ${reported}, and has not refused to end it`,
  OrderNotWorking: ({ leaves, orderId, reason }) =>
    `its broker holds ${nameOf(orderId)} and does not work it (${reason ?? "it does not say why"})${leaves === undefined ? "" : `: ${shown(leaves)} in flight`}`,
  TermsDiffer: termsText,
  ForeignOrderId: ({ brokerOrderId, clientOrderId }) =>
    `${brokerOrderId} has the client order id ${clientOrderId}, which these books never made`,
  ClientIdDiffers: ({ brokerOrderId, clientOrderId, sent }) =>
    `${brokerOrderId} has the client order id ${clientOrderId}, sent was ${sent}`,
  ReusedOrderId: ({ brokerOrderId, day }) => `${brokerOrderId} is now an order of ${day}`,
  AverageDiffers: ({ ours, theirs }) =>
    `the broker's average is ${shown(theirs)}, that of its fills here ${shown(ours)}`,
  Unpriced: ({ filled, priced }) =>
    `the broker counts ${shown(filled)}, and executions with a price come to ${shown(priced)}`,
  OffBand: offBandText,
  Unmapped: ({ notional, quantity, side, status, symbol }) =>
    `${orderText({ side, quantity, notional, symbol: `"${symbol}"` })} is ${status}`,
  PositionDiffers: holdingText,
  ForeignPosition: holdingText,
  UnsoundSnapshot: ({ fault }) => snapshotFaultText(fault),
  FillMissing: ({ execIds }) => `the broker does not list ${execIds.join(", ")} any more`,
  HistoryGap: ({ from, to }) =>
    `the broker forgot executions from ${Instant.format(from)} to ${Instant.format(to)}, which were not read`,
  Backlog: backlogText,
  Implausible: implausibleText,
  ClockAhead: clockText,
  OrderRefused: refusalText,
  AccountRefused: ({ code, detail, orderId }) =>
    orderId === undefined
      ? `the broker says that the account may not trade: ${detail}`
      : `${nameOf(orderId)} was refused with the code ${code}: ${detail}`,
  PositionBlocked: blockedText,
  StatementDiffers: statementText
}

/** The sentence that people read of a break: what was seen that led to it. */
export const breakText = (details: BreakDetails): string => textOf(details)

const textOf = <K extends BreakKind>(details: Extract<BreakDetails, { readonly _tag: K }>): string =>
  texts[details._tag](details)
