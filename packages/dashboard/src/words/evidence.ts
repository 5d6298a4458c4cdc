import type { Documents } from "@roundlot/api"

/** What a break about a position says of both sides: signed shares. */
interface Sides {
  readonly ours: string
  readonly theirs: string
  /** What ours is made of, by the names that a position has for it. */
  readonly parts: ReadonlyMap<string, string>
  /** How the difference would come about, where one is known. */
  readonly explained: string
}

const SIDES = /^ours (-?[\d.]+)(?: \(([^)]*)\))?, the broker's (-?[\d.]+)(?:; (.*))?$/s

/** The two sides in the words of a break; nothing where they tell of something else. */
export const sidesIn = (evidence: string): Sides | undefined => {
  const [, ours, parts = "", theirs, explained = ""] = SIDES.exec(evidence) ?? []
  if (ours === undefined || theirs === undefined) return undefined
  const pairs = [...parts.matchAll(/([a-z]+) (-?[\d.]+)/g)].map(([, name = "", amount = ""]) => [name, amount] as const)
  return { ours, theirs, parts: new Map(pairs), explained }
}

/** An order of the broker's that an order in doubt may be: shares, dollars a share. What the broker did not say is absent. */
export interface Candidate {
  readonly id: string
  readonly side: string
  readonly quantity: string
  readonly symbol: string
  readonly type: string | undefined
  readonly limitPrice: string | undefined
  /** The broker's own word. */
  readonly status: string
  readonly enteredAt: string | undefined
}

const CANDIDATE =
  /(\S+) \((buy|sell) (\d[\d.]*) (\S+?)(?: (market|limit|stop|stop_limit))?(?: at (\d[\d.]*))?, ([^()]*?)(?:, entered (\d{4}-\d\d-\d\dT[\d:.]+Z))?\)/g

/** The broker's orders that the words about an order in doubt list. */
export const candidatesIn = (evidence: string): ReadonlyArray<Candidate> =>
  [...evidence.matchAll(CANDIDATE)].map(
    ([, id = "", side = "", quantity = "", symbol = "", type, limitPrice, status = "", enteredAt]) => ({
      id,
      side,
      quantity,
      symbol,
      type,
      limitPrice,
      status,
      enteredAt
    })
  )

/** The fields of an event that name bytes by their number. */
const NAMING = ["payloadId", "requestId", "responseId"] as const

/** The ids of the bytes that an entry names: those that something was read from, sent or answered; of an entry about bytes themselves, these. */
export const payloadsIn = ({
  body,
  entity
}: Pick<Documents.EntryDocument, "body" | "entity">): ReadonlyArray<string> => {
  const named = NAMING.flatMap((name) => {
    const number: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined
    return typeof number === "number" ? [`P${number}`] : []
  })
  return entity.kind === "payload" ? [entity.id, ...named] : named
}
