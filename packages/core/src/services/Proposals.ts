import { Effect, Schema } from "effect"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import type { AccountName } from "../records/AccountName.ts"
import { isProposed, OrderTable, type ProposedOrder } from "../records/Order.ts"
import type { Instruction } from "../records/OrderTerms.ts"
import type { Token } from "../records/Token.ts"
import type { TradeInput } from "../records/Trade.ts"
import { needsOf, propose as planned, proposedSource, type Proposal, type Proposed } from "../rules/trade/proposal.ts"
import type { SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import { marketDate } from "../values/XnysCalendar.ts"
import { UnknownAccount } from "./Accumulator.ts"
import * as Reads from "./Reads.ts"

export { isProposedSource, LIFE_MS, MOST_A_DAY, Proposed } from "../rules/trade/proposal.ts"

/** A token that may not propose: it has no allowance, which the role `propose` alone has. */
export class NotProposer extends Schema.TaggedError<NotProposer>()("NotProposer", { name: Schema.String }) {
  override get message() {
    return `${this.name} may not propose orders: that takes a token with the role propose`
  }
}

/** What is proposed, and by whom. */
export interface ProposalRequest {
  readonly account: AccountName
  readonly token: Token
  /** An order of its own: `direct` says how it is to be executed. What joins a position cannot be proposed. */
  readonly input: Omit<TradeInput, "source" | "sourceId" | "occurrence" | "proposal" | "reverses"> & {
    readonly direct: Instruction
  }
  readonly policy: SourcePolicy
}

const proposalOf = ({ input, policy, token }: ProposalRequest, day: string): Proposal | undefined => {
  const { notionalPerDay, ordersPerDay } = token
  if (notionalPerDay === undefined || ordersPerDay === undefined) return undefined
  return {
    input: { ...input, source: proposedSource(token.name), reverses: undefined },
    policy,
    allowance: { notionalPerDay, ordersPerDay },
    day
  }
}

/**
 * Proposes an order: it is on record and sent to nobody before a person has approved it, within 15 minutes (`LIFE_MS`). Whether the token is
 * still good is for its caller to judge with each call (`Tokens.check`).
 */
export const propose: (
  request: ProposalRequest
) => Effect.Effect<Proposed, NotProposer | UnknownAccount | LedgerError, Ledger> = Effect.fn("Proposals.propose")(
  function* (request) {
    const { account, token } = request
    const ledger = yield* Ledger
    const proposal = proposalOf(request, marketDate(yield* ledger.now))
    if (proposal === undefined) return yield* new NotProposer({ name: token.name })
    const proposed = yield* ledger.submit("intake", {
      account,
      cause: { kind: "trade", actor: token.name },
      needs: needsOf(account, proposal),
      apply: (recorder) =>
        recorder.books.accounts.get(account) === undefined ? undefined : planned(recorder, proposal)
    })
    return proposed ?? (yield* new UnknownAccount({ account }))
  }
)

/** The orders that were proposed and that a person can still approve, the oldest first. */
export const waiting: Effect.Effect<ReadonlyArray<ProposedOrder>, StoreError, TradeRepository | Clock> = Effect.gen(
  function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const proposed = yield* Reads.all(OrderTable, {
      where: [
        { column: "status", in: ["pending"] },
        { column: "approveBy", atLeast: Number(now) }
      ]
    })
    return proposed.filter((order): order is ProposedOrder => isProposed(order, now))
  }
)
