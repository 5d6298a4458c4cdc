import {
  Account,
  AccountName,
  Clock,
  Commands,
  Decimal,
  Reads,
  Roundlot,
  Sources,
  Trade,
  SourcePolicy
} from "@roundlot/core"
import { Health } from "@roundlot/core/ledger"
import { Effect, Layer, Stream, type Context, type Scope } from "effect"
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FolderSource from "../../src/folder/FolderSource.ts"

/** The account of these tests. */
export const desk = AccountName.AccountName.make("desk")

/** The header of a file of trades. */
export const HEADER = "source_id,timestamp,symbol,side,quantity,price"

/** A file of purchases of one share each, under these ids. */
export const buys = (...ids: ReadonlyArray<string>): string => buysOf(ids)

/** The same of many. */
export const buysOf = (ids: ReadonlyArray<string>): string =>
  [HEADER, ...ids.map((id) => `${id},2026-01-02T15:00:00Z,AAPL,buy,1,200`), ""].join("\n")

/** A folder of a test's own. */
export const ownFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-spool-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Books in memory. */
export const books = Layer.build(Roundlot.layerMemory.pipe(Layer.provideMerge(Clock.layerAlwaysOpen)))

/** Books in memory, as their services are given on. */
export type Books = Context.Context<Layer.Layer.Success<typeof Roundlot.layerMemory> | Clock.Clock>

/** What a look lasts in these tests. */
const LOOK_EVERY = "10 millis"

/** A folder, the books that it is taken into, and the source between them; a process that starts again is `idle` again. */
export const spool = (given: { readonly books?: Books; readonly folder?: string; readonly name?: string } = {}) =>
  Effect.gen(function* () {
    const into: Books = given.books ?? (yield* books)
    const folder = given.folder ?? join(yield* ownFolder, "in")
    mkdirSync(folder, { recursive: true })
    const name = given.name ?? "venue"
    const within = Effect.provide(into)
    yield* within(
      Effect.flatMap(Commands.Commands, (commands) =>
        commands.setAccount(desk, { ...Account.defaultSettings, broker: "house" }, "test")
      )
    )
    const opened = (entry: Partial<FolderSource.FolderEntry> = {}) =>
      within(FolderSource.make({ name, account: desk, folder, others: [], lookEvery: LOOK_EVERY, ...entry }))
    const follow = (entry: Partial<FolderSource.FolderEntry> = {}) =>
      Effect.map(opened(entry), (followed) => ({
        caughtUp: followed.caughtUp ?? Effect.never,
        following: within(
          Sources.follow(entry.account ?? desk, { ...followed, name: entry.name ?? name, policy: SourcePolicy.plain })
        )
      }))
    /** Follows as far as this many commits, and ends there as a process does that is killed. */
    const cutAfter = (commits: number) =>
      Effect.flatMap(opened(), (followed) =>
        within(
          Sources.follow(desk, {
            ...followed,
            deliveries: (cursor) => Stream.take(followed.deliveries(cursor), commits),
            name,
            policy: SourcePolicy.plain
          })
        )
      )
    return {
      folder,
      cutAfter,
      source: opened(),
      books: into,
      follow,
      /** Follows until it has caught up; gives what needs a person. */
      idle: Effect.flatMap(
        Effect.suspend(() => follow()),
        ({ caughtUp, following }) => Effect.raceFirst(caughtUp, Effect.zipRight(following, Effect.never))
      ),
      /** Puts a whole file there in one step. */
      put: (file: string, text: string | Uint8Array) => {
        writeFileSync(join(folder, ".writing"), text)
        renameSync(join(folder, ".writing"), join(folder, file))
      },
      trades: within(
        Effect.map(Reads.all(Trade.TradeTable), (trades) =>
          trades.map(({ quantity, sourceId }) => `${sourceId} ${Decimal.format(quantity)}`)
        )
      ),
      health: within(
        Effect.flatMap(Health.Health, ({ all }) =>
          Effect.map(all, (parts) => parts.find(({ part }) => part === `folder of ${name}`))
        )
      ),
      files: (room: string): ReadonlyArray<string> => readdirSync(join(folder, room)).toSorted()
    }
  })

/** Waits until it is so. */
export const until = <A, E, R>(ask: Effect.Effect<A, E, R>, isSo: (found: A) => boolean): Effect.Effect<A, E, R> =>
  Effect.repeat(Effect.delay(ask, "5 millis"), { until: isSo })
