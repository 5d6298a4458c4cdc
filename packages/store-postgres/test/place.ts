import { Effect, Redacted } from "effect"
import { Client } from "pg"
import { inject } from "vitest"
import { make } from "../src/internal/make.ts"
import type { PostgresStoreConfig } from "../src/internal/config.ts"

const server = inject("postgres")

/** Asks statements of a connection of its own, outside of anything of ours. */
export const asking = (url: string, ...texts: ReadonlyArray<string>) =>
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

const urlOf = (database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

const TEMPLATE = `roundlot_template_${process.pid}`

let count = 0
let template: Promise<void> | undefined

const named = (name: string) => `"${name}"`

/** The database that all others of this file are copies of: migrated once. */
const makeTemplate = Effect.gen(function* () {
  yield* asking(
    server,
    `DROP DATABASE IF EXISTS ${named(TEMPLATE)}`,
    `CREATE DATABASE ${named(TEMPLATE)} TEMPLATE template0`
  )
  yield* Effect.scoped(make({ url: Redacted.make(urlOf(TEMPLATE)) }))
  // Every copy becomes a store of its own.
  yield* asking(urlOf(TEMPLATE), "DELETE FROM roundlot_ops_store")
})

/** A database with an empty store in it, gone when the test ends; its address. */
export const database = Effect.gen(function* () {
  template ??= Effect.runPromise(makeTemplate)
  const made = template
  yield* Effect.promise(() => made)
  const name = `roundlot_${process.pid}_${count++}`
  yield* Effect.acquireRelease(asking(server, `CREATE DATABASE ${named(name)} TEMPLATE ${named(TEMPLATE)}`), () =>
    asking(server, `DROP DATABASE IF EXISTS ${named(name)} WITH (FORCE)`)
  )
  return urlOf(name)
})

/** A database without anything in it. */
export const emptyDatabase = Effect.gen(function* () {
  const name = `roundlot_${process.pid}_${count++}`
  yield* Effect.acquireRelease(asking(server, `CREATE DATABASE ${named(name)} TEMPLATE template0`), () =>
    asking(server, `DROP DATABASE IF EXISTS ${named(name)} WITH (FORCE)`)
  )
  return urlOf(name)
})

/** A store in a database of its own. */
export const store = (options: Partial<PostgresStoreConfig> = {}) =>
  Effect.gen(function* () {
    const url = yield* database
    return { url, repository: yield* make({ ...options, url: Redacted.make(url) }) }
  })
