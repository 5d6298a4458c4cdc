import { Array, Effect, Option } from "effect"
import { type Account, AccountTable, policyOf } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { isCollected } from "../records/collecting.ts"
import { isRestrictedAt } from "../records/restrictedHours.ts"
import * as commands from "../rules/operator/commands.ts"
import type { Control } from "../records/Control.ts"
import { tickerAt } from "../records/DatedSymbol.ts"
import { InstrumentTable, untraded, type Instrument } from "../records/Instrument.ts"
import type { Ticker } from "../records/Ticker.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { freshOf } from "../values/Reference.ts"
import * as Quantity from "../values/Quantity.ts"
import { resolve, windowOf } from "../records/OrderPolicy.ts"
import { Brokers, type BrokerInstrument } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { known, PriceReference } from "../ports/PriceReference.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import { answering, type PositionAnswer } from "../records/PositionAnswer.ts"
import type { Instant } from "../values/Instant.ts"
import type { EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import * as KnownInstruments from "./KnownInstruments.ts"
import * as pacing from "./pacing.ts"
import * as Reads from "./Reads.ts"
import { once, withRetries } from "./reading.ts"
import { recoverIdle, reported } from "./work.ts"

/** The logical commit that evaluates a position again because a gate has opened. */
export const regateMember = (account: AccountName, symbol: Ticker): Member<void> => regateMembers(account, [symbol])

/** The same for several positions of an account at once. */
export const regateMembers = (account: AccountName, symbols: ReadonlyArray<Ticker>): Member<void> => ({
  account,
  cause: { kind: "timer", actor: "roundlot" },
  needs: symbols.map((symbol) => Need.Position({ account, symbol })),
  apply: (recorder) => {
    for (const symbol of symbols) commands.regate(recorder, symbol, false)
  }
})

/** The answers that time alone may change. */
const timely = new Set<PositionAnswer["_tag"]>(["CoolingDown", "SessionClosed", "RestrictedHours", "Collecting"])

/** May time alone change the answer? */
const isTimed = (answer: PositionAnswer): boolean => {
  const { _tag } = answer
  return _tag === "Held" ? answer.by !== "cancel" : timely.has(_tag)
}

/** Does a price change the answer as soon as one is known? */
export const isPriceless = (answer: PositionAnswer): boolean =>
  answer._tag === "NoPrice" || (answer._tag === "Refused" && answer.control === "NoReferencePrice")

/** The limits in money, which another price, another market date or the end of other orders can change. */
const inMoney: ReadonlyArray<Control> = [
  "DailyNotional",
  "MaxNotional",
  "OpenOrders",
  "PositionSize",
  "GrossPosition",
  "NetPosition",
  "OpenResidual",
  "PriceCollar"
]

const isLimited = (answer: PositionAnswer): boolean => answer._tag === "Refused" && inMoney.includes(answer.control)

const gated = answering((answer) => isTimed(answer) || isPriceless(answer))

/** The filter of positions that a price changes as soon as one is known. */
export const priceless = answering(isPriceless)

const limited = answering((answer) => isLimited(answer) || isPriceless(answer))

/** Evaluates the positions whose cool-down, circuit or closed session is over, and those whose price has become known: one pass. */
export const openGates = Effect.gen(function* () {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const now = yield* ledger.now
  const wall = yield* clock.now
  const positions = yield* Effect.flatMap(Reads.all(PositionTable, { where: [gated] }), driven)
  const [timed, waiting] = Array.partition(positions, ({ answer }) => isPriceless(answer))
  const priced = yield* pricedNow(waiting, now)
  const accounts = yield* accountsOf(positions)
  const over = timed.filter((position) => {
    const account = accounts.get(position.account)
    const window = account && windowOf(resolve(policyOf(account)))
    return isOver(position, { now, account, isOpen: clock.isOpenAt(wall, position.account, window) })
  })
  const due = [...over, ...priced]
  yield* ledger.submitAll(
    "report",
    due.map(({ account, symbol }) => regateMember(account, symbol))
  )
  return due.length
})

/** The answers whose end the settings of an account say. */
const ofAccount = new Set<PositionAnswer["_tag"]>(["SessionClosed", "RestrictedHours", "Collecting"])

/** The accounts whose settings say when their positions go on: for a session, a cut-off, or the end of restricted hours. */
const accountsOf = Effect.fnUntraced(function* (positions: ReadonlyArray<Position>) {
  const waits = positions.some(({ answer }) => ofAccount.has(answer._tag))
  const accounts = waits ? yield* Reads.all(AccountTable) : []
  return new Map(accounts.map((each) => [each.name, each]))
})

/** Those of which a source of prices knows one by now that may decide. */
const pricedNow = Effect.fnUntraced(function* (positions: ReadonlyArray<Position>, now: Instant) {
  const source = yield* Effect.serviceOption(PriceReference)
  if (positions.length === 0 || Option.isNone(source)) return []
  const accounts = yield* Reads.all(AccountTable)
  const simulated = new Set(accounts.filter((each) => each.simulatedMarket === true).map(({ name }) => name))
  return yield* Effect.filter(
    positions,
    ({ account, symbol }) =>
      Effect.map(known(source.value, symbol), (price) => {
        const isSimulated = price._tag === "Priced" && price.isSimulated === true
        const last = simulated.has(account)
        return (last || !isSimulated) && freshOf(price, now, last) !== undefined
      }),
    { concurrency: "unbounded" }
  )
})

/** Evaluates what a limit in money, or the want of a price, refuses: one pass of a schedule (D3). */
export const regateLimited = Effect.gen(function* () {
  const ledger = yield* Ledger
  const positions = yield* Effect.flatMap(Reads.all(PositionTable, { where: [limited] }), driven)
  yield* ledger.submitAll(
    "report",
    positions.map(({ account, symbol }) => regateMember(account, symbol))
  )
})

interface Gate {
  readonly now: Instant
  readonly account: Account | undefined
  readonly isOpen: boolean
}

const isOver = (position: Position, { account, isOpen, now }: Gate): boolean => {
  const isPast = (until: Instant | undefined) => until === undefined || until <= now
  const { answer, circuitUntil, coolDownUntil, refusedUntil } = position
  if (answer._tag === "SessionClosed") return isOpen
  if (answer._tag === "RestrictedHours") return !isRestrictedAt(account?.restrictedHours, now)
  if (answer._tag === "Collecting") return account === undefined || isCollected(position, account, now)
  if (answer._tag === "Held") return isPast(answer.by === "circuit" ? circuitUntil : refusedUntil)
  return isPast(coolDownUntil)
}

/** Evaluates every position of an account that is not simply waiting for more trades: after a halt, a resume, at start. */
export const regateAll = Effect.fn("Gates.regateAll")(function* (account: AccountName) {
  const ledger = yield* Ledger
  const positions = yield* Reads.all(PositionTable, { where: [{ column: "account", in: [account] }] })
  yield* ledger.submitAll(
    "command",
    positions.map(({ symbol }) => regateMember(account, symbol))
  )
})

/** The instruments that came up in trades, of accounts that this process drives. */
const unverified = Effect.flatMap(
  Reads.all(InstrumentTable, { where: [{ column: "status", in: ["unverified"] }] }),
  driven
)

/** One's failure is told when all were asked. */
const confirmThem = (instruments: ReadonlyArray<Instrument>) =>
  Effect.flatMap(
    Effect.forEach(instruments, (each) => Effect.exit(confirm(each, once)), { concurrency: 4 }),
    (exits) => Effect.forEach(exits, (exit) => exit, { discard: true })
  )

/** Asks brokers what the instruments are that came up in trades: one pass. */
export const confirmInstruments = Effect.gen(function* () {
  const instruments = yield* unverified
  yield* confirmThem(instruments)
  return instruments.length
})

const keyOf = ({ account, symbol }: Instrument): string => `${account} ${symbol}`

/** One account's failure is reported, and stops no other. */
const confirmOfAccount = (account: AccountName, its: ReadonlyArray<Instrument>) =>
  reported(`instruments ${account}`, confirmThem(its))

/** A broker that cannot be read is asked at once, after two seconds, and then ever less often, in milliseconds. */
const UNVERIFIED_PAUSE_MS = { firstMs: 1_000, longestMs: 60_000 }

/** Asks brokers, for each account by itself, what the instruments are that came up in trades: one pass. */
export const confirmInstrumentsOfEach = (asked: pacing.Asked<string>, each: EachAccount) =>
  Effect.gen(function* () {
    const instruments = yield* unverified
    const pace = { ...UNVERIFIED_PAUSE_MS, keyOf, agedMs: () => UNVERIFIED_PAUSE_MS.firstMs }
    yield* pacing.askDue(asked, instruments, pace, each, confirmOfAccount)
    yield* recoverIdle("instruments", Effect.succeed(instruments))
  })

/** What a broker does not know is asked after 5 s, and then ever less often, up to an hour apart: in milliseconds. */
const UNKNOWN_PAUSE_MS = { firstMs: 5_000, longestMs: 3_600_000 }

/**
 * Asks once more for instruments that their broker does not know, or does not trade: one pass. One wrong answer keeps nothing from being
 * sent for good.
 */
export const confirmUnknownAgain = (asked: pacing.Asked<string>, each: EachAccount) =>
  Effect.gen(function* () {
    const unknown = yield* Effect.flatMap(
      Reads.all(InstrumentTable, { where: [{ column: "status", in: untraded }] }),
      driven
    )
    const due = yield* pacing.askDue(asked, unknown, { ...UNKNOWN_PAUSE_MS, keyOf }, each, confirmOfAccount)
    return due.length
  })

/** Asks an account's broker what an instrument is, and keeps its answer. */
export const confirm = Effect.fn("Gates.confirm")(function* (
  { account, symbol }: Pick<Instrument, "account" | "symbol">,
  reading: typeof withRetries = withRetries
) {
  const brokers = yield* Brokers
  const ledger = yield* Ledger
  const broker = yield* brokers.get(account)
  const settings = yield* Reads.account(account)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const ticker = tickerAt(settings?.symbols ?? [], symbol, now)
  const facts = factsOf(yield* reading(broker.instrument(ticker)))
  yield* ledger.submit("report", {
    account,
    cause: { kind: "report", actor: broker.name },
    needs: [Need.Position({ account, symbol })],
    apply: (recorder) => commands.confirmInstrument(recorder, symbol, facts)
  })
  yield* KnownInstruments.releaseAtOnce({ account, symbol })
})

/** What a broker says of an instrument, as the rules take it. */
export const factsOf = (answer: BrokerInstrument): commands.InstrumentFacts | commands.NotTraded => {
  if (answer._tag === "NotKnown") return { isKnown: false, why: "the broker does not know it" }
  if (answer.assetClass !== "equity")
    return { isKnown: true, why: `the broker trades it as ${answer.assetClass}; only equities are supported` }
  if (!answer.tradable) {
    const said = answer.words === undefined ? "" : `: ${answer.words}`
    return { isKnown: true, why: `the broker does not trade it${said}` }
  }
  return {
    currency: answer.currency,
    lot: Quantity.make(answer.lot),
    fractionable: answer.fractionable,
    // What it cannot say now, it says before a short sale, or by its refusal.
    shortable: answer.shortable ?? true
  }
}
