import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Price, Ticker } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { requestOf } from "../src/OrderRequest.ts"
import { frame, opening, reader } from "../src/wire/frames.ts"
import { type Said, say } from "../src/wire/layout.ts"
import * as requests from "../src/wire/requests.ts"
import { NEWEST, OFFER } from "../src/wire/versions.ts"
import { lines } from "./lines.ts"
import { terms } from "./setup.ts"

type Tokens = ReadonlyArray<string>

const Rows = Schema.parseJson(
  Schema.Array(Schema.Struct({ version: Schema.optional(Schema.Number), tokens: Schema.Array(Schema.String) }))
)

const recorded = Schema.decodeUnknownSync(Rows)(
  readFileSync(join(import.meta.dirname, "recorded/messages.json"), "utf8")
).flatMap(({ tokens, version = NEWEST }) => (version === NEWEST ? [tokens] : []))

/** In what form a field is; of words no more is said than that. */
const forms: ReadonlyArray<readonly [form: string, pattern: RegExp]> = [
  ["empty", /^$/],
  ["no double", /^1\.7976931348623157E308$/],
  ["no integer", /^2147483647$/],
  ["integer", /^-?\d+$/],
  ["double", /^-?\d+\.\d+$/],
  ["time", /^\d{8}[ -]+\d\d:\d\d:\d\d/]
]

const formOf = (token: string): string => forms.find(([, pattern]) => pattern.test(token))?.[0] ?? "word"

/** What is compared with what: a status of an order that has filled has prices, another one has none. */
const kindOf = ([id = "", , , filled]: Tokens): string =>
  id === "3" ? `3, ${filled === "0" ? "nothing filled" : "filled"}` : id

/** Fields of no one form: what an order's client calls it, and what the name of an account's value says of its form. */
const free: ReadonlyMap<string, ReadonlySet<number>> = new Map([
  ["5", new Set([23])],
  ["11", new Set([26])],
  ["101", new Set([22])],
  ["6", new Set([3, 4])]
])

/** In which fields a message is in none of the forms that were recorded of its kind. */
const strangeIn = (tokens: Tokens): ReadonlyArray<string> => {
  const kind = kindOf(tokens)
  const beside = recorded.filter((row) => kindOf(row) === kind)
  if (beside.length === 0) return [`${kind}: none was recorded`]
  const ofLength = beside.filter((row) => row.length === tokens.length)
  if (ofLength.length === 0) return [`${kind}: of ${tokens.length} fields`]
  return tokens.flatMap((token, i) => {
    const wanted = new Set(ofLength.map((row) => formOf(row[i] ?? "")))
    if (wanted.has(formOf(token)) || free.get(kind)?.has(i) === true) return []
    return [`${kind}: field ${i}, '${token}', is ${formOf(token)} and not ${[...wanted].join(" or ")}`]
  })
}

/** A client that keeps the fields of each message as they came. */
const client = (at: { readonly host: string; readonly port: number }) =>
  Effect.gen(function* () {
    const heard: Array<Tokens> = []
    const { next, say: hear } = lines()
    const { push } = reader()
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => connect(at)),
      (each) => Effect.sync(() => each.destroy())
    )
    socket.on("data", (bytes) => {
      for (const tokens of push(bytes)) {
        heard.push(tokens)
        hear(tokens.join("|"))
      }
    })
    socket.write(opening(OFFER))
    const send = (...all: ReadonlyArray<Said>) =>
      Effect.sync(() => void socket.write(Buffer.concat(all.map((said) => frame(said(NEWEST))))))
    yield* send(say(requests.startApi, { clientId: 3 }))
    yield* next("9|")
    return { heard, next, send }
  })

const ACCOUNT = "DU1234567"

const order = (orderId: number, differs: Parameters<typeof terms>[0]): Said =>
  say(requests.placeOrder, { orderId, ...Either.getOrThrow(requestOf(terms(differs), ACCOUNT)) })

const KO = Ticker.Ticker.make("KO")

/** All that the simulator says of orders, executions, an account, contracts and prices. */
const saidBySimulator = Effect.scoped(
  Effect.gen(function* () {
    const { exchange, host, port } = yield* Simulator.make({ unsaidPrice: Price.unsafe("150") })
    yield* exchange.instruct({ id: "rests", when: { symbol: "KO" }, do: { accept: {} } })
    const { heard, next, send } = yield* client({ host, port })
    yield* send(order(1, {}), order(2, { symbol: KO, type: "limit", limitPrice: Price.unsafe("60") }))
    yield* next("59|")
    yield* next("3|2|Submitted|")
    yield* send(
      say(requests.openOrders),
      say(requests.completedOrders),
      say(requests.executions, { reqId: 9, account: ACCOUNT }),
      say(requests.positions),
      say(requests.accountFigures, { reqId: 9, names: "BuyingPower" }),
      say(requests.accountUpdates, { account: ACCOUNT }),
      say(requests.contractDetails, { reqId: 9, symbol: "AAPL" }),
      say(requests.marketData, { reqId: 10, symbol: "AAPL" }),
      say(requests.marketData, { reqId: 11, symbol: "AAPL", genericTicks: "236", snapshot: 0 }),
      say(requests.currentTime)
    )
    yield* next("49|")
    yield* exchange.instruct({ id: "halt", do: { halt: { symbol: "AAPL" } } })
    yield* send(say(requests.marketData, { reqId: 12, symbol: "AAPL" }), say(requests.cancelOrder, { orderId: 2 }))
    yield* next("4|2|2|202|")
    return heard
  })
)

describe("TWS's simulator beside what was recorded", () => {
  it("writes each field of its messages in a form in which TWS writes it", async () => {
    const heard = await Effect.runPromise(saidBySimulator)
    expect(new Set(heard.map(([id = ""]) => id))).toEqual(new Set(recorded.map(([id = ""]) => id)))
    expect([...new Set(heard.flatMap(strangeIn))]).toEqual([])
  })
})
