import { describe, expect, it } from "vitest"
import { daemonAt } from "./daemon.ts"
import { buys, desk } from "./roundlot.ts"

const buy = ["trades", "add", "--symbol", "AAPL", "--side", "buy", "--price", "150"] as const

describe("trades add --dry-run", () => {
  it("ACC-2: says what would become of a trade on the books that are there, and what would be ordered; writes nothing", async () => {
    const place = desk()
    await place.cli("trades", "import", place.file("trades.csv", buys(["a", "0.7"])))
    await place.cli("start", "--until-idle", "--account", "paper")
    const head: unknown = await place.json("journal", "head")
    const asked = (...more: ReadonlyArray<string>) => place.cli(...buy, "--source", "import", ...more, "--dry-run")
    expect(await asked("--id", "b", "--quantity", "0.4")).toMatchObject({
      code: 0,
      out: "Nothing is written. It would be accepted.\n  would order: buy 1 AAPL\n"
    })
    const owing = await asked("--id", "b", "--quantity", "0.2")
    expect(owing.out).toMatch(/It would be accepted\.\n {2}would order nothing of AAPL: .+\n$/)
    const conflicting = await asked("--id", "a", "--quantity", "0.9")
    expect(conflicting).toMatchObject({ code: 3, out: expect.stringContaining("It would conflict with T1: ") })
    expect(await place.json(...buy, "--id", "c", "--quantity", "2", "--direct", "--dry-run")).toMatchObject({
      dryRun: true,
      outcome: "accepted",
      orders: [{ side: "buy", quantity: "2", symbol: "AAPL" }]
    })
    expect((await asked("--id", "b", "--quantity", "nothing")).code).toBe(2)
    expect(await place.json("journal", "head")).toEqual(head)
    expect(await place.json("trades", "list")).toMatchObject({ items: [{ id: "T1" }] })
  })

  it("shows no order that is on its way already, none of what does not count, and what a direct one would wait for", async () => {
    const place = desk()
    await place.cli("trades", "import", place.file("trades.csv", buys(["a", "3"])))
    await place.cli("start", "--until-idle", "--account", "paper")
    await place.cli("halt", "--all", "--reason", "news")
    await place.cli("trades", "import", place.file("more.csv", buys(["b", "3"])))
    const asked = (...more: ReadonlyArray<string>) => place.json(...buy, "--source", "import", ...more, "--dry-run")
    const direct = await place.cli(...buy, "--quantity", "2", "--direct", "--dry-run")
    expect(direct.out).toContain("  would plan without sending (trading is halted): buy 2 AAPL\n")
    expect(await asked("--id", "a", "--quantity", "9")).toMatchObject({ outcome: "conflict", orders: [] })
    await place.cli("resume", "--all", "--reason", "over", "--yes")
    expect(await asked("--id", "c", "--quantity", "0.1")).toMatchObject({ outcome: "accepted", orders: [] })
    await place.cli("batches", "open", "--mode", "execute", "--name", "Friday")
    const rows = await place.cli(...buy, "--batch", "G1", "--id", "r", "--quantity", "2", "--dry-run")
    expect(rows.out).toContain("  it would wait for its batch\n")
  })

  it("says the same beside a daemon that drives the store", async () => {
    const place = desk()
    await place.cli("accounts", "add", "paper")
    const daemon = daemonAt(place, {})
    await daemon.says(/roundlot is up/)
    expect(await place.cli(...buy, "--quantity", "1", "--dry-run")).toMatchObject({
      code: 0,
      out: "Nothing is written. It would be accepted.\n  would order: buy 1 AAPL\n"
    })
  })

  it("ACC-2: the same id again without a time is the same trade; another time that is given is another content", async () => {
    const { cli, json, wait } = desk()
    await cli("accounts", "add", "paper")
    const add = (...more: ReadonlyArray<string>) => cli(...buy, "--quantity", "0.2", "--id", "k", ...more)
    expect((await add()).out).toBe("T1 accepted\n")
    wait(5_000)
    expect(await add("--dry-run")).toMatchObject({ code: 0, out: expect.stringContaining("be a duplicate of T1") })
    expect(await add()).toMatchObject({ code: 0, out: "T1 duplicate\n" })
    expect(await json("breaks", "list")).toMatchObject({ items: [] })
    expect(await add("--at", "2026-01-02T15:00:00Z")).toMatchObject({
      code: 3,
      out: expect.stringContaining("T1 conflict: time was ")
    })
  })

  it("makes no store where none is there", async () => {
    const place = desk()
    const asked = await place.cli(...buy, "--account", "paper", "--quantity", "1", "--dry-run")
    expect(asked.out).toContain("would order: buy 1 AAPL")
    expect((await place.cli("trades", "list")).code).not.toBe(0)
  })
})
