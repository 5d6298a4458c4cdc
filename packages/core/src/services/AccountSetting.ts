import { Array, Effect } from "effect"
import { Need } from "../books/Need.ts"
import type { Recorder } from "../books/Recorder.ts"
import { together, type Effects } from "../ledger/effects.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import type { Account, AccountSettings } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { Control } from "../records/Control.ts"
import { OrderTable } from "../records/Order.ts"
import { orderStatuses } from "../records/OrderState.ts"
import { PositionTable } from "../records/Position.ts"
import type { Ticker } from "../records/Ticker.ts"
import { regate, setAccount, type CommandAnswer } from "../rules/operator/commands.ts"
import { judge, noDemand, type Demand, type Judged } from "../rules/position/underLimits.ts"
import type { Unpreviewed } from "../rules/operator/Command.ts"
import { secondFor } from "../rules/operator/fourEyes.ts"
import * as Reads from "./Reads.ts"

/** Which account is to have which settings, by whom and why. */
export interface SettingRequest {
  readonly account: AccountName
  readonly settings: AccountSettings
  readonly actor: string
  readonly reason: string | undefined
  /** The account's record that the settings were made of: where it has changed since, nothing is done. */
  readonly madeOf: Pick<Account, "version"> | undefined
}

/** A position whose order a control refuses under the settings before, after, or both. Quantity in shares, notional in dollars. */
interface LimitedPosition extends Pick<Judged, "symbol" | "quantity" | "notional"> {
  readonly before: Control | undefined
  readonly after: Control | undefined
}

/** What new settings of an account would come to: its answer, the positions that its limits hold, and what would follow at once. */
export interface RehearsedSetting {
  readonly answer: CommandAnswer
  readonly positions: ReadonlyArray<LimitedPosition>
  readonly effects: Effects
}

interface Answered {
  readonly answer: CommandAnswer | Unpreviewed
  readonly isChange: boolean
}

/** Has the account an order that is more than a plan? */
export const isDriven = (account: AccountName): Effect.Effect<boolean, StoreError, TradeRepository> =>
  Effect.map(
    Reads.first(OrderTable, {
      where: [
        { column: "account", in: [account] },
        { column: "status", in: orderStatuses.filter((status) => status !== "pending") }
      ]
    }),
    (order) => order !== undefined
  )

/** The symbols that an account has positions in. */
const symbolsOf = (account: AccountName): Effect.Effect<ReadonlyArray<Ticker>, StoreError, TradeRepository> =>
  Effect.map(Reads.all(PositionTable, { where: [{ column: "account", in: [account] }] }), (positions) =>
    positions.map(({ symbol }) => symbol)
  )

/** Is an order of the account on its way, or at its broker, by the rows of this commit? What was read before may be older. */
const isAway = (recorder: Recorder, symbols: ReadonlyArray<Ticker>): boolean =>
  symbols.some((symbol) => {
    recorder.need(Need.Position({ account: recorder.account, symbol }))
    return recorder.books.orders.find("live", [recorder.account, symbol]).some(({ status }) => status !== "pending")
  })

/** The logical commit that sets an account, given what its reads say of it now. */
export const setting = (request: SettingRequest): Effect.Effect<Member<Answered>, StoreError, TradeRepository> =>
  Effect.map(Effect.all([isDriven(request.account), symbolsOf(request.account)]), ([driven, symbols]) =>
    memberOf(request, driven, symbols)
  )

const memberOf = (
  { account, actor, madeOf, reason, settings }: SettingRequest,
  driven: boolean,
  symbols: ReadonlyArray<Ticker>,
  isRehearsed = false
): Member<Answered> => ({
  account,
  cause: { kind: "command", actor, ...(reason === undefined ? {} : { reason }) },
  needs: [Need.Account({ account })],
  apply: (recorder) => {
    const before = recorder.books.accounts.get(account)
    if (madeOf !== undefined && before?.version !== madeOf.version) {
      const why = `the settings of account ${account} changed since they were read: read them again`
      return { answer: { _tag: "Refused", why }, isChange: false }
    }
    const isWaiting = !isRehearsed && secondFor(recorder, { _tag: "SetAccount", settings }) !== undefined
    if (isWaiting) return { answer: { _tag: "Unpreviewed" }, isChange: false }
    const isElsewhere = before?.broker !== settings.broker || before.environment !== settings.environment
    const isPinned = driven || (before !== undefined && isElsewhere && isAway(recorder, symbols))
    const answer = setAccount(recorder, settings, isPinned, reason)
    return { answer, isChange: before !== undefined && recorder.books.accounts.get(account) !== before }
  }
})

/** How many positions are rehearsed in one commit: the ledger's writer is held by no more. */
const TOGETHER = 200

/** A part of a rehearsal: what its positions come to, upon those before them. */
interface Part {
  readonly answer: CommandAnswer
  readonly positions: ReadonlyArray<LimitedPosition>
  readonly upon: Demand
}

const judgeAll = (recorder: Recorder, symbols: ReadonlyArray<Ticker>): ReadonlyMap<Ticker, Judged> =>
  new Map(
    symbols.flatMap((symbol) => {
      const judged = judge(recorder, symbol)
      return judged === undefined ? [] : [[symbol, judged] as const]
    })
  )

/** The controls that other limits may open or close. */
const byLimits: ReadonlyArray<Control | undefined> = [
  "DailyNotional",
  "MaxNotional",
  "MaxQuantity",
  "NoReferencePrice",
  "OpenOrders",
  "PositionSize",
  "GrossPosition",
  "NetPosition",
  "OpenResidual",
  "OrdersPerMinute",
  "PriceCollar"
]

const isLimit = (control: Control | undefined): boolean => byLimits.includes(control)

/** Sets the account, judges its positions before and after, and has them evaluated. What was refused before and is not any more adds up. */
const judging =
  (set: Member<Answered>, symbols: ReadonlyArray<Ticker>, demand: Demand) =>
  (recorder: Recorder): Part => {
    const before = judgeAll(recorder, symbols)
    const { answer } = set.apply(recorder)
    if (answer._tag === "Unpreviewed") throw new Error("a setting that is rehearsed needs no second person")
    if (answer._tag === "Refused") return { answer, positions: [], upon: demand }
    const after = judgeAll(recorder, symbols)
    for (const symbol of symbols) regate(recorder, symbol, false)
    let upon = demand
    const positions = [...after.values()].flatMap((judged): ReadonlyArray<LimitedPosition> => {
      const { notional, quantity, symbol } = judged
      const was = before.get(symbol)?.control
      const released = was === undefined ? undefined : judged.upon(upon)
      if (released !== undefined) upon = released.demand
      const is = released === undefined ? judged.control : released.control
      return !isLimit(was) && !isLimit(is) ? [] : [{ symbol, quantity, notional, before: was, after: is }]
    })
    return { answer, positions, upon }
  }

/** A dry run: what a limit would release or hold, and the orders that would follow at once. Nothing is written. */
export const rehearseSetting = (
  request: SettingRequest
): Effect.Effect<RehearsedSetting, LedgerError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const { account } = request
    const symbols = yield* symbolsOf(account)
    const set = memberOf(request, yield* isDriven(account), symbols, true)
    const positions: Array<LimitedPosition> = []
    const foreseen: Array<Effects> = []
    const [first = [], ...others] = Array.chunksOf(symbols, TOGETHER)
    let upon = noDemand
    const rehearsed = (some: ReadonlyArray<Ticker>) =>
      Effect.tap(
        ledger.submit("command", {
          ...set,
          needs: [...set.needs, ...some.map((symbol) => Need.Position({ account, symbol }))],
          apply: judging(set, some, upon),
          rehearse: (effects) => void foreseen.push(effects)
        }),
        (part) => {
          upon = part.upon
          positions.push(...part.positions)
        }
      )
    const { answer } = yield* rehearsed(first)
    if (answer._tag === "Done") yield* Effect.forEach(others, rehearsed, { discard: true })
    const held = new Set(positions.flatMap(({ after, symbol }) => (after === undefined ? [] : [symbol])))
    const effects = together(foreseen)
    return {
      answer,
      positions,
      effects: { ...effects, orders: effects.orders.filter((each) => !held.has(each.symbol)) }
    }
  })
