import { Arbitrary, Either, FastCheck as fc, Schema } from "effect"
import { describe, expect, test } from "vitest"
import { bodyOf } from "../src/journal/encode.ts"
import { canonicalJson, textOf } from "../src/journal/Entry.ts"
import { LedgerEvent } from "../src/journal/Event.ts"

const encode = Schema.encodeEither(LedgerEvent)

const REFUSED = "refused"

const written = (event: LedgerEvent): string => {
  try {
    return bodyOf(event)
  } catch {
    return REFUSED
  }
}

const bodyAlone = ({ _tag, ...body }: typeof LedgerEvent.Encoded): string => canonicalJson(body)

describe("the body of an entry", () => {
  test("DESIGN 9: is the canonical JSON of what the event's schema encodes, and refused where it is, for events of every kind", () => {
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

  test("DESIGN 9: texts are escaped as JSON escapes them", () => {
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
