import { request } from "node:http"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { buys, desk, program, running, until } from "../cli/roundlot.ts"

const READERS = 2
const RESTARTS = 2
const ROWS = 30

interface Heard {
  readonly cursor: string
  readonly position: number
}

const heardIn = (text: string): ReadonlyArray<Heard> =>
  text.split("\n\n").flatMap((block) => {
    const [, cursor] = /^id: (.*)$/m.exec(block) ?? []
    const [, position] = /^data: .*"position":(\d+)/m.exec(block) ?? []
    return cursor === undefined || position === undefined || !block.includes("event: commit")
      ? []
      : [{ cursor, position: Number(position) }]
  })

/** Listens from a cursor on until it has heard enough, or the daemon is gone. */
type Listen = (
  port: number,
  after: string,
  isEnough: (heard: ReadonlyArray<Heard>) => boolean
) => Promise<ReadonlyArray<Heard>>

const byEvents: Listen = (port, after, isEnough) =>
  new Promise<ReadonlyArray<Heard>>((resolve) => {
    let text = ""
    const heard = () => heardIn(text.slice(0, text.lastIndexOf("\n\n") + 2))
    const over = () => resolve(heard())
    const headers = { "last-event-id": after }
    const asking = request({ host: "127.0.0.1", port, path: "/api/v1/live", headers, agent: false }, (response) => {
      response.on("data", (part: Buffer) => {
        text += part.toString()
        if (isEnough(heard())) asking.destroy()
      })
      response.on("close", over)
    })
    asking.on("error", over)
    asking.end()
  })

const messageOf = Schema.decodeUnknownSync(
  Schema.parseJson(
    Schema.Struct({ cursor: Schema.String, commits: Schema.Array(Schema.Struct({ position: Schema.Int })) })
  )
)

const bySocket: Listen = (port, after, isEnough) =>
  new Promise((resolve) => {
    const heard: Array<Heard> = []
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live/socket?after=${after}`)
    socket.on("message", (message: Buffer) => {
      if (isEnough(heard)) return
      const { commits, cursor } = messageOf(message.toString())
      heard.push(...commits.map(({ position }) => ({ cursor, position })))
      if (isEnough(heard)) socket.terminate()
    })
    socket.on("error", () => undefined)
    socket.on("close", () => resolve(heard))
  })

const ways = [byEvents, bySocket]

interface Reader {
  readonly listen: Listen
  readonly port: number
  readonly begin: string
  /** It goes when it has heard so many. */
  readonly often: number
  readonly isOver: (last: number) => boolean
}

/** A reader that comes and goes, and goes on where it was, until it has heard of an entry. */
const reader = async ({ begin, isOver, listen, often, port }: Reader) => {
  const positions: Array<number> = []
  let after = begin
  while (!isOver(positions.at(-1) ?? 0)) {
    const heard = await listen(port, after, (all) => all.length >= often || isOver(all.at(-1)?.position ?? 0))
    positions.push(...heard.map(({ position }) => position))
    after = heard.at(-1)?.cursor ?? after
    // The daemon may be gone: others have the processor until it is there again.
    if (heard.length === 0) await new Promise((resolve) => void setTimeout(resolve, 10))
  }
  return positions
}

describe("live readers that come and go while the daemon is killed and started again", () => {
  it("hear every entry exactly once, in order", async () => {
    const { cli, file, json, place } = desk()
    const start = (port: number) =>
      running(program("main", ["start", "--open", "--port", String(port), "--log-level", "error", ...place]))
    let daemon = start(0)
    await daemon.says(/roundlot is up/)
    const [, found] = /127\.0\.0\.1:(\d+)/.exec(daemon.said()) ?? []
    const port = Number(found)
    const head = async (): Promise<number> =>
      Number(/"position":(\d+)/.exec(JSON.stringify(await json("journal", "head")))?.[1])
    const seen = await fetch(`http://127.0.0.1:${port}/api/v1/overview`)
    const [, incarnation] = /"incarnation":"(\w+)"/.exec(await seen.text()) ?? []
    let end = Number.POSITIVE_INFINITY
    const begin = `${incarnation ?? ""}-0`
    const isOver = (last: number) => last >= end
    const readers = ways.flatMap((listen) =>
      Array.from({ length: READERS }, (_, at) => reader({ listen, port, begin, often: 3 + at * 7, isOver }))
    )
    for (let at = 0; at <= RESTARTS; at += 1) {
      const rows = Array.from({ length: ROWS }, (_, row) => [`l-${at}-${row}`, "0.7"] as const)
      const before = await head()
      const taking = cli("trades", "import", file(`rows-${at}.csv`, buys(...rows)), "--account", "paper")
      await until(async () => (await head()) > before)
      if (at < RESTARTS) {
        daemon.signal("SIGKILL")
        await daemon.ended
        daemon = start(port)
        await daemon.says(/roundlot is up/)
      }
      await taking
    }
    await until(async () => JSON.stringify(await json("orders", "list", "--phase", "open")).includes('"items":[]'))
    daemon.signal("SIGTERM")
    await daemon.ended
    end = await head()
    daemon = start(port)
    const all = Array.from({ length: end }, (_, at) => at + 1)
    for (const positions of await Promise.all(readers)) expect(positions.slice(0, end)).toEqual(all)
    daemon.signal("SIGKILL")
    await daemon.ended
  })
})
