import { Instant, Price, Quantity, Trade } from "@roundlot/core"
import { TradeSource } from "@roundlot/core/adapter"
import { BrokerContract, SourceContract } from "@roundlot/testing"
import { describeSource } from "@roundlot/testing/vitest"
import { Effect, Option, Stream } from "effect"
import { describe, expect, it } from "vitest"

const PAGE = 3

/** An outside that keeps its trades, and a source that reads them a page at a time; `wrong` changes what it hands out. */
const placeOf = (wrong: (right: Opened, outside: Outside) => Opened = (right) => right) =>
  Effect.sync((): SourceContract.Place => {
    const outside: Outside = { trades: [], isDown: false }
    return {
      open: Effect.sync(() => wrong(openedOn(outside), outside)),
      bring: (more) => Effect.sync(() => void outside.trades.push(...more)),
      fail: Effect.sync(() => void (outside.isDown = true)),
      bytesOf: ({ sourceId }) => `"id":${sourceId},`,
      patience: "200 millis"
    }
  })

interface Outside {
  readonly trades: Array<SourceContract.Given>
  isDown: boolean
}

type Opened = Pick<TradeSource.TradeSourceService<unknown>, "deliveries" | "ageMs">

const openedOn = (outside: Outside, page = PAGE): Opened => ({
  ageMs: Effect.succeed(0),
  deliveries: (cursor) =>
    Stream.paginateEffect(Number(cursor ?? 0), (from) =>
      outside.isDown
        ? Effect.fail("the outside is down")
        : Effect.sync(() => [deliveryOf(outside, from, page), next(outside, from + page)] as const)
    ).pipe(Stream.filter(({ trades }) => trades.length > 0))
})

const deliveryOf = (outside: Outside, from: number, page: number): TradeSource.Delivery => {
  const items = outside.trades.slice(from, from + page).map((each) => ({
    trades: [Trade.input({ ...each, source: "outside" })],
    bytes: `{"id":${each.sourceId},"of":"${each.symbol}"}`
  }))
  const cursor = String(from + items.length)
  return { cursor, ...TradeSource.delivered(items, { contentType: "application/x-ndjson" }) }
}

const next = ({ trades: { length } }: Outside, from: number) => (from < length ? Option.some(from) : Option.none())

const delivering =
  (change: (delivery: TradeSource.Delivery) => TradeSource.Delivery) =>
  (right: Opened): Opened => ({
    ...right,
    deliveries: (cursor) => Stream.map(right.deliveries(cursor), change)
  })

const changing = (change: (trade: Trade.TradeInput) => Partial<Trade.TradeInput>) =>
  delivering((right) => ({ ...right, trades: right.trades.map((trade) => ({ ...trade, ...change(trade) })) }))

const CONTENTS = /as the outside has it/
const AGAIN = /under the same ids/
const PASSED = /nothing that comes after the cursor/
const LATER = /has later/
const SIZE = /bounded size/
const AGE = /how long it has been silent/
const BYTES = /bytes that a trade was read from/
const FAILURE = /is a failure of the stream/

let openings = 0

const wrong: ReadonlyArray<
  readonly [does: string, clause: RegExp, change: (right: Opened, outside: Outside) => Opened]
> = [
  ["hands sells out as buys", CONTENTS, changing(() => ({ side: "buy" }))],
  ["hands prices out in cents", CONTENTS, changing(() => ({ price: Price.unsafe("15000") }))],
  ["leaves prices out", CONTENTS, changing(() => ({ price: undefined }))],
  ["rounds quantities", CONTENTS, changing(() => ({ quantity: Quantity.unsafe("1") }))],
  ["hands out another time", CONTENTS, changing(() => ({ tradedAt: Instant.fromMillis(0) }))],
  [
    "leaves every second trade out",
    CONTENTS,
    delivering(({ cursor, trades }) => ({ cursor, trades: trades.filter((_, index) => index % 2 === 0) }))
  ],
  [
    "gives trades other names at each opening",
    AGAIN,
    (right) => {
      const opening = (openings += 1)
      return changing(({ sourceId }) => ({ sourceId: `${opening}-${sourceId}` }))(right)
    }
  ],
  [
    "forgets what it has handed out",
    AGAIN,
    (right, outside) => ({
      ...right,
      deliveries: (cursor) =>
        Stream.tap(right.deliveries(cursor), ({ trades }) =>
          Effect.sync(() => void outside.trades.splice(0, trades.length))
        )
    })
  ],
  [
    "has cursors that are ahead of their trades",
    PASSED,
    delivering(({ cursor, trades }) => ({ cursor: String(Number(cursor) + 1), trades }))
  ],
  [
    "goes on at the end of what there was",
    LATER,
    (right, outside) => ({
      ...right,
      deliveries: (cursor) =>
        cursor === undefined || Number(cursor) < outside.trades.length - 3 ? right.deliveries(cursor) : Stream.empty
    })
  ],
  ["drops the bytes that trades were read from", BYTES, delivering(({ cursor, trades }) => ({ cursor, trades }))],
  [
    "takes the bytes of one trade for those of all",
    BYTES,
    (right) => {
      const bytes = { from: 0, to: 20 }
      return changing(() => ({ bytes }))(right)
    }
  ],
  ["hands everything out at once", SIZE, (_, outside) => openedOn(outside, 1_000_000)],
  ["has no cursors", SIZE, delivering(({ trades }) => ({ trades, cursor: "" }))],
  ["is younger than its word", AGE, (right) => ({ ...right, ageMs: Effect.succeed(-5) })],
  ["was never heard", AGE, (right) => ({ ...right, ageMs: Effect.succeed(Number.POSITIVE_INFINITY) })],
  [
    "ends where it cannot read",
    FAILURE,
    (right) => ({ ...right, deliveries: (cursor) => Stream.catchAll(right.deliveries(cursor), () => Stream.empty) })
  ]
]

describeSource("pages of an outside", placeOf())

describe("the contract of sources", () => {
  it("SDK-2: every clause is kept by a right source; one whose outside cannot fail is skipped by name", async () => {
    const outcomes = await Effect.runPromise(
      SourceContract.prove(Effect.map(placeOf(), (place) => ({ ...place, fail: undefined })))
    )
    expect(BrokerContract.summary(outcomes).split("\n").at(-1)).toBe("7 kept, 0 broken, 1 skipped, of 8 clauses")
  })

  it.each(wrong)("SDK-2: a source that %s is found", async (_, clause, change) => {
    const outcomes = await Effect.runPromise(SourceContract.prove(placeOf(change)))
    const broken = outcomes.flatMap((each) => (each._tag === "Broken" ? [each.clause] : []))
    expect(broken.join("\n")).toMatch(clause)
  })
})
