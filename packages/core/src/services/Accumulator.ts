import { Context, Effect, Layer, Schema } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { termFaultOf } from "../records/OrderTerms.ts"
import { unstorable } from "../values/unstorable.ts"
import { UNMAPPED, type Ticker } from "../records/Ticker.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { Due, saidOf } from "../rules/position/due.ts"
import { standingOf } from "../rules/position/evaluation.ts"
import * as metrics from "./metrics.ts"
import { needsOf } from "../rules/trade/body.ts"
import { ownerNeedsOf } from "../rules/trade/owner.ts"
import { isProposedSource } from "../rules/trade/proposal.ts"
import { intake, type IntakeResult } from "../rules/trade/intake.ts"
import { arrivalOf, plain, type SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../records/Trade.ts"

/** The account is not in the books: open it first. */
export class UnknownAccount extends Schema.TaggedError<UnknownAccount>()("UnknownAccount", { account: Schema.String }) {
  override get message() {
    return `account ${this.account} does not exist`
  }
}

/** A trade with a text that no store can keep as it is, or a proposal of what is no order of its own. Nothing of what was submitted with it was taken in. */
export class UnsoundTrade extends Schema.TaggedError<UnsoundTrade>()("UnsoundTrade", {
  /** Its place among what was submitted, from 0. */
  place: Schema.Int,
  field: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `trades[${this.place}]: ${this.field} ${this.problem}. No trade was submitted. Fix this trade, or submit the others without it`
  }
}

/** Why trades are refused before anything of them is on record. */
export type Unfit = UnknownAccount | UnsoundTrade

/** Takes trades in, exactly once, and says what order a position would make. */
export interface AccumulatorService {
  /** One trade; answered once it is durable. Its entries name the source as their actor, where nobody else is named who hands it in. */
  readonly submit: (
    account: AccountName,
    input: TradeInput,
    policy?: SourcePolicy,
    actor?: string
  ) => Effect.Effect<IntakeResult, LedgerError | Unfit>
  /** Many trades in their order, one result each. */
  readonly submitMany: (
    account: AccountName,
    inputs: ReadonlyArray<TradeInput>,
    policy?: SourcePolicy
  ) => Effect.Effect<ReadonlyArray<IntakeResult>, LedgerError | Unfit>
  /** What order would be made now, or why none (ACC-11). */
  readonly due: (account: AccountName, symbol: Ticker) => Effect.Effect<Due, LedgerError>
}

/** Takes trades in, exactly once (SDK-1). */
export class Accumulator extends Context.Tag("@roundlot/core/Accumulator")<Accumulator, AccumulatorService>() {}

const texts = ["source", "sourceId", "occurrence", "symbol"] as const

const unsoundOf = (input: TradeInput, place: number): UnsoundTrade | undefined => {
  for (const field of texts) {
    const problem = unstorable(input[field])
    if (problem !== undefined) return new UnsoundTrade({ place, field, problem })
  }
  if (isProposedSource(input.source)) return new UnsoundTrade({ place, field: "source", problem: OF_PROPOSALS })
  const fault = input.direct && termFaultOf(input.direct)
  if (fault !== undefined)
    return new UnsoundTrade({ place, field: `direct.${fault.of}`, problem: `is wrong: ${fault.words}` })
  // One that joins its position is ordered with others: nobody could approve it apart.
  return input.proposal === undefined || input.direct !== undefined
    ? undefined
    : new UnsoundTrade({ place, field: "proposal", problem: "applies to direct orders only: give the order terms" })
}

const OF_PROPOSALS = "is reserved for proposals: choose another name"

/** The first trade that is not taken in as it is. */
export const firstUnsound = (inputs: ReadonlyArray<TradeInput>): UnsoundTrade | undefined => {
  for (const [place, input] of inputs.entries()) {
    const unsound = unsoundOf(input, place)
    if (unsound !== undefined) return unsound
  }
  return undefined
}

/** The logical commit that takes a trade in. `undefined` where the account is not in the books. */
const intakeMember = (
  account: AccountName,
  input: TradeInput,
  policy: SourcePolicy,
  actor: string = input.source
): Member<IntakeResult | undefined> => {
  const arrival = arrivalOf(policy, input)
  const { source, sourceId, occurrence } = input
  const reversed = input.reverses === undefined ? [] : [Need.Identity({ account, source, ...input.reverses })]
  return {
    account,
    cause: { kind: "trade", actor },
    needs: [
      Need.Identity({ account, source, sourceId, occurrence }),
      Need.Position({ account, symbol: arrival.symbol ?? UNMAPPED }),
      ...ownerNeedsOf(account, input.owner, arrival.symbol),
      ...needsOf(account, arrival.body),
      ...reversed
    ],
    apply: (recorder) => (recorder.books.accounts.get(account) === undefined ? undefined : intake(recorder, arrival))
  }
}

/** What a position would order, read like any commit and writing nothing. */
const dueMember = (account: AccountName, symbol: Ticker): Member<Due> => ({
  account,
  cause: { kind: "command", actor: "due" },
  needs: [Need.Position({ account, symbol })],
  apply: (recorder) => {
    const standing = standingOf(recorder, symbol)
    return standing === undefined ? Due.NotDue() : saidOf(standing)
  }
})

/** Makes it on the program's ledger. */
export const make: Effect.Effect<AccumulatorService, never, Ledger> = Effect.gen(function* () {
  const ledger = yield* Ledger
  const submitMany: AccumulatorService["submitMany"] = Effect.fn("Accumulator.submitMany")(function* (
    account,
    inputs,
    policy = plain
  ) {
    const unsound = firstUnsound(inputs)
    if (unsound !== undefined) return yield* unsound
    const members = inputs.map((input) => intakeMember(account, input, policy))
    const results = yield* ledger.submitAll("intake", members)
    const known = results.filter((result) => result !== undefined)
    yield* metrics.countIntake(known)
    return known.length === results.length ? known : yield* new UnknownAccount({ account })
  })
  return {
    submitMany,
    submit: (account, input, policy = plain, actor) =>
      Effect.suspend((): Effect.Effect<IntakeResult, LedgerError | Unfit> => {
        const unsound = unsoundOf(input, 0)
        if (unsound !== undefined) return Effect.fail(unsound)
        return Effect.flatMap(ledger.submit("intake", intakeMember(account, input, policy, actor)), (result) =>
          result === undefined
            ? Effect.fail(new UnknownAccount({ account }))
            : Effect.as(metrics.countIntake([result]), result)
        )
      }),
    due: (account, symbol) => ledger.submit("command", dueMember(account, symbol))
  }
})

/** The accumulator of the program's ledger. */
export const layer: Layer.Layer<Accumulator, never, Ledger> = Layer.effect(Accumulator, make)
