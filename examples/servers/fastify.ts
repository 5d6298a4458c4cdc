import type { Roundlot } from "@roundlot/promises"
import fastify, { type FastifyInstance, type FastifyReply } from "fastify"
import { Readable } from "node:stream"
import { fillEvents, positions, takeTrades, type Answer } from "./answers.ts"

const send = (reply: FastifyReply, { body, status }: Answer) => reply.status(status).send(body)

/** A server of Fastify, which closes the books when it is closed. */
export const app = (roundlot: Roundlot): FastifyInstance => {
  const server = fastify({ forceCloseConnections: true })
  server.addHook("onClose", () => roundlot.close())
  server.post("/trades", async ({ body }, reply) => send(reply, await takeTrades(roundlot, body)))
  server.get("/positions", async (_, reply) => send(reply, await positions(roundlot)))
  server.get("/fills", (request, reply) => {
    const hangUp = new AbortController()
    reply.raw.on("close", () => hangUp.abort())
    const after = request.headers["last-event-id"]
    const events = fillEvents(roundlot, typeof after === "string" ? after : undefined, hangUp.signal)
    return reply.type("text/event-stream").send(Readable.from(events))
  })
  return server
}
