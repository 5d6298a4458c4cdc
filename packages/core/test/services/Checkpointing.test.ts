import { Effect, Logger } from "effect"
import { beforeAll, describe, expect, it } from "vitest"
import { tables } from "../../src/books/Books.ts"
import { emptyHead } from "../../src/events/Entry.ts"
import type * as checkpoint from "../../src/ledger/checkpoint.ts"
import { Checkpoints, makeMemory, type State } from "../../src/ports/Checkpoints.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { sha256 } from "../../src/records/Payload.ts"
import * as AsOf from "../../src/services/AsOf.ts"
import * as Checkpointing from "../../src/services/Checkpointing.ts"
import { domainTables, type EncodedRow } from "../../src/tables/Table.ts"
import * as Stage from "./Stage.ts"

const EVERY = 500
const FIRST = EVERY
const SECOND = 2 * EVERY

/** A store with more than two checkpoints' worth of entries, and all that its books were after the last. */
const lived = Effect.gen(function* () {
  yield* Stage.opened()
  for (let from = 0; from < 1_200; from += 100) {
    yield* Stage.submit(...Array.from({ length: 100 }, (_, n) => Stage.trade(`t${from + n}`, "0.1")))
  }
  const store = yield* TradeRepository
  const [last] = (yield* store.feed(0, 1_000)).slice(-1)
  const newest = (yield* store.heads).get(Stage.account) ?? emptyHead
  return { store, position: last?.position ?? 0, newest, head: newest.seq }
})

let scene: Effect.Effect.Success<typeof lived>
let rows: string
let states: ReadonlyArray<State>
const texts = new Map<number, string>()

/** Every row of the books as of the newest moment, and from which entry on they were folded. */
const asOf = (signed: ReadonlyArray<State>, kept: ReadonlyMap<number, string> = texts, store = scene.store) => {
  const read: Array<number> = []
  const counting: TradeRepositoryService = {
    ...store,
    entries: (query) => {
      if (query.account === Stage.account && query.limit > 1) read.push(query.afterSeq)
      return store.entries(query)
    }
  }
  return Effect.gen(function* () {
    const checkpoints = makeMemory(signed, EVERY)
    for (const [seq, text] of kept) yield* checkpoints.write(Stage.account, seq, text)
    const past = AsOf.books({ position: scene.position }, [Stage.account])
    const { repository } = yield* Effect.provideService(past, Checkpoints, checkpoints)
    const from = Math.min(...read)
    return { from, rows: yield* Effect.promise(() => rowsOf(repository)) }
  }).pipe(Effect.provideService(TradeRepository, counting), Effect.runPromise)
}

const rowsOf = async (store: TradeRepositoryService): Promise<string> => {
  const hashes: Array<string> = []
  for (const table of domainTables) {
    const { key } = tables[table]
    const found: Array<EncodedRow> = []
    for (;;) {
      const last = found.at(-1)
      const after = last === undefined ? undefined : key.map((column) => last[column] ?? null)
      const query = { table, where: [], orderBy: key, descending: false, after, limit: 1_000 }
      const page = await Effect.runPromise(store.page(query))
      found.push(...page)
      if (page.length < 1_000) break
    }
    hashes.push(`${table} ${found.length} ${sha256(JSON.stringify(found))}`)
  }
  return hashes.join("\n")
}

/** The text of a checkpoint with another head, and the state that believes just that text. */
const altered = (seq: number, patch: Partial<checkpoint.Head>) => {
  const [head = "", ...lines] = (texts.get(seq) ?? "").split("\n")
  const text = [JSON.stringify({ ...JSON.parse(head), ...patch }), ...lines].join("\n")
  const state = { account: Stage.account, seq, stateHash: sha256(text) }
  return asOf([state], new Map([...texts, [seq, text]]))
}

/** An edited row whose hash was made right again, as far as who edits can. */
const edited = (seq: number): Map<number, string> => {
  const text = texts.get(seq) ?? ""
  const other = text.replace('"0.1"', '"7.1"')
  expect(other).not.toBe(text)
  return new Map([...texts, [seq, other]])
}

describe("checkpoints of a journal", () => {
  beforeAll(async () => {
    await Stage.play(Effect.map(lived, (found) => void (scene = found)))
    expect(scene.head).toBeGreaterThan(SECOND)
    const checkpoints = makeMemory([], EVERY)
    const renewed = Checkpointing.renew(Stage.account, scene.newest).pipe(
      Effect.provideService(TradeRepository, scene.store),
      Effect.provideService(Checkpoints, checkpoints)
    )
    states = await Effect.runPromise(renewed)
    for (const { seq } of states) {
      texts.set(seq, (await Effect.runPromise(checkpoints.read(Stage.account, seq))) ?? "")
    }
    rows = (await asOf([], new Map())).rows
  }, 120_000)

  it("stand at fixed entries, and the books as of a moment are folded from the newest before it, to the same rows", async () => {
    expect(states.map(({ seq }) => seq)).toEqual([FIRST, SECOND])
    expect(await asOf(states)).toEqual({ from: SECOND, rows })
    expect(await asOf(states.slice(0, 1))).toEqual({ from: FIRST, rows })
  })

  it("are the same wherever they were begun: the second, upon the first that is believed, is that of a whole fold", async () => {
    const checkpoints = makeMemory(states.slice(0, 1), EVERY)
    await Effect.runPromise(checkpoints.write(Stage.account, FIRST, texts.get(FIRST) ?? ""))
    const again = await Checkpointing.renew(Stage.account, scene.newest).pipe(
      Effect.provideService(TradeRepository, scene.store),
      Effect.provideService(Checkpoints, checkpoints),
      Effect.runPromise
    )
    expect(again).toEqual(states.slice(1))
  })

  it("are not believed without somebody's word", async () => {
    expect(await asOf([])).toEqual({ from: 0, rows })
  })

  it("twin: one that was edited, with all hashes in its file made right, is not believed", async () => {
    expect(await asOf(states, edited(SECOND))).toEqual({ from: FIRST, rows })
    // What comes after it stands upon it.
    expect(await asOf(states, edited(FIRST))).toEqual({ from: 0, rows })
    const forged = edited(FIRST)
    const [head = "", ...lines] = (texts.get(SECOND) ?? "").split("\n")
    const before = sha256(forged.get(FIRST) ?? "")
    forged.set(SECOND, [JSON.stringify({ ...JSON.parse(head), before }), ...lines].join("\n"))
    expect(await asOf(states, forged)).toEqual({ from: 0, rows })
  })

  it("twins: one of another entry, of another account, of another program, or of entries that this journal does not have", async () => {
    expect(await altered(SECOND, {})).toMatchObject({ from: SECOND })
    const [entry] = await Effect.runPromise(
      scene.store.entries({ account: Stage.account, afterSeq: SECOND - 2, entity: undefined, limit: 1 })
    )
    expect(await altered(SECOND, { seq: SECOND - 1, entryHash: entry?.hash ?? "" })).toEqual({ from: 0, rows })
    expect(await altered(SECOND, { account: "other" })).toEqual({ from: 0, rows })
    expect(await altered(SECOND, { foldVersion: "0-0" })).toEqual({ from: 0, rows })
    expect(await altered(SECOND, { entryHash: "0".repeat(64) })).toEqual({ from: 0, rows })
    expect(await altered(SECOND, { before: "" })).toEqual({ from: 0, rows })
    expect(await altered(FIRST, { before: "0".repeat(64) })).toEqual({ from: 0, rows })
  })

  it("twin: one of a longer journal than this one is not looked at", async () => {
    const { position } = scene
    const [shorter] = (await Effect.runPromise(scene.store.feed(0, 1_000))).filter(({ lastSeq }) => lastSeq > FIRST)
    scene = { ...scene, position: shorter?.position ?? 0 }
    const { from } = await asOf(states)
    scene = { ...scene, position }
    expect(from).toBe(FIRST)
    // The entry that it names is not there: the journal was cut.
    const cut: TradeRepositoryService = {
      ...scene.store,
      entries: (query) => Effect.map(scene.store.entries(query), (all) => all.filter(({ seq }) => seq !== SECOND))
    }
    await expect(asOf(states.slice(1), texts, cut)).rejects.toThrow(/is missing/)
  })

  it("a doubtful one is said, and made again of the journal", async () => {
    const said: Array<unknown> = []
    const checkpoints = makeMemory([], EVERY)
    for (const [seq, text] of edited(FIRST)) await Effect.runPromise(checkpoints.write(Stage.account, seq, text))
    await Checkpointing.renew(Stage.account, scene.newest).pipe(
      Effect.provideService(TradeRepository, scene.store),
      Effect.provideService(Checkpoints, checkpoints),
      Effect.provide(
        Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => said.push(message))
        )
      ),
      Effect.runPromise
    )
    expect(said).toEqual([[expect.stringContaining(`doubtful checkpoint of paper at entry ${FIRST}`)]])
    expect(await Effect.runPromise(checkpoints.read(Stage.account, FIRST))).toBe(texts.get(FIRST))
  })
})
