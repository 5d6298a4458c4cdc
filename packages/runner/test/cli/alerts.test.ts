import { createHmac } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { afterEach, describe, expect, it } from "vitest"
import { buys, desk, program, running } from "./roundlot.ts"

const SECRET = "planted-alert-secret"

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

const ends: Array<() => Promise<void>> = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** What a desk commits is of later than the daemon's clock says: that is told too, and is nothing to these tests. */
const CLOCKS = "ClockAhead"

/** A receiver of webhooks on this machine, which refuses the first `refusals` calls. */
const receiver = async (refusals = 0) => {
  const heard: Array<{ readonly signature: string; readonly body: string }> = []
  const watchers = new Set<() => void>()
  let left = refusals
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const refuses = left-- > 0
    if (!refuses && !body.includes(CLOCKS))
      heard.push({ body, signature: String(request.headers["roundlot-signature"]) })
    response.writeHead(refuses ? 500 : 200).end()
    for (const watcher of watchers) watcher()
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  ends.push(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  /** Waits until so many were heard. */
  const hears = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (heard.length >= count) resolve()
      }
      watchers.add(look)
      look()
    })
  return { url: `http://127.0.0.1:${port}/hook?token=planted-in-the-address`, heard, hears }
}

/** Two shares held, and three more that came without an order; nobody runs. */
const differing = async () => {
  const place = desk()
  await place.cli("trades", "import", place.file("t.csv", buys(["a", "2"])), "--account", "paper")
  await place.cli("start", "--until-idle")
  place.wait(10_000)
  await place.cli("exchange", "do", JSON.stringify({ id: "h", do: { holding: { symbol: "AAPL", quantity: "5" } } }))
  await place.cli("reconcile")
  return place
}

const daemon = (place: ReturnType<typeof desk>, url: string) => {
  const started = running(program("main", ["start", "--log", "json", ...place.place]), {
    variables: { ROUNDLOT_ALERT_WEBHOOK: url, ROUNDLOT_ALERT_SECRET: SECRET }
  })
  ends.push(async () => {
    started.signal("SIGTERM")
    await started.ended
  })
  return started
}

describe("alerts", () => {
  it("a break is told once, signed, and once more when it is over; a restart tells nothing again", async () => {
    const hook = await receiver()
    const place = await differing()
    const first = daemon(place, hook.url)
    await hook.hears(1)
    first.signal("SIGTERM")
    await first.ended
    const second = daemon(place, hook.url)
    await second.says(/roundlot is up/)
    await place.cli("positions", "adjust", "AAPL", "--as", "base", "--by", "3", "--reason", "transferred", "--yes")
    await hook.hears(2)
    const told = hook.heard.map(({ body }): unknown => JSON.parse(body))
    expect(told).toMatchObject([
      { status: "raised", kind: "break", symbol: "AAPL", subject: "PositionDiffers AAPL", account: "paper" },
      { status: "over", kind: "break", subject: "PositionDiffers AAPL" }
    ])
    // All that Slack and its like show.
    const lines = [
      /^Look: PositionDiffers AAPL \(AAPL of paper\): ours 2/,
      /^Over: PositionDiffers AAPL \(AAPL of paper\): /
    ]
    expect(told).toMatchObject(lines.map((line) => ({ text: expect.stringMatching(line) })))
    for (const { body, signature } of hook.heard) {
      const [, seconds = "", mac = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
      expect(mac).toBe(createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex"))
    }
    const kept = JSON.stringify(await place.json("jobs", "list", "--limit", "0"))
    for (const text of [kept, second.said(), first.said()]) {
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain("planted-in-the-address")
    }
  })

  it("BAT-3: the end of a batch is told once, signed, with its counts", async () => {
    const hook = await receiver()
    const place = desk()
    const file = place.file("t.csv", buys(["a", "2"], ["b", "1,5"]))
    await place.cli("batches", "submit", file, "--name", "Friday", "--account", "paper")
    daemon(place, hook.url)
    await hook.hears(1)
    const { body, signature } = hook.heard[0] ?? { body: "", signature: "" }
    const told: unknown = JSON.parse(body)
    expect(told).toMatchObject({
      kind: "batch",
      batch: "G1",
      name: "Friday",
      status: "partial_success",
      done: 1,
      failed: 1
    })
    const [, seconds = "", mac = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
    expect(mac).toBe(createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex"))
  })

  it("one that could not be delivered is tried again", async () => {
    const hook = await receiver(1)
    const place = await differing()
    daemon(place, hook.url)
    await hook.hears(1)
    expect(hook.heard[0]?.body).toContain("PositionDiffers")
  })

  it("an address that others could read along is refused by name", async () => {
    const place = desk()
    const file = place.file("roundlot.json", JSON.stringify({ alerts: { webhook: "http://chat.example/hook" } }))
    const { code, err } = await place.cli("positions", "list", "--config", file)
    expect(code).toBe(2)
    expect(err).toContain("alerts.webhook")
    expect(err).toContain("https://")
  })
})
