import { Instant } from "@roundlot/core"
import { ClientOrderId, Id, type TradeRepository } from "@roundlot/core/adapter"
import { Either } from "effect"
import { nearest } from "@roundlot/api/text"
import { BadFilter } from "./errors.ts"

/** A condition on the rows of a list: all of these filters. */
export type Conditions = ReadonlyArray<TradeRepository.Filter>

const bad = (filter: string, value: string, problem: string) => new BadFilter({ filter, value, problem })

const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

/** The word of a closed set that a text means; case, `-`, `_` and spaces do not count. */
export const wordOf = <W extends string>(
  filter: string,
  text: string,
  words: ReadonlyArray<W>
): Either.Either<W, BadFilter> => {
  const found = words.find((word) => lettersOf(word) === lettersOf(text))
  if (found !== undefined) return Either.right(found)
  const near = nearest(text, words)
  const hint = near === undefined ? "" : `; did you mean ${near}?`
  return Either.left(bad(filter, text, `is not one of ${words.join(", ")}${hint}`))
}

/** The integer of an id as it is shown (`T12`). */
export const idOf = (filter: string, kind: Id.Kind, text: string): Either.Either<number, BadFilter> => {
  const id = Id.parse(kind, text)
  return id === undefined
    ? Either.left(bad(filter, text, `is not a valid id: write ${Id.letters[kind]} and a number`))
    : Either.right(id)
}

/** The moment of an ISO 8601 text with a zone, or the begin of a date in UTC. */
export const momentOf = (filter: string, text: string): Either.Either<Instant.Instant, BadFilter> => {
  const instant = Instant.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  return instant === undefined
    ? Either.left(bad(filter, text, "is neither a date nor an ISO 8601 time with a zone, such as 2026-11-20T14:30:00Z"))
    : Either.right(instant)
}

/** Rows whose `column` is the text, written as given or wholly in one case: names differ by more than their case. */
export const inAnyCase = (column: string, text: string | undefined): Conditions =>
  text === undefined ? [] : [{ column, in: [...new Set([text, text.toUpperCase(), text.toLowerCase()])] }]

/** Rows whose `column` is exactly the text. */
export const exactly = (column: string, text: string | undefined): Conditions =>
  text === undefined ? [] : [{ column, in: [text] }]

/** Rows whose `column` is the word of a closed set that a text means. */
export const isWord = (
  column: string,
  text: string | undefined,
  words: ReadonlyArray<string>
): Either.Either<Conditions, BadFilter> =>
  text === undefined
    ? Either.right([])
    : Either.map(wordOf(column, text, words), (word): Conditions => [{ column, in: [word] }])

/** Rows of the client order id, whatever a broker appended to it. */
export const isClientOrderId = (text: string | undefined): Conditions =>
  exactly("clientOrderId", text === undefined ? undefined : (ClientOrderId.ours(text.toLowerCase()) ?? text))

/** From when, inclusive, until when, exclusive: ISO 8601 with a zone, or a date in UTC. */
export interface Period {
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** Rows whose `column`, a time, lies in the period. */
export const isWithin = (column: string, { since, until }: Period): Either.Either<Conditions, BadFilter> =>
  Either.gen(function* () {
    const from = since === undefined ? undefined : yield* momentOf("since", since)
    const to = until === undefined ? undefined : yield* momentOf("until", until)
    const first: Conditions = from === undefined ? [] : [{ column, atLeast: Number(from) }]
    const last: Conditions = to === undefined ? [] : [{ column, below: Number(to) }]
    return [...first, ...last]
  })

/** How many cells one condition names at most: a database takes no unbounded number. */
const MOST_CELLS = 500

/** Ids in parts that a condition may name. */
export const partsOf = <A>(all: Iterable<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const ids = [...new Set(all)]
  return Array.from({ length: Math.ceil(ids.length / MOST_CELLS) }, (_, part) =>
    ids.slice(part * MOST_CELLS, (part + 1) * MOST_CELLS)
  )
}

/** A record that entries are about. */
export interface Entity {
  readonly kind: string
  readonly id: string
}

const entityKinds = [
  "account",
  "instrument",
  "trade",
  "order",
  "fill",
  "payload",
  "waiting_fill",
  "waiting_commission",
  "decision",
  "break",
  "job",
  "part",
  "position",
  "batch",
  "control"
] as const

const shownKinds = ["trade", "order", "fill", "payload", "decision", "break", "batch"] as const

/** The record that an id (`T12`), or a kind and an id (`position/AAPL`), names. */
export const entityOf = (text: string): Either.Either<Entity, BadFilter> => {
  const [, kind, id] = /^([A-Za-z_-]+)\/(.+)$/.exec(text) ?? []
  if (kind !== undefined && id !== undefined) {
    return Either.map(wordOf("entity", kind, entityKinds), (word) => ({ kind: word, id }))
  }
  const own = shownKinds.find((each) => text.slice(0, 1).toUpperCase() === Id.letters[each])
  const number = own === undefined ? undefined : Id.parse(own, text)
  if (own !== undefined && number !== undefined) return Either.right({ kind: own, id: Id.format(own, number) })
  const problem =
    "is not a record: give the id of a trade, order, fill, payload, decision or break, or a kind and its id, such as position/AAPL"
  return Either.left(bad("entity", text, problem))
}
