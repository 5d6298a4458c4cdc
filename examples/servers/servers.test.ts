import type { Roundlot } from "@roundlot/promises"
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
import { type Ask, asking, FILL, walk } from "./walk.ts"

const closing: Array<() => unknown> = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

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

describe.each([
  ["Express", express],
  ["Fastify", fastify],
  ["Nest", nest],
  ["route handlers of Next", next]
])("SDK-1: a server with books inside: %s", (_, start) => {
  it("takes trades in, names what is wrong with one, and streams the fill that they make", async () => {
    expect(await walk(await start())).toMatch(FILL)
  })
})
