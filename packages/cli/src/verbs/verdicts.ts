import * as Options from "@effect/cli/Options"
import { Order, Trade } from "@roundlot/core"
import { Break, codeWords, type Command } from "@roundlot/core/ledger"
import { Effect, Option } from "effect"
import { abandoned, carryingOut, halts, verdicts } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import { yes } from "../terminal/confirm.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { perform, performAsked, performIfMeant } from "./commanding.ts"
import { workOn } from "./orders.ts"

const { commandId, dryRun, place } = flags

/** `orders resolve`. */
export const ordersResolve = Verb.make({
  name: "orders resolve",
  summary: "resolve an unconfirmed order, or one that its broker contradicts",
  examples: [
    ["roundlot orders resolve O5 --as P1234-7 --reason 'seen in the broker app'", "the broker has it, under this id"],
    [
      "roundlot orders resolve O5 --not-placed --reason 'the broker confirmed by phone' --dry-run",
      "preview the impact"
    ],
    [
      "roundlot orders resolve O5 --not-placed --reason 'the broker confirmed by phone' --yes",
      "the broker never received it"
    ],
    ["roundlot orders resolve O5 --ended --reason 'inactive in the broker app' --yes", "it has ended at the broker"]
  ],
  flags: {
    ...place,
    id: flags.id("The order, O5"),
    as: Options.text("as").pipe(Options.withDescription("Broker order id of the order"), Options.optional),
    notPlaced: Options.boolean("not-placed").pipe(Options.withDescription("The broker never received the order")),
    ended: Options.boolean("ended").pipe(
      Options.withDescription("The order has ended as the broker last reported; refused without such a report")
    ),
    reason: flags.reason,
    commandId,
    dryRun,
    yes
  },
  run: ({ as, commandId: command, dryRun: isDry, ended, id, notPlaced, reason, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const order = yield* verdicts.recordOf(Order.OrderTable, "order", id)
        const verdict = yield* verdicts.resolution(order.id, { as, ended, notPlaced })
        yield* performIfMeant({
          account: order.account,
          commandId: command,
          dryRun: isDry,
          reason,
          command: verdict,
          // An id is read back and compared; that there is none is a person's word alone.
          isSaid: isSaid || Option.isSome(as),
          question: ended
            ? `Confirm that ${id} has ended at the broker? If it still works there, its shares are traded twice.`
            : `Confirm that the broker never received ${id}? If it did, its shares are traded twice.`
        })
      })
    )
})

/** `breaks resolve`. */
export const breaksResolve = Verb.make({
  name: "breaks resolve",
  summary: "close a break manually; an overfill is accepted as it is",
  examples: [
    ["roundlot breaks resolve B2 --reason 'the venue sent it twice'", "with the reason in the journal"],
    [
      "roundlot breaks resolve B3 --reason 'seen at the broker' --yes",
      "a break that blocks trading needs --yes in a script"
    ]
  ],
  flags: { ...place, id: flags.id("The break, B2"), reason: flags.reason, commandId, dryRun, yes },
  run: ({ commandId: command, dryRun: isDry, id, reason, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const found = yield* verdicts.recordOf(Break.BreakTable, "break", id)
        const verdict = yield* verdicts.verdictOn(found)
        yield* performIfMeant({
          account: found.account,
          commandId: command,
          dryRun: isDry,
          reason,
          command: verdict,
          isSaid: isSaid || !Break.looses(found),
          question: `Close ${id} (${codeWords.breakName(found)}) manually?`
        })
      })
    )
})

/** `trades release`. */
export const tradesRelease = Verb.make({
  name: "trades release",
  summary: "release a quarantined trade: it counts",
  examples: [["roundlot trades release T12 --symbol AAPL --reason 'renamed'", "an unmapped trade needs its symbol"]],
  flags: {
    ...place,
    id: flags.id("The trade, T12"),
    symbol: Options.text("symbol").pipe(
      Options.withDescription("Symbol under which the trade counts"),
      Options.optional
    ),
    reason: flags.reason,
    commandId,
    dryRun,
    yes
  },
  run: ({ commandId: command, dryRun: isDry, id, reason, symbol, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const trade = yield* verdicts.recordOf(Trade.TradeTable, "trade", id)
        const ticker = Option.isNone(symbol) ? undefined : yield* verdicts.tickerOf(symbol.value)
        const verdict: Command.Command = { _tag: "Release", tradeId: trade.id, symbol: ticker }
        yield* performAsked({
          account: trade.account,
          commandId: command,
          dryRun: isDry,
          reason,
          command: verdict,
          isSaid,
          question: `Release ${id} and send these orders?`
        })
      })
    )
})

/** `trades dismiss`. */
export const tradesDismiss = Verb.make({
  name: "trades dismiss",
  summary: "dismiss a quarantined trade: it never counts",
  flags: { ...place, id: flags.id("The trade, T12"), reason: flags.reason, commandId, dryRun },
  run: ({ commandId: command, dryRun: isDry, id, reason, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const trade = yield* verdicts.recordOf(Trade.TradeTable, "trade", id)
        const verdict: Command.Command = { _tag: "DismissTrade", tradeId: trade.id }
        yield* perform({ account: trade.account, commandId: command, dryRun: isDry, reason, command: verdict })
      })
    )
})

/** To what a change of trading state is narrowed, and why. */
export const scopeFlags = {
  ...place,
  account: Options.text("account").pipe(Options.withDescription("Only this account"), Options.optional),
  symbol: Options.text("symbol").pipe(Options.withDescription("Only this symbol of the account"), Options.optional),
  all: Options.boolean("all").pipe(Options.withDescription("Everything")),
  reason: flags.reason,
  commandId,
  dryRun
}

/** The scope of what lets orders through again: it has to be given, unlike that of a halt. */
export const liftedScopeOf = (asked: Parameters<typeof verdicts.scopeOf>[0]): ReturnType<typeof verdicts.scopeOf> =>
  asked.all || Option.isSome(asked.account) || Option.isSome(asked.symbol)
    ? verdicts.scopeOf(asked)
    : Effect.fail(new UsageError({ problem: "No scope is given", remedy: "Give --symbol, --account or --all" }))

/** `halt`. */
export const halt = Verb.make({
  name: "halt",
  summary: "halt trading: everything, an account or a symbol; works without a daemon",
  examples: [
    ["roundlot halt --reason 'news'", "everything"],
    ["roundlot halt --account paper --symbol AAPL --reason 'news'", "one symbol"],
    ["roundlot halt --cancel-open --reason 'news'", "also cancel open orders"]
  ],
  flags: {
    ...scopeFlags,
    cancelOpen: Options.boolean("cancel-open").pipe(
      Options.withDescription("Also cancel our open orders in this scope; their positions are held until resumed")
    )
  },
  run: ({ cancelOpen, ...asked }) =>
    writing(asked, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const halting = halts.halt({ ...asked, ...(yield* verdicts.scopeOf(asked)), cancelOpen })
        if (asked.dryRun)
          return yield* Effect.flatMap(halting, ({ done }) => output.answer(done, carryingOut.sentenceOf(done)))
        const { done, orders } = yield* Effect.raceFirst(halting, abandoned.settleAbandoned)
        const accounts = new Map(orders.map((order) => [order.account, order]))
        yield* Effect.forEach(accounts.values(), (order) => workOn(order, settings), { discard: true })
        yield* output.answer(done, carryingOut.sentenceOf(done))
      })
    )
})

/** `resume`. */
export const resume = Verb.make({
  name: "resume",
  summary: "resume trading, and lift holds set by a cancel or a circuit breaker",
  examples: [
    ["roundlot resume --symbol AAPL --reason 'news is out'", "one symbol"],
    ["roundlot resume --account paper --reason 'news is out' --yes", "a script needs --yes where orders would be sent"],
    ["roundlot resume --all --reason 'news is out'", "a halt of everything; accounts and symbols keep their own"]
  ],
  flags: { ...scopeFlags, yes },
  run: ({ yes: isSaid, ...asked }) =>
    writing(asked, () =>
      Effect.gen(function* () {
        const { account, scope } = yield* liftedScopeOf(asked)
        const command = { _tag: "Resume", scope } satisfies Command.Command
        yield* performAsked({ ...asked, account, command, isSaid, question: "Send these orders?" })
      })
    )
})
