import { Schema } from "effect"
import process from "node:process"
import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, desk, program, running, until } from "../cli/roundlot.ts"
import { isTried } from "../views/stores.ts"
import { type Desk, isAlive, ORDERS_THEN, traded } from "./longReadsDesk.ts"

const { fresh } = databases()

/** A batch that has ended beside them. */
const withBatch = async (place: Desk) => {
  await place.cli("batches", "submit", place.file("g.csv", buys(["d", "1.2"], ["e", "-1"])), "--name", "desk")
  expect((await place.cli("start", "--until-idle")).code).toBe(0)
  return place
}

/** Lists, records, sums, files and refusals as of moments, and what reads whole books. */
const QUESTIONS = [
  "positions?asOf=3",
  "positions?asOf=6",
  "positions/AAPL?asOf=6",
  "orders?limit=1&count=true&asOf=6",
  "orders/O1?asOf=4",
  "orders/O1?asOf=6",
  "orders/O1?asOf=1",
  "orders/totals?asOf=6",
  "trades?limit=2&asOf=6",
  "trades?account=none&asOf=6",
  "trades/T1?asOf=6",
  "allocations?asOf=6",
  "journal?order=newest&asOf=6",
  "journal/head?asOf=2001-01-01",
  "reports/profit/export?asOf=6",
  "reports/profit?asOf=999",
  "reports/profit",
  "reports/profit/export",
  "reports/profit/export?account=none",
  "reports/slippage",
  "reports/trail",
  "reports/trail?since=yesterday",
  "batches/G1/rows",
  "batches/G1/rows?asOf=6",
  "batches/G1/export",
  "batches/G9/export",
  "orders?unheard=1&asOf=6",
  "orders?asOf=yesterday"
].map((question) => `/api/v1/${question}`)

interface Served {
  readonly said: () => string
  readonly says: (text: RegExp) => Promise<void>
}

const portOf = async (daemon: Served) => {
  await daemon.says(/Running/)
  return Number(/127\.0\.0\.1:(\d+)/.exec(daemon.said())?.[1])
}

/** An answer but for what names its request. */
const answerOf = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "x-request-id": "same" } })
  const headers = [...response.headers].filter(([name]) => name !== "date")
  return { path, status: response.status, headers: Object.fromEntries(headers), text: await response.text() }
}

const answersOf = async (port: number) => {
  const answers = []
  for (const path of QUESTIONS) answers.push(await answerOf(port, path))
  return answers
}

const started = ["start", "--port", "0", "--open", "--log", "json"]

/** A daemon as a process of its own, with its port. */
const daemonAt = async ({ place }: Desk) => {
  const daemon = running(program("main", [...started, ...place]))
  return { daemon, port: await portOf(daemon) }
}

/** The reader process of a daemon, once it has begun. */
const readerOf = async (daemon: Served) => {
  await daemon.says(/a reader process has begun/)
  return Number(/a reader process has begun.*?"pid":(\d+)/.exec(daemon.said())?.[1])
}

/** Asks for an audit, and gives its job. */
const auditAt = async (port: number) => {
  const headers = { "content-type": "application/json" }
  const asked = await fetch(`http://127.0.0.1:${port}/api/v1/audit`, { method: "POST", headers, body: "{}" })
  return Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }))(await asked.json()).id
}

const Job = Schema.Struct({
  status: Schema.String,
  progress: Schema.Unknown,
  result: Schema.Unknown,
  failure: Schema.Unknown
})

const jobAt = async (port: number, id: string) =>
  Schema.decodeUnknownSync(Job)(await (await fetch(`http://127.0.0.1:${port}/api/v1/jobs/${id}`)).json())

/** A daemon with a long read under way in a process that is stopped, and what it answered before. */
const withHeldRead = async () => {
  const { daemon, port } = await daemonAt(await traded(desk()))
  const first = await answerOf(port, ORDERS_THEN)
  const reader = await readerOf(daemon)
  process.kill(reader, "SIGSTOP")
  return { daemon, port, first, reader, held: answerOf(port, ORDERS_THEN) }
}

describe("a daemon's long reads", () => {
  it.for((["SQLite", "Postgres"] as const).filter(isTried))(
    "on %s the reader process answers what the daemon itself would, byte for byte",
    async (kind) => {
      const place = await withBatch(await traded(kind === "SQLite" ? desk() : desk(await fresh())))
      // A command line that runs within another program has no process to begin.
      const within = place.begin([...started, ...place.place])
      const expected = await answersOf(await portOf(within))
      within.end()
      await within.ended
      expect(within.said()).not.toContain("a reader process has begun")
      const { daemon, port } = await daemonAt(place)
      expect(await answersOf(port)).toEqual(expected)
      expect(expected.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400, 404]))
      expect(isAlive(await readerOf(daemon))).toBe(true)
      daemon.signal("SIGTERM")
      expect((await daemon.ended).code).toBe(0)
    }
  )

  it("the daemon answers everything else while a long read is held, and ends without waiting for it", async () => {
    const { daemon, first, held, port, reader } = await withHeldRead()
    for (const path of ["/health", "/api/v1/orders", "/api/v1/positions"])
      expect((await answerOf(port, path)).status).toBe(200)
    process.kill(reader, "SIGCONT")
    expect(await held).toEqual(first)
    process.kill(reader, "SIGSTOP")
    const never = answerOf(port, ORDERS_THEN).then(
      ({ status }) => status,
      () => "cut off"
    )
    expect((await answerOf(port, "/health")).status).toBe(200)
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
    expect(["cut off", 503]).toContain(await never)
    await until(async () => !isAlive(reader))
  })

  it("an audit that a job asks for is read by the process: what that dies of fails the job, and the next one has its result", async () => {
    const place = await traded(desk())
    const { daemon, port } = await daemonAt(place)
    await answerOf(port, ORDERS_THEN)
    const reader = await readerOf(daemon)
    process.kill(reader, "SIGSTOP")
    const dying = await auditAt(port)
    await until(async () => (await jobAt(port, dying)).status === "running")
    expect((await answerOf(port, "/api/v1/orders")).status).toBe(200)
    process.kill(reader, "SIGABRT")
    process.kill(reader, "SIGCONT")
    await until(async () => (await jobAt(port, dying)).status !== "running")
    expect(await jobAt(port, dying)).toMatchObject({
      status: "dead",
      result: null,
      failure: expect.stringContaining("the audit has no result: it needs more than 512 MB of memory")
    })
    const next = await auditAt(port)
    await until(async () => (await jobAt(port, next)).status === "done")
    const { sinceAnchor: _, ...printed } = JSON.parse((await place.cli("audit", "--json")).out)
    const { progress, result } = await jobAt(port, next)
    expect(result).toMatchObject({ ...printed, entries: expect.any(Number), anchor: expect.anything() })
    expect(progress).toMatchObject({ step: "journals", of: expect.any(Number) })
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
  })

  it("what the process dies of ends its reads with a problem, and the next one begins another", async () => {
    const { daemon, first, held, port, reader } = await withHeldRead()
    expect((await answerOf(port, "/api/v1/orders")).status).toBe(200)
    // As V8 ends a process whose memory is used up; a stopped one takes it when it goes on.
    process.kill(reader, "SIGABRT")
    process.kill(reader, "SIGCONT")
    const { status, text } = await held
    expect([status, JSON.parse(text)]).toMatchObject([
      503,
      {
        type: "/problems/unavailable",
        requestId: "same",
        detail: expect.stringContaining("more than 512 MB of memory")
      }
    ])
    expect(await answerOf(port, ORDERS_THEN)).toEqual(first)
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
  })
})
