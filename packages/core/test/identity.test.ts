import { Either, FastCheck as fc, Schema } from "effect"
import { describe, expect, test } from "vitest"
import * as Column from "../src/tables/Column.ts"
import * as ClientOrderId from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import * as SymbolMapping from "../src/records/SymbolMapping.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Instant from "../src/values/Instant.ts"
import { runs } from "./properties.ts"

describe("ClientOrderId", () => {
  const ids = fc.tuple(fc.string(), fc.string(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))

  test("is at most 32 plain characters, is recognised as ours, and whatever a broker appends is ignored", () => {
    fc.assert(
      fc.property(ids, fc.string(), ([store, entropy, orderId], appended) => {
        const id = ClientOrderId.make(ClientOrderId.storeTag(store), entropy, orderId)
        expect(id).toMatch(/^rl1-[a-z2-7]{1,28}$/)
        expect(ClientOrderId.ours(id)).toBe(id)
        expect(ClientOrderId.ours(`${id}${appended}`)).toBe(id)
      }),
      runs(100)
    )
  })

  test("is the same for the same order planned again, and another for another order, process or store", () => {
    const tag = ClientOrderId.storeTag("store")
    const made = [
      ClientOrderId.make(tag, "process", 1),
      ClientOrderId.make(tag, "process", 2),
      ClientOrderId.make(tag, "copy", 1),
      ClientOrderId.make(ClientOrderId.storeTag("other"), "process", 1)
    ]
    expect(ClientOrderId.make(tag, "process", 1)).toBe(made[0])
    expect(new Set(made).size).toBe(made.length)
  })

  test.each([
    "",
    "rl1-",
    "rl1-short",
    "web-1234567890123456789012345",
    "RL1-ABCDEFABCDEFABCDEFABCDEFAB",
    " rl1-abcdefabcdefabcdefabcdefab"
  ])("%j was not made by this software", (shown) => {
    expect(ClientOrderId.ours(shown)).toBeUndefined()
  })
})

describe("Id", () => {
  test("an id is read back from its text, with or without its letter, in any case", () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 999_999_999_999_999 }), (kind, id) => {
        const text = Id.format(kind, id)
        for (const each of [text, text.toLowerCase(), String(id)]) expect(Id.parse(kind, each)).toBe(id)
      }),
      runs(100)
    )
  })

  test.each(["", "O", "O0", "O-1", "O1.5", "T1", "O01", "O9999999999999999", "O1x", "1e3"])(
    "%j is no order's id",
    (text) => {
      expect(Id.parse("order", text)).toBeUndefined()
    }
  )
})

const isKind = (text: string): text is Id.Kind => text in Id.letters
const kinds = Object.keys(Id.letters).filter(isKind)

describe("Instant", () => {
  test("what is written is read back, to the microsecond", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: Instant.latest }), (micros) => {
        expect(Instant.parse(Instant.format(Instant.make(micros)))).toBe(micros)
      }),
      runs(200)
    )
  })

  test("what is read does not depend on what was read before", () => {
    const near = fc.bigInt({ min: 0n, max: 120_000_000n })
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: Instant.latest - 120_000_000n }), near, (begin, after) => {
        const texts = [begin, begin + after].map((micros) => Instant.format(Instant.make(micros)))
        expect(texts.map(Instant.parse)).toEqual([begin, begin + after])
      }),
      runs(200)
    )
    expect(Instant.parse("2026-11-20T14:30:05.000001Z")).toBeDefined()
    const none = ["60.000000Z", "5.000001Z", "05.000001", "05.00000aZ", " 5.000001Z", "05.000001Z "]
    expect(none.filter((rest) => Instant.parse(`2026-11-20T14:30:${rest}`) !== undefined)).toEqual([])
    expect(Instant.parse("2026-11-20T14:30:05+01:00")).toBe(Instant.parse("2026-11-20T13:30:05Z"))
    expect(Instant.parse("2255-06-05T23:47:00.000000Z")).toBeDefined()
    expect(Instant.parse("2255-06-05T23:47:34.740992Z")).toBeUndefined()
  })

  test("the last moment that is taken is the last that a row can keep", () => {
    expect(Instant.format(Instant.latest)).toBe("2255-06-05T23:47:34.740991Z")
    expect(Instant.parse("2255-06-05T23:47:34.740991Z")).toBe(Instant.latest)
    const write = Schema.encodeEither(Column.instant)
    expect(Either.isRight(write(Instant.latest))).toBe(true)
    for (const beyond of [Instant.make(Instant.latest + 1n), Instant.make(-1n)]) {
      expect(Either.isLeft(write(beyond))).toBe(true)
      expect(Either.isLeft(Schema.decodeEither(Column.instant)(Number(beyond)))).toBe(true)
    }
  })

  test.each([
    ["2026-11-20T14:30:00Z", "2026-11-20T14:30:00.000000Z"],
    ["2026-11-20T09:30:00-05:00", "2026-11-20T14:30:00.000000Z"],
    ["2026-11-20T09:30:00.1234567-0500", "2026-11-20T14:30:00.123456Z"],
    ["2024-02-29 00:00:00.5+00:00", "2024-02-29T00:00:00.500000Z"]
  ])("%s is %s", (text, wanted) => {
    expect(Schema.encodeSync(Instant.FromString)(Schema.decodeSync(Instant.FromString)(text))).toBe(wanted)
  })

  test.each([
    "",
    "2026-11-20",
    "2026-11-20T14:30:00",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-20T24:00:01Z",
    "1700000000",
    "2026-11-20T14:30Z",
    "1969-12-31T23:59:59Z",
    "2255-06-05T23:47:34.740992Z",
    "9999-12-31T00:00:00Z"
  ])("%j is no time that is taken", (text) => {
    expect(Instant.parse(text)).toBeUndefined()
  })

  test("differences are cut to whole milliseconds", () => {
    const start = Instant.make(1_000_000n)
    expect(Instant.millisBetween(start, Instant.make(1_002_999n))).toBe(2)
    expect(Instant.addMillis(start, -500)).toBe(500_000n)
    expect(Instant.later(start, Instant.addMillis(start, 1))).toBe(1_001_000n)
  })
})

describe("ACC-4: SymbolMapping", () => {
  const tokens: SymbolMapping.SymbolMapping = { suffixes: ["s1"], symbols: { BRKBs1: Ticker.make("BRK.B") } }

  test.each([
    ["AAPLs1", "AAPL"],
    ["BRKBs1", "BRK.B"],
    ["AAPL", undefined],
    ["s1", undefined],
    ["AAPLS1", undefined],
    ["toString", undefined],
    ["a b s1", undefined],
    ["aapls1", undefined],
    ["", undefined]
  ])("a tokenised source's %j is %j", (given, wanted) => {
    expect(SymbolMapping.map(tokens, given)).toBe(wanted)
  })

  test.each([
    ["AAPL", "AAPL"],
    ["BRK.B", "BRK.B"],
    ["AAPLs1", undefined],
    ["aapl", undefined],
    ["0700", "0700"],
    ["=1+1", undefined],
    ["A\u0000", undefined],
    ["x".repeat(33), undefined]
  ])("a source without a mapping writes tickers: %j is %j", (given, wanted) => {
    expect(SymbolMapping.map(SymbolMapping.plain, given)).toBe(wanted)
  })
})
