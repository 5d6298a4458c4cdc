import { Accumulator } from "@roundlot/core"
import { InvalidInput, type Roundlot } from "@roundlot/promises"
import type { ServerResponse } from "node:http"
import { pipeline } from "node:stream/promises"
import { DESK } from "./desk.ts"

/** The status and the body of an answer, whatever the framework. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Takes trades in. What was given wrong is the caller's to correct; every other error is the server's, and is thrown. */
export const takeTrades = async (roundlot: Roundlot, trades: unknown): Promise<Answer> => {
  try {
    return { status: 200, body: await roundlot.takeUnknown(DESK, trades) }
  } catch (error) {
    if (error instanceof InvalidInput) return { status: 422, body: { issues: error.issues } }
    if (error instanceof Accumulator.UnsoundTrade) return { status: 422, body: { problem: error.message } }
    throw error
  }
}

/** Where the desk stands. */
export const positions = async (roundlot: Roundlot): Promise<Answer> => {
  const { items } = await roundlot.list.positions({ where: { account: DESK } })
  return {
    status: 200,
    body: items.map(({ exposure, hedged, residual, symbol }) => ({ symbol, exposure, hedged, residual }))
  }
}

/** Fills as server-sent events, until the caller hangs up; who comes back with the id that he had last misses none. */
export async function* fillEvents(roundlot: Roundlot, after: string | undefined, signal: AbortSignal) {
  // What proxies and browsers wait for before they hand on anything: the head, and a first line.
  yield ": from here on\n\n"
  try {
    for await (const { cursor, fill, order } of roundlot.fills({ account: DESK, after, signal })) {
      const { price, quantity } = fill
      yield `id: ${cursor}\ndata: ${JSON.stringify({ side: order.side, symbol: order.symbol, quantity, price })}\n\n`
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The same to a response of Node's, no faster than it is read. */
export const streamFills = async (roundlot: Roundlot, after: string | undefined, response: ServerResponse) => {
  const hangUp = new AbortController()
  response.on("close", () => hangUp.abort())
  response.writeHead(200, { "content-type": "text/event-stream" })
  await pipeline(fillEvents(roundlot, after, hangUp.signal), response).catch((error: unknown) => {
    if (!hangUp.signal.aborted) throw error
  })
}
