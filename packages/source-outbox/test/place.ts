import { Clock, Decimal, Instant, OwnerId, Price, Quantity, Side, Trade } from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import type { SourceContract } from "@roundlot/testing"
import { Effect, Either, Redacted, Schema } from "effect"
import { readFileSync } from "node:fs"
import { Client } from "pg"
import { inject } from "vitest"
import { OutboxSource } from "../src/index.ts"

const guide = readFileSync(new URL("../../../docs/guides/follow-a-source.md", import.meta.url), "utf8")

/** What the guide has an app make, and a role for the daemon. */
const [TABLE = "", ROLE = ""] = [...guide.matchAll(/```sql\n([^`]+)```/g)].map(([, sql = ""]) => sql)

/** Asks statements of a connection of its own. */
export const ask = (url: string, ...texts: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      let rows: ReadonlyArray<Record<string, unknown>> = []
      for (const text of texts) rows = (await client.query<Record<string, unknown>>(text)).rows
      return rows
    } finally {
      await client.end()
    }
  })

/** An open transaction of an app. */
export const transaction = (url: string) =>
  Effect.gen(function* () {
    const client = new Client({ connectionString: url })
    yield* Effect.acquireRelease(
      Effect.promise(() => client.connect()),
      () => Effect.promise(() => client.end())
    )
    const say = (text: string) => Effect.promise(() => client.query(text))
    yield* say("BEGIN")
    return { say, commit: say("COMMIT") }
  })

let count = 0

const pathed = (database: string, user?: string): string => {
  const url = new URL(inject("postgres"))
  url.pathname = `/${database}`
  if (user !== undefined) url.username = user
  return url.href
}

/** A database with an outbox in it as the guide has it, gone with the scope; its addresses for the app, and for who may only read. */
export const database = Effect.gen(function* () {
  const name = `outbox_${process.pid}_${count++}`
  const reader = `${name}_reader`
  const server = inject("postgres")
  yield* Effect.acquireRelease(ask(server, `CREATE DATABASE ${name} TEMPLATE template0`), () =>
    ask(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `DROP ROLE IF EXISTS ${reader}`)
  )
  yield* ask(pathed(name), TABLE, ROLE.replaceAll("outbox_reader", reader))
  return { app: pathed(name), reader: pathed(name, reader) }
})

const Cells = Schema.Struct({
  sourceId: Schema.NonEmptyString,
  symbol: Schema.NonEmptyString,
  side: Side.Side,
  quantity: Quantity.Quantity,
  price: Schema.NullOr(Price.Price),
  tradedAt: Instant.FromString,
  owner: Schema.optional(OwnerId.OwnerId)
})

/** A trade of a row. */
export const read: OutboxSource.OutboxConfig<never>["read"] = (cells) =>
  Schema.decodeUnknownEither(Cells)(cells).pipe(
    Either.mapBoth({
      onLeft: ({ message }) => message,
      onRight: ({ price, ...trade }) => Trade.input({ ...trade, source: "app", price: price ?? undefined })
    })
  )

/** An outbox at an address, and what it rejected. */
export const outboxAt = (url: string, options: Partial<OutboxSource.OutboxConfig<never>> = {}) =>
  Effect.gen(function* () {
    const rejected: Array<TradeSource.Rejected> = []
    const reject = (rows: ReadonlyArray<TradeSource.Rejected>) => Effect.sync(() => void rejected.push(...rows))
    const config = { url: Redacted.make(url), table: "trade_outbox", read, reject, ...options }
    return { ...(yield* OutboxSource.make(config)), rejected }
  }).pipe(Effect.provide(Clock.layerAlwaysOpen))

/** A row for each trade, as an app writes it. */
export const insert = (trades: ReadonlyArray<SourceContract.Given>): string =>
  `INSERT INTO trade_outbox (symbol, side, quantity, price, traded_at) VALUES ${trades
    .map(
      ({ price, quantity, side, symbol, tradedAt }) =>
        `('${symbol}', '${side}', ${Decimal.format(quantity)}, ${Decimal.format(price)}, '${Instant.format(tradedAt)}')`
    )
    .join(", ")}`

/** What the contract of sources asks of an outside; trades come under the ids of their rows. */
export const place = Effect.map(database, ({ app, reader }): SourceContract.Place => ({
  open: outboxAt(reader),
  bring: (trades) => ask(app, insert(trades)),
  bytesOf: ({ sourceId }) => `"sourceId":"${sourceId}"`,
  fail: ask(app, "DROP TABLE trade_outbox")
}))
