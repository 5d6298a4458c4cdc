import type { Audit } from "@roundlot/core"
import type { audit } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@roundlot/core/adapter"
import { Segments } from "@roundlot/store-sql"
import { Effect, Random } from "effect"
import {
  account,
  editsOf,
  entriesIn,
  provenTables,
  rehash,
  tampered,
  writeEntries,
  type Edit,
  type Row
} from "./tampering.ts"

const SEED = process.env["ROUNDLOT_TAMPER_SEED"] ?? "1"
const EDITS = Number(process.env["ROUNDLOT_TAMPER_EDITS"] ?? 100)

type Findings = ReadonlyArray<audit.Finding>

/** Is the record of the row among what was found, with an entry that disagrees? */
const isNamed = (findings: Findings, table: string, key: ReadonlyArray<unknown>): boolean =>
  findings.some(({ seq, where }) => where === `${table} ${key.map(String).join("/")}` && seq !== undefined)

/** Are the findings about what the edit changed: the record by its key and entry, or the chain? */
const isFound = (findings: Findings, { row, table }: Edit, key: ReadonlyArray<unknown>): boolean => {
  if (table === "feed") return findings.some(({ where }) => where.startsWith("feed "))
  if (table === "heads") return findings.some(({ where }) => where.startsWith("journal of "))
  if (table !== "journal") return isNamed(findings, table, key)
  const last = Segments.entriesOf(row).at(-1)?.seq ?? 0
  return findings.some(({ account: of, seq = 0 }) => of === row["account"] && seq <= last)
}

const places = (findings: Findings) => findings.map(({ where }) => where)

const tagOf = (entries: ReadonlyArray<Entry.Entry>, finding: audit.Finding | undefined): unknown =>
  entries.find(({ account: of, seq }) => of === finding?.account && seq === finding.seq)?.tag

describe("audit finds what was changed by hand", () => {
  it.live(
    "a changed value, in every column of every table, named with its record and entry",
    () =>
      Effect.gen(function* () {
        const hand = yield* tampered
        const missed: Array<string> = []
        for (const table of provenTables) {
          const [row] = hand.rows(table)
          if (row === undefined) return assert.fail(`nothing came up in ${table}`)
          for (const edit of editsOf(table, row)) {
            const findings = yield* hand.edited(edit)
            if (!isFound(findings, edit, hand.keyOf(table, row))) missed.push(`${table}.${edit.column}`)
          }
        }
        assert.deepStrictEqual(missed, [])
        assert.deepStrictEqual((yield* hand.audited()).findings, [])
      }).pipe(Effect.scoped),
    300_000
  )

  it.live(
    `${EDITS} random edits of any value of any row of any table (seed ${SEED})`,
    () =>
      Effect.gen(function* () {
        const hand = yield* tampered
        const missed: Array<string> = []
        for (let i = 0; i < EDITS; i++) {
          const table = yield* chosen(provenTables)
          const row = yield* chosen(hand.rows(table))
          const edit = yield* chosen(editsOf(table, row))
          const findings = yield* hand.edited(edit)
          const key = hand.keyOf(table, row)
          if (!isFound(findings, edit, key)) missed.push(`edit ${i}: ${table} ${key.join("/")} ${edit.column}`)
        }
        assert.deepStrictEqual(missed, [])
      }).pipe(Effect.scoped, Effect.withRandom(Random.make(SEED))),
    60_000 + EDITS * 500
  )

  it.live("the entry that is named is the one that gave the value, not the last that touched the record", () =>
    Effect.gen(function* () {
      const hand = yield* tampered
      const journal = entriesIn(hand)
      const trade = hand.rows("trades").find((row) => row["status"] === "completed")
      if (trade === undefined) return assert.fail("no trade is completed")
      const tagFor = (column: string) =>
        Effect.map(hand.edited({ table: "trades", column, row: trade }), ([finding]) => tagOf(journal, finding))
      assert.strictEqual(yield* tagFor("quantity"), "TradeAccepted")
      assert.strictEqual(yield* tagFor("status"), "TradeSettled")
      const [control] = hand.rows("controls").filter((row) => row["account"] === "")
      if (control === undefined) return assert.fail("nothing is halted")
      const [halted] = yield* hand.edited({ table: "controls", column: "state", row: control })
      assert.strictEqual(tagOf(journal, halted), "TradingStateSet")
    }).pipe(Effect.scoped)
  )

  it.live(
    "a row taken away, a row added and two rows that changed places, in every table",
    () =>
      Effect.gen(function* () {
        const hand = yield* tampered
        const missed: Array<string> = []
        for (const table of provenTables) {
          const [row, other] = hand.rows(table)
          const [part = ""] = hand.keyed(table)
          if (row === undefined) return assert.fail(`nothing came up in ${table}`)
          const key = hand.keyOf(table, row)
          const place = row[part]
          const beyond = typeof place === "number" ? place + 1000 : "elsewhere"
          const gone = yield* hand.after(() => hand.remove(table, row))
          if (!isFound(gone, { table, column: "", row }, key)) missed.push(`${table}: a row less`)
          const added = yield* hand.after(() => hand.insert(table, { ...row, [part]: beyond }))
          if (added.length === 0) missed.push(`${table}: a row more`)
          if (other === undefined) continue
          const swapped = yield* hand.after(() => {
            hand.remove(table, row)
            hand.remove(table, other)
            hand.insert(table, { ...row, ...keysOf(hand.keyed(table), other) })
            hand.insert(table, { ...other, ...keysOf(hand.keyed(table), row) })
          })
          if (swapped.length === 0) missed.push(`${table}: two rows swapped`)
        }
        assert.deepStrictEqual(missed, [])
        assert.deepStrictEqual((yield* hand.audited()).findings, [])
      }).pipe(Effect.scoped),
    120_000
  )

  it.live("entries that changed places, an entry beyond the end, and a journal that no head knows", () =>
    Effect.gen(function* () {
      const hand = yield* tampered
      const all = entriesIn(hand)
      const entries = all.filter((entry) => entry.account === account)
      const at = (seq: number): Entry.Entry => entries[seq - 1] ?? assert.fail(`no entry ${seq}`)
      const numbers = new Map([
        [4, 5],
        [5, 4]
      ])
      const swapped = yield* hand.after(() =>
        writeEntries(
          hand,
          all.map((entry) =>
            entry.account === account ? { ...entry, ...at(numbers.get(entry.seq) ?? entry.seq), seq: entry.seq } : entry
          )
        )
      )
      assert.include(places(swapped), `journal of ${account}, entry 4`)
      const beyond = { ...at(entries.length), seq: entries.length + 1 }
      const more = yield* hand.after(() => writeEntries(hand, [...all, beyond]))
      assert.include(places(more), `journal of ${account}, entry ${entries.length + 1}`)
      const ghost = yield* hand.after(() => writeEntries(hand, [...all, { ...at(1), account: "ghost" }]))
      assert.include(places(ghost), "journal of ghost, entry 1")
    }).pipe(Effect.scoped)
  )

  it.live("an end that was cut off cleanly, and a journal that was rewritten and hashed anew, by the anchor", () =>
    Effect.gen(function* () {
      const hand = yield* tampered
      const newest = hand.rows("feed").at(-1)
      if (newest === undefined) return assert.fail("the feed is empty")
      const anchor: Audit.Anchor = { position: Number(newest["position"]), hash: String(newest["feedHash"]) }
      assert.deepStrictEqual((yield* hand.audited(anchor)).findings, [])
      const cut = () => {
        // The last commit halted a symbol: without its entries, its control, its answer and its place in the feed it never was.
        const from = Number(newest["firstSeq"])
        const left = entriesIn(hand).filter((entry) => entry.account !== account || entry.seq < from)
        writeEntries(hand, left)
        const before = left.findLast((entry) => entry.account === account)
        hand.set("heads", "seq", from - 1, [account])
        hand.set("heads", "hash", before?.hash ?? null, [account])
        hand.remove("feed", newest)
        for (const row of hand.rows("controls")) if (row["account"] === account) hand.remove("controls", row)
        for (const row of hand.rows("commands")) if (row["id"] === "h2") hand.remove("commands", row)
      }
      assert.deepStrictEqual(yield* hand.after(cut), [])
      assert.include(places(yield* hand.after(cut, anchor)), `feed ${anchor.position}`)
      const rewritten = () => rehash(hand, (entry) => ({ ...entry, cause: entry.cause.replace("test", "root") }))
      assert.deepStrictEqual(yield* hand.after(rewritten), [])
      assert.include(places(yield* hand.after(rewritten, anchor)), `feed ${anchor.position}`)
    }).pipe(Effect.scoped)
  )

  it.live(
    "a journal that was rewritten and hashed again beside a feed that was left as it was, and one that is gone",
    () =>
      Effect.gen(function* () {
        const hand = yield* tampered
        const rewritten = yield* hand.after(() =>
          rehash(hand, (entry) => ({ ...entry, cause: entry.cause.replace("test", "root") }), true)
        )
        assert.deepStrictEqual(
          rewritten.map(({ where, account: of }) => ({ where, of })).filter(({ of }) => of === account),
          [{ where: `feed ${firstNamed(hand.rows("feed"), rewritten)}`, of: account }]
        )
        const gone = yield* hand.after(() => {
          for (const table of provenTables.filter((each) => each !== "feed")) {
            for (const row of hand.rows(table)) if (isOwn(row)) hand.remove(table, row)
          }
        })
        assert.include(
          gone.map(({ what }) => what),
          `names entries of ${account}, which has none`
        )
      }).pipe(Effect.scoped)
  )
})

const isOwn = (row: Row): boolean => (row["account"] ?? row["name"]) === account

/** The position of the first row of the feed that names the entry of a finding. */
const firstNamed = (feed: ReadonlyArray<Row>, findings: Findings): string => {
  const found = findings.find((finding) => finding.account === account)
  return String(feed.find((row) => row["account"] === account && row["lastSeq"] === found?.seq)?.["position"])
}

const keysOf = (key: ReadonlyArray<string>, row: Row): Row =>
  Object.fromEntries(key.map((column) => [column, row[column] ?? null]))

const chosen = <A>(all: ReadonlyArray<A>) =>
  Effect.flatMap(Random.nextIntBetween(0, all.length), (index) => {
    const found = all[index]
    return found === undefined ? Effect.dieMessage("nothing to choose from") : Effect.succeed(found)
  })
