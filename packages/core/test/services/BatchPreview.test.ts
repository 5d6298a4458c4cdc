import { Effect } from "effect"
import { describe, expect, test } from "vitest"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import * as BatchPreview from "../../src/services/BatchPreview.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const row = (id: string, shares: string, price?: string, symbol = "AAPL"): TradeInput => ({
  ...Stage.trade(id, shares, symbol),
  price: price === undefined ? undefined : Price.unsafe(price)
})

const executed = (input: TradeInput): TradeInput => ({ ...input, direct: { type: "market", timeInForce: "day" } })

const many = (count: number, make: (at: number) => TradeInput) => Array.from({ length: count }, (_, at) => make(at))

/** What a trade has made the position order is filled. */
const bought = (input: TradeInput) =>
  Effect.gen(function* () {
    yield* Stage.driving
    yield* Stage.submit(input)
    yield* Gates.confirmInstruments
    yield* Submission.submitPending(() => Effect.succeed(true))
    for (const order of yield* Stage.orders) {
      const state = { _tag: "Closed", kind: "filled" } as const
      yield* Stage.book({ ...Stage.seen(order), state, rawStatus: "filled", cumulative: order.quantity })
    }
  })

interface Found {
  readonly tags: ReadonlyArray<string>
  readonly orders: ReadonlyArray<string>
  readonly blocked: ReadonlyArray<string>
}

/** What rows come to on an account that has one trade on record, and that nothing was written. */
const previewOf = async (
  rows: ReadonlyArray<TradeInput>,
  policy: SourcePolicy.SourcePolicy = SourcePolicy.anyAge,
  settings: Parameters<typeof Stage.opened>[0] = {},
  held?: TradeInput
) => {
  let found: Found = { tags: [], orders: [], blocked: [] }
  const play = Effect.gen(function* () {
    yield* Stage.opened({ liftedLimits: [], ...settings })
    yield* Stage.submit(row("known", "0.3", "100"))
    if (held !== undefined) yield* bought(held)
    const repository = yield* TradeRepository
    const before = yield* repository.heads
    const preview = yield* BatchPreview.begin({ account: Stage.account, actor: "test", policy })
    const previewed = yield* preview.add(rows)
    const { blocked, orders } = yield* preview.outlook
    expect(yield* repository.heads).toEqual(before)
    found = {
      tags: previewed.map((each) => (each._tag === "Refused" ? each.control : each._tag)),
      orders: orders.map(
        (each) =>
          `${each.orders} ${each.side} ${Decimal.format(each.quantity)} ${each.symbol} ${each.notional === undefined ? "?" : Decimal.format(each.notional)}`
      ),
      blocked: blocked.map((each) => `${each.symbol} ${answered(each)}`)
    }
  })
  await Stage.play(play, Stage.layer())
  return found
}

const counted = (tags: ReadonlyArray<string>) =>
  Object.fromEntries([...new Set(tags)].map((tag) => [tag, tags.filter((each) => each === tag).length]))

describe("the dry run of a batch on the books", () => {
  test("BAT-2: each row is what it would become: on record, repeated, in conflict, quarantined, refused or taken", async () => {
    const rows = [
      row("known", "0.3", "100"),
      row("known", "0.3", "101"),
      row("a", "0.5", "100"),
      row("a", "0.50", "100.0"),
      row("a", "0.6", "100"),
      { ...row("old", "1", "100"), tradedAt: Instant.fromMillis(-3 * 86_400_000) },
      executed(row("b", "2", "100")),
      executed(row("c", "2000", "100"))
    ]
    expect(await previewOf(rows, SourcePolicy.plain)).toEqual({
      tags: ["Duplicate", "Conflict", "Counted", "Repeated", "Conflict", "Quarantined", "Ordered", "MaxNotional"],
      orders: ["1 buy 2 AAPL 200"],
      blocked: []
    })
  })

  test("ACC-11: what a position would order is judged over all rows, however many chunks they come in", async () => {
    const rows = many(450, (at) => row(`r${at}`, "0.01", "100"))
    const { blocked, orders, tags } = await previewOf(rows)
    expect({ blocked, orders, ...counted(tags) }).toEqual({ blocked: [], orders: ["1 buy 4 AAPL 400"], Counted: 450 })
  })

  test("ACC-11: rows of both sides net before anything is ordered", async () => {
    const rows = many(300, (at) => ({ ...row(`r${at}`, "1", "100"), side: at < 150 ? "buy" : "sell" }) as const)
    expect((await previewOf(rows)).orders).toEqual([])
  })

  test("DailyNotional: the day's limit is judged over the whole batch, not by chunk", async () => {
    const rows = many(450, (at) => executed(row(`r${at}`, "1", "100")))
    const { orders, tags } = await previewOf(rows, SourcePolicy.anyAge, {
      maxDailyNotional: Quantity.unsafe("30000"),
      maxOrderNotional: Quantity.unsafe("1000")
    })
    expect({ orders, ...counted(tags) }).toEqual({
      orders: ["300 buy 300 AAPL 30000"],
      Ordered: 300,
      DailyNotional: 150
    })
  })

  test("ACC-11: a position that would owe an order and make none says why", async () => {
    const { blocked, orders } = await previewOf([row("large", "2000", "100"), row("ko", "3", "60", "KO")])
    expect({ blocked, orders }).toEqual({ blocked: ["AAPL Refused(MaxNotional)"], orders: ["1 buy 3 KO 180"] })
  })

  test("ACC-11: what would be taken for held by the broker orders nothing", async () => {
    const held = { ...row("old", "5", "100", "KO"), tradedAt: Instant.fromMillis(-3 * 86_400_000) }
    const { blocked, orders, tags } = await previewOf([held], { ...SourcePolicy.plain, backfill: "hedged" })
    expect({ blocked, orders, tags }).toEqual({ blocked: [], orders: [], tags: ["Counted"] })
  })

  test("DailyNotional: what positions would order is judged over the whole batch, with what rows would send", async () => {
    const rows = [row("aapl", "50", "100"), row("ko", "60", "100", "KO"), executed(row("msft", "45", "100", "MSFT"))]
    const { blocked, orders } = await previewOf(rows, SourcePolicy.anyAge, {
      maxDailyNotional: Quantity.unsafe("10000"),
      maxOrderNotional: Quantity.unsafe("10000")
    })
    expect({ blocked, orders }).toEqual({
      blocked: ["KO Refused(DailyNotional)"],
      orders: ["1 buy 45 MSFT 4500", "1 buy 50 AAPL 5000"]
    })
  })

  test("ShortNotAllowed: what earlier rows sell cannot be sold once more, in whatever chunk they came", async () => {
    const rows = many(450, (at) => ({ ...executed(row(`r${at}`, "1", "100")), side: "sell" }) as const)
    const { orders, tags } = await previewOf(
      rows,
      SourcePolicy.anyAge,
      { shorting: "never" },
      row("held", "300", "100")
    )
    expect({ orders, ...counted(tags) }).toEqual({
      orders: ["300 sell 300 AAPL 30000"],
      Ordered: 300,
      ShortNotAllowed: 150
    })
  })
})
