import { EventName, IBApi } from "@stoqey/ib"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Ticker } from "@roundlot/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { pace } from "../src/simulator/Seat.ts"
import { open, send, terms } from "./setup.ts"

/** More than TWS takes of one connection within a second. */
const MANY = 60

const symbols = Array.from({ length: MANY }, (_, i) => Ticker.Ticker.make(`A${String.fromCharCode(65 + (i % 26))}${i}`))

describe("fifty messages a second", () => {
  it("are what TWS takes: a client that sends more is told so, and loses its connection", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { host, port } = yield* Simulator.make({})
          const wanted = ["code 100", "disconnected"]
          const seen = new Set<string>()
          yield* Effect.async<void>((resume) => {
            const note = (what: string) => {
              seen.add(what)
              if (wanted.every((each) => seen.has(each))) resume(Effect.void)
            }
            const api = new IBApi({ host, port, clientId: 3, maxReqPerSec: 1000 })
            api.on(EventName.info, (_words, code) => note(`code ${code}`))
            api.once(EventName.nextValidId, () => {
              for (let i = 0; i < MANY; i += 1) api.reqCurrentTime()
            })
            api.once(EventName.disconnected, () => note("disconnected"))
            api.connect()
          })
          expect([...seen]).toEqual(expect.arrayContaining(wanted))
        })
      )
    ))

  it("are never passed by ours: what is asked at once is answered one after another, on one connection", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { broker } = yield* open()
          const ask = broker.instrument ?? (() => Effect.dieMessage("it knows no instruments"))
          const answers = yield* Effect.forEach(symbols, (symbol) => ask(symbol), { concurrency: "unbounded" })
          expect(answers.map(({ _tag }) => _tag)).toEqual(symbols.map(() => "Known"))
          expect((yield* send(broker, terms())).answer._tag).toBe("Accepted")
        })
      )
    ))

  it("are counted within any second, not by the clock's", () => {
    const isTooMany = pace(2)
    expect([0, 400, 1000, 1399, 1400].map(isTooMany)).toEqual([false, false, false, true, true])
    expect([3000, 3999, 3999, 4000].map(isTooMany)).toEqual([false, false, true, true])
  })
})
