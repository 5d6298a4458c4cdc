// Writes the tables as they are described today into the first migration. Only until the first release: a migration that was
// shipped never changes, and what comes after it is a new one.
import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { Ddl, Dialect } from "../packages/store-sql/src/index.ts"

const FINGERPRINT_DIGITS = 8

const sqlite = Ddl.statements(Dialect.sqlite)
const postgres = Ddl.statements(Dialect.postgres)
const fingerprint = createHash("sha256").update(JSON.stringify({ sqlite, postgres })).digest("hex")

const literal = (text: string): string => `\`${text.replaceAll(/[\\`]|\$\{/g, (found) => `\\${found}`)}\``
const listOf = (texts: ReadonlyArray<string>): string => texts.map((text) => `  ${literal(text)}`).join(",\n")

const text = `/** Of the statements below: a database remembers which it was made by. */
export const fingerprint = "${fingerprint.slice(0, FINGERPRINT_DIGITS)}"

/** The first tables in SQLite. Frozen: 'npm run freeze' writes this file until the first release, nobody after it. */
export const sqlite: ReadonlyArray<string> = [
${listOf(sqlite)}
]

/** The first tables in Postgres. Frozen like the others. */
export const postgres: ReadonlyArray<string> = [
${listOf(postgres)}
]
`

writeFileSync(new URL("../packages/store-sql/src/migrations/firstTables.ts", import.meta.url), text)
