import * as Options from "@effect/cli/Options"
import { Account, type AccountName, Commands, Reads } from "@roundlot/core"
import { limits, TradingState, type Command } from "@roundlot/core/ledger"
import { accounts, controls as views, past } from "@roundlot/queries"
import { Effect, Option } from "effect"
import { accountEntry, accountNames, carryingOut, verdicts } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import { confirm, yes } from "../terminal/confirm.ts"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"
import type { Configuration } from "../Program.ts"
import { theAccount } from "./adoptAccount.ts"
import { askWhereOrdersFollow } from "./commanding.ts"
import { limitFlags, limitsSaid } from "./limitFlags.ts"
import { liftedScopeOf, scopeFlags } from "./verdicts.ts"

/** The trading states other than normal, and the limits of every account. */
const inForce = Effect.gen(function* () {
  const states = (yield* views.list).filter(({ state }) => state !== "normal")
  const { items } = yield* accounts.list({ limit: 0 })
  const limits = items.map((account) => ({
    account: account.name,
    limits: account.limits,
    ordersPerMinute: account.ordersPerMinute,
    collarBp: account.collarBp,
    restricted: account.restricted
  }))
  return { states, limits }
})

/** `controls show`. */
export const controlsShow = Verb.make({
  name: "controls show",
  summary: "show active trading states and the limits of accounts",
  flags: { ...flags.view, asOf: flags.asOf },
  run: (where) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* past.seen(where.asOf, past.ownersOf(), inForce)
        const { limits: limited, states } = document
        const lines = states.map(
          ({ account, reason, state, symbol }) =>
            `${[symbol, account].filter((each) => each !== null).join(" on ") || "everything"} is ${state}: ${reason}`
        )
        const said = lines.length === 0 ? "Trading is normal: no active controls." : lines.join("\n")
        yield* answer(document, (screen) => [said, ...limited.map((each) => detail.format(each, screen))].join("\n\n"))
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
          const remedy = "Give --state, or one or more limits"
          return yield* new UsageError({ problem: "A trading state and limits cannot be set together", remedy })
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
    const { answer } = yield* Output
    const { account, scope } = yield* state === "normal" ? liftedScopeOf(asked) : verdicts.scopeOf(asked)
    const { reason } = asked
    if (reason === undefined) return yield* new UsageError({ problem: "No reason is given", remedy: "Add --reason" })
    const command: Command.Command = { _tag: commandOf[state], scope }
    const stated = { ...asked, account, reason, command }
    const before = yield* stateNow(account, scope)
    yield* askWhereOrdersFollow({ ...stated, isSaid: asked.yes, question: "Send these orders?" })
    const done = yield* carryingOut.carryOut(stated)
    yield* answer({ ...done, before, state }, `${carryingOut.sentenceOf(done)}\n  state: ${before} → ${state}`)
  })

const setLimits = (asked: Asked, limited: object, configuration: Configuration) =>
  Effect.gen(function* () {
    const { answer, note } = yield* Output
    const commands = yield* Commands.Commands
    const name = yield* theAccount(asked.account)
    const known = yield* Reads.account(name)
    const settings = yield* accountEntry.readAccount({ limits: limited }, name, known ?? Account.defaultSettings)
    const raised = known === undefined ? [] : limits.raisedLimits(known, settings)
    const changes = accounts.limitChanges(known, settings)
    const shown = changes.length === 0 ? "  no change: these limits are already set" : accounts.changesText(changes)
    if (asked.dryRun) {
      const contradiction = limits.contradictionOf(settings)
      if (contradiction !== undefined)
        return yield* new carryingOut.CommandRefused({
          why: `the limits of ${name} contradict each other: ${contradiction}`
        })
      const through = raised.length === 0 ? "raise no limit" : `raise ${raised.join(", ")}`
      return yield* answer(
        { account: name, limits: limited, raised, changes },
        `Nothing is written. It would ${through}.\n${shown}`
      )
    }
    if (raised.length > 0 && !asked.yes) {
      yield* note(shown)
      yield* confirm(false, `Raise ${raised.join(", ")}?`)
    }
    const made = yield* commands.setAccount(name, settings, accountNames.ACTOR, asked.reason, known)
    if (made._tag === "Refused") return yield* new carryingOut.CommandRefused({ why: made.why })
    if (changes.length > 0 && configuration.accounts.has(name))
      yield* note(`The configuration also sets limits of ${name}: the next start restores them. Change them there too.`)
    yield* answer({ ...(yield* accounts.show(name)), changes }, `${made.what}.\n${shown}`)
  })
