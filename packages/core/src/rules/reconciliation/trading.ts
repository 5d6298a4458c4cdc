import type { NonEmptyReadonlyArray } from "effect/Array"
import { format } from "../../values/Id.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import * as Instant from "../../values/Instant.ts"
import { kinds, type Break } from "../../records/Break.ts"
import { casesOf, type Case } from "./cases.ts"
import { isUrgent, severities, severityOf, type Severity } from "./severity.ts"
import { distinct, dollarsOfAll, type Stake } from "./Stake.ts"

/** An order in doubt with what waits for it. */
export interface Doubtful {
  readonly order: Order
  readonly stake: Stake
}

/** How trading stands: cases by how grave they are, and what they keep from being ordered. */
export interface Trading {
  /** Nothing needs a person now. */
  readonly isWell: boolean
  /** Cases that are critical or escalated. */
  readonly critical: number
  readonly warnings: number
  /** Positions that owe shares which are not ordered: because of a break or an order in doubt. */
  readonly blockedPositions: number
  readonly ordersInDoubt: number
  /** What blocked positions owe and orders in doubt may fill, in dollars; `undefined` where of a part no price is known. */
  readonly dollars: Decimal.Decimal | undefined
}

/** Nothing is at risk. */
export const nothingAtRisk: Trading = {
  isWell: true,
  critical: 0,
  warnings: 0,
  blockedPositions: 0,
  ordersInDoubt: 0,
  dollars: Decimal.zero
}

/** How grave an order in doubt is, whether or not a break says so: since its sending. */
export const severityOfDoubt = ({ order, stake }: Doubtful, now: Instant.Instant): Severity =>
  severityOf({ kind: "Doubt", holds: "nothing", openedAt: order.sentAt ?? order.updatedAt }, stake, now)

/** Which of these orders no case says of that their fate is unknown: with one, it is that case. */
export const unsaid = <D extends { readonly order: Pick<Order, "id"> }>(
  cases: ReadonlyArray<Case>,
  doubtful: ReadonlyArray<D>
): ReadonlyArray<D> => {
  const saying = cases.filter(({ kind }) => kinds[kind].isFateUnknown === true)
  const subjects = new Set(saying.flatMap(({ breaks }) => breaks.map(({ subject }) => subject)))
  return doubtful.filter(({ order }) => !subjects.has(format("order", order.id)))
}

/** The gravest severity of each case, and of each order in doubt that none is about. */
const severitiesOf = (
  breaks: ReadonlyArray<Break>,
  stakes: (found: Break) => Stake,
  doubtful: ReadonlyArray<Doubtful>,
  now: Instant.Instant
): ReadonlyArray<Severity> => {
  const cases = casesOf(breaks, now)
  const ofCases = cases.map((each) => gravestOf(each.breaks, stakes, now))
  return [...ofCases, ...unsaid(cases, doubtful).map((each) => severityOfDoubt(each, now))]
}

/** The gravest severity among breaks. */
export const gravestOf = (
  breaks: ReadonlyArray<Break>,
  stakes: (found: Break) => Stake,
  now: Instant.Instant
): Severity => gravestIn(breaks.map((each) => severityOf(each, stakes(each), now)))

/** The first of the breaks of a case that is as grave as the case: it says what to do first. */
export const gravestBreakOf = (
  breaks: NonEmptyReadonlyArray<Break>,
  stakes: (found: Break) => Stake,
  now: Instant.Instant
): Break => {
  const current = gravestOf(breaks, stakes, now)
  return breaks.find((each) => severityOf(each, stakes(each), now) === current) ?? breaks[0]
}

/** The gravest of severities. */
export const gravestIn = (all: ReadonlyArray<Severity>): Severity => {
  const found = new Set(all)
  return severities.find((each) => found.has(each)) ?? "info"
}

/** When the newest of the breaks of a case opened that are as grave as it, or critical: who has seen it before that has not seen it. */
export const newestAsGrave = (
  breaks: NonEmptyReadonlyArray<Break>,
  stakes: (found: Break) => Stake,
  now: Instant.Instant
): Instant.Instant => {
  const weighed = breaks.map((each) => ({ each, severity: severityOf(each, stakes(each), now) }))
  const current = gravestIn(weighed.map(({ severity }) => severity))
  return weighed
    .filter(({ severity }) => severity === current || isUrgent(severity))
    .map(({ each }) => each.openedAt)
    .reduce(Instant.later, breaks[0].openedAt)
}

/** What may keep trading from going on: open breaks with what stands behind each, and orders in doubt. */
export interface Obstacles {
  readonly breaks: ReadonlyArray<Break>
  readonly stakes: (found: Break) => Stake
  readonly doubtful: ReadonlyArray<Doubtful>
}

/** How trading stands. Pure. */
export const tradingOf = ({ breaks, doubtful, stakes }: Obstacles, now: Instant.Instant): Trading => {
  const found = severitiesOf(breaks, stakes, doubtful, now)
  const critical = found.filter(isUrgent).length
  const all = [...breaks.map(stakes), ...doubtful.map(({ stake }) => stake)]
  const blocked = distinct(all.flatMap(({ blocks }) => blocks))
  const inDoubt = doubtful.flatMap(({ stake }) => stake.inDoubt ?? [])
  return {
    isWell: critical === 0,
    critical,
    warnings: found.filter((each) => each === "warning").length,
    blockedPositions: blocked.length,
    ordersInDoubt: doubtful.length,
    dollars: dollarsOfAll([...blocked, ...inDoubt])
  }
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`

/** How trading stands in a sentence, for people and logs. */
export const wordsOf = ({ blockedPositions, critical, dollars, ordersInDoubt }: Trading): string => {
  if (critical === 0) return ""
  const money = dollars === undefined ? "an unknown amount" : `${Decimal.format(dollars)} dollars`
  return `${counted(critical, "critical case")}: ${counted(blockedPositions, "position")} blocked, ${counted(ordersInDoubt, "unconfirmed order")}, ${money} at risk`
}
