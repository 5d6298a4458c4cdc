import { Client } from "pg"
import { afterAll, inject } from "vitest"

const asked = async (text: string): Promise<void> => {
  const client = new Client({ connectionString: inject("postgres") })
  await client.connect()
  await client.query(text)
  await client.end()
}

/** Databases of this file's own on the run's Postgres server; they are gone when it ends. */
export const databases = () => {
  const made: Array<string> = []
  afterAll(async () => {
    for (const name of made) await asked(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  })
  return {
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
