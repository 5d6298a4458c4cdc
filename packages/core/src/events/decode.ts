import { Either, ParseResult, Schema } from "effect"
import * as Instant from "../values/Instant.ts"
import type { Entry } from "./Entry.ts"
import { LedgerEvent } from "./Event.ts"
import { readBody } from "./readBody.ts"

/** A body as it stands; nothing where it is no JSON object. Its fields are the decoder's to judge. */
const bodyOf = (text: string): object | undefined => {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined
  } catch {
    return undefined
  }
}

type Decoder = (tag: string, body: object) => Either.Either<LedgerEvent, ParseResult.ParseError>

const bySchema = Schema.decodeUnknownEither(LedgerEvent)

const decodeNewest: Decoder = (tag, body) => {
  const event = readBody(tag, body)
  return event === undefined ? bySchema({ ...body, _tag: tag }) : Either.right(event)
}

/**
 * A decoder for each version of the events that was ever written. When events change, `EVENT_VERSION` rises, and here stays, under
 * the number before, the schema that they had, followed by a pure function to what they are now.
 */
const decoders: { readonly [version: number]: Decoder } = { 1: decodeNewest }

/** The event of a stored entry, or in one sentence why it cannot be read. */
export const decodeEntry = (entry: Entry): Either.Either<LedgerEvent, string> => {
  const decodeEvent = decoders[entry.eventVersion]
  if (decodeEvent === undefined) return Either.left(`event version ${entry.eventVersion} is not known here`)
  const body = bodyOf(entry.body)
  if (body === undefined) return Either.left("its body is no JSON object")
  return Either.mapLeft(
    decodeEvent(entry.tag, body),
    (error) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message ?? "cannot be read"
  )
}

/** When an entry was written. */
export const timeOf = (entry: Pick<Entry, "at">): Instant.Instant => Instant.make(BigInt(entry.at))
