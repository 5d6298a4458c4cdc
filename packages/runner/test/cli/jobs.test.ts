import { describe, expect, it } from "vitest"
import { desk } from "./roundlot.ts"

describe("roundlot jobs", () => {
  it("SYNC-9: a job is kept once for its key, listed, shown, called off and queued again", async () => {
    const { cli } = desk()
    const asked = ["jobs", "enqueue", "trades.sync", "--key", "friday", "--payload", '{"lookbackDays":5}', "--json"]
    const first = JSON.parse((await cli(...asked)).out)
    expect(first).toMatchObject({ type: "trades.sync", status: "queued", payload: { lookbackDays: 5 }, isNew: true })
    expect(JSON.parse((await cli(...asked)).out)).toMatchObject({ id: first.id, isNew: false })
    const list = JSON.parse((await cli("jobs", "list", "--status", "queued", "--json")).out)
    expect(list).toMatchObject({ items: [{ id: first.id, key: "friday" }], nextCursor: null })
    expect((await cli("jobs", "cancel", first.id, "--reason", "not today")).code).toBe(0)
    expect(await cli("jobs", "cancel", first.id, "--reason", "wrong file")).toMatchObject({
      code: 1,
      err: expect.stringContaining("is cancelled: it has ended")
    })
    expect((await cli("jobs", "retry", first.id, "--reason", "after all")).code).toBe(0)
    const shown = JSON.parse((await cli("jobs", "show", first.id, "--json")).out)
    expect(shown.status).toBe("queued")
    expect(shown.history.map(({ what }: { what: string }) => what)).toEqual(["enqueued", "cancelled", "enqueued"])
  })

  it.each([
    [["trades.snyc"], "job type 'trades.snyc' does not exist; known types: "],
    [["trades.sync", "--payload", '{"lookbackDays":31}'], "payload.lookbackDays Expected a number between 1 and 30"],
    [["trades.sync", "--payload", '{"hots":"a"}'], "payload.hots is unexpected"],
    [["trades.sync", "--payload", "{"], "is not valid JSON"],
    [["trades.sync", "--every", "1h"], "--every needs --key"],
    [["trades.sync", "--key", "a b"], "'a b' is not a valid key"]
  ])("SYNC-9: what does not fit is refused by name, and nothing is kept: %j", async (words, problem) => {
    const { cli } = desk()
    expect(await cli("jobs", "enqueue", ...words)).toMatchObject({ code: 2, err: expect.stringContaining(problem) })
    const { code, out } = await cli("jobs", "list", "--json")
    expect(code === 0 ? JSON.parse(out).items : []).toEqual([])
  })
})
