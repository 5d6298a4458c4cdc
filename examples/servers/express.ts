import type { Roundlot } from "@roundlot/promises"
import express, { type Express, type Response } from "express"
import { positions, streamFills, takeTrades, type Answer } from "./answers.ts"

const send = (response: Response, { body, status }: Answer) => void response.status(status).json(body)

/** An app of Express: `listen` it, and close the books when the server is closed. */
export const app = (roundlot: Roundlot): Express => {
  const server = express()
  server.use(express.json())
  server.post("/trades", async ({ body }, response) => send(response, await takeTrades(roundlot, body)))
  server.get("/positions", async (_, response) => send(response, await positions(roundlot)))
  server.get("/fills", (request, response) => streamFills(roundlot, request.get("last-event-id"), response))
  return server
}
