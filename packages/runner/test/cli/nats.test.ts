import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { makeServer, PASSWORD, type Server } from "../../../source-nats/test/server.ts"
import { daemonAt } from "./daemon.ts"
import { desk, until } from "./roundlot.ts"

let server: Server | undefined
afterAll(() => server?.remove())

const tradeOf = (sourceId: string, quantity = "0.6") => ({
  sourceId,
  symbol: "AAPL",
  side: "buy",
  quantity,
  price: "200",
  tradedAt: new Date().toISOString()
})

it("ACC-2: messages become orders, once each over restarts and doubled ones; what is no trade is kept, and health says so", async () => {
  server = await makeServer()
  const { url } = server
  const connection = await connect({ servers: new URL(url).host, ...PASSWORD })
  await (await jetstreamManager(connection)).streams.add({ name: "TRADES", subjects: ["trades"] })
  const publish = async (...bodies: ReadonlyArray<string>) => {
    for (const body of bodies) await jetstream(connection).publish("trades", body)
  }
  const first = JSON.stringify(tradeOf("a"))
  await publish(first, first, '{"sourceId":"x","sourceId":"y"}', JSON.stringify([tradeOf("b"), tradeOf("c", "0.1")]))
  const place = desk()
  const config = place.file(
    "roundlot.json",
    JSON.stringify({
      port: 0,
      accounts: { main: { broker: "paper" } },
      sources: { app: { account: "main", nats: { stream: "TRADES" } } }
    })
  )
  const variables = { ROUNDLOT_SOURCE_URL_APP: url }
  const idle = await place.plain(["start", "--until-idle", "--config", config, ...place.place], variables)
  expect(idle).toMatchObject({ code: 0 })
  expect(await place.json("orders", "list")).toMatchObject({ items: [{ quantity: "1", status: "filled" }] })
  const kept = readdirSync(place.folder).find((each) => each.endsWith(".app.rejected.jsonl")) ?? ""
  expect(JSON.parse(readFileSync(join(place.folder, kept), "utf8"))).toMatchObject({
    place: "message 3",
    reason: "sourceId is given twice"
  })
  const daemon = daemonAt(place, variables, "--config", config)
  await daemon.says(/unreadable trades of app.*move the file away/)
  await publish(JSON.stringify(tradeOf("d")))
  await until(async () => JSON.stringify(await place.json("trades", "list")).includes('"sourceId":"d"'))
  expect(await place.json("trades", "list")).toMatchObject({
    items: ["a", "b", "c", "d"].map((sourceId) => ({ sourceId }))
  })
  const journal = JSON.stringify(await place.json("journal", "list", "--limit", "0"))
  for (const text of [idle.out + idle.err, daemon.said(), journal]) expect(text).not.toContain(PASSWORD.pass)
  await connection.close()
})
