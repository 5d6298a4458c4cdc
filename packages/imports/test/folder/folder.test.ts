import { AccountName, Reads } from "@roundlot/core"
import { Break } from "@roundlot/core/ledger"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import process from "node:process"
import { buys, buysOf, HEADER, ownFolder, spool, until } from "./spool.ts"

const one = (...ids: ReadonlyArray<string>) => ids.map((id) => `${id} 1`)

const many = (count: number) => Array.from({ length: count }, (_, at) => `r${at}`)

/** A row that says how it is ordered. */
const ordered = (id: string, limit: string, session: string) =>
  `${id},2026-01-02T15:00:00Z,AAPL,buy,1,200,${limit},${session}`

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))

describe("files that are put into a folder", () => {
  it.scopedLive(
    "ACC-2: are taken in the order of the bytes of their names, each row once, and put away; health says so",
    () =>
      Effect.gen(function* () {
        const { files, folder, health, idle, put, trades } = yield* spool()
        put("b.csv", buys("3"))
        put("a.csv", buys("1", "2"))
        put(
          "Z.jsonl",
          `${JSON.stringify({ source_id: "0", timestamp: "2026-01-02T15:00:00Z", symbol: "AAPL", side: "buy", quantity: "1" })}\n`
        )
        expect(yield* idle).toEqual([])
        expect(yield* trades).toEqual(one("0", "1", "2", "3"))
        expect(files("done")).toEqual(["000001-Z.jsonl", "000002-a.csv", "000003-b.csv"])
        expect(files("taking")).toEqual([])
        expect(yield* health).toMatchObject({
          isWell: true,
          detail: expect.stringMatching(/^0 files wait; the last imported is 000003-b\.csv, at 20/)
        })
        expect(yield* idle).toEqual([])
        expect(yield* trades).toHaveLength(4)
        // Of a reading that books which were lost had begun.
        writeFileSync(join(folder, "rejected", "000004-c.csv.rejected.csv"), "line\r\n2\r\n")
        put("c.csv", buys("4"))
        yield* idle
        expect([files("rejected"), yield* idle]).toEqual([[], []])
      })
  )

  it.scopedLive(
    "ACC-2: the same content again, and the same rows in another file, are not taken twice; a name that comes again overwrites nothing",
    () =>
      Effect.gen(function* () {
        const { files, idle, put, trades } = yield* spool()
        put("a.csv", buys("1"))
        yield* idle
        put("a.csv", buys("1"))
        put("b.csv", buys("1", "2"))
        yield* idle
        expect(yield* trades).toEqual(one("1", "2"))
        expect(files("done")).toEqual(["000001-a.csv", "000002-a.csv", "000003-b.csv"])
      })
  )

  it.scopedLive(
    "that are not whole are not taken: a name of a writer, a last line without an end, a file that still moves; an empty one is a mark",
    () =>
      Effect.gen(function* () {
        const { files, folder, health, idle, put, trades } = yield* spool()
        for (const name of [".a.csv", "b.csv.part", "c.csv.TMP"]) writeFileSync(join(folder, name), buys(name))
        put("ready", "")
        put("half.csv", buys("1").slice(0, -6))
        put("whole.csv", buys("2"))
        expect(yield* idle).toEqual(["source venue: half.csv is incomplete: its last line has no line end"])
        expect(yield* trades).toEqual(one("2"))
        expect((yield* health)?.detail).toContain("half.csv is incomplete")
        writeFileSync(join(folder, "half.csv"), buys("1"))
        expect(yield* idle).toEqual([])
        expect(yield* trades).toEqual(one("2", "1"))
        expect(files("done")).toEqual(["000001-whole.csv", "000002-half.csv"])
      })
  )

  it.scopedLive("that are written slowly under their last name wait until two looks see the same", () =>
    Effect.gen(function* () {
      const { folder, follow, trades } = yield* spool()
      const { caughtUp, following } = yield* follow({ lookEvery: "100 millis" })
      const path = join(folder, "slow.csv")
      writeFileSync(path, `${HEADER}\n`)
      yield* Effect.forkScoped(following)
      let rows = 0
      const writer = yield* Effect.forkScoped(
        Effect.forever(
          Effect.delay(
            Effect.sync(() => appendFileSync(path, buys(String(++rows)).slice(HEADER.length + 1))),
            "20 millis"
          )
        )
      )
      yield* until(
        Effect.sync(() => rows),
        (count) => count > 20
      )
      expect(yield* trades).toEqual([])
      yield* Fiber.interrupt(writer)
      yield* caughtUp
      expect(yield* trades).toHaveLength(rows)
    })
  )

  it.scopedLive("only plain files are read, and only under names that can be said; the others go on", () =>
    Effect.gen(function* () {
      const { folder, idle, put, trades } = yield* spool()
      const outside = join(yield* ownFolder, "outside.csv")
      writeFileSync(outside, buys("outside"))
      symlinkSync(outside, join(folder, "a-link.csv"))
      linkSync(outside, join(folder, "b-hard.csv"))
      mkdirSync(join(folder, "c-folder.csv"))
      execFileSync("sh", ["-c", `mkfifo "${join(folder, "d-pipe.csv")}"`])
      writeFileSync(
        Buffer.concat([Buffer.from(`${folder}/e`), Buffer.from([0xff]), Buffer.from(".csv")]),
        buys("bytes")
      )
      writeFileSync(join(folder, "f\nline.csv"), buys("line"))
      writeFileSync(join(folder, `${"g".repeat(201)}.csv`), buys("long"))
      put("z.csv", buys("good"))
      const faults = yield* idle
      expect(faults.map((each) => each.replace("source venue: ", ""))).toEqual([
        "a-link.csv is not a regular file",
        "b-hard.csv has a second name (a hard link)",
        "c-folder.csv is not a regular file",
        "d-pipe.csv is not a regular file",
        "eÿ.csv has a name that is not UTF-8",
        "f\\nline.csv has a control character in its name",
        expect.stringContaining("has a name of more than 200 bytes")
      ])
      expect(yield* trades).toEqual(one("good"))
    })
  )

  it.scopedLive(
    "one without permission stays, is named, and is taken once it may be read; a time in the future changes nothing",
    () =>
      Effect.gen(function* () {
        const { folder, idle, put, trades } = yield* spool()
        put("a.csv", buys("1"))
        put("b.csv", buys("2"))
        utimesSync(join(folder, "b.csv"), new Date("2100-01-01"), new Date("2100-01-01"))
        execFileSync("chmod", ["000", join(folder, "a.csv")])
        execFileSync("chmod", ["-R", "777", join(folder, "..")])
        execFileSync("chmod", ["000", join(folder, "a.csv")])
        const { seteuid } = process
        expect(seteuid).toBeDefined()
        // Root may read everything.
        const faults = yield* Effect.acquireUseRelease(
          Effect.sync(() => seteuid?.(65_534)),
          () => idle,
          () => Effect.sync(() => seteuid?.(0))
        )
        expect(faults).toEqual(["source venue: a.csv may not be read by this user"])
        expect(yield* trades).toEqual(one("2"))
        yield* idle
        expect(yield* trades).toEqual(one("2", "1"))
      })
  )
})

describe("rows and files that cannot be read", () => {
  it.scopedLive(
    "BAT-2: a bad row is listed by its line with its reason, and the good ones of its file and the other files go on",
    () =>
      Effect.gen(function* () {
        const { files, folder, health, idle, put, trades } = yield* spool()
        put("a.csv", buys("1", "2").replace("2,2026-01-02T15:00:00Z", "2,yesterday"))
        put("b.csv", "no,columns\nof,ours\n")
        put("c.csv", `[{"source_id":"9"}]\n`)
        put("d.csv", buys("3"))
        const [said = ""] = yield* idle
        expect(said).toMatch(
          /^source venue: not imported, see rejected\/000001-a\.csv\.rejected\.csv and 2 more: 3,timestamp,yesterday,/
        )
        expect((yield* health)?.isWell).toBe(false)
        expect(yield* trades).toEqual(one("1", "3"))
        expect(files("done")).toEqual(["000001-a.csv", "000004-d.csv"])
        expect(files("rejected")).toEqual([
          "000001-a.csv.rejected.csv",
          "000002-b.csv",
          "000002-b.csv.rejected.csv",
          "000003-c.csv",
          "000003-c.csv.rejected.csv"
        ])
        expect(readFileSync(join(folder, "rejected", "000002-b.csv.rejected.csv"), "utf8")).toContain("has no column")
        for (const file of files("rejected")) rmSync(join(folder, "rejected", file))
        put("a.csv", buys("1", "2"))
        expect(yield* idle).toEqual([])
        expect(yield* trades).toEqual(one("1", "3", "2"))
        expect((yield* health)?.isWell).toBe(true)
      })
  )

  it.scopedLive(
    "ACC-2: a row without an id of its own is no trade: an export that is written again with one more row would be bought twice",
    () =>
      Effect.gen(function* () {
        const { files, folder, idle, put, trades } = yield* spool()
        const row = ",2026-01-02T15:00:00Z,AAPL,buy,1,200\n"
        const json = { timestamp: "2026-01-02T15:00:00Z", symbol: "AAPL", side: "buy", quantity: "1" }
        put("a.csv", `${HEADER.replace("source_id,", "")}\n${row.slice(1)}${row.slice(1)}`)
        put("b.csv", `${HEADER}\n${row}1${row}`)
        put(
          "c.jsonl",
          [{ ...json }, { ...json, source_id: null }, { ...json, source_id: "2" }, ""]
            .map((each) => (each === "" ? "" : JSON.stringify(each)))
            .join("\n")
        )
        expect((yield* idle)[0]).toContain("2,source_id,,has no source_id: rows of a folder are identified by it alone")
        expect(yield* trades).toEqual(one("1", "2"))
        expect(files("done")).toHaveLength(3)
        const reasons = files("rejected").map(
          (file) => readFileSync(join(folder, "rejected", file), "utf8").match(/has no source_id/g)?.length
        )
        expect(reasons).toEqual([2, 1, 2])
      })
  )

  it.scopedLive(
    "ACC-2: an id that comes again with other contents, in its file or a later one, is a break: the first stands",
    () =>
      Effect.gen(function* () {
        const { books, idle, put, trades } = yield* spool()
        put("a.csv", `${buys("1", "2", "2")}1,2026-01-02T15:00:00Z,AAPL,buy,7,200\n`)
        put("b.csv", `\uFEFF${buys("2").replace("buy", "sell").replaceAll("\n", "\r\n")}`)
        expect(yield* idle).toEqual([])
        expect(yield* trades).toEqual(one("1", "2"))
        const breaks = yield* Effect.provide(Reads.all(Break.BreakTable), books)
        expect(
          breaks.flatMap((each) => (each.kind === "Backlog" ? [] : [[each.kind, Break.evidenceOf(each)]]))
        ).toEqual([
          ["Conflict", expect.stringContaining("7")],
          ["Conflict", expect.stringContaining("sell")]
        ])
      })
  )

  it.scopedLive("what a row says of its own order is taken, and a row that says it wrongly is listed", () =>
    Effect.gen(function* () {
      const { idle, put, trades } = yield* spool()
      put(
        "a.csv",
        [`${HEADER},limit_price,session`, ordered("1", "199.5", "regular"), ordered("2", "199", "midnight"), ""].join(
          "\n"
        )
      )
      const [said = ""] = yield* idle
      expect(said).toContain("3,session,midnight,")
      expect(yield* trades).toEqual(one("1"))
    })
  )
})

describe("a file that changes under the reader", () => {
  it.scopedLive(
    "ACC-2: rewritten or cut off while it is read, no half row of it is taken, and it is named; the others go on",
    () =>
      Effect.gen(function* () {
        const { files, folder, follow, put, trades } = yield* spool()
        put("a.csv", buys(...many(6_000)))
        put("b.csv", buys("good"))
        const { caughtUp, following } = yield* follow()
        yield* Effect.forkScoped(following)
        yield* until(trades, ({ length }) => length > 0)
        const path = join(folder, "taking", "000001-a.csv")
        truncateSync(path, statSync(path).size - 100_007)
        const [said = ""] = yield* caughtUp
        expect(said).toContain("was changed while it was read")
        const taken = yield* trades
        expect(taken.at(-1)).toBe("good 1")
        expect(taken.slice(0, -1)).toEqual(one(...many(6_000)).slice(0, taken.length - 1))
        expect(files("rejected")).toContain("000001-a.csv")
        expect(files("done")).toEqual(["000002-b.csv"])
      })
  )

  it.scopedLive(
    "ACC-2: a writer that goes on after its file was put away has the file taken again, also by a process that starts later",
    () =>
      Effect.gen(function* () {
        const { files, folder, follow, idle, put, trades } = yield* spool()
        put("a.csv", buys("1"))
        put("b.csv", buys("2"))
        yield* idle
        const { following } = yield* follow()
        const running = yield* Effect.fork(following)
        appendFileSync(join(folder, "done", "000001-a.csv"), buys("3").slice(HEADER.length + 1))
        yield* until(
          Effect.sync(() => files("done")),
          (done) => done.includes("000003-000001-a.csv")
        )
        yield* Fiber.interrupt(running)
        writeFileSync(join(folder, "done", "000002-b.csv"), buys("4"))
        expect(yield* idle).toEqual([])
        expect(yield* trades).toEqual(one("1", "2", "3", "4"))
        expect(files("done")).toEqual(["000003-000001-a.csv", "000004-000002-b.csv"])
      })
  )
})

describe("a reading that is cut off", () => {
  // A folder's first commit says whose it is; a file's are: begun, a thousand rows, the rest, whole.
  for (const commits of [1, 2, 3, 4, 5, 6, 7])
    it.scopedLive(`ACC-2: by a crash after commit ${commits} goes on: every row once, the bad one listed once`, () =>
      Effect.gen(function* () {
        const { cutAfter, files, folder, idle, put, trades } = yield* spool()
        const rows = many(1_002)
        put("a.csv", buys(...rows).replace("r10,2026-01-02T15:00:00Z", "r10,soon"))
        put("b.csv", buys("r0", "last"))
        yield* cutAfter(commits)
        yield* idle
        expect(yield* trades).toEqual(one(...rows.filter((id) => id !== "r10"), "last"))
        expect(files("done")).toEqual(["000001-a.csv", "000002-b.csv"])
        expect(files("rejected")).toEqual(["000001-a.csv.rejected.csv"])
        expect(
          readFileSync(join(folder, "rejected", "000001-a.csv.rejected.csv"), "utf8").match(/r10,soon/g)
        ).toHaveLength(1)
      })
    )

  it.scopedLive("ACC-2: between its claim and its first commit, or its note and its move, goes on as well", () =>
    Effect.gen(function* () {
      const { cutAfter, files, folder, idle, put, trades } = yield* spool()
      yield* idle
      put("a.csv", buys("1"))
      renameSync(join(folder, "a.csv"), join(folder, "taking", "000001-a.csv"))
      // Begun, its row, whole.
      yield* cutAfter(3)
      expect(files("taking")).toEqual(["000001-a.csv"])
      mkdirSync(join(folder, ".watched"))
      writeFileSync(join(folder, ".watched", "000001-a.csv"), "")
      expect(yield* idle).toEqual([])
      expect(yield* trades).toEqual(one("1"))
      expect(files("done")).toEqual(["000001-a.csv"])
    })
  )

  it.scopedLive("ACC-2: where its file is another afterwards, takes what is new, of one that was whole as well", () =>
    Effect.gen(function* () {
      const { cutAfter, files, folder, idle, put, trades } = yield* spool()
      put("a.csv", buys("1", "2"))
      // Whose folder it is, begun, its rows.
      yield* cutAfter(3)
      writeFileSync(join(folder, "taking", "000001-a.csv"), buys("0", "1"))
      expect(yield* idle).toEqual([])
      expect(yield* trades).toEqual(one("1", "2", "0"))
      put("b.csv", buys("3"))
      yield* cutAfter(3)
      appendFileSync(join(folder, "taking", "000002-b.csv"), buys("4").slice(HEADER.length + 1))
      expect(yield* idle).toEqual([])
      expect(yield* trades).toEqual(one("1", "2", "0", "3", "4"))
      expect(files("done")).toEqual(["000001-a.csv", "000003-000002-b.csv"])
    })
  )

  it.scopedLive("ACC-2: whose file is gone from there, or is another source's, stops and says what to do", () =>
    Effect.gen(function* () {
      const { books, cutAfter, folder, idle, put, trades } = yield* spool()
      put("a.csv", buys("1", "2"))
      yield* cutAfter(3)
      renameSync(join(folder, ".roundlot-claim.json"), join(folder, ".roundlot-claim.released"))
      const other = yield* spool({ books, folder, name: "other" })
      expect(message(yield* Effect.flip(other.idle))).toContain(
        "has a file from which source venue of account desk may have imported rows"
      )
      renameSync(join(folder, "taking", "000001-a.csv"), join(folder, "done", "000001-a.csv"))
      expect(message(yield* Effect.flip(idle))).toMatch(
        /the books have 0 files .* Move file 1 in done or rejected into .*taking/
      )
      renameSync(join(folder, "done", "000001-a.csv"), join(folder, "b.csv"))
      expect(message(yield* Effect.flip(idle))).toMatch(
        /file 1 was not imported completely and is missing from .*Put it back/
      )
      renameSync(join(folder, "b.csv"), join(folder, "taking", "000001-a.csv"))
      renameSync(join(folder, ".roundlot-claim.json"), join(folder, ".roundlot-claim.released"))
      yield* idle
      expect(yield* trades).toEqual(one("1", "2"))
    })
  )

  it.scopedLive(
    "ACC-2: where what is not taken cannot be listed, nothing is passed over: it stops, says so, and goes on later",
    () =>
      Effect.gen(function* () {
        const { folder, follow, idle, put, trades } = yield* spool()
        const { caughtUp, following } = yield* follow()
        const running = yield* Effect.fork(Effect.flip(following))
        yield* caughtUp
        const rejected = join(folder, "rejected")
        rmSync(rejected, { recursive: true })
        writeFileSync(rejected, "")
        put("a.csv", buys("1", "2").replace("2,2026-01-02T15:00:00Z", "2,soon"))
        expect(message(yield* Fiber.join(running))).toContain("rejected")
        expect(yield* trades).toEqual([])
        rmSync(rejected)
        expect(yield* idle).toEqual([expect.stringContaining("rejected/000001-a.csv.rejected.csv")])
        expect(yield* trades).toEqual(one("1"))
      })
  )

  it.scopedLive("a large file leaves the thread to others, in deliveries of at most 1,000 rows", () =>
    Effect.gen(function* () {
      const { put, source } = yield* spool()
      put("a.csv", buysOf(many(60_000)))
      let turns = 0
      const ticking = setInterval(() => void (turns += 1), 0)
      const sizes: Array<number> = []
      const { deliveries } = yield* source
      yield* deliveries(undefined).pipe(
        Stream.tap(({ trades }) => Effect.sync(() => sizes.push(trades.length))),
        Stream.takeUntil(() => sizes.reduce((sum, size) => sum + size, 0) === 60_000),
        Stream.runDrain
      )
      clearInterval(ticking)
      expect(Math.max(...sizes)).toBe(1_000)
      expect(turns).toBeGreaterThan(20)
    })
  )
})

describe("whose folder it is", () => {
  it.scopedLive(
    "ACC-2: another source, another account, other books and another path to it are refused, and nothing is taken",
    () =>
      Effect.gen(function* () {
        const ours = yield* spool()
        ours.put("a.csv", buys("1"))
        yield* ours.idle
        ours.put("b.csv", buys("2"))
        const linked = join(yield* ownFolder, "linked")
        symlinkSync(ours.folder, linked)
        const other = yield* spool({ books: ours.books, folder: linked, name: "other" })
        expect(message(yield* Effect.flip(other.idle))).toContain("is the folder of source venue of account desk")
        const moved = yield* ours.follow({ account: AccountName.AccountName.make("dusk") })
        expect(message(yield* Effect.flip(moved.following))).toContain("is the folder of source venue of account desk")
        const claim = join(ours.folder, ".roundlot-claim.json")
        const text = readFileSync(claim, "utf8")
        const { incarnation, store } = JSON.parse(text)
        writeFileSync(claim, text.replace(`"store":"${store}"`, '"store":"another"'))
        expect(message(yield* Effect.flip(ours.idle))).toContain(
          "is in use by source venue of account desk of other books"
        )
        writeFileSync(claim, text.replace(`"incarnation":"${incarnation}"`, '"incarnation":"another"'))
        expect(message(yield* Effect.flip(ours.idle))).toContain("before these books were restored or copied")
        writeFileSync(claim, text)
        const twice = yield* ours.follow({ others: [join(linked, "done")] })
        expect(message(yield* Effect.flip(twice.following))).toContain("one is inside the other")
        expect(yield* ours.trades).toEqual(one("1"))
      })
  )

  it.scopedLive(
    "ACC-2: a folder that vanishes, or leaves an empty one in its place, stops the source and says so; it goes on once it is back",
    () =>
      Effect.gen(function* () {
        const { folder, follow, idle, put, trades } = yield* spool()
        put("a.csv", buys("1"))
        yield* idle
        const { caughtUp, following } = yield* follow()
        const running = yield* Effect.fork(Effect.flip(following))
        yield* caughtUp
        const claim = join(folder, ".roundlot-claim.json")
        renameSync(claim, `${folder}.claim`)
        expect(message(yield* Fiber.join(running))).toContain("no longer has a claim. Check that it is mounted")
        renameSync(`${folder}.claim`, claim)
        renameSync(folder, `${folder}.gone`)
        mkdirSync(folder)
        put("b.csv", buys("2"))
        expect(message(yield* Effect.flip(idle))).toContain("is not the folder that venue used before")
        rmSync(folder, { recursive: true })
        expect(message(yield* Effect.flip(idle))).toContain("cannot be opened (ENOENT)")
        renameSync(`${folder}.gone`, folder)
        put("c.csv", buys("3"))
        yield* idle
        expect(yield* trades).toEqual(one("1", "3"))
      })
  )

  it.scopedLive(
    "ACC-2: books that are older than the folder take nothing until its files are moved back; then nothing is bought twice",
    () =>
      Effect.gen(function* () {
        const { books, files, folder, follow, idle, put, trades } = yield* spool()
        put("a.csv", buys("1"))
        yield* idle
        // Put away by books that were lost: those of a backup know the first file only.
        writeFileSync(join(folder, "done", "000002-b.csv"), buys("1", "2"))
        expect(message(yield* Effect.flip(idle))).toMatch(
          /000002-b\.csv was imported from .* but the books have 1 files of it/
        )
        renameSync(join(folder, "done", "000002-b.csv"), join(folder, "000002-b.csv"))
        yield* idle
        expect(yield* trades).toEqual(one("1", "2"))
        expect(files("done")).toEqual(["000001-a.csv", "000002-000002-b.csv"])
        renameSync(join(folder, ".roundlot-claim.json"), join(folder, ".roundlot-claim.released"))
        put("c.csv", buys("3"))
        yield* idle
        expect(yield* trades).toEqual(one("1", "2", "3"))
        renameSync(join(folder, ".roundlot-claim.json"), join(folder, ".roundlot-claim.released"))
        const later = yield* spool({ books, folder, name: "later" })
        put("d.csv", buys("4"))
        yield* later.idle
        expect(files("done").at(-1)).toBe("000004-d.csv")
        expect(message(yield* Effect.flip((yield* follow()).following))).toContain("is the folder of source later")
      })
  )

  it.scopedLive(
    "ACC-2: a source that takes a folder over buys nothing of what another took, also where it ends before its first commit; that one does not come back to it",
    () =>
      Effect.gen(function* () {
        const ours = yield* spool()
        const release = () =>
          renameSync(join(ours.folder, ".roundlot-claim.json"), join(ours.folder, ".roundlot-claim.released"))
        ours.put("a.csv", buys("1"))
        yield* ours.idle
        release()
        const later = yield* spool({ books: ours.books, folder: ours.folder, name: "later" })
        // Ends with its claim, before the books know of it.
        yield* Effect.flatMap(later.source, ({ deliveries }) => Stream.runHead(deliveries(undefined)))
        ours.put("b.csv", buys("2"))
        yield* later.idle
        expect(ours.files("done")).toEqual(["000001-a.csv", "000002-b.csv"])
        release()
        expect(message(yield* Effect.flip(ours.idle))).toContain("source later of account desk has imported from")
        expect(yield* ours.trades).toEqual(one("1", "2"))
      })
  )

  it.scopedLive("ACC-2: a file of another one in taking stops the source before it claims a second", () =>
    Effect.gen(function* () {
      const { files, folder, follow, idle, put, trades } = yield* spool()
      const { caughtUp, following } = yield* follow()
      const running = yield* Effect.fork(Effect.flip(following))
      yield* caughtUp
      writeFileSync(join(folder, "taking", "000001-theirs.csv"), buys("theirs"))
      put("a.csv", buys("1"))
      expect(message(yield* Fiber.join(running))).toContain("000001-theirs.csv is in")
      expect(files("taking")).toEqual(["000001-theirs.csv"])
      yield* idle
      expect(yield* trades).toEqual(one("theirs", "1"))
    })
  )
})
