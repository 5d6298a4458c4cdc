import { Books, type Column, Entry, type Id, TradeRepository } from "@roundlot/core"
import { Effect, Schema } from "effect"
import { addReferences, nameOf, referenceName, sequenceOf } from "./Ddl.ts"
import { type Dialect, quote } from "./Dialect.ts"
import { newName, type Standing } from "./Identity.ts"
import { rules } from "./Rules.ts"
import { appendFeed, counters, entryColumns, feedColumns, selectLastFeed } from "./Statements.ts"

/** One connection to a store that is copied from or to, opened and up to date. */
export interface Side {
  /** The address as it may be shown and kept. */
  readonly place: string
  readonly dialect: Dialect
  readonly ask: <R extends object = object>(
    text: string,
    cells?: ReadonlyArray<Column.Cell>
  ) => Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError>
}

/** What a store is a copy of: of which store that drives, read from where, and how far that was. */
export const Origin = Schema.Struct({
  place: Schema.String,
  incarnation: Schema.String,
  from: Schema.String,
  fromIncarnation: Schema.String,
  heads: Schema.Record({ key: Schema.String, value: Schema.String })
})

/** What a store is a copy of. */
export type Origin = typeof Origin.Type

const originText = Schema.parseJson(Origin)

const isSameOrigin = Schema.equivalence(Origin)

/** The row in which a store says who it is. */
export interface Self {
  readonly id: string
  readonly incarnation: string
  readonly state: Standing
  readonly origin: Origin | undefined
}

/** Something else is where a copy should go. */
export class PlaceTaken extends Schema.TaggedError<PlaceTaken>()("PlaceTaken", {
  place: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `${this.place} ${this.found}. Name an empty place, or move what is there away first`
  }
}

const store = nameOf("ops_store")

const readOrigin = (text: string | null) =>
  text === null ? Effect.succeed(undefined) : Effect.orDie(Schema.decode(originText)(text))

/** Who a store is. */
export const self = ({ ask, place }: Side): Effect.Effect<Self, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const text = `SELECT "id", "incarnation", "state", "origin" FROM ${store}`
    const [row] = yield* ask<Omit<Self, "origin"> & { readonly origin: string | null }>(text)
    if (row === undefined) return yield* Effect.dieMessage(`the store at ${place} does not say who it is`)
    return { ...row, origin: yield* readOrigin(row.origin) }
  })

/** A table as it is copied: page by page in the order of its key. */
interface Copied {
  readonly name: string
  readonly columns: ReadonlyArray<readonly [name: string, kind: Column.ColumnKind]>
  readonly key: ReadonlyArray<string>
  readonly where?: string
}

const plain = (names: ReadonlyArray<string>): Copied["columns"] =>
  names.map((name) => [name, name === "at" ? "instant" : "text"])

/** All that moves: the books, the journal, the feed. Leases stay behind: who drives here drives nothing there. */
const copied: ReadonlyArray<Copied> = [
  ...Object.values(Books.tables).map(({ columns, key, name }) => ({
    name,
    key,
    columns: Object.entries(columns).map(([column, { kind }]) => [column, kind] as const)
  })),
  { name: "journal", columns: plain(entryColumns), key: ["account", "seq"] },
  { name: "feed", columns: plain(feedColumns), key: ["position"] },
  { name: "heads", columns: plain(["account", "seq", "hash"]), key: ["account"], where: `"seq" > 0` },
  { name: "ops_commits", columns: plain(["id", "journals"]), key: ["id"] }
]

const listed = (names: ReadonlyArray<string>): string => names.map(quote).join(", ")

const PAGE = 500

/** How many parameters a statement may have on every database. */
const MOST_CELLS = 30_000

type Row = Readonly<Record<string, Column.Cell>>

const places = (dialect: Dialect, count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => dialect.place(from + i + 1)).join(", ")

const pageOf = ({ ask, dialect }: Side, table: Copied, after: ReadonlyArray<Column.Cell> | undefined) => {
  const kinds = new Map(table.columns)
  const cells = (after ?? []).map((cell, i) => dialect.parameterOf(kinds.get(table.key[i] ?? "") ?? "text", cell))
  const conditions = [
    ...(table.where === undefined ? [] : [table.where]),
    ...(after === undefined ? [] : [`(${listed(table.key)}) > (${places(dialect, after.length)})`])
  ]
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`
  const columns = listed(table.columns.map(([name]) => name))
  const text = `SELECT ${columns} FROM ${nameOf(table.name)}${where} ORDER BY ${listed(table.key)} LIMIT ${PAGE}`
  return ask<Row>(text, cells)
}

const keyOf = (table: Copied, row: Row): ReadonlyArray<Column.Cell> => table.key.map((name) => row[name] ?? null)

const insertAll = ({ ask, dialect }: Side, table: Copied, rows: ReadonlyArray<Row>) =>
  Effect.gen(function* () {
    const width = table.columns.length
    const atOnce = Math.floor(MOST_CELLS / width)
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce)
      const values = some.map((_, i) => `(${places(dialect, width, i * width)})`).join(", ")
      const text = `INSERT INTO ${nameOf(table.name)} (${listed(table.columns.map(([name]) => name))}) VALUES ${values}`
      const cells = some.flatMap((row) =>
        table.columns.map(([name, kind]) => dialect.parameterOf(kind, row[name] ?? null))
      )
      yield* ask(text, cells)
    }
  })

/** Does it all or nothing. */
const together = <A, E>(side: Side, body: Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    side.ask(side.dialect.name === "sqlite" ? "BEGIN IMMEDIATE" : "BEGIN"),
    () => Effect.zipLeft(body, side.ask("COMMIT")),
    (_, exit) => (exit._tag === "Success" ? Effect.void : Effect.ignore(side.ask("ROLLBACK")))
  )

/** Goes on with a table after the last row that is there. */
const copyTable = (from: Side, to: Side, table: Copied) =>
  Effect.gen(function* () {
    const columns = listed(table.key)
    const newestFirst = table.key.map((name) => `${quote(name)} DESC`).join(", ")
    const text = `SELECT ${columns} FROM ${nameOf(table.name)} ORDER BY ${newestFirst} LIMIT 1`
    const [last] = yield* to.ask<Row>(text)
    let after = last === undefined ? undefined : keyOf(table, last)
    let count = 0
    for (;;) {
      const rows = yield* pageOf(from, table, after)
      const newest = rows.at(-1)
      if (newest === undefined) return count
      yield* together(to, insertAll(to, table, rows))
      count += rows.length
      after = keyOf(table, newest)
    }
  })

const headsOf = ({ ask }: Side) =>
  Effect.map(
    ask<Entry.Head & { readonly account: string }>(
      `SELECT "account", "seq", "hash" FROM ${nameOf("heads")} WHERE "seq" > 0 ORDER BY "account"`
    ),
    (rows) => Object.fromEntries(rows.map(({ account, hash, seq }) => [account, `${seq}:${hash}`]))
  )

/** References hold only once everything is there; SQLite looks at them when it is. */
const loosen = ({ ask, dialect }: Side) =>
  dialect.name === "sqlite"
    ? ask("PRAGMA foreign_keys = OFF")
    : Effect.forEach(Object.values(Books.tables), ({ name }) =>
        Effect.forEach(rules[name].references, (each) =>
          ask(`ALTER TABLE ${nameOf(name)} DROP CONSTRAINT IF EXISTS ${quote(referenceName(name, each))}`)
        )
      )

const dangling = (table: string) =>
  new TradeRepository.ConstraintRefused({ table, constraint: "FOREIGN KEY of a copied row" })

const tighten = ({ ask, dialect }: Side) =>
  Effect.gen(function* () {
    if (dialect.name === "sqlite") {
      const [found] = yield* ask<{ readonly table: string }>("PRAGMA foreign_key_check")
      if (found !== undefined) return yield* dangling(found.table)
      return
    }
    for (const table of Object.values(Books.tables)) yield* Effect.forEach(addReferences(table), (text) => ask(text))
    const [next] = yield* ask<Id.Counters>(counters)
    for (const [kind, first] of Object.entries(next ?? {})) {
      if (first > 1) yield* ask(`SELECT setval('${sequenceOf(kind)}', ${first - 1})`)
    }
    const fed = nameOf("ops_fed")
    yield* ask(`DELETE FROM ${fed} WHERE "account" <> ''`)
    yield* ask(
      `INSERT INTO ${fed} ("account", "seq") SELECT "account", max("lastSeq") FROM ${nameOf("feed")} GROUP BY "account"`
    )
  })

/** Where commits were ahead of the feed when they were read, the copy's feed tells of them. */
const completeFeed = ({ ask, dialect }: Side) =>
  Effect.gen(function* () {
    const heads = yield* ask<Pick<Entry.FeedRow, "account" | "firstSeq" | "lastSeq" | "headHash">>(
      `SELECT h."account", coalesce(f."seq", 0) + 1 AS "firstSeq", h."seq" AS "lastSeq", h."hash" AS "headHash"` +
        ` FROM ${nameOf("heads")} AS h LEFT JOIN (SELECT "account", max("lastSeq") AS "seq" FROM ${nameOf("feed")}` +
        ` GROUP BY "account") AS f ON f."account" = h."account" WHERE h."seq" > coalesce(f."seq", 0) ORDER BY h."account"`
    )
    let [last] = yield* ask<Entry.FeedRow>(selectLastFeed)
    for (const head of heads) {
      const row = Entry.nextFeedRow(last, head)
      yield* ask(
        appendFeed(dialect),
        feedColumns.map((column) => row[column])
      )
      last = row
    }
  })

const empty = ({ ask }: Side) =>
  Effect.forEach(copied, ({ name }) => ask(`DELETE FROM ${nameOf(name)}`), { discard: true })

const isEmpty = ({ ask }: Side) =>
  Effect.map(
    ask(
      `SELECT 1 AS one FROM ${nameOf("journal")} UNION ALL SELECT 1 FROM ${nameOf("accounts")}` +
        ` UNION ALL SELECT 1 FROM ${nameOf("ops_cursors")} LIMIT 1`
    ),
    (rows) => rows.length === 0
  )

/** Makes the place the copy's own: new, or begun from the same state, or begun from an earlier one and emptied. */
const claim = (to: Side, id: string, origin: Origin) =>
  Effect.gen(function* () {
    const there = yield* self(to)
    const isBegun = there.state === "copying" && there.id === id && there.origin?.from === origin.from
    if (isBegun && there.origin !== undefined && isSameOrigin(there.origin, origin)) {
      yield* loosen(to)
      return
    }
    if (there.state === "copying" && !isBegun) {
      const found = `is being filled from ${there.origin?.from ?? "another store"}`
      return yield* new PlaceTaken({ place: to.place, found })
    }
    if (!isBegun && !(yield* isEmpty(to))) {
      return yield* new PlaceTaken({ place: to.place, found: "holds a store already" })
    }
    yield* loosen(to)
    const incarnation = yield* newName
    const text = yield* Effect.orDie(Schema.encode(originText)(origin))
    const { dialect } = to
    const claimed = to.ask(
      `UPDATE ${store} SET "id" = ${dialect.place(1)}, "incarnation" = ${dialect.place(2)},` +
        ` "state" = 'copying', "origin" = ${dialect.place(3)}`,
      [id, incarnation, text]
    )
    yield* together(to, Effect.zipRight(empty(to), claimed))
  })

/** What a copy is told on the way: a table that is through, and how many of its rows came now. */
export type Tell = (table: string, rows: number) => Effect.Effect<void>

/**
 * Copies a store, as it stands when this begins, into an empty place; a copy that was cut off goes on where it was. What it makes
 * has an incarnation of its own and waits until it is activated.
 */
export const copy = (from: Side, to: Side, tell: Tell): Effect.Effect<void, TradeRepository.StoreError | PlaceTaken> =>
  Effect.acquireUseRelease(
    from.ask(from.dialect.name === "sqlite" ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    () =>
      Effect.gen(function* () {
        const source = yield* self(from)
        const original = source.state === "waiting" ? source.origin : undefined
        const { incarnation, place } = original ?? { incarnation: source.incarnation, place: from.place }
        const heads = yield* headsOf(from)
        yield* claim(to, source.id, {
          place,
          incarnation,
          from: from.place,
          fromIncarnation: source.incarnation,
          heads
        })
        for (const table of copied) yield* tell(table.name, yield* copyTable(from, to, table))
        const done = to.ask(`UPDATE ${store} SET "state" = 'waiting'`)
        yield* together(to, Effect.zipRight(completeFeed(to), Effect.zipRight(tighten(to), done)))
      }),
    () => Effect.ignore(from.ask("ROLLBACK"))
  )

const setState = ({ ask, dialect }: Side, state: Standing, why: string) =>
  ask(`UPDATE ${store} SET "state" = ${dialect.place(1)}, "why" = ${dialect.place(2)}`, [state, why])

/** Lets a store drive. */
export const activate = (side: Side, why: string): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.asVoid(setState(side, "active", why))

/** Ends a store's driving for good: whoever drives it now fails at the next commit. */
export const retire = (side: Side, why: string): Effect.Effect<void, TradeRepository.StoreError> =>
  together(
    side,
    Effect.zipRight(
      side.ask(`UPDATE ${nameOf("ops_leases")} SET "token" = "token" + 1, "session" = NULL`),
      setState(side, "retired", why)
    )
  ).pipe(Effect.asVoid)
