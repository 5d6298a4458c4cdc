import { expect, it } from "vitest"
import { desk } from "./roundlot.ts"

const secretOf = (made: unknown): string => String(Object(made).token)

it("EYES-1: a verb whose operation needs a second person says how it goes on, and is carried out with another's token", async () => {
  const { cli, json, place, plain } = desk()
  await cli("accounts", "add", "paper", "--four-eyes", "adjust,limits,resume")
  expect(await json("accounts", "show", "paper")).toMatchObject({
    fourEyes: ["adjust", "limits", "resume"],
    approvalMinutes: 60
  })
  const ann = secretOf(await json("tokens", "create", "ann", "--role", "operate"))
  const tom = secretOf(await json("tokens", "create", "tom", "--role", "trade"))
  const adjust = ["positions", "adjust", "AAPL", "--as", "base", "--by", "2", "--reason", "held before"] as const
  const asked = await cli(...adjust, "--yes", "--command-id", "a1")
  expect(asked.code).toBe(3)
  expect(asked.out).toContain("R1 waits for approval by another person until ")
  expect(asked.out).toContain("roundlot approvals approve R1")
  expect(await json(...adjust, "--yes", "--command-id", "a1")).toMatchObject({
    approval: { id: "R1", status: "waiting" }
  })
  expect(await json("positions", "list")).toMatchObject({ items: [] })
  expect(await json("approvals", "list", "--status", "waiting")).toMatchObject({
    items: [
      { id: "R1", operation: "adjust", preview: "AAPL is adjusted by +2 as base: account paper", requestedBy: "cli" }
    ]
  })
  const approve = (token?: string) =>
    plain(
      ["approvals", "approve", "R1", "--reason", "checked", "--yes", ...place],
      token === undefined ? {} : { ROUNDLOT_TOKEN: token }
    )
  expect(await approve()).toMatchObject({ code: 2, err: expect.stringContaining("An approval needs a token") })
  expect(await approve("rlt_none")).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown, expired or revoked")
  })
  expect(await approve(tom)).toMatchObject({ code: 1, err: expect.stringContaining("tom has the role trade") })
  expect((await approve(ann)).out).toContain("R1 is approved: AAPL is adjusted by +2 as base")
  expect(await approve(ann)).toMatchObject({ code: 1, err: expect.stringContaining("R1 is already approved") })
  expect(await json("positions", "list")).toMatchObject({ items: [{ symbol: "AAPL", base: "2" }] })
  expect(await json("approvals", "show", "R1")).toMatchObject({ status: "approved", decidedBy: "ann" })
  expect((await cli("audit")).code).toBe(0)
})

it("EYES-7: four eyes are taken away, and limits raised, by two", async () => {
  const { cli, json, place, plain } = desk()
  await cli("accounts", "add", "paper", "--four-eyes", "limits", "--orders-per-minute", "5")
  const ann = secretOf(await json("tokens", "create", "ann", "--role", "operate"))
  const raise = ["accounts", "add", "paper", "--orders-per-minute", "9", "--reason", "more to do"] as const
  expect(await json(...raise)).toMatchObject({ approval: { id: "R1", status: "waiting" }, ordersPerMinute: 5 })
  // The same again, while it waits, is one request.
  expect(await cli(...raise)).toMatchObject({ code: 3, err: expect.stringContaining("R1 waits") })
  expect(await json("accounts", "show", "paper")).toMatchObject({ ordersPerMinute: 5 })
  expect((await cli("accounts", "add", "paper", "--four-eyes", "none")).code).toBe(3)
  const words = ["approvals", "approve", "R2", "--reason", "agreed", "--yes", ...place]
  expect((await plain(words, { ROUNDLOT_TOKEN: ann })).code).toBe(0)
  expect(await json("accounts", "show", "paper")).toMatchObject({ fourEyes: [], ordersPerMinute: 5 })
  expect(await cli("accounts", "add", "paper", "--four-eyes", "tokens")).toMatchObject({ code: 2 })
})

it("EYES-6: a request is withdrawn by who made it, and expires", async () => {
  const { cli, json, wait } = desk()
  await cli("accounts", "add", "paper", "--four-eyes", "adjust", "--approval-minutes", "5")
  const adjust = (by: string) =>
    cli("positions", "adjust", "AAPL", "--as", "base", "--by", by, "--reason", "held before", "--yes")
  await adjust("2")
  expect(await json("approvals", "reject", "R1", "--reason", "a mistake", "--yes")).toMatchObject({
    done: "R1 is rejected"
  })
  await adjust("3")
  wait(300_000)
  expect(await json("approvals", "list", "--order", "oldest")).toMatchObject({
    items: [
      { status: "rejected", decidedReason: "a mistake" },
      { status: "expired", decidedBy: null }
    ]
  })
  expect(await cli("approvals", "reject", "R2", "--reason", "late", "--yes")).toMatchObject({ code: 1 })
})
