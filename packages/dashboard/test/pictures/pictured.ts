import { Entropy } from "@roundlot/core/adapter"
import { Accumulator, Clock, SourcePolicy } from "@roundlot/core"
import { Effect, Layer } from "effect"
import { ask, booksBy, serving } from "../../../runner/test/serve/serving.ts"
import { givesUp } from "../../../runner/test/views/inbox.ts"
import * as scene from "../../../runner/test/views/scene.ts"

/** Ids and seals are the same every time, and each is another. */
const counted = Layer.sync(Entropy.Entropy, () => {
  let drawn = 0
  return { hex: Effect.sync(() => (++drawn).toString(16).padStart(32, "0")) }
})

/** Books on which nothing is by chance. */
export const booksOfPictures = booksBy(counted)

/** The moment that is looked at. */
export const NOW = scene.second(310)

const SYMBOLS = ["AAPL", "MSFT", "NVDA", "KO", "IBM", "XOM"]

/** A trade comes in when it is made. */
const trade = (...terms: Parameters<typeof scene.input>) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const accumulator = yield* Accumulator.Accumulator
    const input = { ...scene.input(...terms), tradedAt: yield* clock.now }
    return yield* accumulator.submit(scene.main, input, SourcePolicy.anyAge)
  })

/** Orders filled, corrected, refused, working and in doubt; residuals that wait for more. */
const trading = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open(SYMBOLS)
  yield* trade("t-1", "buy", "0.3")
  yield* scene.at(0.6)
  yield* trade("t-2", "buy", "0.5")
  yield* scene.at(1.2)
  yield* trade("t-3", "buy", "3.4", "AAPL", "150.4")
  yield* scene.at(1.5)
  yield* scene.accepted(1)
  yield* scene.at(2)
  yield* scene.fills(1, { exec: "x1", quantity: "1", price: "150" })
  yield* scene.fills(1, { exec: "x2", quantity: "3", price: "150.3" })
  yield* scene.costs("x1.0", "0.35")
  yield* scene.at(3)
  yield* scene.fills(1, { exec: "x2", revision: 1, quantity: "3", price: "150.2" })
  yield* scene.at(60)
  yield* trade("t-4", "sell", "0.1")
  yield* trade("t-5", "buy", "1.5", "MSFT", "410")
  yield* scene.refused(2)
  yield* scene.at(120)
  yield* scene.directly("t-6", "buy", "2", "IBM", "190.5")
  yield* scene.accepted(3)
  yield* scene.fills(3, { exec: "x3", symbol: "IBM", quantity: "0.5", price: "190.4" })
  yield* trade("t-7", "buy", "0.75", "XOM", "104.2")
  yield* trade("t-8", "sell", "0.125", "KO", "58.31")
  yield* scene.at(180)
  yield* trade("t-9", "buy", "2", "NVDA", "480.1")
  yield* scene.unclear(4)
  yield* trade("t-10", "sell", "1", "AAPL", "150", "never came")
})

/** What a person has to look at. */
const cases = Effect.gen(function* () {
  yield* scene.at(240)
  yield* scene.opens({ symbol: "AAPL", kind: "PositionDiffers", subject: "AAPL" })
  yield* scene.opens({ symbol: "XOM", kind: "ForeignPosition", subject: "XOM" })
  yield* givesUp(scene.second(240))
})

const ROWS = `source_id,symbol,side,quantity,price
b-1,XOM,buy,0.1,104.1
b-2,XOM,hold,1,104.1
b-3,KO,buy,"1,5",58.2
b-4,MSFT,sell,0.25,411
b-5,IBM,buy,0.125,190.4
`

const submitAt = (port: number) => (body: object) => ask(port, "/api/v1/batches", { method: "POST", body })

/** A batch of which rows failed, one of a single row, and one that is not closed yet: none has its turn, which only a daemon gives. */
const batches = (port: number) =>
  Effect.gen(function* () {
    const submit = submitAt(port)
    yield* submit({ name: "Friday's fractions", csv: ROWS, mode: "accumulate" })
    yield* scene.at(305)
    const row = { source_id: "c-1", symbol: "MSFT", side: "buy", quantity: "0.5", price: "410" }
    yield* submit({ name: "Next in turn", rows: [row], mode: "execute" })
    yield* submit({ name: "Collected by hand", open: true, mode: "accumulate" })
  })

/** Plays on the books all that pages show, and has it be the moment that is looked at; gives the address of their server. */
export const played = Effect.gen(function* () {
  yield* trading
  yield* cases
  yield* scene.at(300)
  // Not before: the clock goes through every moment at which a server does something.
  const port = yield* serving
  yield* batches(port)
  yield* scene.at(310)
  return `http://127.0.0.1:${port}`
})
