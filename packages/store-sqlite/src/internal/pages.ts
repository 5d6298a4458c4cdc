import * as SqlClient from "@effect/sql/SqlClient"
import type { Column, Entry, Table, TradeRepository } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import type { Pages, Reads } from "@roundlot/store-sql"
import { Effect, Option } from "effect"
import { failureOrIo } from "./failure.ts"
import { attempt } from "./sideOn.ts"
import { type Cells, isCells, keeping } from "./statements.ts"

/** A statement that gives cells, and the columns that they are of. */
interface Prepared {
  readonly statement: Sqlite.Statement<Cells>
  readonly names: ReadonlyArray<string>
}

const rowOf = (names: ReadonlyArray<string>, cells: Cells): Table.EncodedRow => {
  const row: { [column: string]: Column.Cell } = {}
  for (let i = 0; i < names.length; i++) row[names[i] ?? ""] = cells[i] ?? null
  return row
}

const preparing = (db: Sqlite.Database) =>
  keeping((text): Prepared => {
    const statement = db.prepare<Cells>(text)
    statement.setReturnArrays(true)
    return { statement, names: statement.columns().map(({ name }) => name) }
  })

/** What a snapshot's connection gives. */
type Given = ReadonlyArray<ReadonlyArray<unknown>>

const isText = (value: unknown): value is string => typeof value === "string"

const isNumber = (value: unknown): value is number => typeof value === "number"

/** An entry from its cells in the order of its columns; nothing where they are no entry's. */
const entryOf = (cells: ReadonlyArray<unknown>): Entry.Entry | undefined => {
  const [account, seq, commitId, entityKind, entityId, tag, eventVersion, at, cause, body, hash] = cells
  return isText(account) &&
    isNumber(seq) &&
    isText(commitId) &&
    isText(entityKind) &&
    isText(entityId) &&
    isText(tag) &&
    isNumber(eventVersion) &&
    isNumber(at) &&
    isText(cause) &&
    isText(body) &&
    isText(hash)
    ? { account, seq, commitId, entityKind, entityId, tag, eventVersion, at, cause, body, hash }
    : undefined
}

/** All of them made of cells; nothing where one cannot be. */
const allOf = <A>(
  given: Given,
  made: (cells: ReadonlyArray<unknown>) => A | undefined
): ReadonlyArray<A> | undefined => {
  const all: Array<A> = []
  for (const cells of given) {
    const each = made(cells)
    if (each === undefined) return undefined
    all.push(each)
  }
  return all
}

type Found<A> = Effect.Effect<ReadonlyArray<A>, TradeRepository.StoreError>

/** How what is asked is read: of cells that a snapshot gives, by the client where they are not understood, and outside of a snapshot. */
interface Reading<A> {
  readonly made: (given: Given) => ReadonlyArray<A> | undefined
  readonly byClient: () => Found<A>
  readonly outside: () => Found<A>
}

const read = <A>(file: string, { cells, text }: Pages.Asked, { byClient, made, outside }: Reading<A>): Found<A> =>
  Effect.flatMap(Effect.serviceOption(SqlClient.TransactionConnection), (snapshot) => {
    if (Option.isNone(snapshot)) return outside()
    const [connection] = snapshot.value
    return connection.executeValues(text, cells).pipe(
      Effect.mapError((error) => failureOrIo(file, error)),
      Effect.flatMap((given) => {
        const rows = made(given)
        return rows === undefined ? byClient() : Effect.succeed(rows)
      })
    )
  })

/**
 * Pages are read by the writer's own connection, which is in no transaction between two writes: another one would have to read
 * anew what was just written. What belongs to a snapshot is read by the connection that holds it. Both give cells: the driver takes
 * twice as long to make objects of them.
 */
export const reading = (file: string, db: Sqlite.Database): Pick<Reads.Asking, "rowsOf" | "entriesOf"> => {
  const statementOf = preparing(db)
  return {
    rowsOf: (byClient) => (asked) =>
      read(file, asked, {
        made: (given) => {
          const { names } = statementOf(asked.text)
          return allOf(given, (cells) => (isCells(cells) ? rowOf(names, cells) : undefined))
        },
        byClient: () => byClient(asked),
        outside: () =>
          attempt(file, () => {
            const { names, statement } = statementOf(asked.text)
            return statement.all(...asked.cells).map((cells) => rowOf(names, cells))
          })
      }),
    entriesOf: (byClient) => (asked) =>
      read(file, asked, {
        made: (given) => allOf(given, entryOf),
        byClient: () => byClient(asked),
        outside: () => byClient(asked)
      })
  }
}
