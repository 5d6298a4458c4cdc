import { connect } from "node:net"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Price, Quantity, Ticker } from "@roundlot/core"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { fieldsOf, frame, opening, reader } from "../src/wire/frames.ts"
import { agreed, NEWEST, OFFER, OLDEST } from "../src/wire/versions.ts"
import { account, lately, open, peer, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const VERSIONS = Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => OLDEST + i)

/** What a simulator answers to a client that opens with this; nothing where it ends the connection. */
const answered = (port: number, offer: string) =>
  Effect.async<string>((resume) => {
    const { opened, push } = reader()
    const socket = connect({ host: "127.0.0.1", port })
    socket.on("connect", () => void socket.write(opening(offer)))
    socket.on("data", (bytes) => {
      push(bytes)
      const [version = ""] = fieldsOf(opened() ?? "")
      resume(Effect.succeed(version))
      socket.destroy()
    })
    socket.on("close", () => resume(Effect.succeed("ended")))
    socket.on("error", () => resume(Effect.succeed("ended")))
  })

const refused = (port: number) =>
  Effect.flip(IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: 7 }, connectTimeoutMs: 5000 }))

describe("the version of the protocol", () => {
  it.each([
    ["v100..193", "193"],
    ["v100..225", "193"],
    ["v157..178", "178"],
    ["v177..177", "177"],
    ["v185", "185"],
    ["v177..190 +PACEAPI", "190"],
    ["v100..176", "ended"],
    ["v194..225", "ended"],
    ["v201..221", "ended"],
    ["193", "ended"],
    ["v193..177", "ended"],
    ["", "ended"]
  ])("that the simulator answers to a client that offers %j is the highest of both: %s", (offer, version) =>
    run(
      Effect.gen(function* () {
        const { port } = yield* Simulator.make({})
        expect(yield* answered(port, offer)).toBe(version)
      })
    )
  )

  it("is no newer than the simulator was asked to be, and each client has its own", () =>
    run(
      Effect.gen(function* () {
        const { port } = yield* Simulator.make({ newestVersion: 185 })
        expect([yield* answered(port, "v100..193"), yield* answered(port, "v100..180")]).toEqual(["185", "180"])
        expect(agreed("v186..193", 185)).toBeUndefined()
      })
    ))

  it.each(["176", "178.5", "194", "200", "201", "225", "-1", "", "AAPL"])(
    "%j is refused by name, with what to use: nothing is read at a version that is not spoken",
    (version) =>
      run(
        Effect.gen(function* () {
          const failure = yield* refused(yield* peer(frame([version, "20261120 14:30:00 UTC"])))
          expect(failure).toMatchObject({
            _tag: "ConnectFailed",
            problem: "version",
            detail: `it speaks version '${version}' of the protocol`
          })
          expect(failure.message).toContain("Use TWS or the Gateway 10.30 or newer, which speaks versions 177 to 193")
        })
      )
  )

  it("that TWS has none of ends the connection, and says what was offered", () =>
    run(
      Effect.gen(function* () {
        const { port } = yield* Simulator.make({ newestVersion: 176 })
        expect(yield* refused(port)).toMatchObject({
          problem: "version",
          detail: `it ended the connection when it was offered ${OFFER}`
        })
      })
    ))

  it.each(VERSIONS)("%i: orders, executions, holdings and instruments are read as it says", (newestVersion) =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open({ newestVersion, unsaidPrice: Price.unsafe("150.25") })
        const instrument = yield* broker.instrument?.(Ticker.Ticker.make("AAPL")) ?? Effect.dieMessage("none")
        expect(instrument).toMatchObject({ _tag: "Known", symbol: "AAPL", currency: "USD", assetClass: "equity" })
        expect((yield* send(broker, terms({ quantity: Quantity.unsafe("3") }))).answer._tag).toBe("Accepted")
        yield* exchange.instruct({ id: "rests", when: {}, do: { accept: {} } })
        const resting = terms({ type: "limit", limitPrice: Price.unsafe("149.5"), session: "extended" })
        expect((yield* send(broker, resting)).answer._tag).toBe("Accepted")
        const { received } = yield* broker.orders(yield* lately)
        expect(
          received.map(({ report }) => report).toSorted((a, b) => a.rawStatus.localeCompare(b.rawStatus))
        ).toMatchObject([
          { rawStatus: "Filled", symbol: "AAPL", type: "market", cumulative: Decimal.unsafe("3") },
          {
            rawStatus: "Submitted",
            limitPrice: Price.unsafe("149.5"),
            session: "extended",
            clientOrderId: resting.clientOrderId
          }
        ])
        const fills = yield* broker.fills(yield* lately)
        expect(fills.received.map(({ report }) => [report.symbol, report.facts?.currency, report.price])).toEqual([
          ["AAPL", "USD", Price.unsafe("150.25")]
        ])
        expect((yield* broker.positions).holdings).toMatchObject([{ symbol: "AAPL", assetClass: "equity" }])
        expect((yield* broker.account).currency).toBe("USD")
      })
    )
  )
})
