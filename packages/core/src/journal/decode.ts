import { Either, ParseResult, Schema } from "effect"
import * as Instant from "../time/Instant.ts"
import type { Entry } from "./Entry.ts"
import { EVENT_VERSION, LedgerEvent } from "./Event.ts"

const decodeBody = Schema.decodeUnknownEither(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
)
const decodeEvent = Schema.decodeUnknownEither(LedgerEvent)

/** The event of a stored entry, or in one sentence why it cannot be read. */
export const decodeEntry = (entry: Entry): Either.Either<LedgerEvent, string> => {
  if (entry.eventVersion !== EVENT_VERSION) return Either.left(`event version ${entry.eventVersion} is not known here`)
  return decodeBody(entry.body).pipe(
    Either.flatMap((body) => decodeEvent({ ...body, _tag: entry.tag })),
    Either.mapLeft((error) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message ?? "cannot be read")
  )
}

/** When an entry was written. */
export const timeOf = (entry: Pick<Entry, "at">): Instant.Instant => Instant.make(BigInt(entry.at))
