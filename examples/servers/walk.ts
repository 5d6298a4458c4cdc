import type { NewTrade } from "@roundlot/promises"
import { expect } from "vitest"

/** How a server is asked: by `fetch` with a path. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** Asks a server at an address. */
export const asking =
  (base: string): Ask =>
  (path, init) =>
    fetch(`${base}${path}`, init)

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

/** The fill that the trades make, as a server-sent event. */
export const FILL = /^id: .+\ndata: {"side":"buy","symbol":"AAPL","quantity":"1","price":"150"}\n\n$/

/** Hands two trades and a wrong one to a server whose books are empty, asks where the desk stands, and gives the event that it heard. */
export const walk = async (ask: Ask): Promise<string> => {
  const hangUp = new AbortController()
  const fills = await ask("/fills", { headers: { "last-event-id": "beginning" }, signal: hangUp.signal })
  expect(fills.headers.get("content-type")).toContain("text/event-stream")
  const wrong = await ask("/trades", handed([{ ...trade("1", "0.5"), quantity: "a few" }]))
  expect(wrong.status).toBe(422)
  expect(await wrong.json()).toMatchObject({ issues: [{ path: "0.quantity" }] })
  const taken = await ask("/trades", handed([trade("1", "0.5"), trade("2", "0.7")]))
  expect(await taken.json()).toMatchObject([{ _tag: "Accepted" }, { _tag: "Accepted" }])
  const heard = await firstEvent(fills)
  hangUp.abort()
  await expect
    .poll(async () => (await ask("/positions")).json())
    .toEqual([{ symbol: "AAPL", exposure: "1.2", hedged: "1", residual: "0.2" }])
  return heard
}
