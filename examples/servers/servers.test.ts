import type { NewTrade, Roundlot } from "@roundlot/promises"
import { createServer, type Server } from "node:http"
import { afterEach, describe, expect, it } from "vitest"
import { openDesk } from "./desk.ts"
import { app as expressApp } from "./express.ts"
import { app as fastifyApp } from "./fastify.ts"
import { app as nestApp } from "./nest/app.ts"
import * as nextFills from "./next/app/fills/route.ts"
import * as nextPositions from "./next/app/positions/route.ts"
import * as nextTrades from "./next/app/trades/route.ts"
import { books } from "./next/books.ts"

const closing: Array<() => unknown> = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** How a server is asked: by `fetch` with a path. */
type Ask = (path: string, init?: RequestInit) => Promise<Response>

const asking =
  (base: string): Ask =>
  (path, init) =>
    fetch(`${base}${path}`, init)

const LOOPBACK = "127.0.0.1"

const addressOf = (server: Server): string => {
  const address = server.address()
  return typeof address === "object" && address !== null ? `http://${LOOPBACK}:${address.port}` : ""
}

const express = async (): Promise<Ask> => {
  const roundlot: Roundlot = await openDesk()
  const server = createServer(expressApp(roundlot))
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve))
  closing.push(
    () => roundlot.close(),
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections()
  )
  return asking(addressOf(server))
}

const fastify = async (): Promise<Ask> => {
  const server = fastifyApp(await openDesk())
  closing.push(() => server.close())
  return asking(await server.listen({ port: 0, host: LOOPBACK }))
}

const nest = async (): Promise<Ask> => {
  const application = await nestApp()
  closing.push(() => application.close())
  await application.listen(0, LOOPBACK)
  return asking(await application.getUrl())
}

/** Next calls the handlers of a route with the request as the web knows it. */
const next = async (): Promise<Ask> => {
  closing.push(async () => (await books()).close())
  return (path, init) => {
    const request = new Request(`http://localhost${path}`, init)
    if (path === "/trades") return nextTrades.POST(request)
    return path === "/positions" ? nextPositions.GET() : nextFills.GET(request)
  }
}

const trade = (sourceId: string, quantity: string): NewTrade => ({
  source: "app",
  sourceId,
  symbol: "AAPL",
  side: "buy",
  quantity,
  price: "150",
  tradedAt: new Date().toISOString()
})

const handed = (trades: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(trades)
})

/** The text of a stream up to its first whole event. */
const firstEvent = async ({ body }: Response): Promise<string> => {
  let text = ""
  for await (const chunk of body ?? []) {
    text += new TextDecoder().decode(chunk)
    const event = text.indexOf("id: ")
    if (event >= 0 && text.endsWith("\n\n")) return text.slice(event)
  }
  return text
}

describe.each([
  ["Express", express],
  ["Fastify", fastify],
  ["Nest", nest],
  ["route handlers of Next", next]
])("SDK-1: a server with books inside: %s", (_, start) => {
  it("takes trades in, names what is wrong with one, and streams the fill that they make", async () => {
    const ask = await start()
    const hangUp = new AbortController()
    const fills = await ask("/fills", { headers: { "last-event-id": "beginning" }, signal: hangUp.signal })
    expect(fills.headers.get("content-type")).toContain("text/event-stream")
    const wrong = await ask("/trades", handed([{ ...trade("1", "0.5"), quantity: "a few" }]))
    expect(wrong.status).toBe(422)
    expect(await wrong.json()).toMatchObject({ issues: [{ path: "0.quantity" }] })
    const taken = await ask("/trades", handed([trade("1", "0.5"), trade("2", "0.7")]))
    expect(await taken.json()).toMatchObject([{ _tag: "Accepted" }, { _tag: "Accepted" }])
    expect(await firstEvent(fills)).toMatch(
      /^id: .+\ndata: {"side":"buy","symbol":"AAPL","quantity":"1","price":"150"}\n\n$/
    )
    hangUp.abort()
    await expect
      .poll(async () => (await ask("/positions")).json())
      .toEqual([{ symbol: "AAPL", exposure: "1.2", hedged: "1", residual: "0.2" }])
  })
})
