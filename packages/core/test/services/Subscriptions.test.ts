import { Effect, Either, Layer, TestClock } from "effect"
import { expect, test } from "vitest"
import * as Entropy from "../../src/ports/Entropy.ts"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { JobTable } from "../../src/records/Job.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Events from "../../src/services/Events.ts"
import * as Jobs from "../../src/services/Jobs.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Subscriptions from "../../src/services/Subscriptions.ts"
import * as Stage from "./Stage.ts"

const jobs = Layer.provide(Jobs.layer([Subscriptions.deliveryType]), Entropy.layerSecure)
const layer = Layer.provideMerge(jobs, Stage.layer())

const desk = AccountName.make("desk")

/** One of the two accounts, and of what it hears not all. */
const changes: Subscriptions.Subscription = {
  name: "changes",
  account: desk,
  tags: ["AccountOpened", "AccountChanged"]
}

/** A subscriber who refuses deliveries by their number, and all that was delivered. */
const subscriber = (refused: ReadonlyArray<number> = []) => {
  const sizes: Array<number> = []
  const heard: Array<string> = []
  let asked = 0
  const deliver: Subscriptions.Deliver<never> = ({ events }) =>
    Effect.suspend(() => {
      asked += 1
      if (refused.includes(asked)) return Effect.fail(new Jobs.JobFailed({ detail: "it answered 500", final: false }))
      sizes.push(events.length)
      heard.push(...events.map(({ account, seq }) => `${account} ${seq}`))
      return Effect.void
    })
  return { deliver, heard, sizes, asked: () => asked }
}

/** So many changes of the account, between those of another one. */
const change = (from: number, count: number) =>
  Effect.flatMap(Commands, (commands) =>
    Effect.forEach(Array.from({ length: count }), (_, index) =>
      Effect.forEach([desk, Stage.account], (account) => {
        const lot = Stage.trade("", String(from + index)).quantity
        return commands.setAccount(account, { ...defaultSettings, lot }, "test")
      })
    )
  )

const delivery = Effect.flatMap(
  Reads.first(JobTable, { where: [{ column: "type", in: [Subscriptions.deliveryType.name] }] }),
  (job) => (job === undefined ? Effect.dieMessage("nobody asked for a delivery") : Effect.succeed(job))
)

/** A daemon that looks for events and delivers them, for so many seconds. */
const daemon = (deliver: Subscriptions.Deliver<never>, seconds: number, to = changes) =>
  Effect.scoped(
    Effect.gen(function* () {
      const service = yield* Jobs.Jobs
      const handlers = [Subscriptions.deliveringHandler([to], deliver)]
      yield* Effect.forkScoped(service.work(handlers, { host: "here", pid: 1 }))
      const pass = Effect.zipRight(Subscriptions.askOnce([to]), TestClock.adjust("1 second"))
      yield* Effect.repeatN(pass, seconds - 1)
    })
  )

const play = (body: Effect.Effect<void, unknown, Layer.Layer.Success<typeof layer>>) =>
  Stage.play(Effect.provide(body, layer), layer)

/** Somebody asks for what follows a cursor. */
const from = (after: string) =>
  Effect.flatMap(Jobs.Jobs, (service) =>
    service.enqueue({
      type: Subscriptions.deliveryType.name,
      key: "changes",
      payload: { subscription: "changes", after },
      again: true
    })
  )

const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `desk ${from + index}`)

test("a subscription hears what happens from when it began, in order and in parts, and after a restart goes on where it was", () =>
  play(
    Effect.gen(function* () {
      yield* change(1, 3)
      const { asked, deliver, heard, sizes } = subscriber()
      yield* daemon(deliver, 3)
      expect(heard).toEqual([])
      yield* change(4, 250)
      yield* daemon(deliver, 3)
      expect(heard).toEqual(seqs(4, 253))
      expect(Math.max(...sizes)).toBeLessThanOrEqual(Subscriptions.MOST_AT_ONCE)
      const before = asked()
      yield* daemon(deliver, 3)
      yield* change(254, 1)
      yield* daemon(deliver, 3)
      expect([asked(), heard]).toEqual([before + 1, seqs(4, 254)])
    })
  ))

test("what is not taken is delivered again before all that follows it; what was taken before it is not", () =>
  play(
    Effect.gen(function* () {
      const { deliver, heard } = subscriber([2, 3, 4, 5, 6])
      yield* daemon(deliver, 2)
      yield* change(1, 220)
      yield* daemon(deliver, 1)
      const partly = yield* delivery
      yield* daemon(deliver, 2)
      const first = heard.length
      expect(partly).toMatchObject({ status: "done", result: { stopped: "it answered 500" } })
      expect([0, 220]).not.toContain(first)
      expect(yield* delivery).toMatchObject({ status: "queued", failure: "it answered 500" })
      yield* change(221, 10)
      yield* daemon(deliver, 2)
      expect(heard).toHaveLength(first)
      yield* daemon(deliver, 40)
      expect(heard).toEqual(seqs(1, 230))
    })
  ))

test("one that never takes is given up after a day, asked for by nobody, and goes on where it was once a person says so", () =>
  play(
    Effect.gen(function* () {
      let isAway = false
      const { deliver, heard } = subscriber()
      const away: Subscriptions.Deliver<never> = (each) =>
        isAway ? Effect.fail(new Jobs.JobFailed({ detail: "it answered 500", final: true })) : deliver(each)
      yield* daemon(away, 2)
      isAway = true
      yield* change(1, 2)
      yield* daemon(away, 3)
      yield* change(3, 1)
      yield* daemon(away, 3)
      const { id } = yield* delivery
      expect(yield* delivery).toMatchObject({ status: "dead", tries: 1, mostTries: 150 })
      isAway = false
      yield* Effect.flatMap(Jobs.Jobs, (service) => service.retry(id, "it is back"))
      yield* daemon(away, 2)
      expect(heard).toEqual(seqs(1, 3))
    })
  ))

test("it is delivered again from a cursor or the beginning where somebody asks for that; a cursor of another life is refused with what to do", () =>
  play(
    Effect.gen(function* () {
      yield* change(1, 2)
      const { deliver, heard } = subscriber()
      yield* daemon(deliver, 2)
      yield* from(Events.BEGINNING)
      yield* daemon(deliver, 2)
      expect(heard).toEqual(seqs(1, 2))
      yield* change(3, 1)
      yield* daemon(deliver, 2)
      expect(heard).toEqual(seqs(1, 3))
      yield* from("another-7")
      yield* daemon(deliver, 2)
      const { failure, status } = yield* delivery
      expect(status).toBe("dead")
      expect(failure).toMatch(/another life of this store: .* once a delivery is asked for with where to begin/)
      const unknown = Subscriptions.deliveringHandler([], deliver)
      const context = { job: yield* delivery, progress: () => Effect.void }
      const refused = yield* Effect.either(unknown.run({ subscription: "changes" }, context))
      expect(Either.isLeft(refused) && refused.left.message).toBe("no subscription changes is configured here")
    })
  ))

test("what is committed between asking and the first delivery is delivered, and the rest of a commit that was cut is too", () =>
  play(
    Effect.gen(function* () {
      const all: Subscriptions.Subscription = { name: "all", tags: ["TradeAccepted"] }
      yield* Stage.opened()
      yield* Subscriptions.askOnce([all])
      const trades = Array.from({ length: 120 }, (_, index) => Stage.trade(`t${index}`, "0.001"))
      yield* Stage.submit(...trades)
      const { deliver, heard, sizes } = subscriber([2])
      yield* daemon(deliver, 4, all)
      expect(sizes).toEqual([100, 20])
      expect(new Set(heard).size).toBe(120)
    })
  ))
