import { Either, Schema } from "effect"
import { AnotherStream, MessagesMissing, StreamRewound, UnknownCursor } from "./failures.ts"

/** How far a stream was read. */
const Position = Schema.Struct({
  /** Its name, when it was made, and the subject that is read of it. */
  place: Schema.String,
  /** The last message that was read, or passed by since it has another subject. */
  seq: Schema.Int,
  /** When that message was stored, in milliseconds; none where nothing was read. */
  at: Schema.NullOr(Schema.Int)
})

/** How far a stream was read. */
export type Position = typeof Position.Type

const Written = Schema.parseJson(Position)

/** A position as a cursor. */
export const format: (position: Position) => string = Schema.encodeSync(Written)

/** What the server says of a stream in a moment. */
export interface Standing {
  readonly place: string
  readonly first: number
  readonly last: number
}

/** What the one who configures a source may say of where it goes on. */
export interface Choice {
  /** The place that is taken for the one of before. */
  readonly accept?: string | undefined
  /** The first message that is read; what came before it is not missed. */
  readonly from?: number | undefined
}

/** Before the first message that is there, or that is to be read. */
export const beginning = ({ first, place }: Standing, { from = 1 }: Choice): Position => ({
  place,
  seq: Math.max(first, from) - 1,
  at: null
})

/** Where to read on from a cursor: without one, at the first message that is there. Another stream is refused, unless it is the accepted one. */
export const resume = (
  cursor: string | undefined,
  standing: Standing,
  choice: Choice
): Either.Either<Position, AnotherStream | UnknownCursor> => {
  const { place } = standing
  const { accept, from = 1 } = choice
  if (cursor === undefined) return Either.right(beginning(standing, choice))
  return Schema.decodeUnknownEither(Written)(cursor).pipe(
    Either.mapLeft(() => new UnknownCursor({ cursor })),
    Either.flatMap((read) => {
      if (read.place === place) return Either.right(from - 1 > read.seq ? { place, seq: from - 1, at: null } : read)
      return accept === place
        ? Either.right(beginning(standing, choice))
        : Either.left(new AnotherStream({ found: place, taken: read.place }))
    })
  )
}

/** What keeps the messages after a position from being read, as the stream stands. */
export const faultOf = (
  { place, seq }: Position,
  { first, last, place: found }: Standing,
  stream: string
): AnotherStream | MessagesMissing | StreamRewound | undefined => {
  if (found !== place) return new AnotherStream({ found, taken: place })
  if (last < seq) return new StreamRewound({ stream, taken: seq, last })
  return first > seq + 1 ? new MessagesMissing({ stream, from: seq + 1, next: first }) : undefined
}
