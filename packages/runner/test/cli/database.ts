import { Sqlite } from "@roundlot/sqlite"
import { Client } from "pg"
import { afterAll, inject } from "vitest"

type Row = Readonly<Record<string, unknown>>

const asked = async (text: string, url = inject("postgres")): Promise<ReadonlyArray<Row>> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Row>(text)
  await client.end()
  return rows
}

/** Changes a SQLite store behind the back of who has it open. */
export const tamper = (file: string, statement: string): void =>
  Sqlite.using(file, { timeout: 10_000 }, (db) => {
    db.prepare(statement).run()
  })

/** Databases of this file's own on the run's Postgres server; they are gone when it ends. */
export const databases = () => {
  const made: Array<string> = []
  afterAll(async () => {
    for (const name of made) await asked(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  })
  return {
    /** What a database answers. */
    ask: (url: string, text: string) => asked(text, url),
    /** The address of a new database. */
    fresh: async (): Promise<string> => {
      const name = `roundlot_cli_${process.pid}_${made.length}`
      await asked(`CREATE DATABASE ${name} TEMPLATE template0`)
      made.push(name)
      const url = new URL(inject("postgres"))
      url.pathname = `/${name}`
      return url.href
    }
  }
}
