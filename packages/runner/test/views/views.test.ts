import { Documents } from "@roundlot/api"
import { Commands, Instant, MemoryRepository } from "@roundlot/core"
import { Id, Need, pin, TradeRepository } from "@roundlot/core/adapter"
import { AttendedCase, Break, type Command, Health, Ledger } from "@roundlot/core/ledger"
import {
  accounts,
  allocations,
  breaks,
  cases,
  decisions,
  fills,
  instruments,
  orders,
  overview,
  positions,
  statement,
  today,
  trades,
  waitingCommissions,
  waitingFills
} from "@roundlot/queries"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { carryingOut } from "@roundlot/commands"
import * as scene from "./scene.ts"

const CLIENT_ID = /^rl1-[a-z2-7]{26}$/

const itPlays = (title: string, check: Effect.Effect<void, unknown, Layer.Layer.Success<typeof scene.inMemory>>) =>
  it.effect(title, () => Effect.zipRight(scene.played, check).pipe(Effect.provide(scene.inMemory)))

/** No part of a program has said how it is. */

const marketAt = (text: string) => overview.marketAt(Instant.parse(text) ?? Instant.fromMillis(0))

const rows = (count: number) => ({ kind: "exactly", rows: count })

const idsOf = (items: ReadonlyArray<{ readonly id: string }>) => items.map(({ id }) => id)

const said = (command: Command.Command, reason: string) =>
  carryingOut.carryOut({ account: scene.main, actor: "dana", command, reason, commandId: Option.some(reason) })

const shown = (items: ReadonlyArray<breaks.BreakDocument>) =>
  items.map(({ atRisk, kind, standing, symbol }) => [symbol, kind, standing, atRisk.blocks])

const ends = (dryRun: boolean) =>
  carryingOut.carryOut({
    account: scene.main,
    command: { _tag: "MarkEnded", orderId: Id.OrderId.make(1) },
    reason: "the broker said so",
    commandId: Option.none(),
    dryRun
  })

describe("documents", () => {
  itPlays(
    "trades are listed as programs read them",
    Effect.gen(function* () {
      const { items, nextCursor } = yield* trades.list({})
      expect(nextCursor).toBeNull()
      expect(idsOf(items)).toEqual(["T1", "T2", "T3", "T4", "T5", "T6"])
      expect(items[2]).toStrictEqual({
        id: "T3",
        account: "main",
        source: "tape",
        sourceId: "t-3",
        owner: null,
        batchId: null,
        kind: "accumulate",
        symbol: "AAPL",
        side: "buy",
        quantity: "0.4",
        price: "150.25",
        status: "completed",
        standing: "completed",
        openQuantity: "0.1",
        orderIds: ["O1"],
        createdAt: scene.second(0),
        updatedAt: scene.second(4)
      })
      expect(items[3]).toMatchObject({ id: "T4", status: "completed", openQuantity: "0", orderIds: [] })
      expect(items[4]).toMatchObject({ id: "T5", status: "accumulated", openQuantity: "1.5", orderIds: ["O2"] })
    })
  )

  itPlays(
    "B1, B4, B5: a trade that is held, came again with other contents or was undone stands so, whatever its status",
    Effect.gen(function* () {
      const standing = Effect.map(trades.list({}), ({ items }) => items.map((each) => each.standing))
      const before = ["completed", "completed", "completed", "completed", "accumulated", "accumulated"]
      expect(yield* standing).toEqual(before)
      yield* scene.trade("t-2", "buy", "0.6")
      yield* scene.trade("t-7", "sell", "1.5", "MSFT", "410", "t-5")
      yield* scene.trade("t-8", "buy", "1", "no ticker at all")
      yield* scene.trade("t-9", "sell", "1", "AAPL", "150", "yet to come")
      expect(yield* standing).toEqual([
        "completed",
        "conflict",
        "completed",
        "completed",
        "reversed",
        "accumulated",
        "completed",
        "quarantined",
        "quarantined"
      ])
      expect(yield* trades.show("T5")).toMatchObject({ status: "completed", standing: "reversed" })
      const { items } = yield* breaks.list({ standing: "info" })
      expect(items.map(({ kind, standing: stands }) => [kind, stands])).toEqual([["Conflict", "info"]])
      expect((yield* breaks.list({ standing: "critical" })).items).toEqual([])
      expect((yield* breaks.list({ standing: "resolved" })).items).toEqual([])
      expect(yield* scene.messageOf(breaks.list({ standing: "grave" }))).toContain(
        "escalated, critical, warning, info, gone, resolved"
      )
    })
  )

  itPlays(
    "G: open breaks come the gravest first, with what waits for them, page by page; all of them as they were opened",
    Effect.gen(function* () {
      yield* scene.opens({ symbol: "AAPL", kind: "OffBand", subject: "O1" })
      yield* scene.opens({ symbol: "AAPL", kind: "TermsDiffer", subject: "O1" })
      yield* scene.opens({ symbol: "MSFT", kind: "TermsDiffer", subject: "O2" })
      const msft = ["MSFT", "TermsDiffer", "critical", [{ symbol: "MSFT", shares: "1.5", dollars: "615" }]]
      const aapl = ["AAPL", "TermsDiffer", "warning", []]
      const info = ["AAPL", "OffBand", "info", []]
      expect(shown((yield* breaks.list({ status: "open" })).items)).toEqual([msft, aapl, info])
      expect(shown((yield* breaks.list({ status: "open", sort: "severity", order: "oldest" })).items)).toEqual([
        info,
        aapl,
        msft
      ])
      expect(shown((yield* breaks.list({})).items)).toEqual([info, aapl, msft])
      const first = yield* breaks.list({ status: "open", limit: 2, count: true })
      expect([shown(first.items), first.count]).toEqual([[msft, aapl], rows(3)])
      const second = yield* breaks.list({ status: "open", limit: 2, cursor: first.nextCursor ?? "" })
      expect([shown(second.items), second.nextCursor]).toEqual([[info], null])
      expect(shown((yield* breaks.list({ standing: "warning" })).items)).toEqual([aapl])
      yield* scene.settles
      expect((yield* cases.list).map(({ atRisk, severity, symbol }) => [symbol, severity, atRisk.dollars])).toEqual([
        ["MSFT", "critical", "615"],
        ["AAPL", "warning", "0"],
        ["AAPL", "info", "0"]
      ])
    })
  )

  itPlays(
    "D4: the break of a position that owes shares and orders none says what it owes, why and what to do, in the list, the inbox and the overview",
    Effect.gen(function* () {
      const what = "the broker has not confirmed the instrument yet"
      const details = { _tag: "PositionBlocked", obstacle: "InstrumentUnverified" } as const
      yield* scene.opens({ symbol: "KO", kind: "PositionBlocked", subject: "InstrumentUnverified", details })
      const atRisk = {
        blocks: [{ symbol: "KO", shares: "2", dollars: "120" }],
        inDoubt: null,
        dollars: "120",
        deciding: []
      }
      const recommended = {
        resolution: "change-control",
        reason: expect.stringMatching(/^Wait for the broker's answer/)
      }
      const found = {
        kind: "PositionBlocked",
        subject: "InstrumentUnverified",
        evidence: what,
        standing: "critical",
        atRisk,
        recommended
      }
      expect((yield* breaks.list({ status: "open" })).items).toMatchObject([found])
      expect(yield* cases.list).toMatchObject([
        { kind: "break", symbol: "KO", severity: "critical", atRisk, recommended, holds: "nothing" }
      ])
      expect(yield* Effect.provide(overview.overview, Health.layer)).toMatchObject({
        openBreaks: [found],
        status: "degraded",
        trading: { status: "at_risk", critical: 1, blockedPositions: 1, dollars: "120" }
      })
      const limited = { _tag: "PositionBlocked", obstacle: "MaxNotional" } as const
      yield* scene.opens({ symbol: "AAPL", kind: "PositionBlocked", subject: "MaxNotional", details: limited })
      expect((yield* accounts.show("main")).use[1]).toMatchObject({
        control: "MaxNotional",
        waiting: 0,
        refused: { orders: 0, positions: 1 },
        last: { symbol: "AAPL", breakId: expect.stringMatching(/^B\d+$/), quantity: null }
      })
    })
  )

  itPlays(
    "a limit counts the decisions that it refused before they had an order, and the list of decisions has them by its code",
    Effect.gen(function* () {
      yield* scene.decisionRefused(1, "MaxNotional")
      yield* scene.decisionRefused(2, "DuplicateIntent")
      const [, used] = (yield* accounts.show("main")).use
      expect(used).toMatchObject({
        control: "MaxNotional",
        refused: { orders: 0, decisions: 1, positions: 0 },
        last: { orderId: null, decisionId: "D1", breakId: null, symbol: "KO", quantity: "1", notional: null }
      })
      const { items } = yield* decisions.list({ code: "MaxNotional" })
      expect(items).toMatchObject([{ id: "D1", status: "failed", control: "MaxNotional" }])
      expect(idsOf((yield* decisions.list({})).items)).toEqual(["D1", "D2"])
    })
  )

  it.effect.each(Break.breakKinds)(
    "G: the document of a break of the kind %s has its evidence and a recommended resolution with its reason, in the list and on its page",
    (kind) =>
      Effect.gen(function* () {
        yield* scene.open()
        yield* scene.opens({ symbol: "AAPL", kind, subject: "O1" })
        const sentence = expect.stringMatching(/^[A-Z].*\.$/)
        const found = {
          kind,
          evidence: scene.evidenceOf(kind),
          recommended: { resolution: expect.stringMatching(/^[a-z-]+$/), reason: sentence }
        }
        const [listed] = (yield* breaks.list({ kind })).items
        expect([listed, yield* breaks.show("B1")]).toMatchObject([found, found])
        yield* Schema.decodeUnknown(Documents.BreakDetail)(yield* breaks.show("B1"))
        yield* scene.settles
        const [waiting] = yield* cases.list
        expect(waiting).toMatchObject({
          what: expect.stringContaining(scene.evidenceOf(kind)),
          recommended: found.recommended
        })
      }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect(
    "G: an excess is not recommended to be accepted while one of its executions may be gone: the list, its page and the inbox say why",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        yield* scene.trade("t-1", "buy", "1")
        yield* scene.accepted(1)
        yield* scene.fills(1, { exec: "x1", quantity: "2", price: "150" })
        yield* scene.opens({ symbol: "AAPL", kind: "FillMissing", subject: "O1" })
        const everywhere = Effect.gen(function* () {
          yield* scene.settles
          const { items } = yield* breaks.list({ kind: "Excess" })
          const inbox = (yield* cases.list).filter(({ what }) => what.startsWith("Overfill"))
          return [...items, yield* breaks.show("B1"), ...inbox].map(({ recommended }) => recommended)
        })
        const first = {
          resolution: "reconcile",
          reason: "Fill missing (B2) is open, so the overfill itself may be wrong. Accept it after that is resolved."
        }
        expect(yield* everywhere).toEqual([first, first, first])
        yield* said({ _tag: "DismissBreak", breakId: Id.BreakId.make(2) }, "the statement has it")
        const accept = { resolution: "accept-excess" }
        expect(yield* everywhere).toMatchObject([accept, accept, accept])
      }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect(
    "O24: a doubt says in fields what it blocks and what decides it, also to who is about to judge it; and what to look at first",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
        yield* scene.unclear(1)
        yield* scene.trade("t-2", "buy", "3", "AAPL", "150")
        const doubt = Effect.map(breaks.list({ kind: "Doubt" }), ({ items }) => items[0])
        yield* scene.opens({ symbol: "AAPL", kind: "Doubt", subject: "O1" })
        const silent = { resolution: "recheck", reason: expect.stringMatching(/^It is not known yet whether/) }
        const blocks = [{ symbol: "AAPL", shares: "3", dollars: "450" }]
        const inDoubt = { symbol: "AAPL", shares: "2", dollars: "300" }
        const atRisk = { blocks, inDoubt, dollars: "750", deciding: [] }
        expect(yield* doubt).toMatchObject({ standing: "warning", atRisk, recommended: silent })
        yield* scene.at(30)
        yield* scene.unclear(1, true)
        const deciding = [
          { fact: "ClientOrderIdInUse", shows: "placed", attemptId: "S2", brokerOrderId: null, at: scene.second(30) }
        ]
        const recommended = {
          resolution: "mark-placed",
          reason: expect.stringMatching(/^The broker already has its client order id/)
        }
        yield* scene.at(61)
        expect(yield* doubt).toMatchObject({ standing: "critical", atRisk: { ...atRisk, deciding }, recommended })
        const rehearsed = yield* carryingOut.carryOut({
          account: scene.main,
          command: { _tag: "MarkNotPlaced", orderId: Id.OrderId.make(1) },
          reason: "the broker said so",
          commandId: Option.none(),
          dryRun: true
        })
        expect(rehearsed.doubt).toMatchObject({ breakId: "B1", atRisk: { ...atRisk, deciding }, recommended })
        expect(carryingOut.sentenceOf(rehearsed)).toContain(
          "At risk: 3 AAPL, 2 unconfirmed, $750.00.\nOn record: the broker answered that its client order id is in use in S2.\n"
        )
      }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect(
    "O22, W11: a live order that its broker contradicts says so, also in the dry run that would end it; nothing else is ended",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
        yield* scene.accepted(1)
        yield* scene.fills(1, { exec: "x1", quantity: "1", price: "150" })
        expect((yield* orders.show("O1")).contradiction).toBeNull()
        expect(yield* scene.messageOf(ends(true))).toContain("cancel it instead")
        yield* scene.at(9)
        yield* scene.opens({ symbol: "AAPL", kind: "OrderMissing", subject: "O1" })
        const contradiction = { fact: "NotListed", as: "cancelled", since: scene.second(9) }
        expect((yield* orders.show("O1")).contradiction).toEqual(contradiction)
        const rehearsed = yield* ends(true)
        expect(rehearsed).toMatchObject({ contradiction, done: "O1 is cancelled with 1 of 2 filled" })
        expect(carryingOut.sentenceOf(rehearsed)).toContain(
          "it is missing from the broker's complete history. It would end as cancelled."
        )
        expect((yield* orders.show("O1")).status).toBe("partially_filled")
        yield* ends(false)
        expect(yield* orders.show("O1")).toMatchObject({ status: "cancelled", contradiction: null })
      }).pipe(Effect.provide(scene.inMemory))
  )

  itPlays(
    "G: a case has an owner, an acknowledgement at the severity that was seen, and notes, by whom and when; none of a closed one",
    Effect.gen(function* () {
      yield* scene.opens({ symbol: "AAPL", kind: "OffBand", subject: "O1" })
      const caseId = AttendedCase.CaseId.make("B1")
      yield* scene.at(6)
      yield* said({ _tag: "AssignCase", caseId, owner: "erin" }, "on call")
      yield* said({ _tag: "NoteCase", caseId }, "ticket 4711")
      yield* scene.at(7)
      yield* said({ _tag: "AcknowledgeCase", caseId, severity: "info" }, "seen")
      const found = yield* breaks.show("B1")
      expect(found).toMatchObject({
        status: "open",
        owner: "erin",
        acknowledged: { severity: "info", by: "dana", at: scene.second(7) },
        notes: [{ at: scene.second(6), by: "dana", note: "ticket 4711" }]
      })
      expect(found.history.map(({ cause: { actor, reason }, tag }) => [tag, actor, reason]).slice(1)).toEqual([
        ["CaseAttended", "dana", "on call"],
        ["CaseAttended", "dana", "ticket 4711"],
        ["CaseAttended", "dana", "seen"]
      ])
      yield* said({ _tag: "DismissBreak", breakId: Id.BreakId.make(1) }, "the price is right")
      const late = yield* Effect.either(said({ _tag: "NoteCase", caseId }, "too late"))
      expect(late).toMatchObject({ _tag: "Left", left: { why: expect.stringMatching(/^B1 is already closed/) } })
    })
  )

  itPlays(
    "F7, F10: an execution that counts nowhere yet is parked until its order is known, or suspected to be another one",
    Effect.gen(function* () {
      expect(yield* waitingFills.list({})).toEqual([])
      yield* scene.fills(9, { exec: "x9", quantity: "1", price: "151" })
      yield* scene.fills(1, { exec: "x1-again", quantity: "0.4", price: "150", mayHaveOtherId: true })
      const found = yield* waitingFills.list({})
      const [doubt] = (yield* breaks.list({ kind: "SuspectedDuplicate" })).items
      expect(found).toMatchObject([
        { execId: "x1-again.0", standing: "suspected", orderId: "O1", breakId: doubt?.id, quantity: "0.4" },
        { execId: "x9.0", standing: "parked", brokerOrderId: "B-9", orderId: null, breakId: null, quantity: "1" }
      ])
      expect(yield* waitingFills.list({ symbol: "msft" })).toEqual([])
    })
  )

  itPlays(
    "F12 of reconciliation: what an execution cost is listed until the execution is booked",
    Effect.gen(function* () {
      expect(yield* waitingCommissions.list({})).toEqual([])
      yield* scene.costs("x9.0", "0.35")
      const found = yield* waitingCommissions.list({})
      expect(found).toMatchObject([{ execId: "x9.0", account: "main", number: 1, amount: "0.35", currency: "USD" }])
      expect(waitingCommissions.table(found)).toMatch(/x9\.0 +main +1 +0\.35 +USD/)
      expect(yield* waitingCommissions.list({ account: "other" })).toEqual([])
      yield* scene.fills(1, { exec: "x9", quantity: "0.1", price: "150" })
      expect(yield* waitingCommissions.list({})).toEqual([])
      expect((yield* fills.list({ execId: "x9.0" })).items).toMatchObject([{ commission: "0.35" }])
    })
  )

  itPlays(
    "what was done on a market date is counted, and its fills are summed exactly; at midnight there it begins anew",
    Effect.gen(function* () {
      expect(yield* today.today).toStrictEqual({
        at: scene.second(5),
        date: "2023-11-14",
        since: "2023-11-14T05:00:00.000000Z",
        trades: rows(6),
        orders: rows(2),
        rejected: rows(1),
        fills: rows(2),
        sums: { notional: "150.12", unpriced: 0, commission: "0", uncharged: 2 }
      })
      const [quarterToMidnight, pastMidnight] = [6.5 * 3600, 7 * 3600]
      yield* scene.at(quarterToMidnight)
      yield* scene.trade("t-7", "buy", "3")
      expect(yield* today.today).toMatchObject({ date: "2023-11-14", trades: rows(7), orders: rows(3) })
      yield* scene.at(pastMidnight)
      yield* scene.trade("t-8", "sell", "3")
      expect(yield* today.today).toMatchObject({
        date: "2023-11-15",
        since: "2023-11-15T05:00:00.000000Z",
        trades: rows(1),
        rejected: rows(0),
        fills: rows(0),
        sums: { notional: "0" }
      })
    })
  )

  it("the exchange is open until it closes, and closed until it opens, over a weekend too; beyond the calendar nobody knows", () => {
    const [closes, opens] = ["2026-11-20T21:00:00.000000Z", "2026-11-23T14:30:00.000000Z"]
    expect(marketAt("2026-11-20T20:59:59Z")).toEqual({ isOpen: true, changesAt: closes })
    expect(marketAt(closes)).toEqual({ isOpen: false, changesAt: opens })
    expect(marketAt(opens)).toMatchObject({ isOpen: true })
    expect(marketAt("2123-11-20T15:00:00Z")).toEqual({ isOpen: false, changesAt: null })
  })

  it.effect("an order that was no longer due names the one that was made in its place, and no other order does", () =>
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open(["AAPL", "MSFT"])
      yield* scene.trade("t-1", "buy", "1")
      yield* scene.trade("t-2", "buy", "1", "MSFT")
      yield* scene.at(1)
      yield* scene.trade("t-3", "sell", "2")
      yield* scene.trade("t-4", "sell", "1", "MSFT")
      yield* scene.at(2)
      // At the same moment: an order of another position is none of its own.
      yield* scene.begins(1)
      yield* scene.begins(2)
      const listed = yield* orders.list({})
      expect(
        listed.items.map(({ id, replacedBy, side, status, symbol }) => [id, symbol, side, status, replacedBy])
      ).toStrictEqual([
        ["O1", "AAPL", "buy", "cancelled", "O3"],
        ["O2", "MSFT", "buy", "cancelled", null],
        ["O3", "AAPL", "sell", "pending", null]
      ])
      expect((yield* orders.show("O1")).replacedBy).toBe("O3")
    }).pipe(Effect.provide(scene.inMemory))
  )

  itPlays(
    "orders are listed as programs read them",
    Effect.gen(function* () {
      const { items } = yield* orders.list({})
      const order = items[0]
      expect(order).toStrictEqual({
        id: "O1",
        account: "main",
        symbol: "AAPL",
        side: "buy",
        quantity: "1",
        askedNotional: null,
        type: "market",
        status: "filled",
        phase: "filled",
        fillStatus: "filled",
        origin: "accumulation",
        brokerOrderId: "B-1",
        clientOrderId: order?.clientOrderId,
        idReusedOn: null,
        orderNumber: null,
        clientId: null,
        secType: null,
        exchange: null,
        currency: null,
        filledQuantity: "1",
        averagePrice: "150.12",
        decisionId: null,
        retryOf: null,
        replacedBy: null,
        batchId: null,
        endReported: null,
        endReportedAt: null,
        createdAt: scene.second(0),
        updatedAt: scene.second(3),
        firstFilledAt: scene.second(2),
        lastFilledAt: scene.second(2),
        fetchedAt: scene.second(3)
      })
      expect(order?.clientOrderId).toMatch(CLIENT_ID)
      expect(items[1]).toMatchObject({
        id: "O2",
        status: "rejected",
        phase: "ended",
        brokerOrderId: null,
        filledQuantity: "0",
        averagePrice: null,
        firstFilledAt: null,
        lastFilledAt: null,
        fetchedAt: null
      })
    })
  )

  itPlays(
    "fills are listed as programs read them, corrected ones too",
    Effect.gen(function* () {
      const { items } = yield* fills.list({})
      const fill = {
        id: "F1",
        orderId: "O1",
        execId: "x1.0",
        execIdBase: "x1",
        revision: 0,
        canonical: true,
        replacedBy: null,
        quantity: "0.4",
        band: "within",
        price: "150",
        commission: null,
        executedAt: scene.second(2),
        account: "main",
        symbol: "AAPL",
        side: "buy",
        origin: "accumulation",
        delayMs: 1000,
        commissionCurrency: null,
        facts: {
          permId: null,
          orderRef: null,
          orderId: null,
          clientId: null,
          secType: null,
          exchange: null,
          currency: null,
          liquidity: null
        },
        payloadId: null,
        fetchedAt: scene.second(2),
        createdAt: scene.second(2),
        updatedAt: scene.second(2)
      }
      const second = { ...fill, id: "F2", execId: "x2.0", execIdBase: "x2", quantity: "0.6", price: "150.3" }
      expect(items).toStrictEqual([
        fill,
        { ...second, canonical: false, replacedBy: 1, updatedAt: scene.second(3) },
        {
          ...second,
          id: "F3",
          execId: "x2.1",
          revision: 1,
          price: "150.2",
          fetchedAt: scene.second(3),
          createdAt: scene.second(3),
          updatedAt: scene.second(3)
        }
      ])
    })
  )

  itPlays(
    "allocations are listed as programs read them, released ones too",
    Effect.gen(function* () {
      const { items } = yield* allocations.list({})
      const order = { orderId: "O1", kind: "order", releasedAt: null }
      expect(items).toStrictEqual([
        { tradeId: "T1", sourceId: "t-1", ...order, quantity: "0.3" },
        { tradeId: "T2", sourceId: "t-2", ...order, quantity: "0.5" },
        { tradeId: "T3", sourceId: "t-3", ...order, quantity: "0.2" },
        { tradeId: "T4", sourceId: "t-4", orderId: null, kind: "net", quantity: "0.1", releasedAt: null },
        { tradeId: "T5", sourceId: "t-5", orderId: "O2", kind: "order", quantity: "1", releasedAt: scene.second(5) }
      ])
    })
  )

  itPlays(
    "positions are listed as programs read them",
    Effect.gen(function* () {
      const { items } = yield* positions.list({ symbol: "aapl" })
      expect(items).toStrictEqual([
        {
          account: "main",
          answer: { code: "NotDue" },
          answerSince: scene.second(2),
          orderInDoubt: null,
          symbol: "AAPL",
          exposure: "1.1",
          target: "1.1",
          hedged: "1",
          inFlight: "0",
          residual: "0.1",
          base: "0",
          direct: "0",
          adopted: "0",
          updatedAt: scene.second(4)
        }
      ])
    })
  )

  itPlays(
    "STMT-2: a broker's file that names another account than the one that is pinned is held against nothing",
    Effect.gen(function* () {
      const ledger = yield* Ledger.Ledger
      yield* ledger.submit("command", {
        account: scene.main,
        cause: { kind: "command", actor: "test" },
        needs: [Need.Need.Account({ account: scene.main })],
        apply: (recorder) => pin.pin(recorder, "U1234567")
      })
      const day = { from: "2023-11-14", to: "2023-11-14" }
      const span = { from: Instant.fromMillis(0), until: Instant.fromMillis(1), dates: day, zone: "UTC" }
      const of = (...accounts: ReadonlyArray<string>) =>
        statement.comparison(scene.main, "flex.xml", {
          broker: "ibkr",
          period: { ...span, by: "file" as const },
          executions: [],
          unread: [],
          kinds: new Map(),
          accounts: new Set(accounts)
        })
      expect((yield* of("U1234567")).document.differences).toEqual([])
      expect((yield* of()).document.differences).toEqual([])
      const { message } = yield* Effect.flip(of("U1234567", "U7654321"))
      expect(message).toContain("is of ibkr account *****321, but account main is")
      expect(message).not.toContain("U7654321")
    })
  )

  itPlays(
    "accounts and instruments are listed, the broker's account id masked",
    Effect.gen(function* () {
      const { items } = yield* accounts.list({})
      expect(items[0]).toMatchObject({
        name: "main",
        broker: "paper",
        brokerAccountId: null,
        lot: "1",
        threshold: null
      })
      expect(pin.masked("DU1234567")).toBe("******567")
      expect(pin.masked("1234567")).toBe("*******")
      const known = yield* instruments.list({ status: "Unverified" })
      expect(known.items.map(({ symbol }) => symbol)).toEqual(["KO"])
      const service = yield* Commands.Commands
      const halt = { id: "h1", account: scene.main, actor: "ann", reason: "lunch" }
      yield* service.perform({ ...halt, command: { _tag: "Halt", scope: { _tag: "WholeAccount" } } })
      const shown = yield* accounts.show("main")
      expect(shown.tradingState).toBe("halted")
      const control = { account: "main", symbol: null, state: "halted", reason: "lunch", actor: "ann" }
      expect(shown.controls).toStrictEqual([{ ...control, changedAt: scene.second(5), resumesTo: "normal" }])
    })
  )
})

describe("filters", () => {
  itPlays(
    "each filter leaves what it names, whatever its case",
    Effect.gen(function* () {
      expect(idsOf((yield* trades.list({ status: "COMPLETED", side: "Sell" })).items)).toEqual(["T4"])
      expect(idsOf((yield* trades.list({ symbol: "msft", account: "MAIN", source: "Tape" })).items)).toEqual(["T5"])
      expect(idsOf((yield* trades.list({ orderId: "o1" })).items)).toEqual(["T1", "T2", "T3"])
      expect(idsOf((yield* trades.list({ since: scene.second(4), until: scene.second(5) })).items)).toEqual([
        "T4",
        "T5"
      ])
      expect(idsOf((yield* trades.list({ since: "2023-11-15" })).items)).toEqual([])
      expect(idsOf((yield* orders.list({ tradeId: "T5" })).items)).toEqual(["O2"])
      expect(idsOf((yield* orders.list({ brokerOrderId: "B-1" })).items)).toEqual(["O1"])
      expect(idsOf((yield* fills.list({ symbol: "MSFT" })).items)).toEqual([])
      expect(idsOf((yield* fills.list({ symbol: "aapl", side: "BUY", canonical: true })).items)).toEqual(["F1", "F3"])
      expect(idsOf((yield* fills.list({ tradeId: "T1" })).items)).toEqual(["F1", "F2", "F3"])
      expect((yield* allocations.list({ standing: false })).items.map(({ tradeId }) => tradeId)).toEqual(["T5"])
      expect((yield* allocations.list({ orderId: "O1" })).items.map(({ tradeId }) => tradeId)).toEqual([
        "T1",
        "T2",
        "T3"
      ])
    })
  )

  itPlays(
    "who brought an order or a trade about is whom its first entry names, looked for in a period only",
    Effect.gen(function* () {
      const since = scene.second(0)
      const all = idsOf((yield* trades.list({})).items)
      const handed = (actor: string) =>
        Effect.map(trades.list({ actor, since, count: true }), ({ count, items }) => [count, idsOf(items)])
      expect(yield* handed("tape")).toEqual([{ kind: "exactly", rows: all.length }, all])
      expect(yield* handed("dana")).toEqual([{ kind: "exactly", rows: 0 }, []])
      // The trade that made it due was of the tape; who touched it later is not who made it.
      const made = (asked: orders.OrderFilters) =>
        Effect.map(orders.list({ since, ...asked }), ({ items }) => idsOf(items))
      expect(yield* made({ actor: "tape" })).toEqual(idsOf((yield* orders.list({})).items))
      expect(yield* made({ actor: "test" })).toEqual([])
      const filled = { query: { _tag: "Status", status: "filled" } } as const
      expect(yield* made({ actor: "tape", ...filled })).toEqual(idsOf((yield* orders.list(filled)).items))
      const problem = "needs a period: give since"
      expect(yield* Effect.flip(orders.list({ actor: "tape" }))).toMatchObject({ filter: "actor", problem })
      expect(yield* Effect.flip(trades.list({ actor: "tape" }))).toMatchObject({ filter: "actor", problem })
    })
  )

  itPlays(
    "a client order id is found as a broker shows it, with what it appended",
    Effect.gen(function* () {
      const [order] = (yield* orders.list({})).items
      const found = yield* orders.list({ clientOrderId: `${order?.clientOrderId ?? ""}-x9` })
      expect(idsOf(found.items)).toEqual(["O1"])
    })
  )

  itPlays(
    "a netting is found from both of its trades, each first in its own list",
    Effect.gen(function* () {
      const net = { orderId: null, kind: "net", quantity: "0.1", releasedAt: null }
      const ofThird = yield* allocations.list({ tradeId: "T3", kind: "net" })
      expect(ofThird.items).toStrictEqual([{ tradeId: "T3", sourceId: "t-3", ...net }])
      const ofFourth = yield* allocations.list({ tradeId: "T4" })
      expect(ofFourth.items).toStrictEqual([{ tradeId: "T4", sourceId: "t-4", ...net }])
    })
  )

  itPlays(
    "a word, id or time that is none is refused by name",
    Effect.gen(function* () {
      const told = yield* Effect.all([
        scene.messageOf(trades.list({ status: "complete" })),
        scene.messageOf(trades.list({ orderId: "T1" })),
        scene.messageOf(trades.list({ since: "yesterday" })),
        scene.messageOf(trades.list({ limit: -1 })),
        scene.messageOf(trades.list({ order: "random" })),
        scene.messageOf(orders.show("x"))
      ])
      expect(told).toEqual([
        'status "complete" is not one of pending, accumulated, completed, failed, quarantined; did you mean completed?',
        'order "T1" is not a valid id: write O and a number',
        'since "yesterday" is neither a date nor an ISO 8601 time with a zone, such as 2026-11-20T14:30:00Z',
        'limit "-1" is not a whole number of 0 or more',
        'order "random" is not one of oldest, newest',
        'order "x" is not a valid id: write O and a number'
      ])
    })
  )
})

describe("show", () => {
  itPlays(
    "a fill shows its order's terms and every revision",
    Effect.gen(function* () {
      const fill = yield* fills.show("F2")
      expect(fill).toMatchObject({ symbol: "AAPL", side: "buy", canonical: false, band: "within" })
      expect(idsOf(fill.revisions)).toEqual(["F2", "F3"])
    })
  )

  itPlays(
    "a break is shown with its order and its history",
    Effect.gen(function* () {
      yield* scene.fills(1, { exec: "x3", quantity: "2", price: "150" })
      const { breaks: own } = yield* orders.show("O1")
      expect(own).toMatchObject([{ kind: "Excess", subject: "O1", status: "open", holds: "symbol", symbol: "AAPL" }])
      const open = yield* breaks.list({ status: "OPEN", kind: "excess" })
      expect(open.items).toStrictEqual(own)
      expect((yield* breaks.list({ status: "closed" })).items).toEqual([])
      const shown = yield* breaks.show(own[0]?.id ?? "")
      expect(shown.history.map(({ tag }) => tag)).toEqual(["BreakOpened"])
    })
  )

  itPlays(
    "what is not there is said so, and where to look",
    Effect.gen(function* () {
      const told = yield* Effect.all([
        scene.messageOf(trades.show("T99")),
        scene.messageOf(orders.show("O99")),
        scene.messageOf(fills.show("F99")),
        scene.messageOf(breaks.show("B99")),
        scene.messageOf(positions.show("TSLA"))
      ])
      expect(told).toEqual([
        "trade T99 does not exist",
        "order O99 does not exist",
        "fill F99 does not exist",
        "break B99 does not exist",
        "position TSLA does not exist"
      ])
    })
  )
})

describe("ACC-11: what a position shows of its next order", () => {
  itPlays(
    "nothing is due",
    Effect.gen(function* () {
      const position = yield* positions.show("aapl")
      expect(position).toMatchObject({
        residual: "0.1",
        answer: { code: "NotDue" },
        coolDownUntil: null,
        heldBy: null,
        orders: [],
        breaks: []
      })
      expect(position.lots).toStrictEqual([{ id: "L3", tradeId: "T3", sourceId: "t-3", orderId: null, open: "0.1" }])
      expect(position.next).toStrictEqual({
        answer: { code: "NotDue" },
        why: "residual 0.1 is below the threshold of 1",
        order: null
      })
    })
  )

  itPlays(
    "D4: what a break holds is said to be held, also where nothing is due",
    Effect.gen(function* () {
      const held = Effect.gen(function* () {
        const { items } = yield* positions.list({ symbol: "AAPL" })
        const { answer, next } = yield* positions.show("AAPL")
        return [...items.map((each) => each.answer), answer, next.answer]
      })
      expect(yield* held).toEqual([{ code: "NotDue" }, { code: "NotDue" }, { code: "NotDue" }])
      const kept = { code: "BreakOpen" }
      yield* scene.opens({ kind: "FillMismatch", symbol: "AAPL", subject: "O1" })
      expect(yield* held).toEqual([kept, kept, kept])
      expect(yield* positions.show("AAPL")).toMatchObject({
        next: { why: expect.stringContaining("Fill mismatch, O1") }
      })
      expect((yield* positions.list({ symbol: "MSFT" })).items).toMatchObject([{ answer: { code: "CoolingDown" } }])
    })
  )

  itPlays(
    "D4: a break of the whole account holds a position of it since it was opened",
    Effect.gen(function* () {
      yield* scene.at(9)
      yield* scene.opens({ kind: "AccountRefused", symbol: "UNMAPPED", subject: "main" })
      const { items } = yield* positions.list({ symbol: "AAPL" })
      expect(items).toMatchObject([{ answer: { code: "BreakOpen" }, answerSince: scene.second(9) }])
    })
  )

  itPlays(
    "it cools down after a rejection; when that is over, the order that would be made",
    Effect.gen(function* () {
      const cooling = yield* positions.show("MSFT")
      expect(cooling).toMatchObject({
        residual: "1.5",
        answer: { code: "CoolingDown" },
        answerSince: scene.second(5),
        coolDownUntil: scene.second(35)
      })
      // What came meanwhile has changed the figures, and not the answer.
      yield* scene.trade("t-9", "buy", "0.1", "MSFT")
      expect((yield* positions.show("MSFT")).answerSince).toBe(cooling.answerSince)
      expect(cooling.next).toStrictEqual({
        answer: { code: "CoolingDown" },
        why: `an order ended without a full fill; the next one waits until ${scene.second(35)}`,
        order: null
      })
      yield* scene.at(36)
      const due = yield* positions.show("MSFT", "main")
      expect(due.next).toStrictEqual({
        answer: { code: "Order", side: "buy", quantity: "1" },
        why: "an order to buy 1 would be made",
        order: { side: "buy", quantity: "1", positionEffect: null, limitPrice: null }
      })
    })
  )

  itPlays(
    "an instrument that nobody confirmed, a live order, a halt",
    Effect.gen(function* () {
      const unverified = yield* positions.show("KO")
      expect(unverified.next).toMatchObject({
        answer: { code: "Refused", control: "InstrumentUnverified" },
        order: null
      })
      yield* scene.trade("t-7", "buy", "1")
      const live = yield* positions.show("AAPL")
      expect(idsOf(live.orders)).toEqual(["O3"])
      expect(live.next).toMatchObject({
        answer: { code: "OrderLive" },
        why: "O3 is open; a position has one order at a time"
      })
      const service = yield* Commands.Commands
      const halt = { id: "h1", account: scene.main, actor: "ann", reason: "lunch" }
      yield* service.perform({ ...halt, command: { _tag: "Halt", scope: { _tag: "Everything" } } })
      yield* scene.at(60)
      expect((yield* positions.show("MSFT")).next.answer).toEqual({ code: "Halted" })
    })
  )

  itPlays(
    "showing writes nothing",
    Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      const before = yield* repository.heads
      yield* scene.at(60)
      yield* positions.show("MSFT")
      expect(yield* repository.heads).toEqual(before)
    })
  )
})

/** The books on a store that counts its reads. */
const counting = (count: { reads: number }) =>
  scene.books(
    Layer.effect(
      TradeRepository.TradeRepository,
      Effect.map(TradeRepository.TradeRepository, (repository) => ({
        ...repository,
        page: (query: TradeRepository.PageQuery) => {
          count.reads += 1
          return repository.page(query)
        }
      }))
    ).pipe(Layer.provide(MemoryRepository.layerMemory))
  )

it.effect("a page costs one query for each thing that is told of its rows, however many there are", () => {
  const count = { reads: 0 }
  return Effect.gen(function* () {
    yield* scene.open()
    for (let number = 0; number < 40; number++) yield* scene.trade(`t-${number}`, "buy", "0.01")
    count.reads = 0
    expect((yield* trades.list({ limit: 30 })).items).toHaveLength(30)
    // The trades, what contradicts them, what undid them, their lots and their allocations.
    expect(count.reads).toBe(5)
  }).pipe(Effect.provide(counting(count)))
})
