import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { AccountName, Broker, Price, Ticker } from "@roundlot/core"
import type { BrokerContract } from "@roundlot/testing"
import { Context, Effect, Layer, type Scope, Stream } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { run } from "../../src/cli/run.ts"

const account = AccountName.AccountName.make("paper")

/** The paper exchange, of which nothing is staged. */
const paper: Effect.Effect<BrokerContract.Place, unknown, Scope.Scope> = Layer.build(
  Layer.provide(PaperBroker.layerBrokers, Exchange.layer({ unsaidPrice: Price.unsafe("100") }))
).pipe(
  Effect.flatMap((context) => Context.get(context, Broker.Brokers).get(account)),
  Effect.map((broker) => ({
    broker,
    account,
    symbol: Ticker.Ticker.make("AAPL"),
    unknownSymbol: Ticker.Ticker.make("NOPE"),
    patience: "1 second"
  }))
)

/** The command line on a module that exports this as its place. */
const proven = async (place: unknown, name = "place") => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-prove-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  Object.assign(globalThis, { placeOfTest: place })
  writeFileSync(join(folder, "place.mjs"), `export const ${name} = globalThis.placeOfTest`)
  const said = { out: "", err: "" }
  const streams = { out: (text: string) => void (said.out += text), err: (text: string) => void (said.err += text) }
  const code = await Effect.runPromise(run(["prove", join(folder, "place.mjs")], {}, streams))
  return { code, ...said }
}

describe("roundlot prove", () => {
  it("SDK-2: says of each clause what became of it, and ends with 0 where none is broken", async () => {
    const { code, out } = await proven(paper)
    expect(out).not.toContain("BROKEN")
    expect(out).toMatch(/\d\d kept, 0 broken, \d+ skipped, of \d+ clauses\nstorm: [1-9].* 0 findings\n$/)
    expect(code).toBe(0)
  })

  it("SDK-2: ends with 3 where a broker breaks a clause, and says what was asked, wanted and found", async () => {
    const short = Effect.map(paper, (place) => ({
      ...place,
      broker: { ...place.broker, positions: Effect.succeed({ complete: true, holdings: [] }) }
    }))
    const { code, out } = await proven(short)
    expect(out).toContain("BROKEN")
    expect(out).toContain("found")
    expect(out).toMatch(/BROKEN {3}storm: AAPL: its executions come to .*, it holds 0\n/)
    expect(code).toBe(3)
  })

  it("SDK-2: holds a source to the contract of sources where a module exports one", async () => {
    const mute = {
      open: Effect.succeed({ deliveries: () => Stream.empty, ageMs: Effect.succeed(0) }),
      bring: () => Effect.void
    }
    const { code, out } = await proven(Effect.succeed(mute), "source")
    expect(out).toMatch(/BROKEN {3}what is there is delivered\n {11}clause ACC-2: /)
    expect(out).toMatch(/\d kept, \d broken, 2 skipped, of 8 clauses\n$/)
    expect(code).toBe(3)
    expect(await proven({}, "source")).toMatchObject({
      code: 2,
      err: expect.stringContaining("does not export an Effect")
    })
  })

  it("refuses what is no place by its file, and says why one could not be opened", async () => {
    expect(await proven({})).toMatchObject({ code: 2, err: expect.stringContaining("does not export an Effect") })
    const other = await proven(Effect.succeed({ broker: 7 }))
    expect(other).toMatchObject({
      code: 2,
      err: expect.stringContaining("exports place as an Effect of something else")
    })
    const closed = await proven(Effect.die(new Error("no line")))
    expect(closed).toMatchObject({ code: 1, err: expect.stringContaining("place failed: no line") })
  })
})
