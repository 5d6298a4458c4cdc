import * as Options from "@effect/cli/Options"
import { Account, Decision, Decisions, Order, Reads } from "@roundlot/core"
import { Doubts, Tracking } from "@roundlot/core/ledger"
import { decisionDocument as decisions } from "@roundlot/queries"
import { Effect, Layer, Schedule } from "effect"
import { accountNames, asking, decisionInput, leases } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { making } from "../within.ts"
import type { Settings } from "../Program.ts"
import * as instruction from "./instruction.ts"
import { dryRun } from "./decideDryRun.ts"

const { text } = flags

const refused = (problem: string) => new UsageError({ problem, remedy: "See 'roundlot decide --help'" })

const flagOf: Readonly<Record<decisionInput.ReadTerm, string>> = {
  symbol: "--symbol",
  side: "--side",
  quantity: "--quantity",
  notional: "--notional",
  orderType: "--type",
  limitPrice: "--limit-price",
  stopPrice: "--stop-price",
  timeInForce: "--time-in-force",
  goodTill: "--good-till",
  session: "--session"
}

const inputOf = (written: decisionInput.WrittenDecision) =>
  Effect.filterOrElse(
    decisionInput.decisionInputOf(written, (term, text, wanted) =>
      refused(`${flagOf[term]} "${text}" is not a valid ${wanted}`)
    ),
    (input) => Decision.faultOf(input) === undefined,
    (input) => Effect.fail(refused(`Invalid decision: ${Decision.faultOf(input)}`))
  )

const LONGEST_DOUBT = "25 seconds"

/** On a machine that stalls the lease may not have been renewed in time; then nothing has changed, and it is renewed soon. */
const whileUnproven = {
  schedule: asking.LOOK_AGAIN.pipe(Schedule.upTo(asking.LONGEST_TURN)),
  while: ({ _tag }: { readonly _tag: string }) => _tag === "NotDriven"
}

/** Nobody drives the account: we do, for this decision. */
const drive = (decision: Decision.Decision, settings: Settings) =>
  Effect.gen(function* () {
    const accounts = (yield* Reads.all(Account.AccountTable)).filter(({ name }) => name === decision.account)
    const work = Effect.gen(function* () {
      const service = yield* Decisions.Decisions
      const executed = yield* Effect.retry(service.execute(decision.id), whileUnproven)
      if (!asking.isOver(executed)) yield* watch(decision)
    })
    const brokers = settings.brokers.of(accounts, { sends: true })
    yield* Effect.provide(work, Layer.provideMerge(Decisions.layer, brokers))
  })

const isDoubtful = (decision: Decision.Decision) =>
  Effect.map(
    Reads.first(Order.OrderTable, {
      where: [
        { column: "decisionId", in: [decision.id] },
        { column: "status", in: ["in_doubt"] }
      ]
    }),
    (order) => order !== undefined
  )

/** Reads what became of the order, for a moment; one in doubt is looked for. */
const watch = (decision: Decision.Decision) =>
  Effect.gen(function* () {
    const asked = yield* Doubts.makeAsked
    const look = Effect.zipRight(Doubts.askForDoubtful(asked), isDoubtful(decision))
    if (yield* isDoubtful(decision)) {
      const settled = Effect.repeat(look, { schedule: Schedule.spaced("500 millis"), until: (isOpen) => !isOpen })
      yield* Effect.timeoutOption(settled, LONGEST_DOUBT)
    }
    const poll = Effect.zipRight(Tracking.pollAll, Decisions.find(decision.id))
    yield* Effect.timeoutOption(
      Effect.repeat(poll, { schedule: asking.LOOK_AGAIN, until: asking.isOver }),
      asking.LONGEST_FILL
    )
  })

const sayOf = ({ id, orderId, reason, status }: decisions.DecisionDocument): string =>
  [`${id} ${status}`, orderId === null ? [] : `by ${orderId}`, reason === null ? [] : `: ${reason}`].flat().join(" ")

/** `decide`. */
export const decide = Verb.make({
  name: "decide",
  summary: "make a decision: one direct order, sent once; exit code 1 if it fails",
  examples: [
    ["roundlot decide --symbol AAPL --side buy --quantity 3", "market order, day"],
    [
      "roundlot decide --symbol AAPL --side sell --quantity 3 --type limit --limit-price 200 --strategy momentum",
      "limit order of a strategy"
    ],
    [
      "roundlot decide --symbol AAPL --side buy --quantity 3 --type limit --limit-price 200 --session extended",
      "limit order, extended hours included"
    ],
    [
      "roundlot decide --symbol AAPL --side sell --quantity 3 --type stop --stop-price 180 --time-in-force gtc",
      "stop order: market at 180 or below, good till cancelled"
    ],
    [
      "roundlot decide --symbol AAPL --side buy --quantity 3 --type limit --limit-price 180 --good-till 2026-12-01T21:00:00Z",
      "good till a time, if the broker supports it"
    ],
    ["roundlot decide --symbol AAPL --side buy --quantity 3 --dry-run", "preview; nothing is sent"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    symbol: Options.text("symbol").pipe(Options.withDescription("The ticker")),
    side: Options.text("side").pipe(Options.withDescription("buy or sell")),
    quantity: text("quantity", "Shares; or --notional"),
    notional: text("notional", "Order size in dollars, instead of shares"),
    orderType: instruction.terms.type,
    limitPrice: instruction.terms.limitPrice,
    stopPrice: instruction.terms.stopPrice,
    timeInForce: instruction.terms.timeInForce,
    goodTill: instruction.terms.goodTill,
    session: instruction.terms.session,
    strategy: text("strategy", "Strategy of the decision; default manual"),
    rationale: text("rationale", "Rationale: text or JSON"),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription("Show whether the order would be sent, and its impact; write and send nothing")
    )
  },
  run: (asked) =>
    Effect.gen(function* () {
      // A decision that cannot be makes no store.
      const input = yield* inputOf(asked)
      if (asked.dryRun) return yield* dryRun(asked, input)
      return yield* making(asked, (settings) =>
        Effect.gen(function* () {
          const output = yield* Output
          const account = yield* settings.openAccount(asked.account)
          const made = yield* Decisions.decide(account, input, { actor: accountNames.ACTOR })
          yield* Effect.flatMap(leases.open, (driving) => driving.take(account)).pipe(
            Effect.zipRight(drive(made, settings)),
            Effect.scoped,
            Effect.catchTag("LeaseHeld", () => asking.askDaemon(made, accountNames.ACTOR))
          )
          const document = decisions.documentOf(yield* Decisions.find(made.id))
          if (document.status === "failed") yield* output.failed
          yield* output.answer(document, (screen) => `${sayOf(document)}\n${detail.format(document, screen)}`)
        })
      )
    })
})
