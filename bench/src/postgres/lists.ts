import { Agent } from "node:http"
import { Id } from "@roundlot/core/adapter"
import { PostgresStore } from "@roundlot/store-postgres"
import { Ddl } from "@roundlot/store-sql"
import { Effect, Redacted } from "effect"
import { Client } from "pg"
import { read } from "../api.ts"
import { daemon } from "../daemon.ts"
import { type Asked, atMost, type Figure, noted, quantile, timing } from "../measuring.ts"
import { play } from "../schedule.ts"
import { type Shape, tradesFrom } from "../workload.ts"
import { type Databases, onServer } from "./database.ts"

/** Trades of which about half make an order: those of a group that have one position share it. */
const FEW = 20_000
const PER_GROUP = 100
const MANY = 1_000_000
const READS = 200
const WARMING = 20

/** The ids of one copy are further from those of the next than any two of the few. */
const STEP = 1_000_000

/** What makes one row another's copy: the columns that must differ. */
const COPIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trades: { id: "id", lotId: "id", sourceId: "text", tradedAt: "time", createdAt: "time" },
  orders: {
    id: "id",
    tradeId: "id",
    attemptId: "id",
    clientOrderId: "text",
    brokerOrderId: "text",
    createdAt: "time",
    updatedAt: "time"
  },
  allocations: { id: "id", tradeId: "id", counterTradeId: "id", orderId: "id", createdAt: "time" },
  attempts: { id: "id", orderId: "id", clientOrderId: "text", brokerOrderId: "text", createdAt: "time" },
  fills: { id: "id", orderId: "id", execId: "text", execIdBase: "text", createdAt: "time", executedAt: "time" }
}

/** How they differ, where `k` is the copy's number. */
const expressions: Readonly<Record<string, (column: string) => string>> = {
  id: (column) => `"${column}" + k * $1::bigint`,
  text: (column) => `"${column}" || '-' || k`,
  time: (column) => `"${column}" + k * interval '1 hour'`
}

const columnsOf = async (client: Client, table: string): Promise<ReadonlyArray<string>> => {
  const { rows } = await client.query<{ readonly name: string }>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position",
    [`roundlot_${table}`]
  )
  return rows.map(({ name }) => name)
}

/** Makes many orders of few, with their trades, allocations, attempts and fills: copies that differ in ids, names and times. */
const multiply = async (url: string, times: number): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  // Copies refer to one another in any order.
  await client.query("SET session_replication_role = replica")
  for (const [table, kinds] of Object.entries(COPIED)) {
    const columns = await columnsOf(client, table)
    const copied = columns.map((column) => expressions[kinds[column] ?? ""]?.(column) ?? `"${column}"`)
    const names = columns.map((column) => `"${column}"`).join()
    await client.query(
      `INSERT INTO roundlot_${table} (${names}) SELECT ${copied.join()} FROM roundlot_${table}, generate_series(1, $2::int) AS k`,
      [STEP, times - 1]
    )
  }
  for (const kind of Object.keys(Id.letters))
    await client.query(`SELECT setval('${Ddl.sequenceOf(kind)}', $1)`, [times * STEP])
  await client.query("VACUUM ANALYZE")
  await client.end()
}

const countOf = async (url: string): Promise<number> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ readonly n: string }>("SELECT count(*) AS n FROM roundlot_orders")
  await client.end()
  return Number(rows[0]?.n ?? 0)
}

/** Every list that grows with orders, as it is asked for. */
const LISTS = [
  "orders",
  "orders?order=newest",
  "orders?status=filled",
  "orders?status=submitted",
  "orders?status=rejected&order=newest",
  "orders?fillStatus=partial",
  "orders?symbol=SYM7&order=newest",
  "orders?account=desk3&order=newest",
  "orders?account=desk3&status=filled&order=newest",
  "orders?sort=date&order=newest",
  "orders?sort=status",
  "orders?since=2025-10-09T08:00:00Z&until=2025-10-09T10:00:00Z",
  "trades?order=newest",
  "trades?status=completed",
  "trades?status=failed",
  "trades?symbol=SYM7&order=newest",
  "trades?account=desk3&sort=date&order=newest",
  "fills?order=newest",
  "fills?symbol=SYM7",
  "fills?canonical=true&order=newest",
  "allocations?order=newest",
  "allocations?kind=order",
  "attempts?order=newest",
  "attempts?symbol=SYM7",
  "attempts?httpStatus=403",
  "positions",
  "decisions",
  "batches",
  "breaks",
  "journal?order=newest",
  "overview"
] as const

const cursorOf = (body: string): string | undefined => {
  const parsed: unknown = JSON.parse(body)
  const has = typeof parsed === "object" && parsed !== null && "nextCursor" in parsed
  return has && typeof parsed.nextCursor === "string" ? parsed.nextCursor : undefined
}

interface Side {
  readonly port: number
  readonly agent: Agent
  cursor: string | undefined
  readonly took: Array<number>
}

/** The next page of a list, or the first one after its last; how long it took counts once both programs are warm. */
const turn = async (side: Side, path: string, counts: boolean): Promise<void> => {
  const { agent, cursor, port, took } = side
  const more = cursor === undefined ? "" : `${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`
  const one = timing()
  const body = await read(agent, port, `/api/v1/${path}${more}`)
  if (counts) took.push(one().seconds * 1000)
  side.cursor = cursorOf(body)
}

/** Milliseconds at p95 that pages of a list take from each daemon, the two in turns. */
const p95Of = async (ports: ReadonlyArray<number>, path: string, agent: Agent): Promise<ReadonlyArray<number>> => {
  const sides = ports.map((port): Side => ({ port, agent, cursor: undefined, took: [] }))
  for (let i = 0; i < WARMING + READS; i++) for (const side of sides) await turn(side, path, i >= WARMING)
  return sides.map(({ took }) => quantile(took, 0.95))
}

/** The addresses of a store with the usual trades, and of one with so many orders: copies of theirs. */
export const fewAndMany = async ({ copied, fresh }: Databases, { quick, trades }: Asked) => {
  const few = await fresh()
  await filled(few, quick ? 2_000 : FEW)
  await multiply(few, 1)
  const many = await copied(few)
  const small = await countOf(few)
  await multiply(many, Math.ceil((trades ?? (quick ? 20_000 : MANY)) / small))
  return { few, many, small, large: await countOf(many) }
}

const filled = async (url: string, trades: number): Promise<void> => {
  const shape: Shape = { trades, accounts: 8, instruments: 20, ids: "random", block: 100, whole: true }
  await play(shape, tradesFrom(shape, 1), { perGroup: PER_GROUP }).pipe(
    Effect.provide(PostgresStore.layer({ url: Redacted.make(url) })),
    Effect.scoped,
    Effect.runPromise
  )
}

/** Every list over HTTP from daemons on Postgres, page after page: its p95 where there are many orders, of where there are few. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    const { few, large, many, small } = await fewAndMany(databases, asked)
    const daemons = [await daemon(few), await daemon(many)]
    const agent = new Agent({ keepAlive: true })
    const figures: Array<Figure> = [noted("orders", `${small.toLocaleString("en")} and ${large.toLocaleString("en")}`)]
    for (const path of LISTS) {
      const [one = 0, other = 0] = await p95Of(
        daemons.map(({ port }) => port),
        path,
        agent
      )
      figures.push(atMost(`${path}: p95 of ${other.toFixed(1)} ms, of that with few`, other / one, 1.5, "×"))
    }
    agent.destroy()
    for (const each of daemons) await each.end()
    return figures
  })
