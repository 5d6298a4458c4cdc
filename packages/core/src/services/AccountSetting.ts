import { Array, Effect } from "effect"
import { Need } from "../books/Need.ts"
import type { Recorder } from "../books/Recorder.ts"
import { together, type Effects } from "../ledger/effects.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { settingsOf, type Account, type AccountSettings } from "../records/Account.ts"
import { ApprovalTable } from "../records/Approval.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { Control } from "../records/Control.ts"
import { OrderTable } from "../records/Order.ts"
import { orderStatuses } from "../records/OrderState.ts"
import { PositionTable } from "../records/Position.ts"
import type { Ticker } from "../records/Ticker.ts"
import { regate, setAccount, type CommandAnswer } from "../rules/operator/commands.ts"
import { judge, noDemand, type Demand, type Judged } from "../rules/position/underLimits.ts"
import { unexplained } from "../rules/account/limits.ts"
import { isPinned, type Driven } from "../rules/account/pinned.ts"
import { encodeContents, type Unpreviewed } from "../rules/operator/Command.ts"
import { secondFor, settingsText } from "../rules/operator/fourEyes.ts"
import * as Reads from "./Reads.ts"
import { hashOf } from "./Tokens.ts"

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
const isDriven = (account: AccountName): Effect.Effect<boolean, StoreError, TradeRepository> =>
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

/** What is read before a commit that may take an account to another broker. */
export const drivenOf = (account: AccountName) =>
  Effect.all({ isDriven: isDriven(account), symbols: symbolsOf(account) })

/** Why settings are refused that were made of a record which is no more. */
export const changedSince = (account: AccountName): CommandAnswer => ({
  _tag: "Refused",
  why: `the settings of account ${account} changed since they were read: read them again`
})

/** The logical commit that sets an account, given what its reads say of it now. */
export const setting = (request: SettingRequest): Effect.Effect<Member<Answered>, StoreError, TradeRepository> =>
  Effect.map(drivenOf(request.account), (driven) => memberOf(request, driven))

/** The request for a change of settings that needs a second person: the same again, while it waits and can be approved, is one. */
export const askingFor = ({ account, actor, madeOf, reason = "settings", settings }: SettingRequest) =>
  Effect.gen(function* () {
    const command = { _tag: "SetAccount", settings: settingsOf(settings) } as const
    const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    const own = yield* Reads.account(account)
    const [contents, basis] = [encodeContents(command), settingsText(own)]
    const asked = yield* Reads.all(ApprovalTable, {
      where: [
        { column: "account", in: [account] },
        { column: "status", in: ["waiting"] },
        { column: "operation", in: ["limits"] },
        { column: "approveBy", atLeast: Number(now) + 1 }
      ]
    })
    const same = asked.find((each) => each.contents === contents && each.basis === basis)
    const id = same?.commandId ?? `settings/${account}/${own?.version ?? 0}/${now}/${hashOf(contents)}`
    return { id, account, actor, reason, command, versions: madeOf === undefined ? undefined : [madeOf.version] }
  })

const memberOf = (
  { account, actor, madeOf, reason, settings }: SettingRequest,
  driven: Driven,
  isRehearsed = false
): Member<Answered> => ({
  account,
  cause: { kind: "command", actor, ...(reason === undefined ? {} : { reason }) },
  needs: [Need.Account({ account })],
  apply: (recorder) => {
    const before = recorder.books.accounts.get(account)
    if (madeOf !== undefined && before?.version !== madeOf.version)
      return { answer: changedSince(account), isChange: false }
    const isWaiting = !isRehearsed && secondFor(recorder, { _tag: "SetAccount", settings }) !== undefined
    const why = before === undefined ? undefined : unexplained(account, before, settings, reason)
    if (isWaiting)
      return { answer: why === undefined ? { _tag: "Unpreviewed" } : { _tag: "Refused", why }, isChange: false }
    const answer = setAccount(recorder, settings, isPinned(recorder, settings, driven), reason)
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
    const set = memberOf(request, { isDriven: yield* isDriven(account), symbols }, true)
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
