import { assert, it } from "@effect/vitest"
import type { Exchange } from "@roundlot/broker-paper"
import { Decimal, Reads } from "@roundlot/core"
import { Break } from "@roundlot/core/ledger"
import { Effect, Schema } from "effect"
import { startOf } from "../cases/ahead.ts"
import { messages } from "../cases/messages.ts"
import { places } from "../cases/Place.ts"
import type { Telling } from "../cases/retelling.ts"
import { audited, opened, orders, submit, trade } from "../engine/Engine.ts"
import { leaping, lookedAgain, looks, program, run, servicesOf, silent, until } from "./Sequence.ts"

const symbols = "AAPL MSFT KO XOM GE IBM CAT MMM PG JNJ WMT HD DIS NKE MCD BA CVX JPM GS V".split(" ")

/** Codes that TWS has never used, each for one symbol. */
const codes = new Map(
  symbols.map((symbol, index) => [symbol, String(([700, 900, 9_200, 10_700][index % 4] ?? 0) + index * 37)])
)

const WORDS = "nobody has seen this"

/** Of each second symbol TWS takes the order all the same. */
const isTaken = (symbol: string): boolean => symbols.indexOf(symbol) % 2 === 0

/** In place of the first that it shows of an order that it has taken, TWS says the code alone; it lists the order afterwards. */
const coded = (): Telling => {
  const told = new Set<string>()
  const hidden = new Set<string>()
  return {
    message: (fields) => {
      const [kind, orderId = "", , symbol = ""] = fields
      if (kind === messages.orderStatus) return hidden.has(orderId) ? [] : [fields]
      if (kind !== messages.openOrder || !isTaken(symbol)) return [fields]
      if (told.has(orderId)) hidden.delete(orderId)
      else hidden.add(orderId)
      if (told.has(orderId)) return [fields]
      told.add(orderId)
      return [["4", "2", orderId, codes.get(symbol) ?? "", WORDS, ""]]
    }
  }
}

const meets = (exchange: Exchange.ExchangeService) =>
  Effect.forEach([...codes], ([symbol, code]) => {
    const act = isTaken(symbol) ? { accept: {} } : { reject: { code, words: WORDS } }
    return exchange.instructJson(JSON.stringify({ id: symbol, when: { symbol }, do: act, times: 1_000 }))
  })

const Asked = Schema.Struct({ symbol: Schema.String, clientOrderId: Schema.String })

/** What the exchange was asked to place, in turn. */
const asked = ({ requests }: Exchange.ExchangeService) =>
  Effect.map(requests, (all) =>
    all.flatMap(({ operation, payload }) => (operation === "place" ? Schema.decodeUnknownSync(Asked)(payload) : []))
  )

/** What became of the first order of a symbol; how often one was sent, at most. */
const fates = Effect.map(orders, (all) =>
  symbols.map((symbol) => {
    const own = all.filter((order) => order.symbol === symbol)
    return `${symbol} ${own[0]?.status} ${Math.max(...own.map(({ attempts }) => attempts))}`
  })
)

const fateOf = (symbol: string): string => `${symbol} ${isTaken(symbol) ? "submitted" : "failed"} 1`

const MINUTES = 60
const LONGEST_COOL_DOWN_MS = 15 * 60_000

/** Absence is proven by looks that are a minute apart; each waits longer for the next. */
const settled = (exchange: Exchange.ExchangeService, ahead: { ms: number }) =>
  Effect.iterate(0, {
    while: (minute) => minute < MINUTES,
    body: (minute) =>
      Effect.flatMap(fates, (now) => {
        if (now.join() === symbols.map(fateOf).join()) return Effect.succeed(MINUTES)
        ahead.ms += 61_000
        return Effect.as(lookedAgain(exchange), minute + 1)
      })
  })

/** What holds a symbol until a person has resolved it, in the code and words of TWS. */
const refusals = Effect.map(Reads.all(Break.BreakTable), (all) =>
  all.flatMap(({ closedAt, details, holds, symbol }) =>
    closedAt === undefined && details._tag === "OrderRefused"
      ? [`${symbol} ${holds} ${details.code} ${details.class}: ${details.detail}`]
      : []
  )
)

/** A minute after its sending a person sees each doubt, and what it may have bought. */
const doubts = Effect.map(
  Reads.all(Break.BreakTable),
  (all) => new Set(all.flatMap(({ kind, subject, symbol }) => (kind === "Doubt" ? `${symbol} ${subject}` : [])))
)

it.scopedLive(
  "Refusals: 20 codes that TWS never used, over its sockets: what was taken is found, what was not is proven absent and waits for a person, and nothing is sent twice",
  () => {
    const ahead = { ms: startOf("ibkr") }
    return Effect.gen(function* () {
      const place = yield* places.ibkr(true)
      const { exchange } = place
      const daemon = program(place)
      const own = yield* daemon.begin
      yield* Effect.gen(function* () {
        yield* opened({})
        yield* place.tells(coded())
        yield* meets(exchange)
        yield* run(own)
        yield* until(looks(exchange), (count) => count > 0)
        yield* submit(...symbols.map((symbol) => ({ ...trade("buy", "3"), symbol })))
        yield* until(asked(exchange), (all) => all.length === symbols.length)
        yield* settled(exchange, ahead)
        assert.deepStrictEqual(yield* fates, symbols.map(fateOf))
        const all = yield* orders
        const first = symbols
          .filter((symbol) => !isTaken(symbol))
          .map((symbol) => all.find((each) => each.symbol === symbol))
        const shown = yield* doubts
        assert.isTrue(first.every((order) => order !== undefined && shown.has(`${order.symbol} O${order.id}`)))
        assert.sameMembers(
          yield* refusals,
          symbols
            .filter((symbol) => !isTaken(symbol))
            .map((symbol) => `${symbol} symbol ${codes.get(symbol)} unknown: ${WORDS}`)
        )
        // No cool-down brings another order: each symbol had one, and that is all.
        ahead.ms += LONGEST_COOL_DOWN_MS
        yield* lookedAgain(exchange)
        const sent = yield* asked(exchange)
        assert.sameMembers(
          sent.map(({ symbol }) => symbol),
          symbols
        )
        const there = (yield* exchange.orders).filter(({ status }) => status === "new")
        assert.sameMembers(
          there.map(({ symbol }) => symbol),
          symbols.filter(isTaken)
        )
        assert.isTrue(all.every(({ excess, filled }) => Decimal.isZero(excess) && Decimal.isZero(filled)))
        assert.deepStrictEqual(yield* audited, [])
      }).pipe(Effect.ensuring(daemon.end), Effect.provide(servicesOf(daemon.broker)))
    }).pipe(Effect.scoped, Effect.withClock(leaping(ahead)), Effect.provide(silent))
  },
  120_000
)
