import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeServer, type Server } from "../../../store-postgres/test/server.ts"
import { buys, child, desk, until } from "../cli/roundlot.ts"
import { answerOf, healthOf } from "./health.ts"

const TRADES_A_CRASH = 30
const CRASHES = Number(process.env["ROUNDLOT_SERVER_CRASHES"] ?? 3)
const LONGEST_CRASH_MS = 120_000

/** Whoever looks after processes asks them whether they are well, and waits no longer. */
const SOON_MS = 5_000

const serverOf = () => {
  const made: Array<Server> = []
  beforeAll(async () => {
    made.push(await makeServer({ synchronous_commit: "on" }))
  })
  afterAll(async () => {
    for (const each of made) await each.remove()
  }, 60_000)
  return (): Server => {
    const [server] = made
    if (server === undefined) throw new Error("no server was made")
    return server
  }
}

describe("a database server that hangs under a daemon, and goes on", () => {
  const place = serverOf()

  it(
    "ACC-7: whether it is well and ready is answered meanwhile, at once and truly; then it works on by itself",
    async () => {
      const server = place()
      const { cli, file, json, place: where } = desk(server.url)
      await cli("trades", "import", file("0.csv", buys(["t-0", "1"])))
      const daemon = child(["start", ...where, "--port", "0"])
      await daemon.says(/Running/)
      await until(async () => (await healthOf(daemon.said())).status === "ok")
      await until(async () => (await answerOf(daemon.said(), "/ready")).status === 200)
      const said: Array<number> = []
      const asked = async (path: string) => {
        const answer = await answerOf(daemon.said(), path)
        said.push(answer.ms)
        return answer
      }
      server.hang()
      try {
        await until(async () => (await asked("/ready")).status === 503)
        expect((await asked("/ready")).text).toMatch(/the store/)
        await until(async () => /"status":"degraded"/.test((await asked("/health")).text))
        expect(Math.max(...said)).toBeLessThan(SOON_MS)
      } finally {
        server.wake()
      }
      await until(async () => (await asked("/ready")).status === 200)
      await until(async () => (await healthOf(daemon.said())).status === "ok")
      expect((await cli("trades", "import", file("1.csv", buys(["t-1", "1"])))).code).toBe(0)
      daemon.signal("SIGTERM")
      expect(await daemon.ended).toMatchObject({ code: 0 })
      expect([0, 3]).toContain((await cli("start", "--until-idle")).code)
      expect(await json("audit")).toMatchObject({ ok: true })
      expect(JSON.stringify(await json("exchange", "orders")).match(/"clientOrderId":/g)).toHaveLength(2)
    },
    LONGEST_CRASH_MS
  )
})

describe("a database server that crashes and comes back under a daemon", () => {
  const made = serverOf()

  it(
    "ACC-7: the daemon goes on by itself; nothing is lost, and nothing is sent twice",
    async () => {
      const server = made()
      const { cli, file, json, place } = desk(server.url)
      const rows = Array.from(
        { length: TRADES_A_CRASH * (CRASHES + 1) },
        (_, i) => [`t-${i}`, `0.${1 + (i % 9)}`] as const
      )
      const parts = Array.from({ length: CRASHES + 1 }, (_, n) =>
        file(`${n}.csv`, buys(...rows.filter((_, i) => i % (CRASHES + 1) === n)))
      )
      const counted = async () => {
        const { items } = JSON.parse((await cli("trades", "list", "--limit", "0", "--json")).out)
        return items.length
      }
      await cli("trades", "import", parts[0] ?? "")
      const daemon = child(["start", ...place, "--port", "0"])
      const isWell = async () => (await healthOf(daemon.said())).status === "ok"
      await daemon.says(/Running/)
      // Gone as soon as the daemon is up, and for as long as it takes until it says so.
      await server.crash()
      await until(async () => !(await isWell()))
      const ill = (await healthOf(daemon.said())).parts.filter(({ ok }) => !ok)
      expect(ill.length).toBeGreaterThan(0)
      expect(ill.map(({ detail }) => /cannot be reached|connection|server/.test(detail))).not.toContain(false)
      expect(daemon.said()).toContain('"message":"failing"')
      const ready = await answerOf(daemon.said(), "/ready")
      expect([ready.status, ready.text]).toEqual([503, expect.stringMatching(/the store/)])
      expect(Math.max(ready.ms, (await answerOf(daemon.said(), "/health")).ms)).toBeLessThan(SOON_MS)
      await server.start()
      await daemon.says(/"message":"recovered/)
      await until(isWell)
      for (const [n, part] of parts.slice(1).entries()) {
        const importing = cli("trades", "import", part)
        await server.crash()
        await server.start()
        // Opening a store waits for no server; what was begun comes through, and may be begun again.
        expect([0, 1]).toContain((await importing).code)
        await until(async () => (await cli("trades", "import", part)).code === 0)
        expect(await counted()).toBe(TRADES_A_CRASH * (n + 2))
      }
      daemon.signal("SIGTERM")
      expect(await daemon.ended).toMatchObject({ code: 0 })
      expect([0, 3]).toContain((await cli("start", "--until-idle")).code)
      expect(await json("audit")).toMatchObject({ ok: true })
      const clientIds = JSON.stringify(await json("exchange", "orders")).match(/"clientOrderId":"[^"]+"/g) ?? []
      expect(new Set(clientIds).size).toBe(clientIds.length)
      expect(clientIds.length).toBeGreaterThan(0)
    },
    CRASHES * LONGEST_CRASH_MS
  )
})
