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

const Orders = Schema.Struct({
  items: Schema.Array(Schema.Struct({ clientOrderId: Schema.NullOr(Schema.String), filledQuantity: Schema.String }))
})
const readOrders = Schema.decodeUnknownSync(Orders)

/** Whose order is cut off: that of a position, with the stream and without, or a decision's. */
const kinds = ["a position's order", "a position's order, polled", "a decision's order"] as const

const offset = Buffer.from(SEED).reduce((sum, byte) => sum + byte, 0)
const rounds = Array.from({ length: ROUNDS }, (_, i) => ({
  round: i + 1,
  kind: kinds[(i + offset) % kinds.length] ?? kinds[0]
}))

describe("killed at TWS, between the order being taken and the answer", () => {
  test.each(rounds)(
    "ACC-2: round $round, $kind: no order twice, none lost",
    async ({ kind }) => {
      const { cli, file, folder, json, store, wait } = desk()
      const tws = await simulatedAt("ibkr", folder)
      const at = ["--env-file", tws.envFile]
      const theirs = async () => readOrders(await json("exchange", "orders", ...at)).items
      const isDecision = kind === "a decision's order"
      const start = ["start", "--broker", "ibkr", ...at, ...(kind.endsWith("polled") ? ["--no-stream"] : [])]
      const trades = ["trades", "import", file("t.csv", buys(["t1", "1"])), "--account", "paper"]
      const made = await cli(...(isDecision ? [...start, "--until-idle", "--account", "paper"] : trades))
      expect(made.code).toBe(0)
      const slow = { id: "slow", when: {}, do: { delay: { ms: NEVER_MS } } }
      expect((await cli("exchange", "do", JSON.stringify(slow), ...at)).code).toBe(0)
      const decide = ["decide", "--symbol", "AAPL", "--side", "buy", "--quantity", "1", ...at]
      const sender = child([...(isDecision ? decide : start), "--store", store])
      await until(async () => (await theirs()).length === 1)
      sender.signal("SIGKILL")
      await sender.ended
      wait(LATER_MS)
      expect((await cli(...start, "--until-idle")).code).toBe(0)
      const ours = readOrders(await json("orders", "list")).items
      expect(ours).toMatchObject([{ filledQuantity: "1" }])
      expect(await theirs()).toMatchObject(
        ours.map(({ clientOrderId, filledQuantity }) => ({ clientOrderId, filledQuantity }))
      )
      expect(await json("decisions", "list")).toMatchObject({ items: isDecision ? [{ status: "executed" }] : [] })
      expect(await json("audit")).toMatchObject({ ok: true })
      await tws.end()
      rmSync(folder, { recursive: true, force: true })
    },
    120_000
  )
})
