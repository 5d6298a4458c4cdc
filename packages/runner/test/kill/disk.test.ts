import { describe, expect, test } from "vitest"
import { buys, desk, program, running, until } from "../cli/roundlot.ts"
import { experience, LONGEST_STORY_MS, storiesOf } from "./stories.ts"
import { makeRoom, withinBlocks } from "./disk.ts"
import { healthOf } from "./health.ts"

const ROOM_BLOCKS = 700

describe("a disk that is full", () => {
  test(
    "ACC-7: a daemon says so in its log and its health, takes nothing it cannot keep, and goes on by itself when there is room",
    async () => {
      const { cli, file, json, place, store } = desk()
      expect(await cli("accounts", "add", "paper")).toMatchObject({ code: 0 })
      const daemon = running([...withinBlocks(ROOM_BLOCKS), ...program("main", ["start", ...place, "--port", "0"])])
      daemon.tell("")
      await daemon.says(/Running/)
      expect(await healthOf(daemon.said())).toMatchObject({ status: "ok" })
      const rows = Array.from({ length: 600 }, (_, i) => [`t-${i}`, "0.5"] as const)
      const trades = file("trades.csv", buys(...rows))
      const intake = running([...withinBlocks(ROOM_BLOCKS), ...program("intake", [store, trades, "0", "5"])])
      intake.tell("")
      const { code, err, out } = await intake.ended
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringMatching(/no room for the write.* See whether its disk is full/)
      })
      await daemon.says(/no room for the write/)
      await until(async () => (await healthOf(daemon.said())).status === "degraded")
      const ill = (await healthOf(daemon.said())).parts.filter(({ ok }) => !ok)
      expect(ill.length).toBeGreaterThan(0)
      for (const { detail } of ill) expect(detail).toMatch(/no room for the write/)
      await until(async () => (await healthOf(daemon.said())).parts.some(({ ok, part }) => part === "leases" && !ok))
      const taken = out.split("\n").filter((line) => line.endsWith(" Accepted")).length
      await until(async () => {
        makeRoom(store)
        return (await healthOf(daemon.said())).status === "ok"
      })
      expect(daemon.said()).toContain('"message":"recovered"')
      expect(await json("trades", "import", trades, "--source", "tape")).toMatchObject({ duplicates: taken })
      daemon.signal("SIGKILL")
      await daemon.ended
      expect(await cli("start", "--until-idle")).toMatchObject({ code: 0 })
      expect(await json("audit")).toMatchObject({ ok: true })
      expect(await json("positions", "list")).toMatchObject({
        items: [{ exposure: "300", hedged: "300", residual: "0" }]
      })
    },
    LONGEST_STORY_MS
  )

  test.for(storiesOf("disk", 2))(
    "ACC-1, ACC-2: killed there, story $seed: nothing acknowledged is lost, nothing counted or sent twice",
    { timeout: LONGEST_STORY_MS },
    async (story) => expect((await experience(story)).kills).toBeGreaterThan(0)
  )
})
