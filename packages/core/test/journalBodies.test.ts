import { Arbitrary, Either, FastCheck as fc, Schema } from "effect"
import { describe, expect, test } from "vitest"
import { bodyOf } from "../src/events/encode.ts"
import { canonicalJson, nextFeedRow, textOf } from "../src/events/Entry.ts"
import { LedgerEvent } from "../src/events/Event.ts"
import { sha256 } from "../src/records/Payload.ts"
import { readBody } from "../src/events/decode.ts"

const encode = Schema.encodeEither(LedgerEvent)

const decode = Schema.decodeUnknownEither(LedgerEvent)

const REFUSED = "refused"

const written = (event: LedgerEvent): string => {
  try {
    return bodyOf(event)
  } catch {
    return REFUSED
  }
}

const bodyAlone = ({ _tag, ...body }: typeof LedgerEvent.Encoded): string => canonicalJson(body)

/** A body as it is read back; nothing where it cannot be written. */
const storedOf = (event: LedgerEvent): object | undefined => {
  const wanted = encode(event)
  if (Either.isLeft(wanted)) return undefined
  const body: unknown = JSON.parse(bodyAlone(wanted.right))
  return typeof body === "object" && body !== null ? body : undefined
}

describe("the body of an entry", () => {
  test("is the canonical JSON of what the event's schema encodes, and refused where it is, for events of every kind", () => {
    const tags = new Set<string>()
    fc.assert(
      fc.property(Arbitrary.make(LedgerEvent), (event) => {
        const wanted = encode(event)
        tags.add(event._tag)
        expect(written(event)).toBe(Either.isLeft(wanted) ? REFUSED : bodyAlone(wanted.right))
      }),
      { numRuns: 600, seed: 1 }
    )
    expect(tags.size).toBe(LedgerEvent.members.length)
  })

  test("is read as its event's schema reads it, for events of every kind", () => {
    const tags = new Set<string>()
    fc.assert(
      fc.property(Arbitrary.make(LedgerEvent), (event) => {
        const body = storedOf(event)
        const read = body === undefined ? undefined : readBody(event._tag, { ...body, more: 1 })
        if (read === undefined) return
        tags.add(event._tag)
        expect(read).toStrictEqual(Either.getOrThrow(decode({ ...body, _tag: event._tag })))
      }),
      { numRuns: 600, seed: 2 }
    )
    // Numbers at the limits of what is taken are left to the schema, and some events have many.
    expect(tags.size).toBeGreaterThan(LedgerEvent.members.length * 0.8)
  })

  test("a body with a part that its event cannot have is not read", () => {
    const strange = [null, 0, -1, 0.5, "", "0", "-1", "1e3", "x", true, [], {}, ["x", 1]]
    let refused = 0
    fc.assert(
      fc.property(Arbitrary.make(LedgerEvent), fc.nat(), fc.constantFrom(...strange), (event, place, other) => {
        const stored = storedOf(event)
        if (stored === undefined) return
        const names = Object.keys(stored)
        const body = { ...stored, [names[place % Math.max(1, names.length)] ?? "none"]: other }
        const judged = decode({ ...body, _tag: event._tag })
        const read = readBody(event._tag, body)
        if (Either.isLeft(judged)) refused++
        if (read === undefined) return
        expect(read).toStrictEqual(Either.getOrThrow(judged))
      }),
      { numRuns: 1_000, seed: 3 }
    )
    expect(refused).toBeGreaterThan(100)
  })

  test("texts are escaped as JSON escapes them", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.fullUnicodeString(),
      fc.constantFrom('"', "\\", "\n", "\u0000", "\ud800", "é", "\u007f")
    )
    fc.assert(
      fc.property(texts, (text) => {
        expect(textOf(text)).toBe(JSON.stringify(text))
      })
    )
  })
})

describe("a row of the feed", () => {
  test("is hashed as the canonical JSON of what it says, after the hash before it", () => {
    const first = nextFeedRow(undefined, { account: 'A "quoted" ü', firstSeq: 1, lastSeq: 3, headHash: "aa" })
    const { feedHash, ...said } = nextFeedRow(first, { account: "main", firstSeq: 4, lastSeq: 9, headHash: "bb" })
    const { feedHash: firstHash, ...firstSaid } = first
    expect(firstHash).toBe(sha256(canonicalJson(firstSaid)))
    expect(feedHash).toBe(sha256(firstHash + canonicalJson(said)))
  })
})
