import { describeBroker } from "@roundlot/core/testing/vitest"
import { BrokerContract } from "@roundlot/core/testing"
import { ClientOrderId, Decimal, type Broker, Instant, Price } from "@roundlot/core"
import { Effect, Either, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { place } from "./contractPlace.ts"

describeBroker("the paper exchange", place, ["client order ids", "unique client order ids", "streaming"])

type Twin = (broker: Broker.BrokerService) => Broker.BrokerService

let salt = 0

const NEVER = ClientOrderId.BrokerOrderId.make("00000000-0000-4000-8000-000000000000")

const sending =
  (
    change: (prepared: Broker.Prepared, terms: Parameters<Broker.BrokerService["prepare"]>[0]) => Broker.Prepared
  ): Twin =>
  (broker) => ({
    ...broker,
    prepare: (terms) => Either.map(broker.prepare(terms), (prepared) => change(prepared, terms))
  })

const answering = (tag: "Unknown" | "Refused", into: "Refused" | "NotSent"): Twin =>
  sending((prepared) => ({
    ...prepared,
    send: (attemptId) =>
      Effect.map(prepared.send(attemptId), (received) => {
        if (received.report.answer._tag !== tag) return received
        const answer =
          into === "Refused"
            ? ({ _tag: "Refused", code: "x", words: "x", class: "final" } as const)
            : ({ _tag: "NotSent", why: "x", retryAfterMs: undefined } as const)
        return { ...received, report: { ...received.report, answer } }
      })
  }))

/** A broken broker for each promise: the beginning of its name, what it does wrong, and how. */
const twins: ReadonlyArray<readonly [breaks: string, how: string, twin: Twin]> = [
  [
    "FILL-16: of all sessions",
    "sends in the regular session what it does not take in the extended one",
    (broker) => ({
      ...broker,
      prepare: (terms) =>
        Either.orElse(broker.prepare(terms), () => broker.prepare({ ...terms, session: "regular", timeInForce: "day" }))
    })
  ],
  [
    "FILL-16: an order that rests",
    "shows another stop price than was sent",
    (broker) => ({
      ...broker,
      order: (id) =>
        Effect.map(broker.order(id), (received) =>
          received.report._tag === "OrderSeen" && received.report.stopPrice !== undefined
            ? { ...received, report: { ...received.report, stopPrice: Price.unsafe("161") } }
            : received
        )
    })
  ],
  [
    "preparing an order sends nothing",
    "makes other bytes each time",
    sending((prepared) => ({
      ...prepared,
      request: { ...prepared.request, bytes: new TextEncoder().encode(`${salt++}`) }
    }))
  ],
  [
    "an order that is taken is found",
    "says twice the quantity",
    (broker) => ({
      ...broker,
      order: (id) =>
        Effect.map(broker.order(id), (received) =>
          received.report._tag === "OrderSeen"
            ? { ...received, report: { ...received.report, rawStatus: "new", side: "sell" as const } }
            : received
        )
    })
  ],
  [
    "an order is found by our own id",
    "finds none",
    (broker) => ({
      ...broker,
      lookup: (clientOrderId) =>
        Effect.map(broker.lookup?.(clientOrderId) ?? Effect.dieMessage("none"), ({ payload, report }) => ({
          payload,
          report: {
            _tag: "NotFound" as const,
            account: report.account,
            asOf: report.asOf,
            asOfKind: report.asOfKind,
            clientOrderId,
            brokerOrderId: undefined,
            complete: true
          }
        }))
    })
  ],
  [
    "an order that the broker does not have",
    "fails to say so",
    (broker) => ({ ...broker, order: () => broker.order(NEVER).pipe(Effect.zipRight(Effect.die("not there"))) })
  ],
  [
    "FILL-2, SYNC-2: what an order filled",
    "tells executions under other ids each time",
    (broker) => ({
      ...broker,
      fillsOf: (id) =>
        Effect.map(broker.fillsOf(id), (listing) => ({
          ...listing,
          received: listing.received.map((each) => ({
            ...each,
            report: { ...each.report, execId: `${each.report.execId}-${salt++}` }
          }))
        }))
    })
  ],
  [
    "FILL-2, SYNC-2: what an order filled",
    "leaves prices out",
    (broker) => ({
      ...broker,
      fillsOf: (id) =>
        Effect.map(broker.fillsOf(id), (listing) => ({
          ...listing,
          received: listing.received.map((each) => ({ ...each, report: { ...each.report, price: undefined } }))
        }))
    })
  ],
  ["AUD-7: an order that is refused", "says that it was not sent", answering("Refused", "NotSent")],
  ["where the answer is lost", "calls it refused", answering("Unknown", "Refused")],
  ["an id is taken once", "calls the second send refused", answering("Unknown", "Refused")],
  [
    "FILL-5, FILL-16: a cancel is a wish",
    "says that it was heard, and asks nobody",
    (broker) => ({ ...broker, cancel: () => Effect.succeed({ _tag: "Requested" }) })
  ],
  [
    "a cancel of an order that has filled",
    "does not know what became of it",
    (broker) => ({ ...broker, cancel: () => Effect.succeed({ _tag: "Unknown", why: "x" }) })
  ],
  [
    "FILL-3: a read that does not succeed",
    "says that there is no such order",
    (broker) => ({
      ...broker,
      order: (id) => Effect.catchAll(broker.order(id), () => broker.order(NEVER).pipe(Effect.orDie))
    })
  ],
  [
    "an instrument is known",
    "knows all, in lots of none",
    (broker) => ({
      ...broker,
      instrument: (symbol) =>
        Effect.map(broker.instrument(symbol), (known) =>
          known._tag === "Known" ? { ...known, lot: Decimal.zero } : known
        )
    })
  ],
  [
    "where it says what time it is",
    "says a time that was long ago",
    (broker) => ({ ...broker, clock: Effect.succeed({ at: Instant.fromMillis(0), cutToMs: 1 }) })
  ],
  ["FILL-10: changes are told", "tells nothing", (broker) => ({ ...broker, updates: Stream.never })]
]

describe("the contract of a broker finds out", () => {
  it("every promise has a twin that breaks it", () => {
    const unbroken = BrokerContract.clauses.filter(({ name }) => !twins.some(([breaks]) => name.startsWith(breaks)))
    expect(unbroken.map(({ name }) => name)).toEqual([])
  })

  it.each(twins)("SDK-2: %s: one that %s", async (breaks, _, twin) => {
    const clause = BrokerContract.clauses.find(({ name }) => name.startsWith(breaks))
    if (clause === undefined) throw new Error(`no clause begins with ${breaks}`)
    const run = Effect.flatMap(place, (sound) => clause.run({ ...sound, broker: twin(sound.broker) }))
    const exit = await Effect.runPromiseExit(Effect.scoped(run))
    expect(exit._tag).toBe("Failure")
  })
})
