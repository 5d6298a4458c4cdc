import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { describe, expect, it } from "vitest"
import { desk, program } from "../cli/roundlot.ts"

const problem = (words: RegExp) => ({ isError: true, told: { problem: expect.stringMatching(words) } })

describe("roundlot mcp", () => {
  it("SYNC-12: lists what there is, and gives an order only with the code of what was shown", async () => {
    const { cli, store } = desk()
    await cli("trades", "add", "--id", "t-1", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.3")
    const client = new Client({ name: "test", version: "1.0.0" })
    const [command = "", ...args] = program("main", ["mcp", "--store", store])
    await client.connect(new StdioClientTransport({ command, args, stderr: "ignore" }))
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).toSorted()).toEqual([
      "enqueue_trades_sync_job",
      "list_breaks",
      "list_orders",
      "list_positions",
      "list_trades",
      "submit_order"
    ])
    const call = async (name: string, asked: Record<string, unknown>) => {
      const { isError, structuredContent } = await client.callTool({ name, arguments: asked })
      return { isError, told: structuredContent }
    }
    expect(await call("list_trades", { symbol: "aapl" })).toMatchObject({
      told: { items: [{ sourceId: "t-1", quantity: "0.3" }] }
    })
    expect(await call("list_positions", {})).toMatchObject({ told: { items: [{ symbol: "AAPL", residual: "0.3" }] } })
    expect(await call("list_orders", {})).toMatchObject({ told: { items: [] } })
    expect(await call("list_breaks", {})).toMatchObject({ told: { items: [] } })
    expect(await call("enqueue_trades_sync_job", { key: "k" })).toMatchObject({
      told: { type: "trades.sync", key: "k" }
    })
    // An argument that no tool has would otherwise be left away, and what is done is not what was asked for.
    const unknown = async (name: string, asked: Record<string, unknown>) => {
      const answer = await call(name, asked)
      return answer.isError === true ? JSON.stringify(answer.told) : ""
    }
    expect(await unknown("enqueue_trades_sync_job", { key: "h", host: "192.168.7.9" })).toContain("host")
    const misspelt = { symbol: "KO", side: "buy", quantity: "2", time_in_force: "gtc" }
    expect(await unknown("submit_order", misspelt)).toContain("time_in_force")
    expect((await cli("jobs", "list")).out).not.toContain(" h ")
    const order = { symbol: "KO", side: "buy", quantity: "2" }
    const codeOf = async () => {
      const { told } = await call("submit_order", order)
      expect(told).toMatchObject({ sent: false, preview: { symbol: "KO", quantity: "2", type: "market" } })
      return /"code":"(\w+)"/.exec(JSON.stringify(told))?.[1] ?? ""
    }
    expect(await call("submit_order", { ...order, code: "nonsense" })).toMatchObject(problem(/unknown or was used/))
    const first = await codeOf()
    expect(await call("submit_order", { ...order, quantity: "200", code: first })).toMatchObject(problem(/other terms/))
    expect(await call("submit_order", { ...order, code: first })).toMatchObject(problem(/unknown or was used/))
    expect(await call("submit_order", { ...order, quantity: "1,5" })).toMatchObject(problem(/quantity/))
    expect((await cli("orders", "list")).out).toContain("None.")
    const second = await codeOf()
    expect(await call("submit_order", { ...order, code: second })).toMatchObject({
      told: { sent: true, trade: { outcome: "accepted" } }
    })
    expect(await call("submit_order", { ...order, code: second })).toMatchObject(problem(/unknown or was used/))
    const orders: unknown = JSON.parse((await cli("orders", "list", "--json")).out)
    expect(orders).toMatchObject({ items: [{ symbol: "KO", side: "buy", quantity: "2", origin: "direct" }] })
    await client.close()
  })
})
