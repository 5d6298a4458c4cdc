import { Effect, Either, Layer, Stream, TestClock } from "effect"
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

const jobs = Layer.provide(Jobs.layer([Subscriptions.deliveryType, Subscriptions.letterType]), Entropy.layerSecure)
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
      const handlers = [Subscriptions.deliveringHandler([to], deliver), Subscriptions.letterHandler([to], deliver)]
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

const seqOf = (entry: string): number => Number(entry.split(" ")[1])

const bySeq = (one: string, other: string): number => seqOf(one) - seqOf(other)

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
      expect(failure).toMatch(/earlier incarnation of this store: .*; to continue, give a cursor with 'after'/)
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

/** A subscriber that takes no delivery with one of these entries in it. */
const choosy = (poison: ReadonlyArray<string>) => {
  const heard: Array<string> = []
  const refused = new Set(poison)
  const deliver: Subscriptions.Deliver<never> = ({ events }) =>
    Effect.suspend(() => {
      const named = events.map(({ account, seq }) => `${account} ${seq}`)
      if (named.some((each) => refused.has(each))) {
        return Effect.fail(new Jobs.JobFailed({ detail: "it answered 500", final: false }))
      }
      heard.push(...named)
      return Effect.void
    })
  return { deliver, heard, heal: () => refused.clear() }
}

test("an event that is never taken is passed over: what follows is delivered, and it is kept until it is taken", () =>
  play(
    Effect.gen(function* () {
      const { deliver, heal, heard } = choosy(["desk 2"])
      yield* daemon(deliver, 2)
      yield* change(1, 4)
      yield* daemon(deliver, 3)
      expect(heard).toEqual([])
      const { behind, cursor, job, next } = yield* Subscriptions.standingOf(changes)
      expect([job?.status, job?.failure, behind]).toEqual(["queued", "it answered 500", 16])
      expect(next.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
      const poison = next[1]?.cursor ?? ""
      const gone = yield* Subscriptions.goOn(changes, poison)
      expect(gone.letter?.payload).toEqual({ subscription: "changes", after: cursor, through: poison })
      yield* daemon(deliver, 40)
      expect(heard).toEqual(["desk 3", "desk 4"])
      const letter = yield* Effect.flatMap(Jobs.Jobs, (service) => service.find(gone.letter?.id ?? ""))
      expect(letter).toMatchObject({ status: "dead", failure: "it answered 500" })
      expect(yield* Subscriptions.standingOf(changes)).toMatchObject({ behind: 0, next: [] })
      heal()
      yield* Effect.flatMap(Jobs.Jobs, (service) => service.retry(letter.id, "it is back"))
      yield* change(5, 1)
      yield* daemon(deliver, 3)
      expect(heard.toSorted()).toEqual(seqs(1, 5))
    })
  ))

test("what was passed over over several pages is delivered up to where it ends, and nothing after it", () =>
  play(
    Effect.gen(function* () {
      const { deliver, heard } = subscriber()
      yield* daemon(deliver, 2)
      yield* change(1, 450)
      const standing = yield* Subscriptions.standingOf(changes)
      const all = yield* Stream.runCollect(Events.stream({ ...changes, after: Events.BEGINNING, ends: true }))
      const last = [...all][399]?.cursor ?? ""
      expect(standing.next.length).toBeLessThanOrEqual(Subscriptions.MOST_AT_ONCE)
      yield* Subscriptions.goOn(changes, last)
      yield* daemon(deliver, 3)
      expect(heard.toSorted(bySeq)).toEqual(seqs(1, 450))
      yield* Subscriptions.goOn(changes, Events.BEGINNING)
      yield* daemon(deliver, 5)
      expect(heard).toHaveLength(900)
    })
  ))

test("nobody goes on after what is no cursor of this store, and one that stands at such a cursor goes on from another", () =>
  play(
    Effect.gen(function* () {
      yield* change(1, 2)
      const { deliver, heard } = subscriber()
      yield* daemon(deliver, 2)
      for (const lost of ["another-7", "nothing", "-"]) {
        expect(yield* Effect.flip(Subscriptions.goOn(changes, lost))).toMatchObject({ _tag: "LostCursor" })
      }
      yield* from("another-7")
      yield* daemon(deliver, 2)
      expect(yield* Subscriptions.standingOf(changes)).toMatchObject({ cursor: "another-7", behind: 8, next: [] })
      const { letter } = yield* Subscriptions.goOn(changes, Events.BEGINNING)
      yield* daemon(deliver, 2)
      expect([letter, heard]).toEqual([undefined, seqs(1, 2)])
    })
  ))

const kept = Reads.all(JobTable, { where: [{ column: "type", in: [Subscriptions.letterType.name] }] })

test("what was passed over before stays kept when a part of it is passed over once more", () =>
  play(
    Effect.gen(function* () {
      const { deliver, heal, heard } = choosy(["desk 2", "desk 4"])
      yield* daemon(deliver, 2)
      yield* change(1, 6)
      yield* daemon(deliver, 3)
      const { next } = yield* Subscriptions.standingOf(changes)
      const [, second, , fourth] = next.map(({ cursor }) => cursor)
      // All up to the fourth is passed over and kept; then somebody goes back behind the second, and passes over the rest again.
      yield* Subscriptions.goOn(changes, fourth ?? "")
      yield* daemon(deliver, 40)
      yield* Subscriptions.goOn(changes, second ?? "")
      yield* Subscriptions.goOn(changes, fourth ?? "")
      yield* daemon(deliver, 40)
      expect(heard).not.toContain("desk 1")
      heal()
      const service = yield* Jobs.Jobs
      for (const { id } of yield* kept) yield* service.retry(id, "it is back")
      yield* daemon(deliver, 3)
      expect([...new Set(heard)].toSorted(bySeq)).toEqual(seqs(1, 6))
    })
  ))

test("the last entry of a commit is passed over and kept, however the cursor after it is written", () =>
  play(
    Effect.gen(function* () {
      const { deliver, heal, heard } = choosy(["desk 1"])
      yield* daemon(deliver, 2)
      yield* change(1, 2)
      yield* daemon(deliver, 3)
      const { next } = yield* Subscriptions.standingOf(changes)
      const [first] = next
      expect(first?.cursor).not.toContain(".")
      yield* Subscriptions.goOn(changes, `${first?.cursor}.${first?.seq}`)
      heal()
      yield* daemon(deliver, 3)
      expect(heard.toSorted(bySeq)).toEqual(seqs(1, 2))
    })
  ))

test("a commit of which a part was taken is not behind us", () =>
  play(
    Effect.gen(function* () {
      const all: Subscriptions.Subscription = { name: "all", tags: ["TradeAccepted"] }
      yield* Stage.opened()
      yield* Subscriptions.askOnce([all])
      yield* Stage.submit(...Array.from({ length: 120 }, (_, index) => Stage.trade(`t${index}`, "0.001")))
      yield* daemon(subscriber([2, 3, 4, 5]).deliver, 4, all)
      const { behind, next } = yield* Subscriptions.standingOf(all)
      expect([behind > 0, next.length]).toEqual([true, 20])
    })
  ))

/** The queue, with something that happens just before the next thing is asked of it. */
const meanwhile = (act: (service: Jobs.JobsService) => Effect.Effect<unknown, Jobs.EnqueueError>) =>
  Effect.map(Jobs.Jobs, (service): Jobs.JobsService => ({
    ...service,
    enqueue: (asked) => Effect.zipRight(act(service), service.enqueue(asked))
  }))

test("who looks for what to deliver takes back nothing that somebody asks for at the same moment", () =>
  play(
    Effect.gen(function* () {
      const payload = { subscription: "changes", after: Events.BEGINNING }
      const asked = { type: Subscriptions.deliveryType.name, key: "changes", payload, again: true }
      const beginning = yield* meanwhile((service) => service.enqueue(asked))
      const looking = Effect.provideService(Subscriptions.askOnce([changes]), Jobs.Jobs, beginning)
      yield* change(1, 2)
      yield* looking
      expect(yield* delivery).toMatchObject({ status: "queued", payload })
      const { deliver, heard } = subscriber()
      yield* daemon(deliver, 3)
      yield* change(3, 1)
      yield* looking
      expect(yield* delivery).toMatchObject({ status: "queued", payload })
      yield* daemon(deliver, 3)
      expect(heard).toEqual([...seqs(1, 2), ...seqs(1, 3)])
    })
  ))

test("who goes on elsewhere has all the tries again", () =>
  play(
    Effect.gen(function* () {
      const { deliver } = subscriber([1, 2, 3])
      yield* daemon(deliver, 2)
      yield* change(1, 2)
      yield* daemon(deliver, 3)
      expect((yield* delivery).tries).toBeGreaterThan(1)
      yield* Subscriptions.goOn(changes, Events.BEGINNING)
      expect(yield* delivery).toMatchObject({ status: "queued", tries: 0 })
    })
  ))

test("what is asked for while a try is under way that fails is delivered once", () =>
  play(
    Effect.gen(function* () {
      const { deliver, heard } = subscriber()
      const services = yield* Effect.context<Layer.Layer.Success<typeof layer>>()
      let isFirst = true
      const failing: Subscriptions.Deliver<never> = (each) =>
        Effect.gen(function* () {
          if (!isFirst) return yield* deliver(each)
          isFirst = false
          yield* Effect.orDie(Effect.provide(Subscriptions.goOn(changes, Events.BEGINNING), services))
          return yield* new Jobs.JobFailed({ detail: "it answered 500", final: false })
        })
      yield* daemon(failing, 2)
      yield* change(1, 2)
      yield* daemon(failing, 10)
      expect([isFirst, heard]).toEqual([false, seqs(1, 2)])
    })
  ))
