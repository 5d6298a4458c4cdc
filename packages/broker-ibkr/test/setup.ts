import { createServer } from "node:net"
import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { AccountName } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { SampleOrder } from "@roundlot/testing"
import { Effect, Random, Schedule } from "effect"
import { reader } from "../src/wire/frames.ts"

/** The account that the tests trade in. */
export const account = AccountName.AccountName.make("paper")

/** A simulator of its own on a free port, and the broker of `account` on it, over real sockets. */
export const open = (options: Simulator.Options = {}, differs: Partial<IbkrBroker.Options> = {}) =>
  Effect.gen(function* () {
    const seed = yield* Random.nextInt
    const simulator = yield* Simulator.make({ seed, ...options })
    const { host, port } = simulator
    const broker = yield* IbkrBroker.make({ account, address: { host, port, clientId: 7 }, ...differs })
    return { simulator, exchange: simulator.exchange, broker }
  })

/** A market order of one AAPL, or what differs from it. */
export const terms = (differs: Partial<OrderTerms.OrderTerms> = {}): OrderTerms.OrderTerms =>
  SampleOrder.terms(account, differs)

/** Sends an order as its first attempt, says an answer in a line, and spans the last minute. */
export const { lately, send, words } = SampleOrder

/** Reads until it succeeds: a line that was lost comes back by itself. */
export const patiently = <A, E>(read: Effect.Effect<A, E>) =>
  Effect.retry(read, { schedule: Schedule.spaced("20 millis"), times: 200 })

const START_API = "71"

/** A peer of our own making: what it writes once a client has opened, once it has said who it is, and to each of its requests then. */
export const peer = (
  greeting: Buffer,
  afterwards: Buffer = Buffer.alloc(0),
  answerTo: (request: ReadonlyArray<string>) => Buffer = () => Buffer.alloc(0)
) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((socket) => {
          const read = reader()
          let isGreeted = false
          socket.on("error", () => undefined)
          socket.on("data", (bytes) => {
            const all = read.push(bytes)
            if (!isGreeted) socket.write(greeting)
            isGreeted = true
            for (const request of all) socket.write(request[0] === START_API ? afterwards : answerTo(request))
          })
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.sync(() => void server.close())
    ),
    (server) => {
      const address = server.address()
      return address !== null && typeof address === "object" ? address.port : 0
    }
  )
