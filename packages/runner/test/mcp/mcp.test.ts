import { describe, expect, it } from "vitest"
import { desk } from "../cli/roundlot.ts"
import { connected } from "./connected.ts"

type Desk = ReturnType<typeof desk>

const LOOKING = ["list_breaks", "list_orders", "list_positions", "list_trades"]

const tokenOf = async ({ json }: Desk, name: string, ...flags: ReadonlyArray<string>): Promise<string> => {
  const made = await json("tokens", "create", name, ...flags)
  return /"token":"(rlt_\w+)"/.exec(JSON.stringify(made))?.[1] ?? ""
}

const problem = (words: RegExp) => ({ isError: true, answer: { problem: expect.stringMatching(words) } })

const opened = async (): Promise<Desk> => {
  const place = desk()
  await place.cli("trades", "add", "--id", "t-1", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.3")
  return place
}

const KO = { symbol: "KO", side: "buy", quantity: "2", type: "limit", limitPrice: "60" }

describe("roundlot mcp", () => {
  it("SYNC-12: without a token, and with one of the role read, it shows what there is and offers nothing else", async () => {
    const place = await opened()
    const { call, tools } = await connected(place)
    expect(await tools()).toEqual(LOOKING)
    expect(await call("list_trades", { symbol: "aapl" })).toMatchObject({
      answer: { items: [{ sourceId: "t-1", quantity: "0.3" }] }
    })
    expect(await call("list_positions", {})).toMatchObject({ answer: { items: [{ symbol: "AAPL", residual: "0.3" }] } })
    expect(await call("list_orders", {})).toMatchObject({ answer: { items: [] } })
    expect(await call("list_breaks", {})).toMatchObject({ answer: { items: [] } })
    const reader = await connected(place, await tokenOf(place, "reader", "--role", "read"))
    expect(await reader.tools()).toEqual(LOOKING)
    await expect(reader.call("propose_order", KO)).rejects.toThrow(/propose_order/)
  })

  it("SYNC-12: with a token of the role propose an order waits for a person, whom no tool and no --yes stands for", async () => {
    const place = await opened()
    const token = await tokenOf(
      place,
      "model",
      "--role",
      "propose",
      "--orders-per-day",
      "2",
      "--notional-per-day",
      "200"
    )
    const { call, tools } = await connected(place, token)
    expect(await tools()).toEqual(["enqueue_trades_sync_job", ...LOOKING, "propose_order"])
    expect(await call("enqueue_trades_sync_job", { key: "k" })).toMatchObject({
      answer: { type: "trades.sync", key: "k" }
    })
    expect(await call("propose_order", KO)).toMatchObject({
      answer: { sent: false, order: "O1", isKnown: false, terms: { symbol: "KO", quantity: "2", limitPrice: "60" } }
    })
    expect(await call("propose_order", KO)).toMatchObject({ answer: { order: "O1", isKnown: true } })
    const sent = await place.cli("start", "--until-idle", "--account", "paper", "--json")
    expect(JSON.parse(sent.out)).toMatchObject({ orders: [{ id: "O1", status: "pending" }] })
    expect(await place.json("orders", "show", "O1")).toMatchObject({
      heldFor: "Approval",
      attempts: [],
      proposal: { source: "proposed:model", notional: "120" }
    })
    expect(await place.json("cases", "list")).toMatchObject({
      items: [{ id: "O1", kind: "approval", recommended: { resolution: "approve" } }]
    })
    const inScript = await place.cli("orders", "approve", "O1", "--quantity", "2", "--reason", "as planned", "--yes")
    expect(inScript).toMatchObject({ code: 2, err: expect.stringContaining("a program proposed this order") })
    expect((await place.cli("orders", "approve", "O1", "--reason", "as planned")).code).toBe(2)
    expect(await call("propose_order", { ...KO, quantity: "3" })).toMatchObject(
      problem(/worth \$180\.00, and model may propose \$80\.00/)
    )
    expect(await call("propose_order", { ...KO, quantity: "1" })).toMatchObject({ answer: { order: "O2" } })
    expect(await call("propose_order", { ...KO, quantity: "0.1" })).toMatchObject(problem(/2 orders a day/))
    place.wait(15 * 60_000)
    await place.cli("start", "--until-idle", "--account", "paper")
    expect(await place.json("orders", "show", "O1")).toMatchObject({
      status: "failed",
      code: "NotApproved",
      attempts: []
    })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("says what is wrong with a proposal, and proposes nothing", async () => {
    const place = await opened()
    const { call } = await connected(place, await tokenOf(place, "model", "--role", "propose"))
    // An argument that no tool has would otherwise be left away, and what is done is not what was asked for.
    const unknown = async (name: string, asked: Record<string, unknown>) => {
      const answer = await call(name, asked)
      return answer.isError === true ? JSON.stringify(answer.answer) : ""
    }
    expect(await unknown("enqueue_trades_sync_job", { key: "h", host: "192.168.7.9" })).toContain("host")
    expect(await unknown("propose_order", { ...KO, time_in_force: "gtc" })).toContain("time_in_force")
    expect((await place.cli("jobs", "list")).out).not.toContain(" h ")
    expect(await call("propose_order", { ...KO, quantity: "1,5" })).toMatchObject(problem(/quantity/))
    expect(await call("propose_order", { symbol: "KO", side: "buy", quantity: "2" })).toMatchObject(
      problem(/limit price/)
    )
    expect(await call("propose_order", { ...KO, account: "other" })).toMatchObject(problem(/'other' is not known/))
    expect((await place.cli("orders", "list")).out).toContain("None.")
  })

  it("with a token that is bound to accounts it shows those alone, and proposes and asks for nothing of another", async () => {
    const place = await opened()
    await place.cli("accounts", "add", "sam")
    await place.cli(
      "trades",
      "add",
      "--id",
      "s-1",
      "--symbol",
      "MSFT",
      "--side",
      "buy",
      "--quantity",
      "2",
      "--account",
      "sam"
    )
    const { call } = await connected(place, await tokenOf(place, "model", "--role", "propose", "--account", "sam"))
    for (const name of LOOKING) {
      const { answer } = await call(name, {})
      expect(JSON.stringify(answer)).not.toMatch(/paper|AAPL|t-1/)
      expect(await call(name, { account: "paper" })).toMatchObject({ answer: { items: [] } })
    }
    expect(await call("list_trades", {})).toMatchObject({ answer: { items: [{ sourceId: "s-1" }] } })
    expect(await call("propose_order", { ...KO, account: "paper" })).toMatchObject(problem(/'paper' is not known/))
    expect(await call("propose_order", KO)).toMatchObject({ answer: { terms: { account: "sam" } } })
    expect(await call("enqueue_trades_sync_job", { account: "paper" })).toMatchObject(problem(/'paper' is not known/))
    await call("enqueue_trades_sync_job", { key: "k" })
    expect(await place.json("jobs", "list")).toMatchObject({ items: [{ key: "k", payload: { account: "sam" } }] })
  })

  it("a token is bound to each account that is named, in any order of the words; one that names none is not made", async () => {
    const place = await opened()
    await place.cli("accounts", "add", "sam")
    const make = (...words: ReadonlyArray<string>) => place.json("tokens", "create", ...words)
    const both = { accounts: ["paper", "sam"] }
    expect(await make("a", "--role", "read", "--account", "paper", "--account", "sam")).toMatchObject(both)
    expect(await make("--account=paper", "--role", "read", "--account=sam", "b")).toMatchObject(both)
    const empty = await place.cli("tokens", "create", "c", "--role", "read", "--account", "")
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining("--account has no value") })
    expect((await place.cli("tokens", "create", "d", "--role", "read", "--account", "nobody")).code).toBe(2)
    expect(await place.json("tokens", "list")).toMatchObject({ items: [{ name: "a" }, { name: "b" }] })
  })

  it("is not served with a token that could approve, and refuses each call from when its token is revoked", async () => {
    const place = await opened()
    const operator = await tokenOf(place, "dana", "--role", "operate")
    const words = ["mcp", ...place.place]
    expect(await place.plain(words, { ROUNDLOT_MCP_TOKEN: operator })).toMatchObject({
      code: 2,
      err: expect.stringContaining("could approve its own proposals")
    })
    expect(await place.plain(words, { ROUNDLOT_MCP_TOKEN: "rlt_none" })).toMatchObject({
      code: 1,
      err: expect.stringContaining("unknown, expired or revoked")
    })
    const { call } = await connected(place, await tokenOf(place, "model", "--role", "propose"))
    await place.cli("tokens", "revoke", "model")
    expect(await call("list_orders", {})).toMatchObject(problem(/revoked/))
    expect(await call("propose_order", KO)).toMatchObject(problem(/revoked/))
  })
})
