// A store of one's own: rows in memory, and every write a line of a file. See docs/guides/write-a-store.md.
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { MemoryRepository } from "@roundlot/core"
import { MemoryStore, Table, TradeRepository } from "@roundlot/core/adapter"
import { Effect, Layer, Schema } from "effect"

/** Bytes are the one cell that JSON does not know. */
const Bytes = Schema.transform(
  Schema.Struct({ base64: Schema.Uint8ArrayFromBase64 }),
  Schema.typeSchema(Schema.Uint8ArrayFromSelf),
  { strict: true, decode: ({ base64 }) => base64, encode: (base64) => ({ base64 }) }
)
const Row = Schema.Record({
  key: Schema.String,
  value: Schema.Union(Schema.String, Schema.Number, Schema.Null, Bytes)
})
const Entry = Schema.Struct({
  account: Schema.String,
  seq: Schema.Number,
  commitId: Schema.String,
  entityKind: Schema.String,
  entityId: Schema.String,
  tag: Schema.String,
  eventVersion: Schema.Number,
  at: Schema.Number,
  cause: Schema.String,
  body: Schema.String,
  hash: Schema.String
})

/** One write as it is kept: its commit's id, the rows of each table, the entries and the head of each journal. */
const Line = Schema.parseJson(
  Schema.Struct({
    commitId: Schema.String,
    changes: Schema.Array(
      Schema.Struct({
        table: Schema.Literal(...Table.domainTables, ...Table.operationalTables),
        inserts: Schema.Array(Row),
        updates: Schema.Array(Row)
      })
    ),
    journals: Schema.Array(
      Schema.Struct({
        account: Schema.String,
        entries: Schema.NonEmptyArray(Entry),
        head: Schema.Struct({ seq: Schema.Number, hash: Schema.String })
      })
    )
  })
)
const toLine = Schema.encodeSync(Line)
const fromLine = Schema.decodeSync(Line)

/** The rows in memory as the file's lines make them; every call reads first what others have added. */
const linesOf = (file: string) => {
  const store = MemoryStore.make()
  let read = 0
  const catchUp = (): MemoryStore.Copyable => {
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []
    for (const text of lines.slice(read)) {
      const { commitId, ...written } = fromLine(text)
      store.write({ commitId, needs: [] }, () => ({ _tag: "Planned", answer: undefined, ...written }))
      read++
    }
    return store
  }
  return {
    catchUp,
    /** Plans on a copy: a write that cannot be kept has changed nothing. The line is the commit. */
    write: <A>(scope: TradeRepository.Scope, plan: TradeRepository.Planning<A>) => {
      const lines: Array<string> = []
      const written = catchUp()
        .copy()
        .write(scope, (state) => {
          const planned = plan(state)
          if (planned._tag !== "Planned") return planned
          const { changes, journals } = planned
          if (changes.length + journals.length > 0) lines.push(toLine({ commitId: scope.commitId, changes, journals }))
          return planned
        })
      for (const line of lines) appendFileSync(file, `${line}\n`, { flush: true })
      return written
    }
  }
}

/** A store in a file of lines, for one process at a time. */
export const make = (file: string): TradeRepository.TradeRepositoryService => {
  const lines = linesOf(file)
  const now = Effect.sync(() => MemoryRepository.make(lines.catchUp()))
  return {
    identity: { id: file, incarnation: file },
    write: (scope, plan) =>
      Effect.suspend(() => {
        const keeping = { ...lines.catchUp(), write: lines.write }
        return MemoryRepository.make(keeping).write(scope, plan)
      }),
    page: (query) => Effect.flatMap(now, (store) => store.page(query)),
    count: (query) => Effect.flatMap(now, (store) => store.count(query)),
    entries: (query) => Effect.flatMap(now, (store) => store.entries(query)),
    feed: (after, limit) => Effect.flatMap(now, (store) => store.feed(after, limit)),
    heads: Effect.flatMap(now, (store) => store.heads),
    headsAt: (query) => Effect.flatMap(now, (store) => store.headsAt(query)),
    leases: MemoryRepository.make(lines.catchUp()).leases,
    snapshot: (reads) => Effect.flatMap(now, (store) => store.snapshot(reads))
  }
}

/** The store as a layer: give it to `Roundlot.layerOn`. */
export const layer = (file: string): Layer.Layer<TradeRepository.TradeRepository> =>
  Layer.sync(TradeRepository.TradeRepository, () => make(file))
