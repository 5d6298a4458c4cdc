import { Either, Schema } from "effect"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { causesOf, type Causes, type Reference } from "../../src/events/causes.ts"
import { decodeEntry } from "../../src/events/decode.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { EVENT_VERSION } from "../../src/events/Event.ts"
import * as golden from "./golden.ts"

const decodeGolden = Schema.decodeUnknownSync(Schema.parseJson(golden.Golden))

/** The event of each kind as it was stored once, with every field that it may have. */
const eventFor = (tag: string) => {
  const file = new URL(`golden/${tag}.${EVENT_VERSION}.json`, import.meta.url)
  return Either.getOrThrow(decodeEntry(decodeGolden(readFileSync(file, "utf8")).entry))
}

const wordOf = (reference: Reference): string =>
  reference._tag === "Record" ? `${reference.kind} ${reference.id}` : reference._tag

/** What an event says of its causes, in a line. */
const lineOf = ({ follows, isRead = false, named, origin }: Causes): string =>
  [
    ...named.map(wordOf),
    ...(follows === undefined ? [] : [`after ${follows.of.kind} ${follows.of.id}`]),
    ...(isRead ? ["read"] : []),
    ...(origin === undefined ? [] : [`(${origin})`])
  ].join(", ")

describe("every event names what caused it, or why nothing did", () => {
  it("says so of each kind of event", () => {
    const all = Object.fromEntries(golden.tags.map((tag) => [tag, lineOf(causesOf(eventFor(tag)))]))
    expect(all).toEqual({
      AccountChanged: "(said)",
      AccountOpened: "(said)",
      AllocationReleased: "order O7, after order O7",
      ApprovalGranted: "approval R7",
      ApprovalRejected: "approval R7",
      ApprovalRequested: "(said)",
      AttemptAnswered: "Attempt, payload P7",
      AttemptStarted: "order O7, payload P7",
      BaseDeclared: "(said)",
      BatchArchived: "batch G7",
      BatchCreated: "batch G7",
      BatchHidden: "batch G7",
      BatchMoved: "batch G7",
      BatchQueued: "batch G7",
      BatchRetried: "batch G7, batch G7",
      BreakChanged: "break B7, read",
      BreakClosed: "break B7",
      BreakOpened: "after position text, read, (books)",
      BrokerDeclared: "(said)",
      CancelAsked: "EarlierOf, order O7",
      CancelRequested: "order O7",
      CaseAttended: "break B7",
      CommandAnswered: "(said)",
      CommissionJoined: "waiting_commission text",
      CommissionRecorded: "Fill, read",
      CommissionWaits: "payload P7",
      ConfigurationChanged: "(said)",
      CoolDownReset: "after position text, (books)",
      CoolDownStarted: "after position text, (books)",
      CursorMoved: "(said)",
      DecisionAsked: "decision D7",
      DecisionMade: "(said)",
      DecisionSettled: "decision D7, order O7, after order O7",
      DirectTradeSettled: "trade T7, after trade T7",
      Evaluated: "after position text, (books)",
      ExcessAccepted: "order O7",
      ExcessChanged: "order O7, after order O7",
      FillJoined: "waiting_fill text",
      FillPriced: "Fill, read",
      FillRecorded: "payload P7, order O7, RevisionBefore",
      FillWaits: "payload P7",
      HeldReportContradicted: "HeldReport",
      HeldReportSettled: "HeldReport",
      HoldLifted: "(said)",
      InstrumentConfirmed: "(said)",
      InstrumentNotKnown: "(said)",
      InstrumentSeen: "(books)",
      LadderReset: "after position text, (books)",
      LadderStepped: "after position text, (books)",
      LotAllocated: "order O7, trade T7, order O7",
      LotsIdentified: "Fill",
      LotsNetted: "trade T7, trade T7",
      OrderApproved: "order O7",
      OrderChanged: "order O7, after order O7, read",
      OrderCreated: "read, (said)",
      OrderHeld: "order O7",
      PayloadArchived: "payload P7",
      PayloadStored: "(bytes)",
      PositionHeld: "order O7, after order O7",
      QuarantineReleased: "(books)",
      ReportHeld: "payload P7, order O7",
      RestWrittenOff: "(said)",
      SessionEnded: "session text",
      SessionOpened: "token text",
      SideRefused: "order O7, after order O7",
      SplitAccepted: "(said)",
      SymbolChanged: "(said)",
      TokenCreated: "(said)",
      TokenRevoked: "token text",
      TokenRotated: "token text",
      TradeAccepted: "Delivery, Reversed",
      TradeFailed: "trade T7",
      TradeHeld: "trade T7",
      TradeQuarantined: "Delivery, BatchRow, Reversed",
      TradeReleased: "trade T7",
      TradeSettled: "trade T7, after trade T7",
      TradingStateSet: "(said)"
    })
  })

  it.each(golden.tags)("%s has a cause, or a reason why it has none", (tag) => {
    const { follows, named, origin } = causesOf(eventFor(tag))
    expect(named.length > 0 || follows !== undefined || origin !== undefined).toBe(true)
  })

  it("an order that was due names what it took, the price that it rests on, and what made it due", () => {
    const event = eventFor("OrderCreated")
    if (event._tag !== "OrderCreated") throw new Error(event._tag)
    const due = {
      ...event,
      origin: "accumulation",
      tradeId: undefined,
      decisionId: undefined,
      retryOf: undefined
    } as const
    expect(lineOf(causesOf(due))).toBe("TakenBy, PriceSource, after position text")
    const decided = { ...event, origin: "direct", tradeId: undefined, retryOf: undefined } as const
    expect(lineOf(causesOf(decided))).toBe("decision D7, TakenBy, PriceSource")
  })

  it("an order that ended because that was asked for names who asked", () => {
    const event = eventFor("OrderChanged")
    if (event._tag !== "OrderChanged") throw new Error(event._tag)
    const figures = (status: "submitted" | "cancelled") => ({ ...event.after, status })
    const cancelled = { ...event, before: figures("submitted"), after: figures("cancelled") }
    expect(lineOf(causesOf(cancelled))).toBe("EarlierOf, order O7, after order O7, read")
  })

  it("a session names its token, and that of a person his word and his provider's alone", () => {
    const event = eventFor("SessionOpened")
    if (event._tag !== "SessionOpened") throw new Error(event._tag)
    expect(lineOf(causesOf({ ...event, issuer: undefined }))).toBe("token text")
    expect(lineOf(causesOf({ ...event, issuer: "https://login.example.com" }))).toBe("(said)")
  })

  it("a break about a broker's own id that looks like one of ours names no record of ours", () => {
    const event = eventFor("BreakOpened")
    if (event._tag !== "BreakOpened") throw new Error(event._tag)
    const nothing = Decimal.zero
    const unmapped = { _tag: "Unmapped", symbol: "X", side: "buy", quantity: nothing, status: "open" } as const
    expect(lineOf(causesOf({ ...event, subject: "O7", details: unmapped }))).toBe("after position text, read, (books)")
    const below = { _tag: "CumulativeBelow", theirs: nothing } as const
    expect(lineOf(causesOf({ ...event, subject: "O7", details: below }))).toBe("order O7, after order O7, read")
  })
})
