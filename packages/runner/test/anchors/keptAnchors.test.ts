import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Clock, MemoryRepository } from "@roundlot/core"
import { Entry, MemoryStore, TradeRepository } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { Effect, Layer } from "effect"
import { expect, it } from "vitest"
import { AnchorFile, checkpointFiles } from "@roundlot/daemon"
import { bare } from "../settings/bare.ts"

const EVERY = 16_384

it("an anchor is written although no checkpoint can be made, and the heads are read once a time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-anchors-"))
  const settings = {
    anchorFile: join(folder, "anchors.jsonl"),
    checkpointFolder: join(folder, "checkpoints"),
    configuration: { ...bare.configuration, anchors: { ...bare.configuration.anchors, everyMs: 5 } }
  }
  const row = Entry.nextFeedRow(undefined, { account: "paper", firstSeq: 1, lastSeq: EVERY, headHash: "a".repeat(64) })
  const { detail, place, problem, remedy } = { place: "s", problem: "io", detail: "lost", remedy: "r" } as const
  const lost = new TradeRepository.StoreUnavailable({ place, problem, detail, remedy })
  const read = { heads: 0, entries: 0 }
  let atFirst: typeof read | undefined
  const store: TradeRepository.TradeRepositoryService = {
    ...MemoryRepository.make(MemoryStore.make()),
    heads: Effect.sync(() => {
      read.heads += 1
      return new Map([["paper", { seq: EVERY, hash: "a".repeat(64) }]])
    }),
    entries: () => Effect.suspend(() => ((read.entries += 1), lost)),
    feed: (after) =>
      Effect.sync(() => {
        atFirst ??= { ...read }
        return after === 0 ? [row] : []
      })
  }
  const written = Effect.repeat(
    Effect.zipRight(
      Effect.sleep(1),
      Effect.sync(() => (existsSync(settings.anchorFile) ? readFileSync(settings.anchorFile, "utf8") : ""))
    ),
    { until: (text) => text.endsWith("\n") }
  )
  const text = await checkpointFiles
    .withCheckpoints(settings, Effect.scoped(Effect.zipRight(AnchorFile.keep(settings), written)))
    .pipe(
      Effect.provide(Layer.provideMerge(Health.layer, Clock.layerAlwaysOpen)),
      Effect.provide(NodeFileSystem.layer),
      Effect.provideService(TradeRepository.TradeRepository, store),
      Effect.runPromise
    )
  expect(JSON.parse(text)).toMatchObject({ position: 1 })
  expect(atFirst).toEqual({ heads: 1, entries: 1 })
  rmSync(folder, { recursive: true, force: true })
}, 20_000)
