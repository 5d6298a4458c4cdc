import { readFileSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { buys, child, desk, until } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"
import { books } from "./synced.ts"

const Job = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  status: Schema.String,
  tries: Schema.Int,
  failure: Schema.NullOr(Schema.String)
})
const History = Schema.Struct({ history: Schema.Array(Schema.Struct({ what: Schema.String })) })

const Jobs = Schema.Struct({ items: Schema.Array(Job) })

/** A place that takes connections and says nothing, until it is told to let them through to a port. */
const door = async (port: number) => {
  const state = { isOpen: false }
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    if (!state.isOpen) return
    const through = connect(port, "127.0.0.1")
    through.on("error", () => undefined)
    socket.pipe(through).pipe(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    open: () => {
      state.isOpen = true
    },
    close: () => void server.close()
  }
}

describe("syncs as jobs of a daemon", () => {
  it("SYNC-9: a daemon does what a verb asks; a job goes to allowed places alone, and to the pinned account", async () => {
    const { cleanup, cli, folder, json, start, store, sync, tws } = await books()
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    expect(await start()).toMatchObject({ code: 0 })
    const elsewhere = desk()
    const other = await simulatedAt("ibkr", elsewhere.folder, "--number", "DU7654321")
    const port = Number(other.value("IB_PORT"))
    const file = join(folder, "allowing.env")
    writeFileSync(file, `${readFileSync(tws.envFile, "utf8")}IB_ALLOWED=127.0.0.1:${port}\n`)
    const daemon = child(["start", "--broker", "ibkr", "--env-file", file, "--store", store])
    await daemon.says(/Running/)
    expect(await sync()).toMatchObject({ account: "paper", fetched: 0 })
    const enqueued = async (payload: object) => {
      const words = ["jobs", "enqueue", "trades.sync", "--payload", JSON.stringify(payload)]
      const { id } = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }))(await json(...words))
      const read = async () => Schema.decodeUnknownSync(Job)(await json("jobs", "show", id))
      await until(async () => ["dead", "done"].includes((await read()).status))
      return read()
    }
    expect(await enqueued({ port: 1 })).toMatchObject({
      status: "dead",
      tries: 1,
      failure: expect.stringContaining("127.0.0.1:1 is not among the places that IB_ALLOWED names")
    })
    const before = await json("fills", "list")
    expect(await enqueued({ port, clientId: 9 })).toMatchObject({
      status: "dead",
      failure: expect.stringContaining("the account DUxxx67 is not among those of its login")
    })
    expect(await json("fills", "list")).toEqual(before)
    expect(await enqueued({ clientId: 9 })).toMatchObject({ status: "done" })
    const own = { host: tws.value("IB_HOST"), port: Number(tws.value("IB_PORT")), clientId: 7 }
    expect(await enqueued({ ...own, connectTimeoutSeconds: 5 })).toMatchObject({ status: "done", tries: 1 })
    daemon.signal("SIGTERM")
    await daemon.ended
    await other.end()
    await cleanup()
  })

  it("SYNC-10: after orders were worked both syncs are enqueued, once for all of them, and again after later ones", async () => {
    const { cleanup, cli, file, json, start } = await books()
    /** Each sync, and how often it was begun. */
    const synced = async () => {
      const { items } = Schema.decodeUnknownSync(Jobs)(await json("jobs", "list", "--key", "after-orders/paper"))
      const begun = await Promise.all(
        items.map(async ({ id, status, type }) => {
          const { history } = Schema.decodeUnknownSync(History)(await json("jobs", "show", id))
          return `${type} ${status} ${history.filter(({ what }) => what === "begun").length}`
        })
      )
      return begun.toSorted()
    }
    const worked = async (symbol: string, ...ids: ReadonlyArray<string>) => {
      const rows = buys(...ids.map((id) => [id, "2"] as const)).replaceAll("AAPL", symbol)
      expect(await cli("trades", "import", file("worked.csv", rows))).toMatchObject({ code: 0 })
      expect(await start()).toMatchObject({ code: 0 })
    }
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    expect(await start()).toMatchObject({ code: 0 })
    expect(await synced()).toEqual([])
    await worked("AAPL", "a", "b")
    expect(await synced()).toEqual(["positions.sync done 1", "trades.sync done 1"])
    expect(await start()).toMatchObject({ code: 0 })
    expect(await synced()).toEqual(["positions.sync done 1", "trades.sync done 1"])
    await worked("KO", "c")
    expect(await synced()).toEqual(["positions.sync done 2", "trades.sync done 2"])
    await cleanup()
  })

  it("SYNC-9: a job whose worker is killed in the middle of it is done by the next daemon", async () => {
    const { cleanup, cli, folder, json, store, tws } = await books()
    const way = await door(Number(tws.value("IB_PORT")))
    const file = join(folder, "allowing.env")
    writeFileSync(file, `${readFileSync(tws.envFile, "utf8")}IB_ALLOWED=127.0.0.1:${way.port}\n`)
    const start = ["start", "--broker", "ibkr", "--env-file", file]
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    const daemon = child([...start, "--store", store])
    await daemon.says(/Running/)
    const payload = JSON.stringify({ port: way.port, clientId: 9, connectTimeoutSeconds: 300 })
    await cli("jobs", "enqueue", "positions.sync", "--key", "k", "--payload", payload)
    const read = async () => Schema.decodeUnknownSync(Jobs)(await json("jobs", "list", "--key", "k")).items[0]
    await until(async () => (await read())?.status === "running")
    daemon.signal("SIGKILL")
    await daemon.ended
    expect(await read()).toMatchObject({ status: "running", tries: 1 })
    way.open()
    expect(await cli(...start, "--until-idle")).toMatchObject({ code: 0 })
    expect(await read()).toMatchObject({ status: "done", tries: 2 })
    way.close()
    await cleanup()
  })
})
