import { Books, Entry, type TradeRepository } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"
import { type CopiedTable, eachPage, insertAll, keyOf, type Row } from "./CopiedTable.ts"
import { addReferences, nameOf, referenceName, sequenceOf } from "./Ddl.ts"
import { quote } from "./Dialect.ts"
import { newName, type Standing } from "./Identity.ts"
import * as Migrations from "./Migrations.ts"
import { rules } from "./Rules.ts"
import { holding } from "./Pages.ts"
import { mentionColumns, segmentColumns } from "./Segments.ts"
import { reading, type Side, together } from "./Side.ts"
import { appendFeed, feedColumns, selectLastFeed, tableOfKind } from "./Statements.ts"

/** What a store is a copy of: of which store that drives, read from where, and how far that was. */
export const Origin = Schema.Struct({
  place: Schema.String,
  /** How it is reached, where that takes more than its place. */
  address: Schema.optionalWith(Schema.String, { exact: true }),
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
  /** Of a retired store: the incarnation of the copy that took over. */
  readonly successor: string | null
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
    const text = `SELECT "id", "incarnation", "state", "origin", "successor" FROM ${store}`
    const [row] = yield* ask<Omit<Self, "origin"> & { readonly origin: string | null }>(text)
    if (row === undefined) return yield* Effect.dieMessage(`the store at ${place} does not say who it is`)
    return { ...row, origin: yield* readOrigin(row.origin) }
  })

const plain = (names: ReadonlyArray<string>): CopiedTable["columns"] => names.map((name) => [name, "text"])

/** All that moves: the books, the journal, the feed. Leases stay behind: who drives here drives nothing there. */
const copied: ReadonlyArray<CopiedTable> = [
  ...Object.values(Books.tables).map(({ columns, key, name }) => ({
    name,
    key,
    columns: Object.entries(columns).map(([column, { kind }]) => [column, kind] as const)
  })),
  { name: "journal", columns: Object.entries(segmentColumns), key: ["account", "firstSeq"] },
  { name: "journal_mentions", columns: Object.entries(mentionColumns), key: Object.keys(mentionColumns) },
  { name: "feed", columns: plain(feedColumns), key: ["position"] },
  { name: "heads", columns: plain(["account", "seq", "hash"]), key: ["account"], where: `"seq" > 0` },
  { name: "ops_commits", columns: plain(["id", "journals"]), key: ["id"] }
]

/** Goes on with a table after the last row that is there. */
const copyTable = (from: Side, to: Side, table: CopiedTable, reached: (rows: number) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const newestFirst = table.key.map((name) => `${quote(name)} DESC`).join(", ")
    const text = `SELECT ${table.key.map(quote).join(", ")} FROM ${nameOf(table.name)} ORDER BY ${newestFirst} LIMIT 1`
    const [last] = yield* to.ask<Row>(text)
    const after = last === undefined ? undefined : keyOf(table, last)
    return yield* eachPage(from, table, after, (rows) =>
      Effect.zipRight(together(to, insertAll(to, table, rows)), reached(rows.length))
    )
  })

/** The heads of all journals of a store, each as `seq:hash`. */
export const headsOf = ({ ask }: Side) =>
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

const tighten = (side: Side) =>
  Effect.gen(function* () {
    const { ask, dialect } = side
    if (dialect.name === "sqlite") return yield* Migrations.checkReferences(side)
    for (const table of Object.values(Books.tables)) yield* Effect.forEach(addReferences(table), (text) => ask(text))
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

/** Ids go on after the newest that is there, and the feed where it ends. */
const goOn = ({ ask, dialect }: Side) =>
  Effect.gen(function* () {
    if (dialect.name === "sqlite") return
    const found = yield* ask<{ readonly name: string }>(
      `SELECT relname AS "name" FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace`
    )
    const sequences = new Set(found.map(({ name }) => name))
    for (const [kind, table] of Object.entries(tableOfKind)) {
      if (!sequences.has(sequenceOf(kind))) continue
      const name = nameOf(table)
      yield* ask(
        `SELECT setval('${sequenceOf(kind)}', (SELECT max("id") FROM ${name})) WHERE EXISTS (SELECT 1 FROM ${name})`
      )
    }
    const fed = nameOf("ops_fed")
    yield* ask(`DELETE FROM ${fed} WHERE "account" <> ''`)
    yield* ask(
      `INSERT INTO ${fed} ("account", "seq") SELECT "account", max("lastSeq") FROM ${nameOf("feed")} GROUP BY "account"`
    )
    yield* ask(
      `UPDATE ${fed} SET "seq" = (SELECT coalesce(sum("seq"), 0) FROM ${nameOf("heads")}), "at" =` +
        ` (SELECT max(${holding(`"at"`, `h."account"`, `h."seq"`)}) FROM ${nameOf("heads")} AS h)` +
        ` WHERE "account" = ''`
    )
    yield* ask(`DELETE FROM ${nameOf("ops_moved")}`)
  })

/** What is to be done when all rows are there: the feed tells of every head, ids and feed go on behind them. */
export const complete = (side: Side): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.zipRight(completeFeed(side), goOn(side))

const empty = ({ ask }: Side) =>
  Effect.forEach(copied, ({ name }) => ask(`DELETE FROM ${nameOf(name)}`), { discard: true })

const isEmpty = ({ ask }: Side) =>
  Effect.map(
    ask(
      `SELECT 1 AS one FROM ${nameOf("journal")} UNION ALL SELECT 1 FROM ${nameOf("accounts")}` +
        ` UNION ALL SELECT 1 FROM ${nameOf("cursors")} LIMIT 1`
    ),
    (rows) => rows.length === 0
  )

const become = ({ ask, dialect }: Side, id: string, state: Standing, origin: Origin) =>
  Effect.gen(function* () {
    const text = yield* Effect.orDie(Schema.encode(originText)(origin))
    yield* ask(
      `UPDATE ${store} SET "id" = ${dialect.place(1)}, "incarnation" = ${dialect.place(2)},` +
        ` "state" = ${dialect.place(3)}, "origin" = ${dialect.place(4)}, "successor" = NULL`,
      [id, yield* newName, state, text]
    )
  })

/** Makes a store a new incarnation, one that waits until it is activated. */
export const wait = (side: Side, origin: Origin): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.flatMap(self(side), ({ id }) => become(side, id, "waiting", origin))

/** Is the place of a copy empty, begun from this source, or something else's? */
type Vacancy = "empty" | "begun" | PlaceTaken

const isBegunBy = (there: Self, source: Pick<Self, "id">, from: string): boolean =>
  there.state === "copying" && there.id === source.id && there.origin?.from === from

const vacancyOf = (to: Side, there: Self, source: Pick<Self, "id">, from: string) =>
  Effect.gen(function* (): Effect.fn.Return<Vacancy, TradeRepository.StoreError> {
    if (isBegunBy(there, source, from)) return "begun"
    if (there.state === "copying") {
      const found = `is being filled from ${there.origin?.from ?? "another store"}`
      return new PlaceTaken({ place: to.place, found })
    }
    return (yield* isEmpty(to)) ? "empty" : new PlaceTaken({ place: to.place, found: "holds a store already" })
  })

/** Would a copy of `from` into `to` be taken? Nothing is written. */
export const expectVacant = (from: Side, to: Side): Effect.Effect<void, TradeRepository.StoreError | PlaceTaken> =>
  Effect.gen(function* () {
    const found = yield* vacancyOf(to, yield* self(to), yield* self(from), from.place)
    if (found instanceof PlaceTaken) return yield* found
  })

/** Makes the place the copy's own: new, or begun from the same state, or begun from an earlier one and emptied. */
const claim = (to: Side, id: string, origin: Origin) =>
  Effect.gen(function* () {
    const there = yield* self(to)
    const found = yield* vacancyOf(to, there, { id }, origin.from)
    if (found instanceof PlaceTaken) return yield* found
    yield* loosen(to)
    const goesOn = found === "begun" && there.origin !== undefined && isSameOrigin(there.origin, origin)
    if (!goesOn) yield* together(to, Effect.zipRight(empty(to), become(to, id, "copying", origin)))
  })

/** What a copy says on the way. */
export interface Watch {
  /** A table is through, and so many of its rows came now. */
  readonly through: (table: string, rows: number) => Effect.Effect<void>
  /** So many rows of all tables are there. */
  readonly reached: (rows: number) => Effect.Effect<void>
}

/** How many rows a store has. */
export const rowsIn = ({ ask }: Side): Effect.Effect<number, TradeRepository.StoreError> =>
  Effect.map(
    Effect.forEach(copied, ({ name }) =>
      ask<{ readonly rows: number | string }>(`SELECT count(*) AS "rows" FROM ${nameOf(name)}`)
    ),
    (counts) => counts.flat().reduce((sum, { rows }) => sum + Number(rows), 0)
  )

/**
 * Copies a store, as it stands when this begins, into an empty place; a copy that was cut off goes on where it was. What it makes
 * has an incarnation of its own and waits until it is activated.
 */
export const copy = (
  from: Side,
  to: Side,
  watch: Watch
): Effect.Effect<void, TradeRepository.StoreError | PlaceTaken> =>
  reading(
    from,
    Effect.gen(function* () {
      const source = yield* self(from)
      const original = source.state === "waiting" ? source.origin : undefined
      const { address, incarnation, place } = original ?? { ...from, incarnation: source.incarnation }
      const heads = yield* headsOf(from)
      yield* claim(to, source.id, {
        place,
        ...(address === undefined ? {} : { address }),
        incarnation,
        from: from.place,
        fromIncarnation: source.incarnation,
        heads
      })
      let done = yield* rowsIn(to)
      const reached = (rows: number) =>
        Effect.suspend(() => {
          done += rows
          return watch.reached(done)
        })
      for (const table of copied) yield* watch.through(table.name, yield* copyTable(from, to, table, reached))
      const waiting = to.ask(`UPDATE ${store} SET "state" = 'waiting'`)
      yield* together(to, Effect.zipRight(complete(to), Effect.zipRight(tighten(to), waiting)))
    })
  )
