import { createServer, type Server, type Socket } from "node:net"
import { Exchange, type ExchangeOrder, type ExchangeFailed, Listing, Matching } from "@roundlot/broker-paper"
import { AccountName } from "@roundlot/core"
import { Effect, FiberSet, Schema, type Scope } from "effect"
import { NEWEST } from "../wire/versions.ts"
import { type AccountState, permIdOf, type Desk } from "./Desk.ts"
import type { TimeShape } from "./messages.ts"
import * as Seat from "./Seat.ts"

/** The port could not be listened on. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  port: Schema.Number,
  detail: Schema.String
}) {
  override get message() {
    return `cannot listen on port ${this.port}: ${this.detail}. Leave the port away to take one that is free`
  }
}

/** How a simulator is opened: as the exchange behind it, and what TWS has besides. */
export interface Options extends Omit<
  Exchange.ExchangeOptions,
  "endsOrdersAtSplit" | "orderIdOf" | "restsWhileClosed"
> {
  /** The port on this machine; one that is free where it is left away. */
  readonly port?: number | undefined
  /** The exchange's account behind the login, for several simulators on one `file`; always the same where it is left away. */
  readonly account?: AccountName.AccountName | undefined
  /** The account's number; one that is paper, always the same, where it is left away. */
  readonly number?: string | undefined
  /** Numbers of further accounts behind the login. */
  readonly others?: ReadonlyArray<string> | undefined
  /** When it is told what executions cost: with them, behind the end of a listing, or never. */
  readonly commissions?: "with" | "late" | "never" | undefined
  /** What market data the login is subscribed to; live where it is left away. */
  readonly marketData?: "live" | "delayed" | "none" | undefined
  /**
   * Whether executions have the durable id of their order. Without it they are as those of orders from outside: the order of another
   * client, or of a person, is not listed then either.
   */
  readonly permIds?: "always" | "never" | undefined
  /** What a filled order is listed over among the completed ones: its quantity, or 0, as TWS was seen to do (hadrianl/ibapi#18). */
  readonly quantityOfFilled?: "shown" | "zero" | undefined
  /** The newest version of the protocol that it speaks: 193 where it is left away; one from 177 on is as an older TWS. */
  readonly newestVersion?: number | undefined
  /** How times of executions are written. */
  readonly times?: TimeShape | undefined
}

/** A leg of a combination; shares. */
export interface Leg {
  readonly symbol: string
  readonly side: "buy" | "sell"
  readonly quantity: string
}

/** Why a combination could not be entered: in the words of the exchange. */
type CannotCombine = Effect.Effect.Error<ReturnType<Exchange.ExchangeService["instruct"]>>

/** A running simulator: how it is reached, and the exchange behind it, for instructions. */
export interface Simulator {
  readonly host: string
  readonly port: number
  /** The account's number. */
  readonly number: string
  readonly exchange: Exchange.ExchangeService
  /** The exchange's account behind the login. */
  readonly account: AccountName.AccountName
  /** Changes what the account is: read only, without shares to lend, short of day trades, not ready, of other hours, or without stocks to order. */
  readonly become: (change: Partial<AccountState>) => Effect.Effect<void>
  /** Sends a message of TWS's own to every client: its code and words, such as 1100. */
  readonly notify: (code: number, words: string) => Effect.Effect<void>
  /**
   * A person enters a combination of these legs in TWS: one order of the class `BAG`, an execution for each leg under its id, and one
   * of the whole beside them. Its durable id.
   */
  readonly combine: (legs: ReadonlyArray<Leg>) => Effect.Effect<string, CannotCombine>
  /** Cuts every connection; half of a message goes out before. */
  readonly cut: Effect.Effect<void>
}

/** The exchange's account behind the login. */
export const ACCOUNT = AccountName.AccountName.make("ibkr")

const LOOPBACK = "127.0.0.1"
const NUMBER = "DU1234567"

/**
 * Opens a simulator of TWS on this machine: its protocol over TCP, version 193, in front of one exchange. Any client of the API
 * connects to it. Closed with the scope.
 *
 * @example
 * const { exchange, port } = yield* Simulator.make({})
 * yield* exchange.instruct({ id: "1", do: { takeThenReset: {} } })
 */
export const make = (options: Options = {}): Effect.Effect<Simulator, ExchangeFailed | ListenFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const exchange = yield* Exchange.make({
      unsaidPrice: Matching.SIMULATOR_PRICE,
      ...options,
      listing: options.listing ?? Listing.any,
      restsWhileClosed: true,
      // Orders that are good until cancelled end with each corporate action (IBKR's TWS guide, Time in Force for Orders).
      endsOrdersAtSplit: true,
      orderIdOf: permIdOf
    })
    const known = yield* exchange.orders
    let state: AccountState = {
      isReadOnly: false,
      isReady: true,
      notShortable: new Set(),
      dayTradesRemaining: undefined,
      hours: {},
      ineligible: new Map()
    }
    const desk = deskOf(options, exchange, known, () => state)
    const sockets = new Set<Socket>()
    const run = yield* FiberSet.makeRuntime()
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => createServer()),
      (each) => Effect.sync(() => void each.close())
    )
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on("close", () => sockets.delete(socket))
      run(
        Effect.ignore(
          Effect.ensuring(
            Effect.scoped(Seat.serve(desk, socket)),
            Effect.sync(() => socket.destroy())
          )
        )
      )
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((socket) => socket.destroy())))
    const port = yield* listening(server, options.port ?? 0)
    return {
      host: LOOPBACK,
      port,
      number: desk.number,
      exchange,
      account: desk.account,
      become: (change) =>
        Effect.sync(() => {
          state = { ...state, ...change }
        }),
      notify: (code, words) =>
        Effect.sync(() => sockets.forEach((socket) => socket.write(Seat.noticeFrame(code, words)))),
      combine: (legs) => combine(desk, legs),
      cut: Effect.sync(() => sockets.forEach(Seat.cutAmid))
    }
  })

/** What a simulator starts with: as TWS is, but for what the options say. */
const deskOf = (
  options: Options,
  exchange: Exchange.ExchangeService,
  known: ReadonlyArray<ExchangeOrder.ExchangeOrder>,
  state: () => AccountState
): Desk => ({
  exchange,
  account: options.account ?? ACCOUNT,
  state,
  number: options.number ?? NUMBER,
  others: options.others ?? [],
  shape: options.times ?? "zone",
  commissions: options.commissions ?? "with",
  marketData: options.marketData ?? "live",
  isAlwaysOpen: options.isOpen === undefined,
  permIds: options.permIds ?? "always",
  quantityOfFilled: options.quantityOfFilled ?? "shown",
  newestVersion: options.newestVersion ?? NEWEST,
  placed: new Map(),
  combined: new Map(),
  combining: { isUnderWay: false },
  references: new Set(known.flatMap(({ clientOrderId }) => clientOrderId ?? [])),
  orderIds: new Map(),
  connected: new Set()
})

const PRICE = "100"

/** The legs rest at a price that nobody has until all of them are known to be one, and then trade at 100. */
const combine = (desk: Desk, legs: ReadonlyArray<Leg>): Effect.Effect<string, CannotCombine> =>
  Effect.gen(function* () {
    const { exchange } = desk
    desk.combining.isUnderWay = true
    const name = `combination ${desk.combined.size}`
    const before = new Set((yield* exchange.orders).map(({ brokerOrderId }) => brokerOrderId))
    for (const [i, leg] of legs.entries()) {
      yield* exchange.instruct({ id: `${name}, price ${i}`, do: { price: { symbol: leg.symbol, price: PRICE } } })
      const limitPrice = leg.side === "buy" ? "0.01" : "1000000"
      const manualOrder = { ...leg, type: "limit" as const, limitPrice }
      yield* exchange.instruct({ id: `${name}, leg ${i}`, do: { manualOrder } })
    }
    const ids = (yield* exchange.orders).flatMap(({ brokerOrderId }) =>
      before.has(brokerOrderId) ? [] : [brokerOrderId]
    )
    for (const id of ids) desk.combined.set(id, ids)
    desk.combining.isUnderWay = false
    for (const [i, { quantity }] of legs.entries())
      yield* exchange.instruct({
        id: `${name}, fill ${i}`,
        do: { fill: { quantity, price: PRICE, brokerOrderId: ids[i] ?? "" } }
      })
    return ids[0] ?? ""
  })

const listening = (server: Server, port: number): Effect.Effect<number, ListenFailed> =>
  Effect.async((resume) => {
    server.once("error", (error) => resume(Effect.fail(new ListenFailed({ port, detail: error.message }))))
    server.listen(port, LOOPBACK, () => {
      const address = server.address()
      resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : port))
    })
  })
