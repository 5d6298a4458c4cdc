import { Schema } from "effect"
import { rmSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { buys, child, desk, until } from "../cli/roundlot.ts"
import { simulatedAt } from "../cli/simulated.ts"

const SEED = process.env["ROUNDLOT_KILL_SEED"] ?? "1"
const ROUNDS = Number(process.env["ROUNDLOT_KILL_ROUNDS"] ?? 3)
/** Longer than any test: who waits for this answer never hears it. */
const NEVER_MS = 3_600_000
/** Beyond the first looks for a doubtful order. */
const LATER_MS = 30_000

const Theirs = Schema.Struct({ items: Schema.Array(Schema.Struct({ brokerOrderId: Schema.String })) })
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

/** Whose order is cut off: that of a position, a decision's, or one that somebody else ordered at Schwab just so. */
const kinds = ["a position's order", "a decision's order", "an order that another one equals"] as const

const offset = Buffer.from(SEED).reduce((sum, byte) => sum + byte, 0)
const rounds = Array.from({ length: ROUNDS }, (_, i) => ({
  round: i + 1,
  kind: kinds[(i + offset) % kinds.length] ?? kinds[0]
}))

describe("killed at Schwab, which knows no ids of ours, between the order being taken and the answer", () => {
  test.each(rounds)(
    "ACC-2, O24: round $round, $kind: no order twice, none lost, what is ambiguous waits for an operator",
    async ({ kind }) => {
      const { cli, file, folder, json, store, wait } = desk()
      const schwab = await simulatedAt("schwab", folder)
      const at = ["--env-file", schwab.envFile]
      const theirs = async () => read(Theirs, await json("exchange", "orders", ...at)).items
      const ours = async () => read(Ours, await json("orders", "list")).items
      const instruct = async (instruction: object) =>
        expect((await cli("exchange", "do", JSON.stringify(instruction), ...at)).code).toBe(0)
      const isDecision = kind === "a decision's order"
      const isAmbiguous = kind === "an order that another one equals"
      const start = ["start", "--broker", "schwab", ...at]
      const trades = ["trades", "import", file("t.csv", buys(["t1", "1"])), "--account", "paper"]
      const made = await cli(...(isDecision ? [...start, "--until-idle", "--account", "paper"] : trades))
      expect(made.code).toBe(0)
      await instruct({ id: "slow", when: {}, do: { delay: { ms: NEVER_MS } } })
      const decide = ["decide", "--symbol", "AAPL", "--side", "buy", "--quantity", "1", ...at]
      const sender = child([...(isDecision ? decide : start), "--store", store])
      await until(async () => (await theirs()).length === 1)
      sender.signal("SIGKILL")
      await sender.ended
      const manual = { account: "schwab", symbol: "AAPL", side: "buy", quantity: "1" }
      if (isAmbiguous) await instruct({ id: "hand", do: { manualOrder: manual } })
      wait(LATER_MS)
      const ended = await cli(...start, "--until-idle")
      const [placed] = await theirs()
      /** What an operator sees of the order that waits for him, and what became of his verdict. */
      const byHand = async () => {
        const [order, ...others] = await ours()
        const [doubt] = read(Breaks, await json("breaks", "list")).items
        const isShown = (await theirs()).every(({ brokerOrderId }) => doubt?.evidence.includes(brokerOrderId) === true)
        const resolve = ["orders", "resolve", order?.id ?? "", "--as", placed?.brokerOrderId ?? "", "--reason", "seen"]
        return [order?.status, others.length, doubt?.kind, isShown, (await cli(...resolve)).code]
      }
      expect(isAmbiguous ? await byHand() : []).toEqual(isAmbiguous ? ["in_doubt", 0, "Doubt", true, 0] : [])
      expect(ended.code).toBe(isAmbiguous ? 3 : 0)
      expect((await cli(...start, "--until-idle")).code).toBe(0)
      const [order, ...others] = (await ours()).toSorted((a, b) => a.id.localeCompare(b.id))
      expect(order).toMatchObject({ brokerOrderId: placed?.brokerOrderId, filledQuantity: "1", status: "filled" })
      expect((await theirs()).length).toBe(1 + others.length)
      expect(others.length).toBe(isAmbiguous ? 1 : 0)
      expect(await json("audit")).toMatchObject({ ok: true })
      await schwab.end()
      rmSync(folder, { recursive: true, force: true })
    },
    120_000
  )
})
