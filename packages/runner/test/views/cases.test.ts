import { it } from "@effect/vitest"
import { Audit, MemoryRepository } from "@roundlot/core"
import { Entropy, Id, TradeRepository } from "@roundlot/core/adapter"
import { AttendedCase, Health, Verdicts } from "@roundlot/core/ledger"
import { breaks, cases, overview, past } from "@roundlot/queries"
import { Effect, Layer, Option } from "effect"
import { describe, expect } from "vitest"
import { attending, carryingOut } from "@roundlot/commands"
import { databases } from "../cli/database.ts"
import { givesUp, inbox, JOB, PART } from "./inbox.ts"
import * as scene from "./scene.ts"
import { isTried, storesOf } from "./stores.ts"

const { fresh } = databases()

const stores = storesOf(fresh)

let commands = 0

const done = (id: string, act: attending.Act, reason: string) =>
  Effect.flatMap(attending.attending(id, act), (asked) =>
    carryingOut.carryOut({ ...asked, actor: "dana", reason, commandId: Option.some(`c-${commands++}`) })
  )

/** Somebody is given a case, acknowledges it and says something of it. */
const attended = (id: string, owner: string) =>
  Effect.gen(function* () {
    yield* done(id, attending.assigning(owner), "on call")
    yield* done(id, attending.acknowledging, "seen")
    yield* done(id, attending.noting, `ticket of ${id}`)
  })

const shown = Effect.map(cases.list, (all) =>
  all.map(({ acknowledged, id, kind, owner }) => [kind, id, owner, acknowledged?.severity ?? null])
)

const withHealth = <E>(store: Layer.Layer<TradeRepository.TradeRepository, E>) =>
  Layer.provideMerge(Health.layer, scene.books(store, Entropy.layerSecure))

const idsNow = Effect.map(cases.list, (all) => all.map(({ id }) => id))

/** What health counts. */
const countedNow = Effect.gen(function* () {
  yield* Verdicts.watch
  return (yield* Effect.flatMap(Health.Health, ({ open }) => open))?.cases
})

const listedThen = (asOf: string) =>
  past.seen(
    asOf,
    past.ownersOf(),
    Effect.map(cases.list, (items) => ({ items: items.map(({ id, owner }) => [id, owner]) }))
  )

const shownThen = (id: string, asOf: string) => past.seen(asOf, past.ownersOf(), cases.show(id))

describe.each((["memory", "SQLite", "Postgres"] as const).filter(isTried))("cases on %s", (name) => {
  const store = stores[name]

  it.effect(
    "G: each line of the inbox has an owner, an acknowledgement and notes, by whom and when, in the journal; the audit is clean",
    () =>
      Effect.gen(function* () {
        yield* inbox
        const before = yield* shown
        expect(before).toEqual([
          ["in_doubt", "O1", null, null],
          ["job", JOB, null, null],
          ["part", PART, null, null],
          ["quarantine", "T2", null, null]
        ])
        yield* scene.at(5)
        for (const [, id] of before) yield* attended(String(id), `owner of ${id}`)
        expect(yield* shown).toEqual(before.map(([kind, id]) => [kind, id, `owner of ${id}`, "warning"]))
        for (const [, id] of before) {
          const found = yield* cases.show(String(id))
          expect(found.notes).toEqual([{ at: scene.second(5), by: "dana", note: `ticket of ${id}` }])
          expect(found.acknowledged).toEqual({ severity: "warning", by: "dana", at: scene.second(5) })
          expect(found.history.map(({ cause: { actor, reason }, tag }) => [tag, actor, reason])).toEqual([
            ["CaseAttended", "dana", "on call"],
            ["CaseAttended", "dana", "seen"],
            ["CaseAttended", "dana", `ticket of ${id}`]
          ])
          expect(found.recommended.reason).toMatch(/^[A-Z].*\.$/)
        }
        expect((yield* Audit.run()).findings).toEqual([])
      }).pipe(Effect.provide(withHealth(store)))
  )

  it.effect("the inbox is shown as it stood, without jobs and parts, of which no earlier moment is on record", () =>
    Effect.gen(function* () {
      yield* inbox
      yield* scene.at(5)
      yield* attended("O1", "dana")
      yield* scene.at(9)
      const unowned = ["T2", null]
      expect(yield* listedThen(scene.second(4))).toMatchObject({
        asOf: { at: scene.second(4) },
        items: [["O1", null], unowned]
      })
      expect(yield* listedThen(scene.second(9))).toMatchObject({
        asOf: { at: scene.second(9) },
        items: [["O1", "dana"], unowned]
      })
      expect(yield* shownThen("O1", scene.second(4))).toMatchObject({ owner: null, notes: [] })
      expect(yield* shownThen("O1", scene.second(9))).toMatchObject({
        owner: "dana",
        notes: [{ note: "ticket of O1" }]
      })
      for (const id of [JOB, PART]) {
        expect(yield* scene.messageOf(shownThen(id, scene.second(9)))).toContain(`open case ${id} does not exist`)
      }
    }).pipe(Effect.provide(withHealth(store)))
  )

  it.effect(
    "G: a direct order that failed is a case until somebody has acknowledged that it did; no other order is",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
        yield* scene.refused(1)
        yield* scene.directly("t-2", "buy", "3")
        yield* scene.directly("t-3", "sell", "1")
        yield* scene.refused(2)
        yield* scene.accepted(3)
        const failed = ["failed_order", "O2", null, null]
        expect(yield* shown).toEqual([failed])
        expect(yield* cases.show("O2")).toMatchObject({
          what: "buy 3 AAPL, market, day, regular session was rejected: not enough",
          severity: "warning",
          recommended: { resolution: "resolve" }
        })
        yield* Verdicts.watch
        expect(yield* Effect.flatMap(Health.Health, ({ open }) => open)).toEqual({
          accounts: 1,
          cases: 1,
          restricted: 0
        })
        yield* scene.at(5)
        yield* done("O2", attending.acknowledging, "seen")
        expect(yield* shown).toEqual([])
        yield* Verdicts.watch
        expect(yield* Effect.flatMap(Health.Health, ({ open }) => open)).toMatchObject({ cases: 0 })
        expect((yield* Audit.run()).findings).toEqual([])
      }).pipe(Effect.provide(withHealth(store)))
  )

  it.effect(
    "G: breaks of one cause are one line, once one of them has stood for 5 s; each is reached by its own id, at every moment",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open(["AAPL", "MSFT"])
        yield* scene.opens({ symbol: "AAPL", kind: "ForeignOrderId", subject: "O1" })
        yield* scene.at(3)
        yield* scene.opens({ symbol: "AAPL", kind: "ForeignOrderId", subject: "O2" })
        yield* scene.opens({ symbol: "MSFT", kind: "ForeignOrderId", subject: "O3" })
        yield* scene.at(4)
        expect([yield* cases.list, yield* countedNow]).toEqual([[], 0])
        expect(yield* cases.show("B2")).toMatchObject({ id: "B2", breaks: ["B2"], severity: "warning" })
        yield* scene.at(5)
        const line = { kind: "break", id: "B1", symbol: "AAPL", breaks: ["B1", "B2"], since: scene.second(0) }
        expect([yield* cases.list, yield* countedNow]).toMatchObject([[line], 1])
        expect((yield* overview.overview).breakCases).toEqual([["B1", "B2"]])
        expect((yield* overview.overview).cases).toBe(1)
        expect((yield* breaks.list({ status: "open" })).items).toHaveLength(3)
        yield* scene.at(6)
        yield* done("B2", attending.assigning("dana"), "on call")
        yield* done("B1", attending.acknowledging, "the broker is called")
        yield* done("B2", attending.noting, "they look")
        const attention = { owner: "dana", acknowledged: { severity: "warning", by: "dana" } }
        expect(yield* cases.list).toMatchObject([{ ...line, ...attention }])
        for (const id of ["B1", "B2"]) {
          const found = yield* cases.show(id)
          expect(found).toMatchObject({ id, breaks: ["B1", "B2"], ...attention, notes: [{ note: "they look" }] })
          expect(found.history).toHaveLength(3)
        }
        yield* scene.at(8)
        expect([yield* idsNow, yield* countedNow]).toEqual([["B1", "B3"], 2])
        yield* carryingOut.carryOut({
          account: scene.main,
          actor: "dana",
          reason: "as the statement has it",
          commandId: Option.none(),
          command: { _tag: "DismissBreak", breakId: Id.BreakId.make(1) }
        })
        expect(yield* cases.list).toMatchObject([{ id: "B2", breaks: ["B2"], owner: "dana" }, { id: "B3" }])
        yield* scene.at(20)
        expect((yield* listedThen(scene.second(4))).items).toEqual([])
        expect((yield* listedThen(scene.second(5))).items).toEqual([["B1", null]])
        expect((yield* listedThen(scene.second(9))).items).toMatchObject([
          ["B2", "dana"],
          ["B3", null]
        ])
        expect(yield* shownThen("B1", scene.second(4))).toMatchObject({ id: "B1", breaks: ["B1"] })
        expect((yield* Audit.run()).findings).toEqual([])
      }).pipe(Effect.provide(withHealth(store)))
  )

  it.effect("G: what needs nobody is no case: it is neither shown nor given an owner", () =>
    Effect.gen(function* () {
      yield* inbox
      yield* scene.trade("t-2", "buy", "0.1")
      for (const id of ["T1", "O2", "B1", "J1-0a", "part:streams", "x"]) {
        expect((yield* Effect.either(attending.attending(id, attending.noting)))._tag).toBe("Left")
      }
      const command = { account: scene.main, reason: "hers", commandId: Option.none() }
      const asked = (caseId: string) =>
        carryingOut.carryOut({ ...command, command: { _tag: "NoteCase", caseId: AttendedCase.CaseId.make(caseId) } })
      const refusals = yield* Effect.forEach(["T1", "T77", "O77", "B1", "J1-0a"], (id) => scene.messageOf(asked(id)))
      expect(refusals).toEqual([
        expect.stringMatching(/^T1 is not held/),
        "trade T77 does not exist",
        "order O77 does not exist",
        "break B1 does not exist",
        "job J1-0a does not exist"
      ])
    }).pipe(Effect.provide(withHealth(store)))
  )
})

const inMemory = withHealth(MemoryRepository.layerMemory)

it.effect(
  "G: a case is as grave as its gravest break, and says of that what to do; its order stands as itself until then",
  () =>
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.directly("t-1", "buy", "2")
      yield* scene.unclear(1)
      yield* scene.at(50)
      yield* scene.opens({ symbol: "AAPL", kind: "Doubt", subject: "O2" })
      yield* scene.opens({ symbol: "AAPL", kind: "Doubt", subject: "O1" })
      yield* scene.at(54)
      expect(yield* shown).toEqual([["in_doubt", "O1", null, null]])
      expect([yield* countedNow, (yield* overview.overview).inDoubt]).toMatchObject([
        1,
        [{ id: "O1", side: "buy", quantity: "2", symbol: "AAPL" }]
      ])
      yield* scene.at(62)
      const [line, ...more] = yield* cases.list
      expect([line, more]).toMatchObject([
        { id: "B1", breaks: ["B1", "B2"], severity: "critical", atRisk: { inDoubt: { shares: "2" } } },
        []
      ])
      expect(line?.what).toMatch(/^Doubt \(2 breaks\), O1: /)
      expect([yield* countedNow, (yield* overview.overview).inDoubt]).toEqual([1, []])
    }).pipe(Effect.provide(inMemory))
)

it.effect(
  "G: who acknowledged a case before another break as grave came has not seen it as it is; its owner stays",
  () =>
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.opens({ symbol: "AAPL", kind: "ForeignOrderId", subject: "O1" })
      yield* scene.at(6)
      yield* done("B1", attending.assigning("dana"), "on call")
      yield* done("B1", attending.acknowledging, "seen")
      expect(yield* shown).toEqual([["break", "B1", "dana", "warning"]])
      yield* scene.at(7)
      yield* scene.opens({ symbol: "AAPL", kind: "ForeignOrderId", subject: "O2" })
      expect(yield* shown).toEqual([["break", "B1", "dana", null]])
      yield* scene.at(8)
      yield* done("B1", attending.acknowledging, "seen")
      expect(yield* shown).toEqual([["break", "B1", "dana", "warning"]])
    }).pipe(Effect.provide(inMemory))
)

it.effect("G: age alone makes a case: a watch that reads nothing again counts it", () =>
  Effect.gen(function* () {
    yield* scene.at(0)
    yield* scene.open()
    yield* scene.opens({ symbol: "AAPL", kind: "TermsDiffer", subject: "O1" })
    const repository = yield* TradeRepository.TradeRepository
    let pages = 0
    const counting = {
      ...repository,
      page: (query: TradeRepository.PageQuery) => {
        pages += 1
        return repository.page(query)
      }
    }
    const watch = Effect.provideService(yield* Verdicts.makeWatch, TradeRepository.TradeRepository, counting)
    const counted = Effect.map(
      Effect.zipRight(
        watch,
        Effect.flatMap(Health.Health, ({ open }) => open)
      ),
      (open) => [open?.cases, pages]
    )
    const [before, read] = yield* counted
    expect(before).toBe(0)
    yield* scene.at(5)
    expect(yield* counted).toEqual([1, read])
  }).pipe(Effect.provide(inMemory))
)

it.effect(
  "G: an order in doubt stands in the inbox once, also when a break says so; its owner and notes stay, and it is acknowledged anew",
  () =>
    Effect.gen(function* () {
      yield* inbox
      yield* scene.at(5)
      yield* attended("O1", "dana")
      yield* scene.at(61)
      yield* scene.opens({ symbol: "AAPL", kind: "Doubt", subject: "O1" })
      expect((yield* cases.list).map(({ id, kind }) => [kind, id])).toContainEqual(["in_doubt", "O1"])
      yield* scene.settles
      const about = (yield* cases.list).filter(({ symbol, kind }) => symbol === "AAPL" && kind !== "quarantine")
      expect(about).toMatchObject([
        { kind: "break", id: "B1", owner: "dana", acknowledged: null, severity: "critical" }
      ])
      const found = yield* breaks.show("B1")
      expect(found).toMatchObject({ owner: "dana", acknowledged: null, notes: [{ by: "dana", note: "ticket of O1" }] })
      yield* scene.at(67)
      yield* done("O1", attending.acknowledging, "the broker is called")
      yield* done("B1", attending.noting, "they look")
      expect(yield* breaks.show("B1")).toMatchObject({
        acknowledged: { severity: "critical", at: scene.second(67) },
        notes: [{ note: "ticket of O1" }, { note: "they look" }]
      })
      expect(yield* cases.show("O1")).toMatchObject({ id: "B1", notes: [{}, { note: "they look" }] })
    }).pipe(Effect.provide(inMemory))
)

it.effect(
  "O22: an order that its broker does not show stands as that break alone, which has what is done about it",
  () =>
    Effect.gen(function* () {
      yield* inbox
      yield* scene.opens({ symbol: "AAPL", kind: "OrderMissing", subject: "O1" })
      yield* done("O1", attending.assigning("dana"), "on call")
      yield* scene.settles
      const about = (yield* cases.list).filter(({ symbol, kind }) => symbol === "AAPL" && kind !== "quarantine")
      expect(about).toMatchObject([{ kind: "break", id: "B1", owner: "dana" }])
    }).pipe(Effect.provide(inMemory))
)

it.effect("G: what was acknowledged before a job was given up once more is not", () =>
  Effect.gen(function* () {
    yield* inbox
    yield* attended(JOB, "dana")
    yield* scene.at(9)
    yield* givesUp(scene.second(9))
    expect(yield* cases.show(JOB)).toMatchObject({ owner: "dana", acknowledged: null })
  }).pipe(Effect.provide(inMemory))
)
