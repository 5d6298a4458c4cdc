import { Entry, type Table } from "@roundlot/core/adapter"
import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { runs } from "../../core/test/properties.ts"
import * as Segments from "../src/Segments.ts"

const word = fc.string({ unit: "grapheme", maxLength: 12 })

const json = fc
  .oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(word, fc.jsonValue({ maxDepth: 1 })),
    fc.constant({ a: 1, b: "x" })
  )
  .map(Entry.canonicalJson)

/** What entries of one commit have each for itself. */
const lines = fc.record({
  entityKind: word,
  entityId: word,
  tag: word,
  eventVersion: fc.nat(9),
  at: fc.integer({ min: 0, max: 2_000_000_000_000_000 }),
  cause: fc.constantFrom('{"actor":"dana","kind":"trade"}', '{"actor":"a\\"],[b","kind":"timer"}'),
  body: json,
  hash: fc.stringMatching(/^[0-9a-f]{64}$/)
})

/** A commit's part of a journal that ends its segments now and then. */
const entries = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.array(lines, { minLength: 1, maxLength: 300 }))
  .map(([first, all]): [Entry.Entry, ...Array<Entry.Entry>] => {
    const [head, ...rest] = all.map((each, i) => ({ account: "main", seq: first + i, commitId: "c", ...each }))
    if (head === undefined) throw new Error("there is no entry")
    return [head, ...rest]
  })

const rowOf = (segment: Segments.Segment): Table.EncodedRow => ({ ...segment })

describe("segments", () => {
  it("AUD-1: entries come back from their segments as they were, whatever they say", () => {
    fc.assert(
      fc.property(entries, (written) => {
        const { segments } = Segments.keptOf({ entries: written })
        expect(segments.flatMap((segment) => Segments.entriesOf(rowOf(segment)))).toEqual(written)
        expect(segments.map(({ firstSeq }) => firstSeq)).toEqual(
          Array.from({ length: Math.ceil(written.length / 128) }, (_, i) => written[0].seq + 128 * i)
        )
      }),
      runs(200)
    )
  })

  it("each record that a segment tells of is mentioned once, with the number that it begins with", () => {
    fc.assert(
      fc.property(entries, (written) => {
        const { mentions, segments } = Segments.keptOf({ entries: written })
        const expected = segments.flatMap((segment) => {
          const keys = Segments.entriesOf(rowOf(segment)).map(({ entityId, entityKind }) => [entityKind, entityId])
          return [...new Set(keys.map((key) => JSON.stringify(key)))].map((key) => `${key} ${segment.firstSeq}`)
        })
        const found = mentions.map(
          ({ entityId, entityKind, firstSeq }) => `${JSON.stringify([entityKind, entityId])} ${firstSeq}`
        )
        expect(found).toEqual(expected)
      }),
      runs(200)
    )
  })

  it("AUD-1: whatever is changed in a segment's row changes an entry, or leaves its last one without a hash", () => {
    const cell = fc.oneof(word, fc.constantFrom("[]", "", "[[0,{}],\n[0,{}]]", "[\n]", '["a","b","c",01,0,{}]'))
    fc.assert(
      fc.property(
        entries,
        fc.constantFrom(...(["causes", "shapes", "entries"] as const)),
        cell,
        fc.nat(),
        (written, column, by, place) => {
          for (const segment of Segments.keptOf({ entries: written }).segments) {
            const text = segment[column]
            const at = place % (text.length + 1)
            const changed = `${text.slice(0, at)}${by}${text.slice(at + (place % 3))}`
            if (changed === text) continue
            const before = Segments.entriesOf(rowOf(segment))
            expect(Segments.entriesOf(rowOf({ ...segment, [column]: changed }))).not.toEqual(before)
          }
        }
      ),
      runs(200)
    )
  })

  it("a row with cells of other kinds, which no database takes, has no entries", () => {
    expect(Segments.entriesOf({ account: "main", firstSeq: 1 })).toEqual([])
  })
})
