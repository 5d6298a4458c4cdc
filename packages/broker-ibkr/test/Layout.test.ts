import { Either, FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { decode } from "../src/Message.ts"
import { type Kind, read, write } from "../src/wire/layout.ts"
import * as messages from "../src/wire/messages.ts"
import * as requests from "../src/wire/requests.ts"
import { NEWEST, OLDEST } from "../src/wire/versions.ts"

const isKind = (value: object): value is Kind<string> => "layout" in value

const ofTws: ReadonlyArray<readonly [string, Kind<string>]> = Object.entries(messages).flatMap(([name, kind]) =>
  isKind(kind) ? [[name, kind] as const] : []
)
const kinds = [...ofTws, ...Object.entries(requests).map(([name, kind]) => [`request ${name}`, kind] as const)]

const VERSIONS = Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => OLDEST + i)

/** Fields upon which others depend, with values that have them. */
const switches: ReadonlyArray<readonly [RegExp, ReadonlyArray<string>]> = [
  [
    /^(comboLegs|orderComboLegs|smartComboRoutingParams|conditions|algoParams|secIds|ineligibilityReasons)/,
    ["0", "1", "3"]
  ],
  [/^secType/, ["STK", "BAG", "FUND"]],
  [/^type/, ["LMT", "PEG BENCH", "PEG BEST", "PEG MID"]],
  [/^conditionType/, ["1", "3", "4", "5", "6", "7"]],
  [/^(deltaNeutral)$/, ["0", "1"]],
  [/^(deltaNeutralOrderType|hedgeType|algoStrategy)$/, ["", "None"]],
  [/^scalePriceIncrement/, ["", "0.01", "1.7976931348623157E308"]],
  [/^competeAgainstBestOffset/, ["Infinity", "0.02"]],
  [/^exchange/, ["SMART", "IBKRATS"]]
]

/** A message whose fields are of chance: integers where these are wanted, else any text. */
const messageOf = (kind: Kind<string>, version: number, seed: number): ReadonlyArray<string> => {
  let turn = seed
  const next = (below: number): number => {
    turn = (Math.imul(turn, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (turn >> 8) % below
  }
  return write(kind, (name) => {
    const values = switches.find(([pattern]) => pattern.test(name))?.[1]
    return values === undefined ? ["", "1", "-17", "2147483647"][next(4)] : values[next(values.length)]
  })(version)
}

const seeds = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...VERSIONS), fc.integer({ min: 1, max: 1e9 }))

/** What is read of a message, written again. */
const again = (kind: Kind<string>, version: number, tokens: ReadonlyArray<string>): ReadonlyArray<string> | string =>
  Either.match(read(kind, version, tokens), {
    onLeft: (why) => why,
    onRight: (at) => write(kind, at)(version)
  })

describe("a message of any kind, at any version that is spoken", () => {
  it("is written again as it was read, whichever parts it has", () => {
    fc.assert(
      fc.property(seeds, ([[, kind], version, seed]) => {
        const tokens = messageOf(kind, version, seed)
        expect(again(kind, version, tokens)).toEqual(tokens)
      }),
      { numRuns: 3000 }
    )
  })

  it("with a field more, or with fewer, is none of its kind: nothing of it is believed", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 400 }), ([[, kind], version, seed], cut) => {
        const tokens = messageOf(kind, version, seed)
        expect(again(kind, version, [...tokens, "0"])).toMatch(/^it has \d+ fields, and \d+ at this version$/)
        fc.pre(tokens.length > 1)
        expect(again(kind, version, tokens.slice(0, 1 + (cut % (tokens.length - 1))))).toMatch(/^it ends before '/)
      }),
      { numRuns: 3000 }
    )
  })

  it.each([
    ["orderId", messages.orderStatus],
    ["permId", messages.orderStatus],
    ["clientId", messages.openOrder],
    ["permId", messages.completedOrder],
    ["reqId", messages.execution],
    ["conId", messages.position],
    ["code", messages.notice],
    ["reqId", messages.contractDetails],
    ["orderId", messages.nextOrderId]
  ] as const)("with a word for its %s is none of its kind", (name, kind) => {
    const tokens = write(kind, (each) => (each === name ? "AAPL" : undefined))(NEWEST)
    expect(decode(NEWEST, tokens)).toMatchObject({ _tag: "Unreadable", why: expect.stringContaining(`'${name}'`) })
  })
})

describe("a message of a number that nobody documents", () => {
  it.each([["108"], ["999"], ["-1"], ["order"], [""]])("%j is kept, and nothing is read of it", (id) => {
    expect(decode(NEWEST, [id, "1", "AAPL"])).toMatchObject({ _tag: "Unreadable", about: "nobody knows" })
  })

  it("is another one than those that are documented, and asked for by nobody", () => {
    expect([...messages.unread].map((id) => decode(NEWEST, [id, "1"]))).toEqual(
      [...messages.unread].map(() => undefined)
    )
    expect(ofTws.filter(([, { id }]) => messages.unread.has(id))).toEqual([])
  })
})
