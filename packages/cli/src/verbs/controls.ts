import * as Options from "@effect/cli/Options"
import { Account, type AccountName, Reads } from "@roundlot/core"
import { codeWords, limits, TradingState, type Command } from "@roundlot/core/ledger"
import { accounts, controls as views, limitTable, past, Screen } from "@roundlot/queries"
import { Effect, Option } from "effect"
import { accountEntry, accountNames, carryingOut, limitChange, verdicts } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import { confirm, yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"
import type { Configuration } from "../Program.ts"
import { askWhereOrdersFollow } from "./commanding.ts"
import { limitFlags, limitsSaid } from "./limitFlags.ts"
import { approvalLine } from "./nextCommand.ts"
import { liftedScopeOf, scopeFlags } from "./verdicts.ts"

/** The trading states other than normal, and the limits of every account with what of each is used and what it refused. */
const inForce = Effect.gen(function* () {
  const states = (yield* views.list).filter(({ state }) => state !== "normal")
  const { items } = yield* accounts.list({ limit: 0 })
  const limits = yield* Effect.forEach(items, ({ name }) =>
    Effect.map(accounts.show(name), (account) => ({
      account: account.name,
      limits: account.limits,
      use: account.use,
      ordersPerMinute: account.ordersPerMinute,
      collarBp: account.collarBp,
      restricted: account.restricted
    }))
  )
  return { states, limits }
})

type Limited = Effect.Effect.Success<typeof inForce>["limits"][number]

const limitedText = ({ account, restricted, ...limited }: Limited, screen: Screen.Screen): string =>
  [
    Screen.paint(screen, "heading", `Limits of ${account}`),
    limitTable.table(limited, screen),
    ...(restricted.length === 0 ? [] : [`Restricted: ${restricted.join(", ")}`])
  ].join("\n")

/** `controls show`. */
export const controlsShow = Verb.make({
  name: "controls show",
  summary: "show active trading states, and the limits of accounts with their use and today's refusals",
  flags: { ...flags.view, asOf: flags.asOf },
  run: (where) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* past.seen(where.asOf, past.ownersOf(), inForce)
        const { limits: limited, states } = document
        const lines = states.map(
          ({ account, reason, resumesTo, state, symbol }) =>
            `${[symbol, account].filter((each) => each !== null).join(" on ") || "everything"} is ${TradingState.wordsOfState(state)}: ${reason}${resumesTo === null || resumesTo === "normal" ? "" : `; after a resume ${TradingState.wordsOfState(resumesTo)}`}`
        )
        const said = lines.length === 0 ? "Trading is normal: no active controls." : lines.join("\n")
        yield* answer(document, (screen) => [said, ...limited.map((each) => limitedText(each, screen))].join("\n\n"))
      })
    )
})

const commandOf = {
  normal: "Resume",
  approve: "AskFirst",
  reduce: "Reduce",
  observe: "Observe",
  halted: "Halt"
} as const satisfies { readonly [S in TradingState.TradingState]: Command.Command["_tag"] }

/** `controls set`. */
export const controlsSet = Verb.make({
  name: "controls set",
  summary: "set a trading state, or limits of an account, while the daemon runs",
  examples: [
    [
      "roundlot controls set --state reduce --account main --reason 'only close'",
      "send only orders that reduce positions"
    ],
    ["roundlot controls set --state approve --reason 'first day'", "hold every order for 'orders approve'"],
    [
      "roundlot controls set --account main --order-quantity 100",
      "a lower limit applies at once; a raise needs --reason and --yes"
    ]
  ],
  flags: {
    ...scopeFlags,
    reason: flags.text("reason", "Reason, recorded in the journal; required for a state and where a limit is raised"),
    state: Options.choice("state", TradingState.tradingStates).pipe(
      Options.withDescription("normal, approve (each order needs approval), reduce, observe or halted"),
      Options.optional
    ),
    ...limitFlags,
    yes
  },
  run: (asked) =>
    writing(asked, ({ configuration }) =>
      Effect.gen(function* () {
        const limited = limitsSaid(asked)
        const isLimiting = Object.keys(limited).length > 0
        if (isLimiting === Option.isSome(asked.state)) {
          const remedy = "Give either --state or limits"
          return yield* new UsageError({ problem: "Neither a trading state nor a limit is given, or both are", remedy })
        }
        yield* Option.isSome(asked.state)
          ? setState(asked, asked.state.value)
          : setLimits(asked, limited, configuration)
      })
    )
})

type Asked = Parameters<typeof verdicts.scopeOf>[0] & {
  readonly reason: string | undefined
  readonly commandId: Option.Option<string>
  readonly yes: boolean
  readonly dryRun: boolean
}

/** The state of a scope itself, whatever stands for more than it. */
const stateNow = (account: AccountName.AccountName, scope: Command.Scope) =>
  Effect.map(views.list, (states) => {
    const owner = scope._tag === "Everything" ? null : account
    const symbol = scope._tag === "OneSymbol" ? scope.symbol : null
    const own = states.find((each) => each.account === owner && each.symbol === symbol)
    return own?.state ?? "normal"
  })

const setState = (asked: Asked, state: TradingState.TradingState) =>
  Effect.gen(function* () {
    const { answer, look } = yield* Output
    const { account, scope } = yield* state === "normal" ? liftedScopeOf(asked) : verdicts.scopeOf(asked)
    const { reason } = asked
    if (reason === undefined) return yield* new UsageError({ problem: "No reason is given", remedy: "Add --reason" })
    const tag = commandOf[state]
    const command: Command.Command = tag === "Resume" ? { _tag: tag, scope, lifts: true } : { _tag: tag, scope }
    const stated = { ...asked, account, reason, command }
    const before = yield* stateNow(account, scope)
    yield* askWhereOrdersFollow({ ...stated, isSaid: asked.yes, question: "Send these orders?" })
    const done = yield* carryingOut.carryOut(stated)
    if (done.approval !== undefined) {
      yield* look
      return yield* answer({ ...done, before, state: before }, `${done.done}.${approvalLine(done.approval)}`)
    }
    yield* answer({ ...done, before, state }, `${carryingOut.sentenceOf(done)}\n  state: ${before} → ${state}`)
  })

const setLimits = (asked: Asked, limited: object, configuration: Configuration) =>
  Effect.gen(function* () {
    const { answer, look, note } = yield* Output
    const account = yield* accountNames.sole(asked.account)
    const before = yield* Reads.account(account)
    const settings = yield* accountEntry.readAccount({ limits: limited }, account, before ?? Account.defaultSettings)
    const change = { account, settings, before, actor: accountNames.ACTOR, reason: asked.reason }
    const isRaise = before !== undefined && limits.raisedLimits(before, settings).length > 0
    if (asked.dryRun || (isRaise && !asked.yes)) {
      const shown = yield* limitChange.rehearse(change)
      if (asked.dryRun) return yield* answer(shown, limitChange.sentenceOf(shown))
      if (shown.needsApproval !== true) {
        yield* note(limitChange.sentenceOf(shown))
        yield* confirm(false, `Raise ${shown.raised.map(codeWords.limitWords).join(", ")}?`)
      }
    }
    const { approval, what } = yield* limitChange.set(change)
    if (approval !== undefined) {
      yield* look
      return yield* answer(
        { ...(yield* accounts.show(account)), approval, changes: [] },
        `${what}.${approvalLine(approval)}`
      )
    }
    const changes = accounts.limitChanges(before, settings)
    if (changes.length > 0 && configuration.accounts.has(account))
      yield* note(
        `The configuration also sets limits of ${account}: the next start restores them. Change them there too.`
      )
    const shown = changes.length === 0 ? limitChange.UNCHANGED : accounts.changesText(changes)
    yield* answer({ ...(yield* accounts.show(account)), changes }, `${what}.\n${shown}`)
  })
