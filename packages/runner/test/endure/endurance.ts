import { Schema } from "effect"
import { closeSync, fdatasyncSync, openSync, statSync, writeSync } from "node:fs"
import { createServer } from "node:http"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { expect, onTestFinished } from "vitest"
import { diceOf, type Dice } from "../dice.ts"
import { desk, program, running, until } from "../cli/roundlot.ts"
import { examine, expectProven, expectSound, fileOf, hundredthsOf, settle } from "../kill/torture.ts"
import { percentileOf, type Sample } from "./resources.ts"

/** How long a daemon is under load, and how it is disturbed. */
export interface Course {
  readonly seed: string
  /** How often it is killed and started again. */
  readonly lives: number
  /** Samples a life, each after a disturbance and so many deliveries of trades. */
  readonly laps: number
  readonly deliveries: number
  /** How far deliveries are apart, in milliseconds; as fast as they are answered where it is 0. */
  readonly everyMs: number
}

type Daemon = ReturnType<typeof running>

/** A course that is being run. */
interface Run {
  readonly course: Course
  readonly dice: Dice
  readonly books: ReturnType<typeof desk>
  readonly exposure: Map<string, bigint>
  readonly begun: number
  /** Callers that hold on to what they got: streams that are read, that are not, and calls without an end. */
  readonly held: Set<Socket>
  /** The port of a server that only keeps what it gets: what the machine takes for an answer. */
  readonly bare: number
  trades: number
  /** Given to a daemon that was killed before it answered. */
  cut: ReturnType<typeof deliveryOf> | undefined
}

const SYMBOLS = ["AAPL", "BAC", "CSCO", "DIS", "F", "GE", "IBM", "KO"]
const TRADES_A_DELIVERY = 5

const portOf = (daemon: Daemon): number => Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(daemon.said())?.[1])

/** Small trades, both ways; what each symbol's exposure must come to is summed up beside. */
const deliveryOf = ({ dice, exposure, trades }: Pick<Run, "dice" | "exposure" | "trades">) =>
  Array.from({ length: TRADES_A_DELIVERY }, (_, at) => {
    const symbol = SYMBOLS[dice.between(0, SYMBOLS.length - 1)] ?? ""
    const side = dice.chance(40) ? "sell" : "buy"
    const quantity = (dice.between(1, 180) / 100).toFixed(2)
    const signed = side === "sell" ? -hundredthsOf(quantity) : hundredthsOf(quantity)
    exposure.set(symbol, (exposure.get(symbol) ?? 0n) + signed)
    return { account: "paper", source: "load", sourceId: `e-${trades + at}`, symbol, side, quantity, price: "100" }
  })

const give = async (port: number, trades: ReturnType<typeof deliveryOf>) => {
  const begun = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/trades`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(trades)
  })
  await answer.text()
  return { isTaken: answer.ok, tookMs: performance.now() - begun }
}

/** Gives trades until they are taken; says how long the last answer took. */
const deliver = async (port: number, trades: ReturnType<typeof deliveryOf>): Promise<number> => {
  let last = { isTaken: false, tookMs: 0 }
  await until(async () => {
    last = await give(port, trades)
    return last.isTaken
  })
  return last.tookMs
}

/** A server that writes what it gets into a file, and answers when the disk has it. */
const bareServer = async (folder: string): Promise<number> => {
  const file = openSync(join(folder, "bare"), "a")
  const server = createServer((request, response) => {
    request.on("data", (bytes: Buffer) => void writeSync(file, bytes))
    request.on("end", () => {
      fdatasyncSync(file)
      response.end("{}")
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    closeSync(file)
  })
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
}

const CALLERS = 12

/** Callers that say this, each on a connection of its own, and stay; `isRead` where they listen to what comes. */
const hold =
  (words: string, isRead: boolean) =>
  ({ held }: Run, port: number): void => {
    for (let at = 0; at < CALLERS; at++) {
      const socket = connect(port, "127.0.0.1", () => void socket.write(words))
      socket.on("error", () => undefined)
      socket.on("close", () => held.delete(socket))
      held.add(socket)
      if (isRead) socket.resume()
    }
  }

const letGo = ({ held }: Run): void => {
  for (const socket of held) socket.destroy()
}

const STREAM = "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
const UNENDED =
  "POST /api/v1/trades HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"

const READS = [
  "/api/v1/orders?limit=200",
  "/api/v1/trades?limit=200",
  "/api/v1/positions",
  "/api/v1/overview",
  "/api/v1/overview?asOf=1",
  "/metrics"
]

/** What callers, the exchange and operators do to a daemon under load, each a hard thing that it has to bear. */
const disturbances: Readonly<Record<string, (run: Run, port: number) => Promise<void> | void>> = {
  streams: hold(STREAM, true),
  unread: hold(STREAM, false),
  unended: hold(UNENDED, false),
  letGo,
  reads: async (_, port) => {
    for (const path of READS) await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  },
  slowExchange: async ({ books, dice }) => {
    const slow = { id: `slow ${dice.between(1, 1e9)}`, when: {}, do: { delay: { ms: 3_000 } } }
    expect(await books.cli("exchange", "instruct", JSON.stringify(slow))).toMatchObject({ code: 0 })
  },
  reconcile: async ({ books }) => void (await books.cli("reconcile", "--account", "paper")),
  halt: async ({ books }) => {
    expect(await books.cli("halt", "--reason", "to see it hold")).toMatchObject({ code: 0 })
    expect(await books.cli("resume", "--all", "--reason", "it held", "--yes")).toMatchObject({ code: 0 })
  }
}

const MIB = 1_048_576
const sizeOf = (file: string): number => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / MIB

const figureIn = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1] ?? Number.NaN)

/** How long answers took in a lap: the daemon's, and the bare server's beside it. */
interface Latencies {
  readonly ours: ReadonlyArray<number>
  readonly bare: ReadonlyArray<number>
}

const sampled = async (run: Run, life: number, port: number, { bare, ours }: Latencies): Promise<Sample> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const asked = performance.now()
  await (await fetch(`http://127.0.0.1:${port}/health`)).text()
  const file = fileOf(run.books)
  return {
    minutes: (performance.now() - run.begun) / 60_000,
    life,
    trades: run.trades,
    residentMiB: figureIn(text, "process_resident_memory_bytes") / MIB,
    descriptors: figureIn(text, "process_open_fds"),
    callers: run.held.size,
    p50Ms: percentileOf(ours, 50),
    p99Ms: percentileOf(ours, 99),
    bareMs: percentileOf(bare, 50),
    healthMs: performance.now() - asked,
    booksMiB: sizeOf(file),
    logMiB: sizeOf(`${file}-wal`),
    exchangeMiB: sizeOf(file.replace(/\.db$/, ".paper.db"))
  }
}

/** The trades of the next delivery; first those that a killed daemon was given. */
const next = (run: Run): ReturnType<typeof deliveryOf> => {
  const { cut } = run
  run.cut = undefined
  if (cut !== undefined) return cut
  const trades = deliveryOf(run)
  run.trades += TRADES_A_DELIVERY
  return trades
}

/** A disturbance, then deliveries, then a look. */
const lap = async (run: Run, life: number, port: number): Promise<Sample> => {
  const { course, dice } = run
  const names = Object.keys(disturbances)
  await disturbances[names[dice.between(0, names.length - 1)] ?? ""]?.(run, port)
  const ours: Array<number> = []
  const bare: Array<number> = []
  for (let at = 0; at < course.deliveries; at++) {
    const due = pause(course.everyMs)
    const trades = next(run)
    ours.push(await deliver(port, trades))
    bare.push(await deliver(run.bare, trades))
    await due
  }
  return sampled(run, life, port, { ours, bare })
}

/** A life of the daemon: its exchange loses one request in ten, and it is killed amid a delivery that is given again to the next. */
const live = async (run: Run, life: number, look: (sample: Sample) => void): Promise<void> => {
  const words = ["start", "--open", "--port", "0", "--log-level", "error", "--seed", `${life}`, "--faults", "0.1"]
  const daemon = running(program("main", [...words, ...run.books.place]))
  daemon.tell("")
  await daemon.says(/roundlot is up/)
  const port = portOf(daemon)
  for (let at = 0; at < run.course.laps; at++) look(await lap(run, life, port))
  letGo(run)
  if (life < run.course.lives) run.cut = next(run)
  const given = run.cut === undefined ? undefined : give(port, run.cut).catch(() => undefined)
  daemon.signal("SIGKILL")
  await given
  const { err } = await daemon.ended
  expect(err).not.toMatch(/^\s+at .*\.[cm]?[jt]s:\d+/m)
}

const Sums = Schema.Struct({ trades: Schema.Number, orders: Schema.Number, attempts: Schema.Number })

/**
 * Keeps a daemon under load for a course, and looks at everything that must hold when it is over: each trade that was answered counts
 * once, books and exchange have the same orders, and the audit finds nothing.
 */
export const endure = async (
  course: Course,
  look: (sample: Sample) => void = () => undefined
): Promise<{ readonly samples: ReadonlyArray<Sample>; readonly sums: typeof Sums.Type }> => {
  const books = desk()
  expect(await books.cli("accounts", "add", "paper")).toMatchObject({ code: 0 })
  const run: Run = {
    course,
    dice: diceOf(course.seed),
    books,
    exposure: new Map(),
    begun: performance.now(),
    held: new Set(),
    bare: await bareServer(books.folder),
    trades: 0,
    cut: undefined
  }
  const samples: Array<Sample> = []
  for (let life = 1; life <= course.lives; life++) {
    await live(run, life, (sample) => {
      samples.push(sample)
      look(sample)
    })
  }
  books.wait(60_000)
  await settle(books)
  await expectProven(books.json)
  const sums = await examine((...words) => books.json(...words, "--limit", "0"), run.trades, run.exposure)
  expectSound(fileOf(books))
  return { samples, sums }
}
