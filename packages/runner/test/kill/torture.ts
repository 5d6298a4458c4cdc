import { Sqlite } from "@roundlot/sqlite"
import { Schema } from "effect"
import { existsSync } from "node:fs"
import { Client } from "pg"
import { expect } from "vitest"
import { diceOf, type Dice } from "../dice.ts"
import { desk, HEADER, program, running, until } from "../cli/roundlot.ts"
import { isFull, isShort, makeRoom, withinBlocks } from "./disk.ts"
import { JUMPS } from "./jumping.ts"

/** What goes wrong beside the kills. */
export type Trouble = "none" | "disk" | "clock"

/** A store and its program, tortured for some rounds, and looked at in the end. */
export interface Story {
  /** The address of a database; without one, a file. */
  readonly address?: string | undefined
  readonly trouble: Trouble
  readonly seed: string
  readonly rounds: number
}

const ROWS_A_ROUND = 120
const SYMBOLS = ["AAPL", "BAC", "CSCO", "DIS", "F", "GE", "IBM", "KO"]
/** Sums of hundredths, which no rounding touches. */
export const hundredthsOf = (text: string): bigint => {
  const [whole = "0", part = ""] = text.replace("-", "").split(".")
  const size = BigInt(whole) * 100n + BigInt(part.padEnd(2, "0"))
  return text.startsWith("-") ? -size : size
}

/** Small trades, both ways: the file, the ids in its order, and what each symbol's exposure must come to. */
const tapeOf = (rows: number, dice: Dice) => {
  const exposure = new Map<string, bigint>()
  const lines = Array.from({ length: rows }, (_, i) => {
    const symbol = SYMBOLS[dice.between(0, SYMBOLS.length - 1)] ?? ""
    const isSale = dice.chance(30)
    const size = dice.between(1, 180)
    exposure.set(symbol, (exposure.get(symbol) ?? 0n) + BigInt(isSale ? -size : size))
    return `k-${i},2026-01-05T15:00:00Z,${symbol},${isSale ? "sell" : "buy"},${(size / 100).toFixed(2)},100`
  })
  return { text: [HEADER, ...lines, ""].join("\n"), exposure }
}

/** What is committed, read beside whoever writes. */
interface Watch {
  readonly count: (what: "attempts" | "journal") => Promise<number>
  readonly trades: () => Promise<ReadonlySet<string>>
  readonly close: () => Promise<void>
}

const Counted = Schema.decodeUnknownSync(Schema.Tuple(Schema.Struct({ n: Schema.NumberFromString })))
const Named = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ id: Schema.String })))
export const fileOf = ({ store }: ReturnType<typeof desk>): string => store.replace("sqlite:", "")
const counting = (what: string) => `SELECT CAST(COUNT(*) AS TEXT) AS n FROM roundlot_${what}`
const TRADES = `SELECT "sourceId" AS id FROM roundlot_trades`

/**
 * A file is watched by a connection that goes with the kill: one that stayed would keep what the dead process had in shared memory,
 * and spare the next one its recovery.
 */
const watchFile = (file: string): Watch => {
  const db = Sqlite.open(file, { readOnly: true, timeout: 5_000 })
  return {
    count: async (what) => Counted(db.prepare(counting(what)).all())[0].n,
    trades: async () => new Set(Named(db.prepare(TRADES).all()).map(({ id }) => id)),
    close: async () => db.close()
  }
}

const watchDatabase = async (url: string): Promise<Watch> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  return {
    count: async (what) => Counted((await client.query(counting(what))).rows)[0].n,
    trades: async () => new Set(Named((await client.query(TRADES)).rows).map(({ id }) => id)),
    close: () => client.end()
  }
}

const Orders = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      id: Schema.optional(Schema.String),
      clientOrderId: Schema.NullOr(Schema.String),
      brokerOrderId: Schema.NullOr(Schema.String),
      symbol: Schema.String,
      side: Schema.Literal("buy", "sell"),
      quantity: Schema.String,
      filledQuantity: Schema.String
    })
  )
})
const Positions = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      symbol: Schema.String,
      exposure: Schema.String,
      hedged: Schema.String,
      residual: Schema.String
    })
  )
})
const Attempts = Schema.Struct({ items: Schema.Array(Schema.Struct({ outcome: Schema.NullOr(Schema.String) })) })
const Requests = Schema.Struct({ items: Schema.Array(Schema.Struct({ operation: Schema.String })) })
const Imported = Schema.Struct({ accepted: Schema.Int, duplicates: Schema.Int })
const Head = Schema.Struct({ position: Schema.Int, hash: Schema.String })

const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): A => Schema.decodeUnknownSync(schema)(json)

/** What torture did, and looked at. */
export interface StoryOutcome {
  readonly kills: number
  readonly acknowledged: number
  readonly trades: number
  readonly orders: number
  readonly attempts: number
}

/** A store, its exchange, and what is known of them from outside. */
interface Scene extends Story {
  readonly dice: Dice
  readonly books: ReturnType<typeof desk>
  readonly tape: string
  readonly rows: number
  /** The trades that were answered as taken. */
  readonly acknowledged: Set<string>
}

type Running = ReturnType<typeof running>

/** The programs of a round: a daemon, and trades that come in by another process or as a tape that the daemon plays. */
interface Programs {
  readonly daemon: Running
  readonly intake: Running
  /** The room of each file where the disk is to be full. */
  readonly blocks: number
}

const begin = (scene: Scene, round: number): Programs => {
  const { books, dice, rows, tape, trouble } = scene
  const jumps = Array.from({ length: 3 }, () => dice.between(-5 * 60_000, dice.chance(50) ? 3 * 3_600_000 : 60_000))
  const variables = trouble === "clock" ? { [JUMPS]: jumps.join() } : {}
  const blocks = dice.between(100, 1_200)
  const before = trouble === "disk" ? withinBlocks(blocks) : []
  const start = (...words: ReadonlyArray<string>) => {
    const all = ["start", ...books.place, "--seed", `${round + 1}`, "--faults", "0.1", ...words]
    const started = running([...before, ...program(trouble === "clock" ? "clocked" : "main", all)], { variables })
    started.tell("")
    return started
  }
  if (dice.chance(40)) {
    const daemon = start("--tape", tape)
    return { daemon, intake: daemon, blocks }
  }
  const known = scene.acknowledged.size
  const from = Math.max(0, Math.min(known, rows - ROWS_A_ROUND) - dice.between(0, 10))
  const words = [books.store, tape, `${from}`, `${dice.between(1, 12)}`]
  return { daemon: start(), intake: running([...before, ...program("intake", words)], { variables }), blocks }
}

/**
 * Takes down what was answered: by the intake a line each, where what was taken before is a duplicate, whatever was killed since; by
 * a tape in sums.
 */
const noteAnswers = ({ acknowledged }: Scene, { intake }: Programs): void => {
  // The last line may be cut off.
  const lines = intake.said().split("\n").slice(0, -1)
  for (const line of lines) {
    const [, id, answer] = /^(k-\d+) (\w+)$/.exec(line) ?? []
    if (id !== undefined) {
      expect(["Accepted", "Duplicate"]).toContain(answer)
      if (acknowledged.has(id)) expect(`${id} ${answer}`).toBe(`${id} Duplicate`)
      acknowledged.add(id)
    }
    const told = /^ {2}trade {2}(k-\d+) /.exec(line)?.[1]
    if (told !== undefined) acknowledged.add(told)
    for (let i = 0; i < Number(/^ {2}(\d+) trades in,/.exec(line)?.[1] ?? 0); i++) acknowledged.add(`k-${i}`)
  }
}

const answered = (intake: Running): number => intake.said().split("\n").length
/** No more trades come in: the intake has ended, or the daemon has played its tape. */
const isDone = ({ daemon, intake }: Programs): boolean =>
  intake.isOver() || daemon.isOver() || (intake === daemon && /Next steps/.test(daemon.said()))

/** Waits for the moment of a kill: so many more answers, attempts or entries, or that a program has ended. */
const moment = async (scene: Scene, programs: Programs): Promise<void> => {
  const { address, books, dice } = scene
  const { daemon, intake } = programs
  const watch = address === undefined ? watchFile(fileOf(books)) : await watchDatabase(address)
  const what = dice.chance(40) ? "answers" : dice.chance(60) ? "attempts" : "journal"
  const more = dice.between(1, what === "attempts" ? 12 : 60)
  const now = async () => (what === "answers" ? answered(intake) : watch.count(what))
  const wanted = (await now()) + more
  await until(async () => (await now()) >= wanted || isDone(programs))
  if (scene.trouble === "clock") {
    for (const each of new Set([daemon, intake])) each.signal("SIGUSR2")
    const then = (await now()) + more
    await until(async () => (await now()) >= then || isDone(programs))
  }
  await watch.close()
}

/** With less room than this a commit of the daemon may not fit even into a log that is empty: nothing lets it go on. */
const ROOM_TO_GO_ON = 600

/** The disk gets full, unless there is room for everything. Then the programs are killed at once, or the daemon says so first, or gets room. */
const outOfRoom = async ({ books, dice }: Scene, programs: Programs): Promise<void> => {
  const { blocks, daemon, intake } = programs
  const isEnough = () => !isShort(intake) && isDone(programs)
  const isNoticed = () => isShort(daemon) || daemon.isOver() || isEnough()
  await until(async () => isFull(books.store, blocks) || isNoticed())
  // One that plays a tape tells a story, and logs errors only.
  if (intake === daemon || dice.chance(40)) return
  await until(async () => isNoticed())
  if (!isShort(daemon) || blocks < ROOM_TO_GO_ON || dice.chance(50)) return
  await until(async () => {
    makeRoom(books.store)
    return /"message":"recovered"/.test(daemon.said()) || daemon.isOver()
  })
}

/** Ends what runs: by kill -9 as a rule; the daemon now and then as it is told to end. */
const end = async ({ dice, trouble }: Scene, { daemon, intake }: Programs): Promise<number> => {
  // Asked to end, one that cannot write tries for a minute to keep the answers that came.
  const isKilled = dice.chance(trouble === "disk" ? 95 : 80)
  const isHit = [intake === daemon ? false : intake.signal("SIGKILL"), daemon.signal(isKilled ? "SIGKILL" : "SIGTERM")]
  const { code, err, out } = await daemon.ended
  await intake.ended
  // 128: by a signal. What ends by itself says why, and no stack of ours.
  expect({ code, err, out }).toMatchObject({ code: expect.toBeOneOf([0, 1, 128]) })
  expect(err).not.toMatch(/^\s+at .*\.[cm]?[jt]s:\d+/m)
  return isHit.filter((hit) => hit).length
}

/** One round: the programs run, trades come in and orders go out, and at some moment they are killed. */
const round = async (scene: Scene, number: number): Promise<number> => {
  const programs = begin(scene, number)
  const { daemon, intake } = programs
  await daemon.says(/roundlot is up/)
  if (intake !== daemon) {
    await Promise.race([intake.says(/ready/), daemon.ended])
    intake.tell("")
  }
  await (scene.trouble === "disk" ? outOfRoom(scene, programs) : moment(scene, programs))
  const kills = await end(scene, programs)
  noteAnswers(scene, programs)
  return kills
}

/** Every trade that was acknowledged is in the store, whatever was killed. */
const expectKept = async ({ acknowledged, address, books }: Scene): Promise<void> => {
  const watch = address === undefined ? watchFile(fileOf(books)) : await watchDatabase(address)
  const kept = await watch.trades()
  await watch.close()
  expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([])
}

const LONGEST_JUMP_MS = 4 * 3_600_000

const Left = Schema.Struct({ orders: Schema.Array(Schema.Struct({ id: Schema.String, status: Schema.String })) })

/**
 * An order in doubt that its position would not order now stays, since it may be live (D6). An operator looks at the exchange, and
 * says that it never came.
 */
const judge = async (books: Scene["books"], left: typeof Left.Type): Promise<void> => {
  const theirs = decode(Orders, await books.json("exchange", "orders", "--limit", "0")).items
  const ours = decode(Orders, await books.json("orders", "list", "--limit", "0")).items
  for (const { id, status } of left.orders) {
    expect([id, status]).toEqual([id, "in_doubt"])
    const clientOrderId = ours.find((order) => order.id === id)?.clientOrderId
    expect(theirs.map((order) => order.clientOrderId)).not.toContain(clientOrderId)
    const verdict = ["orders", "resolve", id, "--not-placed", "--reason", "it is not at the exchange", "--yes"]
    expect(await books.cli(...verdict)).toMatchObject({ code: 0 })
  }
}

const LONGEST_COOL_DOWN_MS = 3_600_000
const TIMES = 5

/** Takes the rest in and lets the daemon work everything off, with nothing that goes wrong any more. */
const workOff = async (scene: Scene): Promise<void> => {
  const { acknowledged, books, rows, tape, trouble } = scene
  books.wait(trouble === "clock" ? LONGEST_JUMP_MS : 60_000)
  const imported = decode(Imported, await books.json("trades", "import", tape, "--source", "tape"))
  expect(imported).toEqual({ accepted: rows - imported.duplicates, duplicates: imported.duplicates })
  expect(imported.duplicates).toBeGreaterThanOrEqual(acknowledged.size)
  await settle(books)
}

/** Starts the daemon until nothing is left to do, and judges what only a person can. */
export const settle = async (books: Scene["books"]): Promise<void> => {
  for (let times = 1; times <= TIMES; times++) {
    const { code, err, out } = await books.cli("start", "--until-idle", "--json")
    if (code === 0) return
    expect({ code, err, out }).toMatchObject({ code: 3 })
    if (times > 1) await judge(books, decode(Left, JSON.parse(out)))
    books.wait(times === 1 ? 60_000 : LONGEST_COOL_DOWN_MS)
  }
  throw new Error(`something is left after ${TIMES} times`)
}

type Json = (...words: ReadonlyArray<string>) => Promise<unknown>

const isLessThanOne = (quantity: string): boolean => hundredthsOf(quantity) > -100n && hundredthsOf(quantity) < 100n

const sentenceOf = (order: (typeof Orders.Type)["items"][number]): string =>
  `${order.clientOrderId} ${order.brokerOrderId} ${order.side} ${order.quantity} ${order.symbol} filled ${order.filledQuantity}`

/** The shares of each symbol that orders have brought. */
const broughtBy = (orders: (typeof Orders.Type)["items"]): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>()
  for (const { filledQuantity, side, symbol } of orders) {
    const size = hundredthsOf(filledQuantity)
    sums.set(symbol, (sums.get(symbol) ?? 0n) + (side === "buy" ? size : -size))
  }
  return sums
}

/** What must hold when nothing is left to do: every trade counts once, and books and exchange have the same orders. */
export const examine = async (list: Json, rows: number, exposure: ReadonlyMap<string, bigint>) => {
  const positions = decode(Positions, await list("positions", "list")).items
  expect(new Map(positions.map((each) => [each.symbol, hundredthsOf(each.exposure)]))).toEqual(exposure)
  expect(positions.filter(({ residual }) => !isLessThanOne(residual))).toEqual([])
  expect(await list("trades", "list")).toHaveProperty("items.length", rows)
  const ours = decode(Orders, await list("orders", "list")).items
  const theirs = decode(Orders, await list("exchange", "orders")).items
  const acknowledged = ours.filter(({ brokerOrderId }) => brokerOrderId !== null)
  expect(acknowledged.map(sentenceOf).toSorted()).toEqual(theirs.map(sentenceOf).toSorted())
  expect(new Set(theirs.map(({ clientOrderId }) => clientOrderId)).size).toBe(theirs.length)
  const brought = broughtBy(theirs)
  expect(positions.filter(({ hedged, symbol }) => hundredthsOf(hedged) !== (brought.get(symbol) ?? 0n))).toEqual([])
  const attempts = decode(Attempts, await list("attempts", "list")).items
  expect(attempts.filter(({ outcome }) => outcome === null)).toEqual([])
  const requests = decode(Requests, await list("exchange", "requests")).items
  const placed = requests.filter(({ operation }) => operation === "place").length
  expect(placed).toBeLessThanOrEqual(attempts.length)
  return { trades: rows, orders: theirs.length, attempts: attempts.length }
}

/** The audit finds nothing, and nothing before the anchor has changed. */
export const expectProven = async (json: Json, anchor?: typeof Head.Type): Promise<void> => {
  const anchored = anchor === undefined ? [] : ["--anchor", `${anchor.position}:${anchor.hash}`]
  expect(await json("audit", ...anchored)).toMatchObject({ ok: true })
}

/** A file is sound to SQLite too. */
export const expectSound = (file: string): void => {
  if (!existsSync(file)) return
  expect(Sqlite.using(file, { readOnly: true }, (db) => db.prepare("PRAGMA integrity_check").all())).toEqual([
    { integrity_check: "ok" }
  ])
}

/** Plays one story: its rounds, then everything that must hold. */
export const play = async (story: Story): Promise<StoryOutcome> => {
  const dice = diceOf(story.seed)
  const rows = ROWS_A_ROUND * story.rounds
  const { exposure, text } = tapeOf(rows, dice)
  const books = desk(story.address)
  const scene: Scene = { ...story, dice, books, rows, tape: books.file("tape.csv", text), acknowledged: new Set() }
  expect(await books.cli("accounts", "add", "paper")).toMatchObject({ code: 0 })
  let kills = 0
  let anchor: typeof Head.Type | undefined
  for (let number = 0; number < story.rounds; number++) {
    kills += await round(scene, number)
    await expectKept(scene)
    if (dice.chance(40)) anchor = decode(Head, await books.json("journal", "head"))
  }
  await workOff(scene)
  await expectProven(books.json, anchor)
  const told = await examine((...words) => books.json(...words, "--limit", "0"), rows, exposure)
  if (story.address === undefined) expectSound(fileOf(books))
  return { kills, acknowledged: scene.acknowledged.size, ...told }
}
