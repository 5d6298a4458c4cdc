import { isControl, type Control } from "../../records/Control.ts"
import { LOGIN, type Order } from "../../records/Order.ts"
import type { OrderStatus } from "../../records/OrderState.ts"
import type { Position } from "../../records/Position.ts"
import { answering } from "../../records/PositionAnswer.ts"
import type * as Instant from "../../values/Instant.ts"
import { obstaclesApart } from "../../records/breakKinds.ts"
import type { DetailsOf } from "../../records/BreakDetails.ts"
import { LENDING_UNREAD } from "../order/brokerStatus.ts"
import { hasSettled } from "./cases.ts"

/** What keeps a position from ordering, where neither a break nor a control does. */
export type ObstacleApart = (typeof obstaclesApart)[number]

/** What keeps a position from ordering and is no difference: the subject of the break that says so. */
export type Obstacle = ObstacleApart | Control

type Unsent = Pick<Order, "id" | "quantity" | "reason" | "attempts" | "heldFor" | "status" | "createdAt">

/**
 * A position that owes shares and orders none: its circuit is open (D8), its broker refuses the side for a session, its threshold has
 * no price (D3), an order of the other side is live (D5), a control refuses its next order (D4), no attempt has sent its order (F3:
 * `NotSent`), or its order waits for a login.
 */
export interface BlockedPosition {
  readonly position: Position
  readonly by: Obstacle
  /** Its order that no attempt has sent, or that waits for a login, where that is the obstacle. */
  readonly unsent?: Unsent | undefined
}

/** The states of an order that its broker is not known to have. */
export const unacknowledged: ReadonlyArray<OrderStatus> = ["pending", "submitting", "in_doubt"]

/** A person has set the trading state `reduce`, as a halt: what it stops is no case. */
const isCase = (control: Control): boolean => control !== "ReduceOnly"

/** The obstacle that a break names as its subject. */
export const obstacleIn = (subject: string): Obstacle | undefined =>
  isControl(subject) ? subject : obstaclesApart.find((each) => each === subject)

const byHold = { cancel: undefined, circuit: "circuit", refused: "session" } as const

/** What blocks a position by its recorded answer (D4); nothing where it orders, or waits for what ends by itself or by a resolution. */
export const obstacleOf = ({ answer }: Pick<Position, "answer">): Obstacle | undefined => {
  switch (answer._tag) {
    case "Held":
      return byHold[answer.by]
    case "NoPrice":
      return "price"
    case "OppositeOrderLive":
      return "opposite"
    case "Refused":
      return isCase(answer.control) ? answer.control : undefined
    default:
      return undefined
  }
}

/** The filter of positions whose recorded answer blocks them. */
export const blocking = answering((answer) => obstacleOf({ answer }) !== undefined)

/**
 * F3: why is an order not at its broker, where it waits for a login, was not sent or not even tried, has no answer, or waits for a broker
 * that does not say whether it lends (D2)? Its shares are owed meanwhile.
 */
export const unsentBy = ({
  attempts,
  heldFor,
  origin,
  status
}: Pick<Order, "attempts" | "heldFor" | "origin" | "status">): "login" | "unsent" | undefined => {
  if (origin !== "accumulation") return undefined
  if (status === "pending" && heldFor === LOGIN) return "login"
  const isPlanned = status === "pending" && (attempts > 0 || heldFor === undefined || heldFor === LENDING_UNREAD)
  return isPlanned || status === "submitting" || status === "in_doubt" ? "unsent" : undefined
}

/** A broker that is away is back, and an order of the other side has ended, within a minute as a rule. */
const patience: { readonly [O in Obstacle]?: number } = { opposite: 60_000, unsent: 60_000 }

/** Has it been blocked for as long as a break has to be open to be a case? What may well end by itself is given a minute first. */
export const isSettled = ({ by, position, unsent }: BlockedPosition, now: Instant.Instant): boolean =>
  hasSettled(by === "unsent" ? (unsent?.createdAt ?? position.answerSince) : position.answerSince, now, patience[by])

/** What became of an order that is tried again and again: each further try of the same outcome says no more. */
const unsentIn = ({ attempts, heldFor, id, reason, status }: Unsent) => {
  if (status === "pending" && heldFor === LENDING_UNREAD) return { orderId: id, unsent: LENDING_UNREAD } as const
  if (attempts === 0) return { orderId: id, unsent: "NotTried" } as const
  const isUnconfirmed = status === "in_doubt" || (status === "submitting" && attempts === 1)
  return isUnconfirmed
    ? ({ orderId: id, unsent: "Unconfirmed" } as const)
    : ({ orderId: id, unsent: "NotSent", detail: reason } as const)
}

/** Why nothing is ordered, in fields. */
export const detailsOf = (found: BlockedPosition): DetailsOf<"PositionBlocked"> => {
  const { by, position, unsent } = found
  const blocked = { _tag: "PositionBlocked", obstacle: by } as const
  if (by === "circuit") return { ...blocked, until: position.circuitUntil }
  if (by === "session") return { ...blocked, until: position.refusedUntil }
  if (unsent === undefined) return blocked
  if (by === "unsent") return { ...blocked, ...unsentIn(unsent) }
  return by === "login" ? { ...blocked, orderId: unsent.id } : blocked
}
