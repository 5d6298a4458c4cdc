import { Decimal, Order, OwnerId, Price, Quantity } from "@roundlot/core"
import { ClientOrderId, Report } from "@roundlot/core/adapter"
import { intake, interpret, send } from "@roundlot/core/ledger"
import { Desk } from "@roundlot/testing"
import { type Asked, atMost, type Figure, median, noted, timing } from "./measuring.ts"

const TRADES = 10_000
const PARTS = 4

type Policy = "fifo" | "pro-rata" | "key"

const owner = (trade: number): OwnerId.OwnerId => OwnerId.OwnerId.make(`owner-${trade}`)

/** A desk whose next order is of so many shares, and whose key, where it has one, has each owner with one of five weights. */
const deskOf = (allocation: Policy, trades: number): Desk.Desk => {
  const lot = Quantity.unsafe(String(trades))
  const key = Array.from({ length: trades }, (_, trade) => `${owner(trade)}=${1 + (trade % 5)}`)
  const keyed = allocation === "key" ? { allocationKey: key } : {}
  return Desk.make({ allocation, ...keyed, lot, maxTradeAgeMs: Number.MAX_SAFE_INTEGER })
}

/** A trade of one share for each of so many owners, from one on. */
const taken = (desk: Desk.Desk, from: number, until: number): void => {
  const numbers = Array.from({ length: until - from }, (_, i) => from + i)
  desk.commitAll(
    "trade",
    numbers.map((number) => (recorder) => ({
      value: intake.intake(recorder, {
        input: {
          source: "bench",
          sourceId: `t${number}`,
          owner: owner(number),
          occurrence: "0",
          symbol: "AAPL",
          side: "buy",
          quantity: Quantity.unsafe("1"),
          price: undefined,
          tradedAt: desk.now(),
          reverses: undefined,
          direct: undefined
        },
        symbol: desk.symbol,
        direction: undefined,
        held: undefined
      })
    }))
  )
}

const theirId = ClientOrderId.BrokerOrderId.make("b-1")
const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }

const hear = (desk: Desk.Desk, report: Report.Report): void => {
  desk.commit("report", (recorder) => interpret.interpretFact(recorder, { report, payload: undefined }))
}

/** The one order is sent, and fills in equal parts. */
const filled = (desk: Desk.Desk): void => {
  const [order] = desk.all(Order.OrderTable)
  if (order === undefined) throw new Error("no order is due")
  const planned = desk.commit("send", (recorder) => send.planSend(recorder, order.id, () => request))
  if (planned._tag !== "Send") throw new Error(`the order is not sent: ${planned._tag}`)
  const common = { account: desk.account, asOf: desk.now(), asOfKind: "broker" } as const
  const answer = Report.Answer.Accepted({ brokerOrderId: theirId })
  hear(desk, { _tag: "Answered", ...common, attemptId: planned.attemptId, answer, httpStatus: undefined })
  for (let part = 0; part < PARTS; part++) {
    hear(desk, {
      _tag: "Executed",
      ...common,
      asOf: desk.now(),
      brokerOrderId: theirId,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      execId: `e${part}`,
      execIdBase: `e${part}`,
      revision: 0,
      quantity: Decimal.divide(order.quantity, Decimal.unsafe(String(PARTS)), 0),
      price: Price.unsafe("100"),
      executedAt: desk.now()
    })
  }
}

/** Microseconds a trade: its order is made, sent and filled, all trades being there but the last. */
const took = (allocation: Policy, trades: number): number => {
  const desk = deskOf(allocation, trades)
  taken(desk, 0, trades - 1)
  const begun = timing()
  taken(desk, trades - 1, trades)
  filled(desk)
  return (begun().cpu * 1e6) / trades
}

/** What it costs that the fills of one order go to its trades pro rata or by a key of their owners, of what it costs from the oldest on. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const trades = asked.trades ?? (asked.quick ? 1_000 : TRADES)
  const rounds = Array.from({ length: asked.rounds ?? 3 }, () => {
    const [fifo, proRata, key] = [took("fifo", trades), took("pro-rata", trades), took("key", trades)]
    return { fifo, proRata, key, ofProRata: proRata / fifo, ofKey: key / fifo }
  })
  const of = `one order of ${trades.toLocaleString("en")} trades, made, sent and filled in ${PARTS} parts`
  return Promise.resolve([
    noted(`${of}, FIFO, processor a trade`, `${median(rounds.map(({ fifo }) => fifo)).toFixed(0)} µs`),
    noted("the same, pro rata", `${median(rounds.map(({ proRata }) => proRata)).toFixed(0)} µs`),
    noted("the same, by a key of as many owners", `${median(rounds.map(({ key }) => key)).toFixed(0)} µs`),
    atMost("pro rata, of FIFO", median(rounds.map(({ ofProRata }) => ofProRata)), 2),
    atMost("by a key, of FIFO", median(rounds.map(({ ofKey }) => ofKey)), 2)
  ])
}
