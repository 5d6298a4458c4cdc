import { Instant, type Broker } from "@roundlot/core"
import type { ClientOrderId, HttpOutcome } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"
import { FillActivity } from "./Execution.ts"
import { OrderAnswer } from "./OrderAnswer.ts"
import { reading, rowsOf } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

const ORDERS_A_PAGE = 500
const FILLS_A_PAGE = 100

const Page = Schema.Array(Schema.Unknown)

/** All rows of a listing that is one page. */
export const listWhole = <A, I>(
  wire: Wire,
  operation: string,
  path: string,
  schema: Schema.Schema<A, I>
): Effect.Effect<HttpOutcome.Rows<A>, Broker.BrokerReadFailed> =>
  Effect.flatMap(reading(wire, operation, path, Page), (page) => rowsOf(operation, schema, page))

const query = (path: string, parameters: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(parameters).toString()}`

const orderIdOf = ({ value }: HttpOutcome.Row<OrderAnswer>): string => value.id

/** The orders that were submitted in a window, oldest first. */
export const listOrders = (
  wire: Wire,
  window: Broker.TimeWindow
): Effect.Effect<HttpOutcome.Rows<OrderAnswer>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const rows = new Map<string, HttpOutcome.Row<OrderAnswer>>()
    let complete = true
    let after = Instant.make(window.from - 1n)
    for (;;) {
      const path = query("/v2/orders", {
        status: "all",
        limit: String(ORDERS_A_PAGE),
        direction: "asc",
        nested: "false",
        after: Instant.format(after),
        until: Instant.format(Instant.make(window.to + 1n))
      })
      const page = yield* reading(wire, "orders", path, Page)
      const read = yield* rowsOf("orders", OrderAnswer, page)
      const known = rows.size
      for (const row of read.rows) rows.set(orderIdOf(row), row)
      complete = complete && read.complete
      const last = read.rows.at(-1)?.value
      if (page.length < ORDERS_A_PAGE || last === undefined) break
      if (rows.size === known) return { complete: false, rows: [...rows.values()] }
      // `after` is strict, and two orders may share a moment.
      after = Instant.make((last.submitted_at ?? last.created_at) - 1n)
    }
    return { complete, rows: [...rows.values()] }
  })

const SECOND_MS = 1_000

/** The executions of a window, oldest first; the ends are taken a second wider, since Alpaca's are strict. */
export const listFills = (
  wire: Wire,
  window: Broker.TimeWindow
): Effect.Effect<HttpOutcome.Rows<FillActivity>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const rows: Array<HttpOutcome.Row<FillActivity>> = []
    let complete = true
    let token: string | undefined
    for (;;) {
      const path = query("/v2/account/activities/FILL", {
        after: Instant.format(Instant.addMillis(window.from, -SECOND_MS)),
        until: Instant.format(Instant.addMillis(window.to, SECOND_MS)),
        direction: "asc",
        page_size: String(FILLS_A_PAGE),
        ...(token === undefined ? {} : { page_token: token })
      })
      const page = yield* reading(wire, "fills", path, Page)
      const read = yield* rowsOf("fills", FillActivity, page)
      rows.push(...read.rows)
      complete = complete && read.complete
      const last = read.rows.at(-1)?.value.id
      if (page.length < FILLS_A_PAGE) break
      // A full page that does not lead on hides what follows it.
      if (last === undefined || last === token) return { complete: false, rows }
      token = last
    }
    return { complete, rows }
  })

/** The executions of an order, under all its ids, among those of the time in which it worked. */
export const listFillsOf = (
  wire: Wire,
  ids: ReadonlyArray<ClientOrderId.BrokerOrderId>,
  window: Broker.TimeWindow
): Effect.Effect<HttpOutcome.Rows<FillActivity>, Broker.BrokerReadFailed> =>
  Effect.map(listFills(wire, window), ({ complete, rows }) => ({
    complete,
    rows: rows.filter(({ value }) => ids.includes(value.order_id))
  }))
