import process from "node:process"
import { Client } from "pg"
import type { TestProject } from "vitest/node"
import { makeServer, type Server } from "./server.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The address of a Postgres server on which a test may make databases. */
    readonly postgres: string
  }
}

/** Somebody's books are no place for tests. */
const refuseBooks = async (url: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_name LIKE 'roundlot%' LIMIT 1"
  )
  await client.end()
  const [found] = rows
  if (found !== undefined) {
    throw new Error(`ROUNDLOT_TEST_DATABASE_URL names a database that holds ${found.name}: name an empty one`)
  }
}

/** Starts one Postgres server for a run, or takes the one that `ROUNDLOT_TEST_DATABASE_URL` names. */
export const setup = async (project: Pick<TestProject, "provide">): Promise<(() => Promise<void>) | undefined> => {
  const given = process.env["ROUNDLOT_TEST_DATABASE_URL"]
  if (given !== undefined && given !== "") {
    await refuseBooks(given)
    project.provide("postgres", given)
    return undefined
  }
  const server: Server = await makeServer()
  project.provide("postgres", server.url)
  return () => server.remove()
}
