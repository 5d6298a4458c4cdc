import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, child, desk, until } from "../cli/roundlot.ts"

const KILLS = Number(process.env["ROUNDLOT_STANDBY_KILLS"] ?? 2)
const { fresh } = databases()

/** Longer than any test: who waits for this answer never hears it. */
const NEVER_MS = 3_600_000

const Orders = Schema.Struct({
  items: Schema.Array(Schema.Struct({ clientOrderId: Schema.NullOr(Schema.String), filledQuantity: Schema.String }))
})
const Placed = Schema.Struct({ items: Schema.Array(Schema.Struct({ operation: Schema.String })) })

/** Two daemons on one store: the first drives, the second stands by. */
const pair = (address?: string) => {
  const { cli, file, json, place } = desk(address)
  const theirs = async () => Schema.decodeUnknownSync(Orders)(await json("exchange", "orders", "--limit", "0")).items
  const placed = async () =>
    Schema.decodeUnknownSync(Placed)(await json("exchange", "requests", "--limit", "0")).items.filter(
      ({ operation }) => operation === "place"
    ).length
  let trades = 0
  return {
    json,
    place,
    theirs,
    placed,
    daemon: (...words: ReadonlyArray<string>) => child(["start", ...place, ...words]),
    /** From now on the next order is taken, and its answer does not come. */
    holdAnswer: async (id: string) => {
      const slow = { id, when: {}, do: { delay: { ms: NEVER_MS } } }
      expect((await cli("exchange", "instruct", JSON.stringify(slow))).code).toBe(0)
    },
    /** Takes one more trade in, which makes an order of one share. */
    trade: async () => {
      trades += 1
      const { code } = await cli("trades", "import", file(`${trades}.csv`, buys([`t-${trades}`, "1"])))
      expect(code).toBe(0)
    },
    /** What must hold once nothing is left to do: every trade is one order of one share, at both. */
    examine: async () => {
      expect(await cli("start", "--until-idle")).toMatchObject({ code: 0 })
      const ours = Schema.decodeUnknownSync(Orders)(await json("orders", "list", "--limit", "0")).items
      const there = await theirs()
      const named = (items: typeof ours) =>
        items.map(({ clientOrderId, filledQuantity }) => `${clientOrderId} ${filledQuantity}`).toSorted()
      expect(named(ours)).toEqual(named(there))
      expect(new Set(there.map(({ clientOrderId }) => clientOrderId)).size).toBe(there.length)
      expect(there.reduce((sum, { filledQuantity }) => sum + Number(filledQuantity), 0)).toBe(trades)
      expect(await json("audit")).toMatchObject({ ok: true })
    }
  }
}

describe("two daemons on one store", () => {
  it.each(["SQLite", "Postgres"])(
    `ACC-2: on %s the one that drives is killed in mid-send ${KILLS} times, each time the other finishes: no order twice, none lost`,
    { timeout: 120_000 + KILLS * 60_000 },
    async (kind) => {
      const address = kind === "Postgres" ? await fresh() : undefined
      const { daemon, examine, holdAnswer, place, placed, theirs, trade } = pair(address)
      let active = daemon()
      await active.says(/Running/)
      for (let kill = 1; kill <= KILLS; kill++) {
        const next = child(["start", ...place, "--standby"])
        await next.says(/Standing by/)
        await holdAnswer(`held-${kill}`)
        await trade()
        await until(async () => (await theirs()).length === kill)
        active.signal("SIGKILL")
        await active.ended
        await next.says(/Running/)
        active = next
      }
      await until(async () => (await theirs()).every(({ filledQuantity }) => filledQuantity === "1"))
      active.signal("SIGTERM")
      expect(await active.ended).toMatchObject({ code: 0 })
      expect(await placed()).toBe(KILLS)
      await examine()
    }
  )

  it(
    "ACC-2: the one that is stopped wakes after another has taken over: it writes nothing, sends nothing, and ends",
    { timeout: 240_000 },
    async () => {
      const { daemon, examine, placed, theirs, trade } = pair()
      const stopped = daemon()
      await stopped.says(/Running/)
      await trade()
      await until(async () => (await theirs()).length === 1)
      const next = daemon("--standby")
      await next.says(/Standing by/)
      stopped.signal("SIGSTOP")
      // Nobody can know that it does not run on: its lease has to run out by the store's clock.
      await next.says(/Running/)
      await trade()
      await until(async () => (await theirs()).length === 2)
      const sent = await placed()
      stopped.signal("SIGCONT")
      const { code, err, out } = await stopped.ended
      expect(code).toBe(1)
      expect(out + err).toContain("is in use by another process now")
      expect(await placed()).toBe(sent)
      next.signal("SIGTERM")
      expect(await next.ended).toMatchObject({ code: 0 })
      await examine()
    }
  )
})
