import { AckPolicy, RetentionPolicy } from "@nats-io/jetstream"
import { Instant, Price, Quantity } from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import { Chunk, Effect, Fiber, Redacted, Schedule, Stream } from "effect"
import { describe, expect, it } from "vitest"
import type { NatsSource } from "../src/index.ts"
import { bodyOf, manage, natsAt, proxied, server, stream } from "./place.ts"

type Options = Partial<NatsSource.NatsConfig<never>>

const body = (sourceId: string) =>
  bodyOf({
    sourceId,
    symbol: "AAPL",
    side: "buy",
    quantity: Quantity.unsafe("0.1"),
    price: Price.unsafe("10.5"),
    tradedAt: Instant.fromMillis(1_700_000_000_000)
  })

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, index) => String(from + index))

const publish = (name: string, bodies: ReadonlyArray<string | Uint8Array>, subject = "trades") =>
  manage((at) => at.publish(`${name}.${subject}`, bodies))

const idsOf = (deliveries: ReadonlyArray<TradeSource.Delivery>) =>
  deliveries.flatMap(({ trades }) => trades.map(({ sourceId }) => sourceId))

/** Reads from a cursor until so many trades have come; what came, where it stands, and what was rejected. */
const taken = (name: string, count: number, cursor?: string, options: Options = {}) =>
  Effect.gen(function* () {
    const { deliveries, rejected } = yield* natsAt(name, options)
    let come = 0
    const all = yield* deliveries(cursor).pipe(
      Stream.takeUntil(({ trades }) => (come += trades.length) >= count),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray)
    )
    return { all, ids: idsOf(all), cursor: all.at(-1)?.cursor ?? "", rejected }
  })

const failureOf = (name: string, cursor?: string, options: Options = {}) =>
  Effect.flatMap(natsAt(name, options), ({ deliveries }) => Effect.flip(Stream.runDrain(deliveries(cursor))))

const run = <A, E>(use: Effect.Effect<A, E>) => Effect.runPromise(Effect.timeout(use, "100 seconds"))

describe("a stream that goes on", () => {
  it("ACC-2: a server that is killed in the middle fails the stream; once it is back each message has come once", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, numbered(1, 300).map(body))
        const { deliveries } = yield* natsAt(name)
        const come: Array<string> = []
        let cursor: string | undefined
        const follow = (from: string | undefined) =>
          Stream.runForEach(deliveries(from), (delivery) =>
            Effect.sync(() => {
              come.push(...idsOf([delivery]))
              cursor = delivery.cursor
            })
          )
        const until = (count: number) =>
          Effect.repeat(
            Effect.sync(() => come.length),
            { until: (length) => length >= count, schedule: Schedule.spaced("10 millis") }
          )
        const before = yield* Effect.fork(follow(undefined))
        yield* until(1)
        const at = yield* Effect.promise(server)
        yield* Effect.promise(at.kill)
        expect(yield* Effect.flip(Fiber.join(before))).toMatchObject({ _tag: "NatsUnavailable" })
        expect(yield* failureOf(name, cursor)).toMatchObject({ _tag: "NatsUnavailable" })
        yield* Effect.promise(at.start)
        yield* publish(name, numbered(301, 5).map(body))
        const after = yield* Effect.fork(follow(cursor))
        yield* until(305)
        yield* Fiber.interrupt(after)
        expect(come).toEqual(numbered(1, 305))
      })
    ))

  it("a subject of it is read, others are passed by, and it is caught up there too", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, ["no trade"], "other")
        yield* publish(name, [body("1")])
        yield* publish(name, ["no trade"], "other")
        const { caughtUp, deliveries, rejected } = yield* natsAt(name, { subject: `${name}.trades` })
        const come: Array<string> = []
        const fiber = yield* Effect.fork(
          Stream.runForEach(deliveries(undefined), (each) => Effect.sync(() => void come.push(...idsOf([each]))))
        )
        yield* caughtUp
        expect([come, rejected]).toEqual([["1"], []])
        yield* Fiber.interrupt(fiber)
      })
    ))

  it("ACC-4: a message that cannot be read is kept with its number and reason, the others go on, and none goes on before it is kept", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        const list = `[${body("2")},${body("3")}]`
        const mixed = `[${body("4")},{}]`
        yield* publish(name, [body("1"), "{", Uint8Array.of(0xff, 0xfe), mixed, list])
        const { cursor, ids, rejected } = yield* taken(name, 3)
        expect(ids).toEqual(["1", "2", "3"])
        expect(rejected.map(({ place }) => place)).toEqual(["message 2", "message 3", "message 4"])
        expect(rejected[1]?.reason).toBe("is no UTF-8")
        expect(rejected[2]?.raw).toBe(mixed)
        const full = yield* natsAt(name, { reject: () => Effect.dieMessage("the disk is full") })
        expect(yield* Effect.exit(Stream.runDrain(full.deliveries(undefined)))).toMatchObject({ _tag: "Failure" })
        yield* publish(name, [body("5")])
        expect((yield* taken(name, 1, cursor)).rejected).toEqual([])
      })
    ))

  it("messages with many trades come in deliveries of at most 1,000, each message whole", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        const lists = [1, 2, 3].map(
          (part) =>
            `[${numbered(part * 1_000, 600)
              .map(body)
              .join(",")}]`
        )
        yield* publish(name, lists)
        const { all } = yield* taken(name, 1_800)
        expect(all.map(({ trades }) => trades.length)).toEqual([600, 600, 600])
        const again = yield* taken(name, 600, all[1]?.cursor)
        expect(again.ids).toEqual(numbered(3_000, 600))
      })
    ))

  it("AUD-10: no failure and no cursor says a password", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, [body("1")])
        const { url } = yield* Effect.promise(server)
        for (const servers of [
          url.replace("hunter2", "hunter3"),
          "nats://u:hunter2@127.0.0.1:1",
          "hunter2",
          "http://u:hunter2@127.0.0.1"
        ])
          expect(JSON.stringify(yield* failureOf(name, undefined, { servers: Redacted.make(servers) }))).not.toMatch(
            /hunter/
          )
        expect((yield* taken(name, 1)).cursor).not.toContain("hunter")
      })
    ))
})

describe("a stream that contradicts itself", () => {
  it.each([RetentionPolicy.Interest, RetentionPolicy.Workqueue])(
    "ACC-2: a stream of retention %s is refused before a message of it is taken",
    (retention) =>
      run(
        Effect.gen(function* () {
          const name = yield* stream({ retention })
          yield* manage(({ manager }) =>
            manager.consumers.add(name, { durable_name: "app", ack_policy: AckPolicy.Explicit })
          )
          yield* publish(name, ["1", "2"].map(body))
          expect(yield* failureOf(name)).toMatchObject({ _tag: "UnfitStream", retention })
          const { state } = yield* manage(({ manager }) => manager.streams.info(name))
          expect(state.messages).toBe(2)
        })
      )
  )

  it.each([undefined, "trades"])(
    "ACC-2: a replica that has not all messages yet passes none of them over, and none is named as lost (subject %s)",
    (subject) =>
      run(
        Effect.gen(function* () {
          const name = yield* stream()
          yield* publish(name, ["1", "2"].map(body))
          const { url } = yield* Effect.promise(server)
          // What a consumer is made with says twice that nothing is pending.
          let lies = 2
          const proxy = yield* proxied(url, (text) =>
            lies > 0 && text.includes('"num_pending":2')
              ? ((lies -= 1), text.replace('"num_pending":2', '"num_pending":0'))
              : text
          )
          const options = { servers: Redacted.make(proxy), ...(subject && { subject: `${name}.${subject}` }) }
          expect((yield* taken(name, 2, undefined, options)).ids).toEqual(["1", "2"])
          expect(lies).toBe(0)
        }).pipe(Effect.scoped)
      )
  )

  it("ACC-2: one that was deleted and made again is refused, and read from its beginning once it is accepted", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, ["1", "2"].map(body))
        const { cursor } = yield* taken(name, 2)
        yield* manage(async ({ manager }) => {
          const { config } = await manager.streams.info(name)
          await manager.streams.delete(name)
          await manager.streams.add(config)
        })
        yield* publish(name, ["1", "2", "3"].map(body))
        const refused = yield* failureOf(name, cursor)
        expect(refused).toMatchObject({ _tag: "AnotherStream" })
        const accept = "found" in refused ? refused.found : ""
        const again = yield* taken(name, 3, cursor, { accept })
        expect(again.ids).toEqual(["1", "2", "3"])
        yield* publish(name, [body("4")])
        expect((yield* taken(name, 1, again.cursor)).ids).toEqual(["4"])
        expect(yield* failureOf(name, again.cursor, { subject: `${name}.x` })).toMatchObject({ _tag: "AnotherStream" })
      })
    ))

  it("ACC-2: messages that the stream let go before they were read are named, and passed by once a person says from where", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream({ max_msgs: 3 })
        yield* publish(name, ["1", "2"].map(body))
        const { cursor } = yield* taken(name, 2)
        yield* publish(name, numbered(3, 5).map(body))
        expect(yield* failureOf(name, cursor)).toMatchObject({ _tag: "MessagesMissing", from: 3, next: 5 })
        expect((yield* failureOf(name, cursor)).message).toContain("lost messages 3 to 4 before they were read")
        expect(yield* failureOf(name, cursor, { from: 4 })).toMatchObject({ _tag: "MessagesMissing", from: 4 })
        expect((yield* taken(name, 3, cursor, { from: 5 })).ids).toEqual(["5", "6", "7"])
        expect((yield* taken(name, 3)).ids).toEqual(["5", "6", "7"])
        const ofSubject = { subject: `${name}.trades` }
        const { cursor: early } = yield* taken(name, 1, undefined, ofSubject)
        yield* publish(name, numbered(8, 5).map(body))
        expect(yield* failureOf(name, early, ofSubject)).toMatchObject({ _tag: "MessagesMissing", from: 8, next: 10 })
      })
    ))

  it.each([
    [3, { from: 3, next: 4 }],
    [5, { from: 5, next: 6 }]
  ])("ACC-2: message %i that was deleted before it was read is named", (seq, missing) =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, numbered(1, 5).map(body))
        const { deliveries } = yield* natsAt(name)
        const [first] = yield* Effect.map(
          Stream.runCollect(Stream.take(deliveries(undefined), 1)),
          Chunk.toReadonlyArray
        )
        const read = JSON.parse(first?.cursor ?? "")
        yield* manage(({ manager }) => manager.streams.deleteMessage(name, seq))
        const cursor = JSON.stringify({ ...read, seq: seq === 5 ? 4 : 2, at: null })
        expect(yield* failureOf(name, cursor)).toMatchObject({ _tag: "MessagesMissing", ...missing })
      })
    )
  )

  it("ACC-2: one that was emptied before it was read is named", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, ["1"].map(body))
        const { cursor } = yield* taken(name, 1)
        yield* publish(name, ["2", "3"].map(body))
        yield* manage(({ manager }) => manager.streams.purge(name))
        expect(yield* failureOf(name, cursor)).toMatchObject({ _tag: "MessagesMissing", from: 2, next: 4 })
      })
    ))

  it("ACC-2: one that ends before what was read is waited for, and a cursor of another way is refused", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, ["1", "2"].map(body))
        const { cursor } = yield* taken(name, 2)
        const ahead = JSON.stringify({ ...JSON.parse(cursor), seq: 3, at: null })
        expect(yield* failureOf(name, ahead)).toMatchObject({ _tag: "StreamRewound", taken: 3, last: 2 })
        yield* publish(name, ["3", "4"].map(body))
        expect((yield* taken(name, 1, ahead)).ids).toEqual(["4"])
        expect((yield* failureOf(name, "17")).message).toContain("came by another way, up to 17")
      })
    ))

  it("ACC-2: one that gave the number of a message out again is refused, and read from its beginning once it is accepted", () =>
    run(
      Effect.gen(function* () {
        const name = yield* stream()
        yield* publish(name, ["1", "2"].map(body))
        const { cursor } = yield* taken(name, 2)
        const { at, ...read } = JSON.parse(cursor)
        const other = JSON.stringify({ ...read, at: at - 1 })
        yield* publish(name, [body("3")])
        expect((yield* taken(name, 1, cursor)).ids).toEqual(["3"])
        const refused = yield* failureOf(name, other)
        expect(refused).toMatchObject({ _tag: "MessageChanged", seq: 2 })
        const accept = "place" in refused ? refused.place : ""
        expect((yield* taken(name, 3, other, { accept })).ids).toEqual(["1", "2", "3"])
      })
    ))
})
