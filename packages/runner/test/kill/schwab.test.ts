import { Schema } from "effect"
import { describe, expect, test } from "vitest"
import { cutOff, DECIDED, IN_PARTS, roundsOf, sharesOf } from "./atBroker.ts"

const Ours = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      brokerOrderId: Schema.NullOr(Schema.String),
      status: Schema.String,
      filledQuantity: Schema.String
    })
  )
})
const Breaks = Schema.Struct({ items: Schema.Array(Schema.Struct({ kind: Schema.String, evidence: Schema.String })) })

const read = <A, I>(schema: Schema.Schema<A, I>, json: unknown): A => Schema.decodeUnknownSync(schema)(json)

/** Whose order is cut off: that of a position, a decision's, one that somebody else ordered at Schwab just so, or one that is filled in part. */
const kinds = ["a position's order", DECIDED, "an order that another one equals", IN_PARTS] as const

describe("killed at Schwab, which knows no ids of ours, between the order being taken and the answer", () => {
  test.each(roundsOf(kinds))(
    "ACC-2, O24: round $round, $kind: no order twice, none lost, what is ambiguous waits for an operator",
    async ({ kind }) => {
      const { cli, end, instruct, json, start, theirs } = await cutOff("schwab", kind)
      const ours = async () => read(Ours, await json("orders", "list")).items
      const isAmbiguous = kind === "an order that another one equals"
      const manual = { account: "schwab", symbol: "AAPL", side: "buy", quantity: "1" }
      if (isAmbiguous) await instruct({ id: "hand", do: { manualOrder: manual } })
      const ended = await start()
      const [placed] = await theirs()
      /** What an operator sees of the order that waits for him, and what became of his verdict. */
      const byHand = async () => {
        const [order, ...others] = await ours()
        const doubt = read(Breaks, await json("breaks", "list")).items.find(({ kind }) => kind === "Doubt")
        const isShown = (await theirs()).every(
          ({ brokerOrderId }) => doubt?.evidence.includes(brokerOrderId ?? "no id") === true
        )
        const resolve = ["orders", "resolve", order?.id ?? "", "--as", placed?.brokerOrderId ?? "", "--reason", "seen"]
        return [order?.status, others.length, doubt?.kind, isShown, (await cli(...resolve)).code]
      }
      expect(isAmbiguous ? await byHand() : []).toEqual(isAmbiguous ? ["in_doubt", 0, "Doubt", true, 0] : [])
      expect(ended.code).toBe(isAmbiguous ? 3 : 0)
      expect((await start()).code).toBe(0)
      const [order, ...others] = (await ours()).toSorted((a, b) => a.id.localeCompare(b.id))
      expect(order).toMatchObject({
        brokerOrderId: placed?.brokerOrderId,
        filledQuantity: sharesOf(kind),
        status: "filled"
      })
      expect((await theirs()).length).toBe(1 + others.length)
      expect(others.length).toBe(isAmbiguous ? 1 : 0)
      await end()
    },
    120_000
  )
})
