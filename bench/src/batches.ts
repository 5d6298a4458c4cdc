import { join } from "node:path"
import {
  Account,
  AccountName,
  Accumulator,
  Batches,
  Clock,
  Commands,
  Instant,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  type Trade
} from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Batch } from "@roundlot/core/ledger"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect, Layer, Logger, LogLevel } from "effect"
import { type Asked, atLeast, atMost, type Figure, inFolder, median, timing } from "./measuring.ts"

const account = AccountName.AccountName.make("bench")
const ROWS = 100_000
const TOGETHER = 256
const BATCHES = 10
const ROUNDS = 5

const rowsOf = (batch: string, count: number): ReadonlyArray<Trade.TradeInput> =>
  Array.from({ length: count }, (_, i) => ({
    source: "bench",
    sourceId: `${batch}-${i}`,
    occurrence: "",
    symbol: `S${i % 250}`,
    side: i % 3 === 0 ? "sell" : "buy",
    quantity: Quantity.unsafe("0.25"),
    price: Price.unsafe("100"),
    tradedAt: Instant.make(1n),
    reverses: undefined
  }))

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / TOGETHER) }, (_, i) => all.slice(i * TOGETHER, (i + 1) * TOGETHER))

const on = <A, E>(file: string, use: Effect.Effect<A, E, Roundlot.Services | Roundlot.Foundations>) => {
  const foundations = Layer.mergeAll(SqliteStore.layer({ file }), Clock.layerAlwaysOpen, Entropy.layerSecure)
  const opened = Effect.flatMap(Commands.Commands, (commands) =>
    commands.setAccount(account, Account.defaultSettings, "bench")
  )
  return Effect.zipRight(opened, use).pipe(
    Effect.provide(Layer.provideMerge(Roundlot.layer, foundations)),
    Effect.scoped,
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.runPromise
  )
}

/** Takes trades in without a batch, in the same parts. */
const bare = (rows: ReadonlyArray<Trade.TradeInput>) =>
  Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
    Effect.forEach(chunks(rows), (part) => accumulator.submitMany(account, part, SourcePolicy.anyAge), {
      discard: true
    })
  )

/** Submits a batch of rows; it waits for its turn. */
const submitted = (name: string, rows: ReadonlyArray<Trade.TradeInput>) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const batch = yield* batches.create({ account, actor: "bench", uid: name, name, mode: "accumulate", priority: 0 })
    let line = 1
    for (const part of chunks(rows)) {
      const numbered = part.map((input) => ({ line: line++, input }))
      yield* batches.add(batch, numbered, SourcePolicy.anyAge)
    }
    yield* batches.queue(batch.id, { actor: "bench" })
    return batch.id
  })

const seconds = <A, E, R>(act: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const took = timing()
    return Effect.map(act, () => took().seconds)
  })

const READS = 200
/** How often the two are looked at in turns. */
const TURNS = 9

/** How long it takes to look how far a batch is, in seconds. */
const looking = (id: Batch.Batch["id"]) =>
  Effect.map(
    seconds(
      Effect.replicateEffect(Reads.first(Batch.BatchTable, { where: [{ column: "id", in: [id] }] }), READS, {
        discard: true
      })
    ),
    (all) => all / READS
  )

/** A large batch beside bare intake, ten smaller ones at once beside the large one, and what looking at their progress takes. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const rows = asked.trades ?? (asked.quick ? 5_000 : ROWS)
  const ofBare: Array<number> = []
  const ofTen: Array<number> = []
  const ofLooks: Array<number> = []
  for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : ROUNDS)); round++) {
    const alone = await inFolder(asked, (folder) => on(join(folder, "a.db"), seconds(bare(rowsOf("bare", rows)))))
    const one = await inFolder(asked, (folder) =>
      on(
        join(folder, "b.db"),
        Effect.gen(function* () {
          const small = yield* submitted("small", rowsOf("small", TOGETHER))
          const took = yield* seconds(submitted("one", rowsOf("one", rows)))
          const large = (yield* Reads.all(Batch.BatchTable)).find(({ name }) => name === "one")?.id ?? small
          yield* looking(small)
          const inTurns = Effect.zipWith(looking(large), looking(small), (big, little) => big / little)
          return { took, looks: median(yield* Effect.replicateEffect(inTurns, TURNS)) }
        })
      )
    )
    const ten = await inFolder(asked, (folder) => {
      const parts = Array.from({ length: BATCHES }, (_, n) => submitted(`ten-${n}`, rowsOf(`ten-${n}`, rows / BATCHES)))
      return on(join(folder, "c.db"), seconds(Effect.all(parts, { concurrency: "unbounded", discard: true })))
    })
    ofBare.push(alone / one.took)
    ofTen.push(ten / one.took)
    ofLooks.push(one.looks)
  }
  return [
    atLeast(`a batch of ${rows} rows, of bare intake`, median(ofBare), 0.7, "×"),
    atMost(`${BATCHES} batches of ${rows / BATCHES} at once, beside one of all`, median(ofTen), 1.15, "×"),
    atMost("looking at the progress of the large one, beside one of 256 rows", median(ofLooks), 1.2, "×")
  ]
}
