import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { daemonOn } from "./daemon.ts"
import { fill } from "./fill.ts"
import { type Asked, atLeast, atMost, type Figure, inFolder, noted, quantile } from "./measuring.ts"

const CONNECTIONS = 10_000
const TOGETHER = 250
const CALLS = 200
const MB = 1024 * 1024

/** A connection on which nothing is said, and what was heard on it. */
interface Silent {
  readonly socket: Socket
  heard: string
}

const silent = (port: number): Promise<Silent> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    const each: Silent = { socket, heard: "" }
    socket.on("data", (part: Buffer) => (each.heard += part.toString()))
    socket.once("connect", () => resolve(each))
    // Who is turned away without a word counts as that.
    socket.on("error", () => resolve(each))
  })

const opened = async (port: number, count: number): Promise<ReadonlyArray<Silent>> => {
  const all: Array<Silent> = []
  while (all.length < count) {
    all.push(...(await Promise.all(Array.from({ length: Math.min(TOGETHER, count - all.length) }, () => silent(port)))))
  }
  return all
}

/** Milliseconds that each of some calls took, one after another, each on a connection of its own. */
const answered = async (port: number, path: string): Promise<ReadonlyArray<number>> => {
  const took: Array<number> = []
  for (let n = 0; n < CALLS; n++) {
    const begun = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } })
    await answer.text()
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`)
    took.push(performance.now() - begun)
  }
  return took
}

const gone = ({ socket }: Silent): Promise<void> =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once("close", () => resolve()))

/** Ten thousand connections on which nothing is said, and what others are answered meanwhile. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const file = join(folder, "books.db")
    await fill(file, 1_000)
    const { end, port, resident } = await daemonOn(file)
    const path = "/api/v1/orders?limit=100"
    await answered(port, path)
    const alone = quantile(await answered(port, path), 0.99)
    const before = resident()
    const count = asked.trades ?? CONNECTIONS
    const all = await opened(port, count)
    const kept = all.filter(({ socket }) => !socket.closed).length
    const meanwhile = quantile(await answered(port, path), 0.99)
    const most = (resident() - before) / MB
    await Promise.all(all.map(gone))
    const told = all.filter(({ heard }) => heard.startsWith("HTTP/1.1 408 "))
    const figures = [
      noted(`${count} silent connections, open at once`, String(kept)),
      atLeast("told why they are hung up on (408)", told.length, count),
      noted("a list on a new connection, p99 without them", `${alone.toFixed(1)} ms`),
      atMost("a list on a new connection, p99 meanwhile, beside that", meanwhile / alone, 5, "×"),
      atMost("resident memory for them", most, 256, " MiB"),
      noted("resident memory after them, beside before", `${((resident() - before) / MB).toFixed(0)} MiB`)
    ]
    await answered(port, "/health")
    await end()
    return figures
  })
