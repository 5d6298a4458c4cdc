import { PostgresStore, side } from "@roundlot/store-postgres"
import { Image } from "@roundlot/store-sql"
import { Effect, Redacted } from "effect"
import { Client } from "pg"
import { makeServer } from "../../../packages/store-postgres/test/server.ts"

/** A server, and databases on it that hold an empty store each. */
export interface Databases {
  /** The address of a new one. */
  readonly fresh: () => Promise<string>
  /** The address of a copy of one that nobody uses. */
  readonly copied: (url: string) => Promise<string>
  readonly drop: (url: string) => Promise<void>
}

/** A server that forces every commit to the disk, as one that keeps books does. */
const DURABLE = { fsync: "on", full_page_writes: "on", synchronous_commit: "on", shared_buffers: "512MB" }

const asked = async (url: string, text: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
}

const named = (server: string, name: string): string => {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Uses a server of its own, or the one that `ROUNDLOT_TEST_DATABASE_URL` names. */
export const onServer = async <A>(use: (databases: Databases) => Promise<A>): Promise<A> => {
  const given = process.env["ROUNDLOT_TEST_DATABASE_URL"]
  const own = given === undefined ? await makeServer(DURABLE) : undefined
  const server = given ?? own?.url ?? ""
  let made = 0
  const drop = (url: string) =>
    asked(server, `DROP DATABASE IF EXISTS "${new URL(url).pathname.slice(1)}" WITH (FORCE)`)
  const copyOf = async (template: string) => {
    const name = `roundlot_bench_${process.pid}_${made++}`
    await asked(server, `CREATE DATABASE "${name}" TEMPLATE "${template}"`)
    return named(server, name)
  }
  const copied = (url: string) => copyOf(new URL(url).pathname.slice(1))
  const fresh = async () => {
    const url = await copyOf("template0")
    await Effect.runPromise(
      Effect.scoped(Effect.provide(Effect.void, PostgresStore.layer({ url: Redacted.make(url) })))
    )
    return url
  }
  try {
    return await use({ fresh, copied, drop })
  } finally {
    await own?.remove()
  }
}

/** What is no row of the books: who made them and how far they were told of. */
const APART = new Set(["feed", "ops_commits"])

/** A sum of every table of the books in a database. */
export const sumsOf = async (url: string): Promise<{ readonly [table: string]: Image.Sum }> => {
  const all = await Effect.runPromise(
    Effect.scoped(Effect.flatMap(side.sideAsItIs({ url: Redacted.make(url) }), Image.sums))
  )
  return Object.fromEntries(Object.entries(all).filter(([table]) => !APART.has(table)))
}
