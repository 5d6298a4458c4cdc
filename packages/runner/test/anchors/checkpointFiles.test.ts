import { execFileSync } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { MemoryRepository } from "@roundlot/core"
import { Checkpoints } from "@roundlot/core/ledger"
import { Effect, Layer } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { KeptAnchor, checkpointFiles } from "@roundlot/daemon"
import { bare } from "../settings/bare.ts"

const { privateKey, publicKey } = generateKeyPairSync("ed25519")

const state = { account: "paper", seq: 16_384, stateHash: "a".repeat(64) }

const anchor: KeptAnchor.KeptAnchor = {
  store: "s",
  incarnation: "i",
  position: 7,
  hash: "b".repeat(64),
  at: "2026-11-27T10:00:00Z",
  states: [state]
}

const identity = { id: "s", incarnation: "i" }

const { states: _, ...first } = anchor

describe("states of journals in anchors", () => {
  it("are signed with the anchor, and count only where a key is configured", () => {
    const line = KeptAnchor.lineOf(KeptAnchor.signed(anchor, privateKey))
    expect(KeptAnchor.anchorsIn(line, identity, publicKey)).toMatchObject({
      anchors: [{ position: 7 }],
      states: [state]
    })
    expect(KeptAnchor.anchorsIn(line, identity, undefined)).toMatchObject({ anchors: [{ position: 7 }], states: [] })
  })

  it("twins: a state that was changed, added or taken away is not signed", () => {
    const whole = KeptAnchor.signed(anchor, privateKey)
    const { states: __, ...without } = whole
    const changed: ReadonlyArray<KeptAnchor.KeptAnchor> = [
      { ...whole, states: [{ ...state, stateHash: "c".repeat(64) }] },
      { ...whole, states: [{ ...state, seq: 1 }] },
      { ...whole, states: [state, state] },
      without,
      { ...KeptAnchor.signed(first, privateKey), states: [state] }
    ]
    for (const each of changed) {
      expect(KeptAnchor.anchorsIn(KeptAnchor.lineOf(each), identity, publicKey)).toMatchObject({
        anchors: [],
        states: [],
        refused: [{ line: 1, why: "is not signed by the key that is configured" }]
      })
    }
  })

  it("twin: an account's name that goes on in another line, which the same bytes would be signed for", () => {
    const one = { ...state, account: `paper 1 ${"d".repeat(64)}\npaper` }
    expect(
      KeptAnchor.anchorsIn(
        `${JSON.stringify(KeptAnchor.signed({ ...anchor, states: [one] }, privateKey))}\n`,
        identity,
        publicKey
      )
    ).toMatchObject({
      states: [],
      refused: [{ line: 1, why: "is not an anchor" }]
    })
  })

  it("an anchor of before there were any is read as ever", () => {
    const line = KeptAnchor.lineOf(KeptAnchor.signed(first, privateKey))
    expect(line).not.toContain("states")
    expect(KeptAnchor.anchorsIn(line, identity, publicKey)).toMatchObject({ anchors: [{ position: 7 }], refused: [] })
  })
})

let folder: string

const kept = <A, E>(use: Effect.Effect<A, E>, key?: string) =>
  checkpointFiles
    .withCheckpoints(
      {
        anchorFile: join(folder, "anchors.jsonl"),
        checkpointFolder: join(folder, "checkpoints"),
        configuration: { ...bare.configuration, anchors: { ...bare.configuration.anchors, key } }
      },
      use
    )
    .pipe(Effect.provide(Layer.merge(NodeFileSystem.layer, MemoryRepository.layerMemory)), Effect.runPromise)

describe("checkpoints in files", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "roundlot-checkpoints-"))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it("are read as they were written, each account's its own, and may be deleted or damaged", async () => {
    const write = Effect.flatMap(Checkpoints.Checkpoints, ({ write }) =>
      Effect.zipRight(write("paper", 1, "one"), write("Paper", 1, "two"))
    )
    await kept(write)
    const read = Effect.flatMap(Checkpoints.Checkpoints, (own) =>
      Effect.all([own.read("paper", 1), own.read("Paper", 1), own.read("paper", 2)])
    )
    expect(await kept(read)).toEqual(["one", "two", undefined])
    const [one = "", two = ""] = readdirSync(join(folder, "checkpoints"))
    rmSync(join(folder, "checkpoints", one), { recursive: true })
    writeFileSync(join(folder, "checkpoints", two, "1.gz"), "torn")
    expect(await kept(read)).toEqual([undefined, undefined, undefined])
  })

  it("a pipe in the place of a file, and one that unpacks to more than a checkpoint has, are not there", async () => {
    const own = Effect.flatMap(Checkpoints.Checkpoints, (all) => all.write("paper", 1, "one"))
    await kept(own)
    const [name = ""] = readdirSync(join(folder, "checkpoints"))
    execFileSync("mkfifo", [join(folder, "checkpoints", name, "2.gz")])
    const huge = Buffer.alloc(257 * 1024 * 1024)
    writeFileSync(join(folder, "checkpoints", name, "3.gz"), gzipSync(huge, { level: 1 }))
    const read = Effect.flatMap(Checkpoints.Checkpoints, (all) =>
      Effect.all([all.read("paper", 1), all.read("paper", 2), all.read("paper", 3)])
    )
    expect(await kept(read)).toEqual(["one", undefined, undefined])
  })

  it("believe what this store's anchors say, where the configured key signed it", async () => {
    const key = join(folder, "key.pem")
    writeFileSync(key, publicKey.export({ type: "spki", format: "pem" }))
    const write = (each: KeptAnchor.KeptAnchor) => writeFileSync(join(folder, "anchors.jsonl"), KeptAnchor.lineOf(each))
    const believed = Effect.flatMap(Checkpoints.Checkpoints, (own) => own.believed("paper"))
    const own = { ...anchor, store: "memory", incarnation: "memory" }
    write(KeptAnchor.signed(own, privateKey))
    expect(await kept(believed, key)).toEqual(new Map([[state.seq, state.stateHash]]))
    expect(await kept(believed)).toEqual(new Map())
    write(own)
    expect(await kept(believed, key)).toEqual(new Map())
    write(KeptAnchor.signed({ ...own, incarnation: "another" }, privateKey))
    expect(await kept(believed, key)).toEqual(new Map())
  })
})
