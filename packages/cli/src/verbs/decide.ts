import { dollarsText } from "@roundlot/api/text"
import * as Options from "@effect/cli/Options"
import { Account, Decision, Decisions, Order, Reads, Decimal, Instant } from "@roundlot/core"
import { Doubts, Tracking, drive } from "@roundlot/core/ledger"
import { decisionDocument as decisions, decisionOutlook as outlooks, text } from "@roundlot/queries"
import { Effect, Layer, Schedule, type Option } from "effect"
import { accountNames, asking, decisionInput, leases } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { making } from "../within.ts"
import type { Settings, Flags } from "../Program.ts"
import * as instruction from "./instruction.ts"
import { onCopies } from "../rehearsal.ts"
import { nobody } from "../embedded.ts"

const { text: textFlag } = flags

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
const execute = (decision: Decision.Decision, settings: Settings) =>
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
  `${id} ${status}${orderId === null ? "" : ` (${orderId})`}${reason === null ? "" : `: ${reason}`}`

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
    quantity: textFlag("quantity", "Shares; or --notional"),
    notional: textFlag("notional", "Order size in dollars, instead of shares"),
    orderType: instruction.terms.type,
    limitPrice: instruction.terms.limitPrice,
    stopPrice: instruction.terms.stopPrice,
    timeInForce: instruction.terms.timeInForce,
    goodTill: instruction.terms.goodTill,
    session: instruction.terms.session,
    strategy: textFlag("strategy", "Strategy of the decision; default manual"),
    rationale: textFlag("rationale", "Rationale: text or JSON"),
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
            Effect.zipRight(execute(made, settings)),
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

/** Refuses by name, before anything is rehearsed, an account that is declared for real money. */
const refuseLive = ({ broker, environment, name: account }: Account.Account) =>
  environment === "live" ? Effect.fail(new drive.LiveRefused({ account, broker })) : Effect.void

const orderOf = (order: Order.Order) => ({
  symbol: order.symbol,
  side: order.side,
  quantity: Decimal.format(order.quantity),
  askedNotional: text.decimalOrNull(order.askedNotional),
  type: order.type,
  limitPrice: text.decimalOrNull(order.limitPrice),
  stopPrice: text.decimalOrNull(order.stopPrice),
  timeInForce: order.timeInForce,
  goodTill: text.timeOrNull(order.goodTill),
  session: order.session
})

const priceOf = ({ price }: Decisions.DecisionOutlook) =>
  price._tag === "NoPrice"
    ? null
    : { price: Decimal.format(price.price), at: Instant.format(price.at), source: price.source }

/** What a rehearsal found, as programs read it. Signed shares, dollars. */
const documentOf = (outlook: Decisions.DecisionOutlook) => {
  const { dependsOn, order, sentToday } = outlook
  const { verdict: _, ...found } = outlooks.documentOf(outlook)
  return {
    ...found,
    order: order === undefined ? null : orderOf(order),
    price: priceOf(outlook),
    sentToday: {
      before: Decimal.format(sentToday.before),
      after: Decimal.format(sentToday.after),
      most: text.decimalOrNull(sentToday.most)
    },
    dependsOn
  }
}

type Rehearsed = ReturnType<typeof documentOf>

const askedNames = { instrument: "the instrument", price: "its price" } as const

const textOf = (rehearsed: Rehearsed, verdict: string): string => {
  const { dependsOn, held, price, sentToday } = rehearsed
  const { after, before, most } = sentToday
  const asked = dependsOn.map((each) => askedNames[each]).join(" and ")
  return [
    `Nothing is written. ${verdict}.`,
    ...(price === null ? [] : [`  price: ${dollarsText(price.price)} (${price.source}, ${price.at})`]),
    `  held: ${held.before} → ${held.after ?? "as many as it buys"} shares, once it is filled`,
    `  sent today: ${dollarsText(before)} → ${dollarsText(after)}${most === null ? "" : ` of ${dollarsText(most)}`}`,
    ...(asked === "" ? [] : [`  ${asked}: checked with the broker before sending, not in a dry run`])
  ].join("\n")
}

interface Asked extends Flags {
  readonly account: Option.Option<string>
}

/** Says what a decision would come to, by copies of the books and of the paper exchange: nothing is written, and nothing is sent. */
const dryRun = (asked: Asked, input: Decision.DecisionInput): Verb.Doing =>
  onCopies(asked, (settings, exchange) =>
    Effect.gen(function* () {
      const { answer, look } = yield* Output
      const account = yield* settings.openAccount(asked.account)
      const known = yield* Reads.account(account)
      if (known !== undefined) yield* refuseLive(known)
      // No broker but the exchange's copy is asked by a rehearsal.
      const brokers = known === undefined || known.broker === "paper" ? exchange : nobody
      const outlook = yield* Effect.provide(Decisions.rehearse(account, input), brokers)
      const rehearsed = documentOf(outlook)
      if (rehearsed.outcome !== "submitted") yield* look
      yield* answer(rehearsed, textOf(rehearsed, outlooks.documentOf(outlook).verdict))
    })
  ).pipe(Effect.scoped)
