import { Context, Effect, Layer, Option, Ref, Schema } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import * as rule from "../rules/decision/decide.ts"
import {
  decisionStatuses,
  DecisionTable,
  faultOf,
  MANUAL,
  type Decision,
  type DecisionInput
} from "../records/Decision.ts"
import { foresee, type BrokerFacts, type DecisionOutlook } from "../rules/operator/decisionPreview.ts"
import { decodeAnswer } from "../records/CommandRecord.ts"
import { DecisionId, format, parse } from "../values/Id.ts"
import { instrumentAt, tickerAt } from "../records/DatedSymbol.ts"
import { InstrumentTable } from "../records/Instrument.ts"
import type { Cause } from "../events/Entry.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { AttemptTable } from "../records/Attempt.ts"
import type { Order } from "../records/Order.ts"
import { UnsupportedOrder } from "../records/SupportedOrders.ts"
import { Brokers, type BrokerReadFailed } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import type { EachAccount } from "./accountwise.ts"
import { UnknownAccount } from "./Accumulator.ts"
import { brokerToDrive, driven, type NotDriven } from "./drive.ts"
import type { Driving } from "./Driving.ts"
import { confirm, factsOf } from "./Gates.ts"
import type { Health } from "./Health.ts"
import { askForDecision } from "./Quotes.ts"
import { withRetries } from "./reading.ts"
import * as Reads from "./Reads.ts"
import * as StartGate from "./StartGate.ts"
import { confirmNow } from "./Refusals.ts"
import { refuse, sendOrder } from "./Submission.ts"
import * as Traces from "./Traces.ts"
import { recoverIdle, reported } from "./work.ts"

export type { DecisionOutlook }

/** A decision that says too much or too little to become an order. Nothing is on record. */
export class UnsoundDecision extends Schema.TaggedError<UnsoundDecision>()("UnsoundDecision", {
  problem: Schema.String
}) {
  override get message() {
    return `invalid decision: ${this.problem}`
  }
}

/** There is no decision of this id. */
export class UnknownDecision extends Schema.TaggedError<UnknownDecision>()("UnknownDecision", { id: Schema.String }) {
  override get message() {
    return `there is no decision ${this.id}`
  }
}

/** A decision is executed once: this one was executed, has failed or is on its way. */
export class DecisionNotPending extends Schema.TaggedError<DecisionNotPending>()("DecisionNotPending", {
  id: Schema.String,
  status: Schema.Literal(...decisionStatuses)
}) {
  override get message() {
    return `decision ${this.id} is ${this.status}, not pending: a decision is executed once. Make a new decision to trade again`
  }
}

/** Where strategies decide, and where their decisions are executed. */
export interface DecisionsService {
  /** Puts a decision on record, pending; nothing is sent. */
  readonly decide: (
    account: AccountName,
    input: DecisionInput
  ) => Effect.Effect<Decision, LedgerError | UnknownAccount | UnsoundDecision | UnsupportedOrder>
  /**
   * Executes a pending decision by one attempt, and answers with the decision when the attempt has an outcome. Decisions of one
   * account are executed one after another, in the order of their arrival. A refusal of the broker or of a control is no error:
   * the decision has failed with its reason, and the caller goes on to its next signal. `NotDriven`, with nothing changed, where
   * this process does not hold the account's lease.
   */
  readonly execute: (
    id: DecisionId
  ) => Effect.Effect<Decision, LedgerError | UnknownDecision | DecisionNotPending | NotDriven>
}

/** Where strategies decide, and where their decisions are executed (SDK-2). */
export class Decisions extends Context.Tag("@roundlot/core/Decisions")<Decisions, DecisionsService>() {}

type Requirements = Ledger | TradeRepository | Brokers | Clock | Health

/** Decisions on the program's ledger, sent to its brokers. */
export const layer: Layer.Layer<Decisions, never, Requirements> = Layer.effect(
  Decisions,
  Effect.gen(function* () {
    const context = yield* Effect.context<Requirements>()
    const desk = yield* makeDesk(yield* StartGate.make)
    return {
      decide: (account, input) => Effect.provide(decide(account, input), context),
      execute: (id) => Effect.provide(execute(desk, id), context)
    }
  })
)

const memberOf = <A>(
  account: AccountName,
  cause: Cause,
  needs: ReadonlyArray<Need>,
  apply: (recorder: Recorder) => A
): Member<A> => ({ account, cause, needs, apply })

/** Who puts a decision on record, where that is not its strategy itself; and the command by which it is made. */
export interface DecidedBy {
  readonly actor?: string
  readonly commandId?: string | undefined
}

/** Puts a decision on record, pending; nothing is sent. Under the same command id it is made once. */
export const decide = Effect.fn("Decisions.decide")(function* (
  account: AccountName,
  input: DecisionInput,
  { actor = input.strategy ?? MANUAL, commandId }: DecidedBy = {}
) {
  const problem = faultOf(input)
  if (problem !== undefined) return yield* new UnsoundDecision({ problem })
  const ledger = yield* Ledger
  const { symbol } = input
  const cause: Cause = {
    kind: "command",
    actor,
    ...(commandId === undefined ? {} : { command: commandId })
  }
  const needs = [
    Need.Position({ account, symbol }),
    ...(commandId === undefined ? [] : [Need.Command({ id: commandId })])
  ]
  const member = memberOf(account, cause, needs, (recorder) => decideOnce(recorder, input, commandId))
  const made = yield* ledger.submit("intake", member)
  if (made === "another command") {
    return yield* new UnsoundDecision({ problem: `the command id ${commandId ?? ""} belongs to another command` })
  }
  if (made instanceof UnsupportedOrder) return yield* made
  if (made === undefined) return yield* new UnknownAccount({ account })
  const { identity } = yield* TradeRepository
  yield* Effect.ignore(Effect.linkSpanCurrent(Traces.ofDecision(identity.id, made)))
  return made
})

/** The decision that a command id has made; a new one where it has made none. */
const decideOnce = (
  recorder: Recorder,
  input: DecisionInput,
  commandId: string | undefined
): Decision | UnsupportedOrder | undefined | "another command" => {
  if (commandId === undefined) return rule.decide(recorder, input)
  const known = recorder.books.commands.get(commandId)
  if (known !== undefined) return madeBefore(recorder, known.answer)
  const made = rule.decide(recorder, input)
  if (made !== undefined && !(made instanceof UnsupportedOrder)) {
    const answer = { _tag: "Done", what: format("decision", made.id) } as const
    recorder.emit({ _tag: "CommandAnswered", id: commandId, answer })
  }
  return made
}

const madeBefore = (recorder: Recorder, text: string): Decision | undefined | "another command" => {
  const answer = decodeAnswer(text)
  const id = answer._tag === "Done" ? parse("decision", answer.what) : undefined
  if (id === undefined) return "another command"
  recorder.need(Need.DecisionById({ id }))
  return recorder.books.decisions.get(DecisionId.make(id))
}

/**
 * What a decision would come to if it were made and executed now, by the rules of both: its order, or why none would be sent. Nothing is
 * written or sent. The broker is asked what it takes and what the instrument is, where the program has one for the account; never for
 * orders, holdings or quotes.
 */
export const rehearse = Effect.fn("Decisions.rehearse")(function* (account: AccountName, input: DecisionInput) {
  const problem = faultOf(input)
  if (problem !== undefined) return yield* new UnsoundDecision({ problem })
  const ledger = yield* Ledger
  const facts = yield* factsFor(account, input)
  const { strategy: actor = MANUAL, symbol } = input
  const found = yield* ledger.submit("command", {
    ...memberOf(account, { kind: "command", actor }, [Need.Position({ account, symbol })], (recorder) =>
      foresee(recorder, input, facts)
    ),
    rehearse: () => undefined
  })
  if (found instanceof UnsupportedOrder) return yield* found
  return found ?? (yield* new UnknownAccount({ account }))
})

/** P9: a broker is asked by the ticker of today. */
const factsFor: (
  account: AccountName,
  input: DecisionInput
) => Effect.Effect<BrokerFacts | undefined, BrokerReadFailed | StoreError, Brokers | Clock | TradeRepository> =
  Effect.fnUntraced(function* (account, { symbol }) {
    const broker = yield* Effect.option(Effect.flatMap(Brokers, (brokers) => brokers.get(account)))
    if (Option.isNone(broker)) return undefined
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const { symbols = [] } = (yield* Reads.account(account)) ?? {}
    const ticker = tickerAt(symbols, instrumentAt(symbols, symbol, now).instrument, now)
    const { capabilities, instrument } = broker.value
    return { declared: capabilities, instrument: factsOf(yield* withRetries(instrument(ticker))) }
  })

/** Asks whichever process drives the account to execute a decision: for a process that does not drive it itself. */
export const ask = Effect.fn("Decisions.ask")(function* ({ account, id, strategy }: Decision, actor = strategy) {
  const ledger = yield* Ledger
  yield* ledger.submit(
    "command",
    memberOf(account, { kind: "command", actor }, [Need.DecisionById({ id })], (recorder) => rule.askFor(recorder, id))
  )
})

/** The decision of an id. */
export const find = Effect.fn("Decisions.find")(function* (id: DecisionId) {
  const found = yield* Reads.first(DecisionTable, { where: [{ column: "id", in: [id] }] })
  return found ?? (yield* new UnknownDecision({ id: format("decision", id) }))
})

/** Where decisions are executed: one after another for each account. */
interface Desk {
  readonly gate: StartGate.StartGate
  readonly turns: Ref.Ref<ReadonlyMap<AccountName, Effect.Semaphore>>
}

const makeDesk = (gate: StartGate.StartGate): Effect.Effect<Desk> =>
  Effect.map(Ref.make<ReadonlyMap<AccountName, Effect.Semaphore>>(new Map()), (turns) => ({ gate, turns }))

const inTurn =
  ({ turns }: Desk, account: AccountName) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(
      Ref.modify(turns, (known) => {
        const turn = known.get(account) ?? Effect.unsafeMakeSemaphore(1)
        return [turn, new Map(known).set(account, turn)]
      }),
      (turn) => turn.withPermits(1)(work)
    )

const execute = Effect.fn("Decisions.execute")(function* (desk: Desk, id: DecisionId) {
  const found = yield* find(id)
  const { identity } = yield* TradeRepository
  const executing = Effect.withParentSpan(executeInTurn(desk, id), Traces.ofDecision(identity.id, found))
  return yield* inTurn(desk, found.account)(executing)
})

const executeInTurn = Effect.fn("Decisions.executeInTurn")(function* (desk: Desk, id: DecisionId) {
  const decision = yield* find(id)
  const obstacle = yield* prepareFor(desk, decision)
  const executed = yield* order(decision, obstacle)
  if (executed._tag === "Unknown") return yield* new UnknownDecision({ id: format("decision", id) })
  if (executed._tag === "NotPending" && obstacle === undefined) {
    return yield* new DecisionNotPending({ id: format("decision", id), status: executed.status })
  }
  if (executed._tag === "Ordered") yield* confirmNow(executed.order.id)
  const became = yield* find(id)
  yield* tell(became)
  return became
})

/** The order of a decision, and its one attempt; whatever interrupts us, what is on record as submitted is sent or refused. */
const order = Effect.fn("Decisions.order")(function* (decision: Decision, obstacle: string | undefined) {
  const { account, id, strategy, symbol } = decision
  const ledger = yield* Ledger
  const needs = [Need.DecisionById({ id }), Need.Position({ account, symbol })]
  const executed: rule.Executed = yield* ledger.submit(
    "send",
    memberOf(account, { kind: "send", actor: strategy }, needs, (recorder) => {
      if (obstacle !== undefined) rule.failUnsent(recorder, id, obstacle)
      return rule.execute(recorder, id)
    })
  )
  if (executed._tag === "Ordered") yield* send(executed.order)
  return executed
}, Effect.uninterruptible)

/** The account was driven a moment ago; where it is not any more, nothing is sent. */
const send = (planned: Order) =>
  Effect.catchTags(sendOrder(planned), {
    NoBroker: ({ message }) => refuse(planned, message),
    EnvironmentMismatch: ({ message }) => refuse(planned, message),
    LiveRefused: ({ message }) => refuse(planned, message),
    NotDriven: ({ message }) => refuse(planned, message)
  })

/** One line for each outcome, with ids and the words of whoever gave it. */
const tell = (decision: Decision) =>
  Effect.gen(function* () {
    const attempt =
      decision.orderId === undefined
        ? undefined
        : yield* Reads.first(AttemptTable, { where: [{ column: "orderId", in: [decision.orderId] }] })
    const line = decision.status === "failed" ? Effect.logWarning : Effect.logInfo
    yield* line(`decision ${decision.status}`).pipe(
      Effect.annotateLogs({
        decision: format("decision", decision.id),
        account: decision.account,
        symbol: decision.symbol,
        strategy: decision.strategy,
        ...(decision.orderId === undefined ? {} : { order: format("order", decision.orderId) }),
        ...(attempt === undefined ? {} : { attempt: format("attempt", attempt.id) }),
        ...(attempt?.brokerOrderId === undefined ? {} : { brokerOrderId: attempt.brokerOrderId }),
        ...(decision.reason === undefined ? {} : { reason: decision.reason })
      })
    )
  })

/** What stands before any order of the account: no broker, one of another environment, one that cannot be read. */
const prepareFor = Effect.fn("Decisions.prepareFor")(function* ({ gate }: Desk, { account, status, symbol }: Decision) {
  if (status !== "pending") return undefined
  const broker = yield* Effect.either(brokerToDrive(account))
  if (broker._tag === "Left") {
    const { left } = broker
    const isStanding = left._tag === "NoBroker" || left._tag === "EnvironmentMismatch" || left._tag === "LiveRefused"
    return isStanding ? left.message : yield* left
  }
  if (!(yield* gate.isOpen(account))) {
    const refusal = yield* gate.refusal(account)
    return refusal?.message ?? "the broker could not be read: nothing is sent before it was"
  }
  const instrument = yield* Reads.first(InstrumentTable, {
    where: [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] }
    ]
  })
  // Where the broker cannot say what it is, the instrument stays unverified, and rule 0 refuses.
  if (instrument?.status !== "verified") yield* reported(`instruments ${account}`, confirm({ account, symbol }))
  yield* askForDecision(account, symbol)
  return undefined
})

/** What a daemon does for decisions, once it has started. */
export interface WorkOff {
  /** Executes what other processes have asked for since, and tells the outcomes that came after an attempt's: one pass. */
  readonly pass: Effect.Effect<void, LedgerError, Requirements>
}

/** A decision that was pending before its account was taken is shown, and executed only when that is asked for again. */
export const makeWorkOff = (
  gate: StartGate.StartGate,
  { leftPending }: Pick<Driving, "leftPending">,
  each: EachAccount
) =>
  Effect.gen(function* () {
    const desk = yield* makeDesk(gate)
    const watched = yield* Ref.make<ReadonlySet<DecisionId>>(new Set())
    const pass = Effect.gen(function* () {
      const found = yield* leftPending
      const isAsked = ({ askedAt, id }: Decision) => askedAt !== undefined && found.get(id) !== askedAt
      const asked = (yield* driven(yield* pendingOnes)).filter(isAsked)
      yield* each(
        asked.map(({ account }) => account),
        (account) => {
          const own = asked.filter((decision) => decision.account === account)
          return reported(
            `decisions ${account}`,
            Effect.forEach(own, (one) => executeAsked(desk, one), { discard: true })
          )
        }
      )
      yield* recoverIdle("decisions", Effect.succeed(asked))
      yield* tellLater(watched)
    })
    const workOff: WorkOff = { pass }
    return workOff
  })

/** One that somebody else has executed meanwhile, or drives now, is theirs. */
const executeAsked = (desk: Desk, { id }: Decision) =>
  Effect.catchTags(execute(desk, id), {
    DecisionNotPending: () => Effect.void,
    NotDriven: () => Effect.void,
    UnknownDecision: () => Effect.void
  })

const pendingOnes = Reads.all(DecisionTable, { where: [{ column: "status", in: ["pending"] }] })

/** Decisions that were submitted in the last pass and are not any more: their outcome came by a report. */
const tellLater = (watched: Ref.Ref<ReadonlySet<DecisionId>>) =>
  Effect.gen(function* () {
    const submitted = yield* Reads.all(DecisionTable, { where: [{ column: "status", in: ["submitted"] }] })
    const now = new Set(submitted.map(({ id }) => id))
    const before = yield* Ref.getAndSet(watched, now)
    const over = [...before].filter((id) => !now.has(id))
    if (over.length === 0) return
    const decided = yield* Reads.all(DecisionTable, { where: [{ column: "id", in: over }] })
    yield* Effect.forEach(decided, tell, { discard: true })
  })
