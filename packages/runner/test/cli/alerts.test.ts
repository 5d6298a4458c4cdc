import { describe, expect, it } from "vitest"
import { daemonAt, differing } from "./daemon.ts"
import { isSigned, receiver } from "./receiver.ts"
import { buys, desk } from "./roundlot.ts"

const SECRET = "planted-alert-secret"

const daemon = (place: ReturnType<typeof desk>, url: string) =>
  daemonAt(place, { ROUNDLOT_ALERT_WEBHOOK: url, ROUNDLOT_ALERT_SECRET: SECRET })

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
      { status: "raised", kind: "break", symbol: "AAPL", subject: "Position differs, AAPL", account: "paper" },
      { status: "over", kind: "break", subject: "Position differs, AAPL" }
    ])
    // All that Slack and its like show.
    const lines = [
      /^Alert: Position differs, AAPL \(AAPL on paper\): books 2/,
      /^Resolved: Position differs, AAPL \(AAPL on paper\): /
    ]
    expect(told).toMatchObject(lines.map((line) => ({ text: expect.stringMatching(line) })))
    for (const posted of hook.heard) expect(isSigned(posted, SECRET)).toBe(true)
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
    await place.cli("batches", "submit", "--mode", "execute", file, "--name", "Friday", "--account", "paper")
    daemon(place, hook.url)
    await hook.hears(1)
    const posted = hook.heard[0] ?? { path: "", body: "", signature: "", traceparent: "" }
    const notice: unknown = JSON.parse(posted.body)
    expect(notice).toMatchObject({
      kind: "batch",
      batch: "G1",
      name: "Friday",
      status: "partial_success",
      done: 1,
      failed: 1
    })
    expect(isSigned(posted, SECRET)).toBe(true)
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
