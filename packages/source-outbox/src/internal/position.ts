import { Either, Schema } from "effect"
import { AnotherTable, IdsRewound, ServerBehind, UnknownCursor } from "./failures.ts"

/** How far an outbox was read. Transactions go first, ids second: what is committed late comes late. */
const Position = Schema.Struct({
  /** Server, database and table, by the ids that Postgres gave them. */
  place: Schema.String,
  /** The server's timeline: another one after a failover. */
  timeline: Schema.Number,
  xid: Schema.BigInt,
  id: Schema.BigInt,
  /** The highest id of all that were read; none before the first. */
  top: Schema.NullOr(Schema.BigInt)
})

/** How far an outbox was read. */
export type Position = typeof Position.Type

const Written = Schema.parseJson(Position)

/** A position as a cursor. */
export const format: (position: Position) => string = Schema.encodeSync(Written)

/** Before the first row; no transaction has the number 0. */
const beginning = (place: string, timeline: number): Position => ({
  place,
  timeline,
  xid: 0n,
  id: 0n,
  top: null
})

/** What the server says of itself, in the moment of a read. */
export interface Standing {
  readonly place: string
  readonly timeline: number
  /** Does it follow another server? Only then may it have had fewer transactions, and have them later. */
  readonly isReplica: boolean
  /** Transactions below it are over: no row of theirs comes any more. */
  readonly oldest: bigint
  /** The last id that was given out, where the table's ids are a sequence of its own. */
  readonly lastId: bigint | undefined
}

/** Where to read on from a cursor, at a table of this name. Another table is refused, unless it is the accepted one. */
export const resume = (
  cursor: string | undefined,
  { place, timeline }: Pick<Standing, "place" | "timeline">,
  table: string,
  accepted: string | undefined
): Either.Either<Position, AnotherTable | UnknownCursor> => {
  if (cursor === undefined) return Either.right(beginning(place, timeline))
  return Schema.decodeUnknownEither(Written)(cursor).pipe(
    Either.mapLeft(() => new UnknownCursor({ cursor })),
    Either.flatMap((read) => {
      if (read.place === place) return Either.right(read)
      return accepted === place
        ? Either.right(beginning(place, timeline))
        : Either.left(new AnotherTable({ table, found: place, taken: read.place }))
    })
  )
}

/**
 * The position from which the next rows come, as the server stands. After a failover, or where a server is put back to a copy of its disk,
 * transactions may be lost and their numbers given out again, so that rows stand before where we were: all are read once more, and those
 * that are known are duplicates.
 */
export const judge = (
  position: Position,
  { isReplica, lastId, oldest, place, timeline }: Standing,
  table: string
): Either.Either<Position, AnotherTable | IdsRewound | ServerBehind> => {
  if (place !== position.place) return Either.left(new AnotherTable({ table, found: place, taken: position.place }))
  const isBehind = oldest <= position.xid
  const isPutBack = timeline !== position.timeline || (isBehind && !isReplica)
  if (isBehind && !isPutBack)
    return Either.left(new ServerBehind({ taken: String(position.xid), oldest: String(oldest) }))
  if (position.top !== null && lastId !== undefined && lastId < position.top)
    return Either.left(new IdsRewound({ table, taken: String(position.top), last: String(lastId) }))
  return Either.right(isPutBack ? { ...position, timeline, xid: 0n, id: 0n } : position)
}

/** The position after a row. */
export const after = (position: Position, { id, xid }: Pick<Position, "id" | "xid">): Position => ({
  ...position,
  xid,
  id,
  top: position.top === null || id > position.top ? id : position.top
})
