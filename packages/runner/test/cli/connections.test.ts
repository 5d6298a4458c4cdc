import { describe, expect, it } from "vitest"
import { child, desk, until } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

describe("roundlot connections", () => {
  it("FILL-13: asks the daemon how each broker is reached: state, limits, and latency and errors of every endpoint", async () => {
    const { cli, folder, json, place } = desk()
    expect((await cli("connections")).err).toContain("no connection is shown: no daemon serves this store")
    const client = await simulatedAt("alpaca", folder)
    const daemon = child([
      "start",
      "--broker",
      "alpaca",
      "--env-file",
      client.envFile,
      "--account",
      "paper",
      "--port",
      "0",
      "--open",
      ...place
    ])
    const first = async () => Object(await json("connections")).items?.[0]
    // What is left of a minute is whole again when the next minute begins: a request within one is waited for.
    let found = await first()
    await until(async () => {
      found = await first()
      return found?.endpoints?.length > 0 && found.requests.limits[0].left < 100_000
    })
    expect(found).toMatchObject({ name: "paper", broker: "alpaca", state: "up" })
    expect(found.requests.limits).toMatchObject([
      { name: "trading", limit: 100_000, left: expect.any(Number) },
      { name: "market data", limit: 200 }
    ])
    const account = found.endpoints.find(
      ({ endpoint }: { readonly endpoint: string }) => endpoint === "GET /v2/account"
    )
    expect(account).toMatchObject({ errors: 0, p50Ms: expect.any(Number), p99Ms: expect.any(Number) })
    expect(account.p99Ms).toBeGreaterThanOrEqual(account.p50Ms)
    const { out } = await cli("connections")
    expect(out).toMatch(
      /^paper at alpaca \(paper\): up; trading: [\d,]+ of [\d,]+ requests a minute left; market data: /
    )
    expect(out).toMatch(/\n {2}GET \/v2\/account: p50 \d+ ms, p99 \d+ ms, 0 of \d+ failed/)
    daemon.signal("SIGKILL")
    await daemon.ended
    expect((await cli("connections")).err).toMatch(/no connection is shown: the daemon at \S+ does not answer/)
    await client.end()
  })
})
