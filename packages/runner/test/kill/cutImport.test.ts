import { connect, createServer, type Socket } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeServer, type Server } from "../../../store-postgres/test/server.ts"
import { buys, desk } from "../cli/roundlot.ts"

const IMPORTS = Number(process.env["ROUNDLOT_CUT_IMPORTS"] ?? 6)
const ROWS = 150

let server: Server

beforeAll(async () => {
  server = await makeServer({ synchronous_commit: "on" })
})

afterAll(() => server.remove(), 60_000)

/** A way to a server on which every connection is cut after so many bytes. */
const cutting = async (url: string, budget: () => number) => {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let cuts = 0
  const way = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let left = budget()
    const cut = () => {
      client.destroy()
      upstream.destroy()
    }
    const pass = (to: Socket) => (bytes: Buffer) => {
      left -= bytes.length
      if (left > 0) return void to.write(bytes)
      cuts += 1
      cut()
    }
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on("error", cut)
      socket.on("close", cut)
    }
    client.on("data", pass(upstream))
    upstream.on("data", pass(client))
  })
  await new Promise<void>((resolve) => void way.listen(0, "127.0.0.1", resolve))
  const address = way.address()
  const through = new URL(url)
  through.port = String(typeof address === "object" && address !== null ? address.port : 0)
  const close = () => {
    way.close()
    for (const socket of open) socket.destroy()
  }
  return { url: through.href, cuts: () => cuts, close }
}

/** The first three connections are cut, ever later from run to run; those after them are not. */
const budgets = (run: number) => {
  let opened = 0
  return () => (++opened > 3 ? Infinity : 400 + ((run * 7_919 + opened * 3_571) % (opened * 9_000)))
}

describe("an import on connections that are cut again and again", () => {
  it("ACC-2: goes on where it was, from the opening of the store on: every row is taken once, by one run", async () => {
    const straight = desk(server.url)
    expect(await straight.cli("accounts", "add", "paper")).toMatchObject({ code: 0 })
    for (let run = 0; run < IMPORTS; run++) {
      const way = await cutting(server.url, budgets(run))
      const rows = Array.from({ length: ROWS }, (_, i) => [`r${run}-${i}`, "0.1"] as const)
      const file = straight.file(`${run}.csv`, buys(...rows))
      const { code, err, out } = await desk(way.url).cli("trades", "import", file)
      expect([run, code, err]).toEqual([run, 0, ""])
      expect(out).toMatch(new RegExp(`accepted +${ROWS}`))
      expect(way.cuts()).toBeGreaterThan(0)
      way.close()
    }
    const { items } = JSON.parse((await straight.cli("trades", "list", "--limit", "0", "--json")).out)
    expect(items.length).toBe(IMPORTS * ROWS)
    expect(await straight.json("audit")).toMatchObject({ ok: true })
  })
})
