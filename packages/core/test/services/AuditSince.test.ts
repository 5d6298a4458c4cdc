import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { emptyHead, nextFeedRow } from "../../src/events/Entry.ts"
import { Checkpoints, makeMemory } from "../../src/ports/Checkpoints.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as AuditSince from "../../src/services/AuditSince.ts"
import * as Checkpointing from "../../src/services/Checkpointing.ts"
import type { EncodedRow } from "../../src/tables/Table.ts"
import * as Stage from "./Stage.ts"

const EVERY = 50

const many = (from: number, count: number) =>
  Stage.submit(...Array.from({ length: count }, (_, n) => Stage.trade(`t${from + n}`, "0.1")))

const newest = Effect.gen(function* () {
  const [row] = (yield* (yield* TradeRepository).feed(0, 1_000)).slice(-1)
  return { position: row?.position ?? 0, hash: row?.feedHash ?? "", seq: row?.lastSeq ?? 0 }
})

/** A store in which 100 trades came before an anchor and 20 after it, with a checkpoint before the anchor. */
const lived = Effect.gen(function* () {
  yield* Stage.opened()
  yield* many(0, 100)
  const anchor = yield* newest
  yield* many(100, 20)
  const checkpoints = makeMemory([], EVERY)
  const store = yield* TradeRepository
  const head = (yield* store.heads).get(Stage.account) ?? emptyHead
  yield* Effect.provideService(Checkpointing.renew(Stage.account, head), Checkpoints, checkpoints)
  return { anchor, checkpoints, store, last: yield* newest }
})

const withRows = (
  store: TradeRepositoryService,
  edit: (row: EncodedRow) => ReadonlyArray<EncodedRow>
): TradeRepositoryService => {
  const edited: TradeRepositoryService = {
    ...store,
    page: (query) => Effect.map(store.page(query), (rows) => (query.table === "trades" ? rows.flatMap(edit) : rows)),
    snapshot: (reads) => Effect.provideService(reads, TradeRepository, edited)
  }
  return edited
}

const changed = (id: number) => (row: EncodedRow) => [row["id"] === id ? { ...row, price: "7.5" } : row]

describe("an audit of what came after an anchor", () => {
  it("folds from the checkpoint before it, and is held to the anchor", () =>
    Stage.play(
      Effect.gen(function* () {
        const { anchor, checkpoints, last } = yield* lived
        const audited = (given: typeof anchor) =>
          Effect.provideService(AuditSince.since(given), Checkpoints, checkpoints)
        const begun = anchor.seq - (anchor.seq % EVERY) + 1
        expect(begun).toBeGreaterThan(EVERY)
        const from = new Map([[Stage.account, begun]])
        expect(yield* audited(anchor)).toEqual({
          ok: true,
          entries: last.seq - anchor.seq,
          findings: [],
          archived: 0,
          from
        })
        expect(yield* AuditSince.since(anchor)).toMatchObject({ ok: true, from: new Map([[Stage.account, 1]]) })
        expect(yield* audited(last)).toMatchObject({ ok: true, entries: 0, from: new Map() })
        const { findings } = yield* audited({ ...anchor, hash: "0".repeat(64) })
        expect(findings).toMatchObject([{ what: "differs from the anchor: an earlier entry was changed or removed" }])
      })
    ))

  it("finds a row of after it that was changed or taken away; one of before it that nothing new touched is not looked at", () =>
    Stage.play(
      Effect.gen(function* () {
        const { anchor, checkpoints, store } = yield* lived
        const audited = (edit: (row: EncodedRow) => ReadonlyArray<EncodedRow>) =>
          AuditSince.since(anchor).pipe(
            Effect.provideService(Checkpoints, checkpoints),
            Effect.provideService(TradeRepository, withRows(store, edit)),
            Effect.map(({ findings }) => findings)
          )
        expect(yield* audited(changed(115))).toMatchObject([{ where: "trades 115" }])
        expect(yield* audited((row) => (row["id"] === 116 ? [] : [row]))).toMatchObject([
          { where: "trades 116", what: "is in the journal and not in the table" }
        ])
        expect(yield* audited(changed(3))).toEqual([])
        // Folded, since the checkpoint is of before it, and not new either.
        expect(yield* audited(changed(100))).toEqual([])
      })
    ))

  it("finds new entries that do not follow from the checkpoint", () =>
    Stage.play(
      Effect.gen(function* () {
        const { anchor, checkpoints, store } = yield* lived
        const forged: TradeRepositoryService = {
          ...store,
          entries: (query) =>
            Effect.map(store.entries(query), (all) =>
              all.map((entry) => (entry.seq === anchor.seq + 3 ? { ...entry, commitId: "forged" } : entry))
            ),
          snapshot: (reads) => Effect.provideService(reads, TradeRepository, forged)
        }
        const { findings } = yield* AuditSince.since(anchor).pipe(
          Effect.provideService(Checkpoints, checkpoints),
          Effect.provideService(TradeRepository, forged)
        )
        expect(findings[0]).toMatchObject({ seq: anchor.seq + 3, account: Stage.account })
      })
    ))

  it("finds a feed that names other hashes than the journal has, and entries that it does not name", () =>
    Stage.play(
      Effect.gen(function* () {
        const { anchor, store } = yield* lived
        const row = (yield* store.feed(anchor.position, 1))[0]
        const before = { position: anchor.position, feedHash: anchor.hash }
        const audited = (forge: (given: NonNullable<typeof row>) => NonNullable<typeof row>) => {
          const forged: TradeRepositoryService = {
            ...store,
            feed: (after, limit) => {
              if (after < anchor.position || row === undefined) return store.feed(after, limit)
              return Effect.succeed(after === anchor.position ? [nextFeedRow(before, forge(row))] : [])
            },
            snapshot: (reads) => Effect.provideService(reads, TradeRepository, forged)
          }
          return Effect.map(
            Effect.provideService(AuditSince.since(anchor), TradeRepository, forged),
            ({ findings }) => findings
          )
        }
        const unlike = yield* audited((given) => ({ ...given, headHash: "0".repeat(64) }))
        expect(unlike).toMatchObject([{ what: expect.stringContaining("has another hash"), seq: row?.lastSeq }])
        const short = yield* audited((given) => ({ ...given, lastSeq: given.firstSeq }))
        expect(short.map(({ what }) => what)).toContainEqual(
          expect.stringContaining(`the feed ends at entry ${row?.firstSeq}`)
        )
      })
    ))
})
