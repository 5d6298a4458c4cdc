import { Problem } from "@roundlot/api"
import { Certificate } from "@roundlot/broker-schwab"
import { Daemon, Decimal } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Ref } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createServer, type Server, type ServerResponse } from "node:http"
import { boundedServer } from "@roundlot/http"
import * as Engine from "../engine/Engine.ts"
import { desk, child } from "../cli/roundlot.ts"
import { ask, json, serving } from "../serve/serving.ts"

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)
const engine = Layer.merge(Engine.layer, quiet)

const answering = (_: unknown, response: ServerResponse) => void response.end("here")

/** Has a server listen on a free port, and says which. */
const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

describe("what a daemon serves", () => {
  it.scopedLive("answers also who comes before it can do what is asked: come again", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.sync(() => boundedServer.boundedServer()),
        (each) => Effect.sync(() => each.close())
      )
      const port = yield* Effect.promise(() => listening(server))
      const early = yield* ask(port, "/api/v1/orders")
      assert.deepInclude(early, { status: 503, type: Problem.PROBLEM_JSON })
      assert.deepInclude(json(early), { type: "/problems/not-ready" })
      assert.strictEqual(early.headers["retry-after"], "1")
      server.on("request", answering)
      assert.deepInclude(yield* ask(port, "/api/v1/orders"), { status: 200, text: "here" })
      server.off("request", answering)
      assert.deepInclude(yield* ask(port, "/api/v1/orders"), { status: 503 })
    })
  )

  it.scopedLive("is not ready before its broker was read, and says why; then it is", () =>
    Effect.gen(function* () {
      const port = yield* serving
      const none = yield* ask(port, "/ready")
      assert.deepInclude(none, { status: 503, type: Problem.PROBLEM_JSON })
      assert.deepInclude(json(none), { status: 503, reasons: ["no accounts yet"] })
      yield* Engine.opened({})
      const early = json(yield* ask(port, "/ready"))
      assert.deepInclude(early, {
        title: "Not ready",
        reasons: ["account paper has not been reconciled with its broker yet"]
      })
      yield* Effect.forkScoped(Daemon.run())
      yield* Daemon.untilIdle
      const ready = yield* ask(port, "/ready")
      assert.strictEqual(ready.status, 200)
      expect(json(ready)).toMatchObject({ ready: true, trading: { status: "ok", critical: 0, dollars: "0" } })
    }).pipe(Effect.provide(engine))
  )

  it.scopedLive("tells how it is while its store answers nothing at all", () =>
    Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      const isThere = yield* Ref.make(true)
      const whileThere = <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        Effect.flatMap(Ref.get(isThere), (is) => (is ? read : Effect.never))
      const port = yield* Effect.provideService(serving, TradeRepository.TradeRepository, {
        ...repository,
        page: (query) => whileThere(repository.page(query)),
        count: (query) => whileThere(repository.count(query)),
        snapshot: (reads) => whileThere(repository.snapshot(reads))
      })
      yield* Ref.set(isThere, false)
      yield* (yield* Health.Health).failed("polling", "the store answers nothing")
      expect(json(yield* ask(port, "/health"))).toMatchObject({ status: "degraded" })
      assert.deepInclude(json(yield* ask(port, "/ready")), { status: 503, reasons: ["the store does not answer"] })
    }).pipe(Effect.provide(engine))
  )

  it.scopedLive(
    "six of six symbols blocked by orders in doubt: health is degraded, and whoever is ready says so too",
    () =>
      Effect.gen(function* () {
        const port = yield* serving
        yield* Engine.opened({})
        const daemon = yield* Effect.forkScoped(Daemon.run())
        yield* Daemon.untilIdle
        // It looks at the books itself, where nothing is in doubt.
        yield* Fiber.interrupt(daemon)
        const dollars = Decimal.unsafe("300")
        const health = yield* Health.Health
        yield* health.seen({ isWell: false, critical: 6, warnings: 1, blockedPositions: 6, ordersInDoubt: 6, dollars })
        const trading = {
          status: "at_risk",
          critical: 6,
          warnings: 1,
          blockedPositions: 6,
          ordersInDoubt: 6,
          dollars: "300"
        }
        const detail = "6 critical cases: 6 positions blocked, 6 unconfirmed orders, 300 dollars at risk"
        expect(json(yield* ask(port, "/health"))).toMatchObject({
          status: "degraded",
          trading,
          parts: expect.arrayContaining([expect.objectContaining({ part: "trading", ok: false, detail })])
        })
        const ready = yield* ask(port, "/ready")
        assert.deepStrictEqual([ready.status, json(ready)], [200, { ready: true, trading }])
      }).pipe(Effect.provide(engine))
  )

  it.scopedLive("tells how every part is, with ages, and that it is degraded while one fails", () =>
    Effect.gen(function* () {
      const port = yield* serving
      const health = yield* Health.Health
      yield* health.succeeded("polling")
      expect(json(yield* ask(port, "/health"))).toMatchObject({
        status: "ok",
        version: "1.2.3",
        uptimeSeconds: 7,
        eventLoop: { p50Ms: 1, p99Ms: 2, maxMs: 30 },
        parts: [{ part: "polling", ok: true, secondsSinceSuccess: expect.any(Number) }]
      })
      yield* health.failed("polling", "the broker says nothing")
      expect(json(yield* ask(port, "/health"))).toMatchObject({
        status: "degraded",
        parts: [{ part: "polling", ok: false, detail: "the broker says nothing", failures: 1 }]
      })
    }).pipe(Effect.provide(engine))
  )

  it.scopedLive("shows figures that Prometheus reads: intake, sends, open orders, queue, groups, lag, residuals", () =>
    Effect.gen(function* () {
      const port = yield* serving
      yield* Engine.opened({})
      yield* Effect.forkScoped(Daemon.run())
      yield* Engine.submit(Engine.trade("buy", "2.5"))
      yield* Daemon.untilIdle
      const { status, text, type } = yield* ask(port, "/metrics")
      assert.deepStrictEqual([status, type], [200, "text/plain; version=0.0.4; charset=utf-8"])
      for (const line of [
        /^roundlot_intake_total\{result="accepted"\} [1-9]/m,
        /^roundlot_sends_total\{answer="accepted"\} [1-9]/m,
        /^roundlot_stage_seconds_count\{stage="planned_to_sent"\} [1-9]/m,
        /^roundlot_stage_seconds_count\{stage="sent_to_answered"\} [1-9]/m,
        /^roundlot_stage_seconds_count\{stage="executed_to_booked"\} [1-9]/m,
        /^roundlot_open_orders\{status="submitted"\} 0$/m,
        /^roundlot_queue_depth\{lane="intake"\} 0$/m,
        /^roundlot_group_seconds_bucket\{le="\+Inf"\} [1-9]/m,
        /^roundlot_group_members_count [1-9]/m,
        /^roundlot_event_loop_lag_seconds\{quantile="0\.99"\} 0\.002$/m,
        /^process_resident_memory_bytes 104857600$/m,
        /^process_open_fds 31$/m,
        /^# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1\.5$/m,
        /^process_start_time_seconds 1700000000$/m,
        /^roundlot_residual\{account="paper",symbol="AAPL"\} 0\.5$/m,
        /^roundlot_part_seconds_since_success\{part="polling"\} [0-9.]+$/m,
        /^roundlot_journal_entries\{account="paper"\} [1-9]/m
      ]) {
        assert.match(text, line)
      }
      for (const line of text.trimEnd().split("\n")) {
        assert.match(line, /^(# (HELP|TYPE) (roundlot|process)_\w+ .+|(roundlot|process)_\w+(\{[^}]*\})? [-+0-9.e]+)$/)
      }
    }).pipe(Effect.provide(engine))
  )

  it.scopedLive("answers names of this machine only, and tells errors as problems", () =>
    Effect.gen(function* () {
      const port = yield* serving
      for (const host of ["localhost", `localhost:${port}`, "127.0.0.1", `[::1]:${port}`]) {
        assert.strictEqual((yield* ask(port, "/health", { headers: { host } })).status, 200)
      }
      for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"]) {
        const said = yield* ask(port, "/health", { headers: { host } })
        assert.deepInclude(said, { status: 421, type: Problem.PROBLEM_JSON })
      }
      const nothing = yield* ask(port, "/nothing")
      assert.deepInclude(nothing, { status: 404, type: Problem.PROBLEM_JSON })
      assert.deepInclude(json(nothing), { type: "/problems/not-found", status: 404 })
    }).pipe(Effect.provide(engine))
  )
})

describe("roundlot start --port", () => {
  it("serves on a free port of this machine, which it prints, until it ends", async () => {
    const { store } = desk()
    const daemon = child(["start", "--port", "0", "--store", store])
    await daemon.says(/Running/)
    daemon.signal("SIGTERM")
    const { code, out } = await daemon.ended
    expect(out).toMatch(/Dashboard: http:\/\/127\.0\.0\.1:\d+\/ \(guides: \/docs, API: \/docs\/api/)
    expect(code).toBe(0)
  })

  it("at every address by TLS, and in plain text at none but this machine's", async () => {
    const { cli, folder } = desk()
    const elsewhere = ["start", "--until-idle", "--port", "0", "--host", "0.0.0.0", "--allow-host", "localhost"]
    const refused = await cli(...elsewhere)
    expect(refused.err).toContain("--host: 0.0.0.0 can be reached from other hosts")
    expect(refused.err).toContain("Give --tls-cert and --tls-key")
    const { certificate, key } = await Effect.runPromise(Certificate.forThisMachine)
    const [cert, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")]
    writeFileSync(cert, certificate)
    writeFileSync(keyFile, key)
    const said = await cli(...elsewhere, "--tls-cert", cert, "--tls-key", keyFile)
    expect(said.out).toMatch(/^Dashboard: https:\/\/localhost:\d+\//m)
    expect([refused.code, said.code]).toEqual([2, 0])
  })

  it("a port that is none, or is taken, is refused by name", async () => {
    const { cli } = desk()
    expect((await cli("start", "--until-idle", "--port", "70000")).err).toContain("--port: 70000 is not a port")
    const server = createServer()
    const port = await listening(server)
    const taken = await cli("start", "--until-idle", "--port", String(port))
    expect(taken.err).toContain(`port ${port} of 127.0.0.1 cannot be served`)
    expect(taken.code).toBe(1)
    await new Promise((resolve) => server.close(resolve))
  })
})
