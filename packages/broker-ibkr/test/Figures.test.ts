import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Decimal } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { type Said, say } from "../src/wire/layout.ts"
import * as tws from "../src/wire/messages.ts"
import * as requests from "../src/wire/requests.ts"
import { answering, NUMBER } from "./answering.ts"
import { account, open, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const value = (name: string, said: string, of = NUMBER): Said =>
  say(tws.accountValue, { name, value: said, currency: "", account: of })

const END = say(tws.accountValuesEnd, { account: NUMBER })

/** A broker at a TWS that has a buying power of 1,000, and says these values of the account. */
const brokerAt = (...values: ReadonlyArray<Said>) => brokerSaying(() => values)

/** The same where what it says depends on whether the account's values are subscribed to, or are no more. */
const brokerSaying = (
  valuesOf: (subscribe: string) => ReadonlyArray<Said>,
  time: () => ReadonlyArray<Said> = () => []
) =>
  Effect.gen(function* () {
    const port = yield* answering({
      [requests.accountFigures.id]: (reqId) => [
        say(tws.accountFigure, { reqId, account: NUMBER, name: "BuyingPower", value: "1000", currency: "USD" }),
        say(tws.accountFiguresEnd, { reqId })
      ],
      [requests.accountUpdates.id]: valuesOf,
      [requests.currentTime.id]: time
    })
    return yield* IbkrBroker.make({ account, address: { host: "127.0.0.1", port, clientId: 7 } })
  })

const read = (broker: Pick<Broker.BrokerService, "account">) =>
  Effect.map(Effect.either(broker.account), (figures) =>
    figures._tag === "Left" ? figures.left.message : Decimal.format(figures.right.buyingPower ?? Decimal.zero)
  )

const unready = (said: string) =>
  `account failed (server): the account's figures are not ready (AccountReady is '${said}')`

describe("answers of TWS", () => {
  it("have their times, by what was asked for", () =>
    run(
      Effect.gen(function* () {
        const { broker } = yield* open()
        yield* broker.positions
        yield* broker.positions
        expect((yield* send(broker, terms())).answer._tag).toBe("Accepted")
        const usage = yield* broker.requests ?? Effect.dieMessage("no times")
        const times = new Map(usage.endpoints.map(({ endpoint, ...of }) => [endpoint, of]))
        expect(times.get("place order")).toMatchObject({ requests: 1, errors: 0, p50Ms: expect.any(Number) })
        expect(times.get("positions")).toMatchObject({ requests: 2, errors: 0 })
        expect(usage).toMatchObject({ limits: [], answerMs: expect.any(Number), slowestMs: expect.any(Number) })
      })
    ))
})

describe("figures of an account at TWS, over a socket", () => {
  it("are not believed while TWS says that the account is not ready, and are once it is", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange, simulator } = yield* open()
        yield* exchange.instruct({ id: "power", do: { buyingPower: { amount: "2500", account: "ibkr" } } })
        yield* simulator.become({ isReady: false })
        expect(yield* read(broker)).toBe(unready("false"))
        yield* simulator.become({ isReady: true })
        expect(yield* read(broker)).toBe("2500")
      })
    ))

  it("of two that ask at once neither takes the end of the other's answer for its own", () =>
    run(
      Effect.gen(function* () {
        // The rest of an answer comes later: with that to the next request.
        let rest: ReadonlyArray<Said> = []
        const later = (saidNow: ReadonlyArray<Said>, saidLater: ReadonlyArray<Said>) => {
          const all = [...rest, ...saidNow]
          rest = saidLater
          return all
        }
        const broker = yield* brokerSaying(
          (subscribe) => (subscribe === "1" ? later([value("AccountReady", "false")], [END]) : []),
          () => later([say(tws.currentTime, { seconds: "1795453200" })], [])
        )
        yield* Effect.forkScoped(Effect.forever(broker.clock ?? Effect.never))
        const both = yield* Effect.all([read(broker), read(broker)], { concurrency: 2 })
        expect(both).toEqual([unready("false"), unready("false")])
      })
    ))

  it("are judged while positions are listed, however long that takes", () =>
    run(
      Effect.gen(function* () {
        const broker = yield* brokerAt(value("AccountReady", "false"), END)
        yield* Effect.forkScoped(broker.positions)
        yield* Effect.yieldNow()
        expect(yield* read(broker)).toBe(unready("false"))
      })
    ))

  it.each([
    ["ready", [value("AccountReady", "true"), END], "1000"],
    ["ready, amid others", [value("AccountCode", NUMBER), value("AccountReady", "true")], "1000"],
    ["not ready", [value("AccountReady", "false"), END], unready("false")],
    [
      "not ready, as account updates of several accounts write it",
      [value("accountReady", "false"), END],
      unready("false")
    ],
    ["a word that is not documented", [value("AccountReady", "soon"), END], unready("soon")],
    ["another account that is not ready", [value("AccountReady", "false", "DU7"), END], "1000"],
    ["no word of it", [value("AccountType", "INDIVIDUAL"), END], "1000"],
    ["nothing at all", [], "1000"]
  ])("%s", (_, values, expected) =>
    run(
      Effect.gen(function* () {
        expect(yield* read(yield* brokerAt(...values))).toBe(expected)
      })
    )
  )
})
