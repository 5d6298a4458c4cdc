import * as Args from "@effect/cli/Args"
import { accounts, instruments, limitTable, past, type Screen } from "@roundlot/queries"
import { Effect, Either, Option, Schema, Struct } from "effect"
import * as detail from "../terminal/detail.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, making } from "../within.ts"
import * as listOutput from "./listOutput.ts"
import * as flags from "../terminal/flags.ts"
import * as Options from "@effect/cli/Options"
import { Account, AccountName, Reads } from "@roundlot/core"
import { accountEntry, accountNames, limitChange, orderPolicy } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import * as confirm from "../terminal/confirm.ts"
import { changing } from "../rehearsal.ts"
import { settle } from "../Program.ts"
import { fourEyesOperations, limitNames } from "@roundlot/core/vocabulary"
import { limitFlags, limitsSaid } from "./limitFlags.ts"

const { asOf, ofAccount, ofSymbol, page, text, view } = flags

/** `accounts list`. */
export const accountsList = Verb.make({
  name: "accounts list",
  summary: "list accounts and their settings",
  flags: {
    ...view,
    ...page,
    account: ofAccount,
    asOf,
    broker: text("broker", "At this broker"),
    environment: text("environment", "paper or live")
  },
  run: (asked) => listOutput.listed(asked, accounts.list(asked), accounts.table)
})

/** `accounts show`. */
export const accountsShow = Verb.make({
  name: "accounts show",
  summary: "show an account: settings and trading states",
  flags: { ...view, name: Args.text({ name: "NAME" }), asOf },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* past.seen(asked.asOf, accounts.nameOf(asked.name), accounts.show(asked.name))
        yield* answer(document, (screen) => accountText(document, screen))
      })
    )
})

/** The settings of an account, then its limits with what of each is used and what it refused. */
const accountText = (
  { limits, use, ...settings }: Effect.Effect.Success<ReturnType<typeof accounts.show>>,
  screen?: Screen.Screen
): string => `${detail.format(settings, screen)}\n\nLimits\n${limitTable.table({ limits, use }, screen)}`

/** `instruments list`. */
export const instrumentsList = Verb.make({
  name: "instruments list",
  summary: "list instruments with the broker's facts",
  flags: {
    ...view,
    ...page,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    status: text("status", "unverified, verified, not_traded or unknown")
  },
  run: (asked) => listOutput.listed(asked, instruments.list(asked), instruments.table)
})

const nameOf = (text: string): Either.Either<AccountName.AccountName, UsageError> =>
  Either.mapLeft(Schema.decodeEither(AccountName.AccountName)(text), () => {
    const remedy = "A name has letters, digits, '.', '_' and '-', at most 64, and begins with a letter or digit"
    return new UsageError({ problem: `'${text}' is not a valid account name`, remedy })
  })

const listed = (text: string): ReadonlyArray<string> => text.split(",").filter((each) => each !== "")

/** Lists as an entry has them, of those that were said; `none` is an empty one. */
const listsSaid = (said: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(said).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text === "none" ? [] : listed(text)] as const]
    )
  )

/** How the orders of an account leave that say nothing themselves, a flag each. */
const orderFlags = {
  limitOffsetBp: flags.text(
    "limit-offset-bp",
    "Limit order offset beyond the reference price in basis points: 10, or a ladder 5,20,50; none: market orders"
  ),
  lifeSeconds: Options.integer("order-life").pipe(
    Options.withDescription("Cancel limit orders after this many seconds"),
    Options.optional,
    Options.map(Option.getOrUndefined)
  ),
  session: flags.text("session", "Trading session: regular or extended"),
  timeInForce: flags.text("time-in-force", "Time in force: day, gtc, opg, cls, ioc or fok")
}

/** `accounts add`. */
export const accountsAdd = Verb.make({
  name: "accounts add",
  summary: "add an account, or change the settings that are named",
  examples: [
    ["roundlot accounts add hedge --direction offset", "hold the opposite of the source's positions"],
    ["roundlot accounts add big --lot 100 --threshold 150", "order in lots of 100, from a residual of 150 shares"],
    [
      "roundlot accounts add hedge --limit-offset-bp 5,20,50 --order-life 60 --session extended",
      "limit orders with an offset ladder"
    ]
  ],
  flags: {
    ...flags.place,
    name: Args.text({ name: "NAME" }),
    broker: flags.text("broker", "paper, alpaca, schwab, ibkr, or a broker of the configuration"),
    environment: flags.text("environment", "paper or live"),
    live: Options.boolean("live").pipe(
      Options.withDescription("Real money. 'roundlot start' refuses live accounts in this version")
    ),
    direction: flags.text("direction", "mirror or offset"),
    lot: flags.text("lot", "Lot size: orders are multiples of it, in shares; default 1"),
    threshold: flags.text("threshold", "Residual from which an order is due, in shares; default the lot"),
    thresholdNotional: flags.text("threshold-notional", "Residual from which an order is due, in dollars"),
    ...limitFlags,
    ...orderFlags,
    restricted: flags.text("restricted", "Restricted list: symbols never ordered, separated by commas; '' for none"),
    shorting: flags.text("shorting", "Short selling: never or allowed"),
    external: flags.text("external", "Orders made outside Roundlot at the broker: ignore or count"),
    cancelOnFlip: Options.boolean("cancel-on-flip").pipe(
      Options.withDescription("Cancel a working order when its residual changes sign")
    ),
    crossing: flags.text("crossing", "Direct orders while an order on the other side works: wait or refuse"),
    lotMethod: flags.text("lot-method", "Lot method of profit reports: fifo (default), lifo, hifo or average"),
    allocation: flags.text(
      "allocation",
      "How an order's fills go to its trades: fifo (default, the oldest first), pro-rata (all, by what each has in the order) or key (by the weights of --allocation-key)"
    ),
    allocationKey: flags.text(
      "allocation-key",
      "Weights of owners for --allocation key, comma-separated: ann=60,bob=40; none removes them"
    ),
    cutOffs: flags.text(
      "cut-offs",
      "Times at which collected trades are ordered, comma-separated: HH:MM in New York, open, open+5m, close-10m, every 30m; none (default) orders at once"
    ),
    fourEyes: flags.text(
      "four-eyes",
      `Operations that another person has to approve, comma-separated: ${fourEyesOperations.join(", ")}; none (default)`
    ),
    approvalMinutes: Options.integer("approval-minutes").pipe(
      Options.withDescription("How long a request may be approved, in minutes; default 60"),
      Options.optional,
      Options.map(Option.getOrUndefined)
    ),
    resendWindow: flags.text(
      "resend-window",
      "Time during which an order proven not to have arrived may be re-sent; default 10m"
    ),
    reason: flags.text("reason", "Reason; required when a limit is raised"),
    dryRun: confirm.dryRun
  },
  run: ({
    allocationKey,
    cancelOnFlip,
    config,
    cutOffs,
    dryRun,
    envFile,
    fourEyes,
    json: _json,
    lifeSeconds,
    limitOffsetBp,
    live,
    name,
    paper,
    reason,
    restricted,
    session,
    store,
    timeInForce,
    ...said
  }) =>
    Effect.gen(function* () {
      const account = yield* nameOf(name)
      const terms = { limitOffsetBp, lifeSeconds, session, timeInForce }
      const isOfOrders = Object.keys(accountEntry.said(terms)).length > 0
      const entry = {
        ...accountEntry.said(Struct.omit(said, ...limitNames)),
        ...(live ? { live } : {}),
        ...(cancelOnFlip ? { cancelOnFlip } : {}),
        limits: limitsSaid(said),
        ...(restricted === undefined ? {} : { restricted: listed(restricted) }),
        ...listsSaid({ allocationKey, cutOffs, fourEyes })
      }
      const place = { store, config, envFile, paper }
      const { brokers, configuration } = yield* settle(place)
      // What cannot be makes no store; offset and life may be said apart, of an account that has the other.
      const order = accountEntry.said({ session, timeInForce })
      yield* accountEntry.readAccount({ ...entry, order }, account, Account.defaultSettings, brokers.names)
      if (isOfOrders) yield* orderPolicy.expectUnconfigured(account, configuration)
      return yield* changing(
        dryRun,
        place,
        () =>
          Effect.gen(function* () {
            const { answer, look, note } = yield* Output
            const known = yield* Reads.account(account)
            const before = known ?? Account.defaultSettings
            const settings = yield* accountEntry.readAccount(
              { ...entry, ...accountEntry.said({ order: orderSaid(terms, before) }) },
              account,
              before,
              brokers.names
            )
            if (isOfOrders) yield* orderPolicy.expectTaken(settings, brokers.unsupportedOrders)
            const shown = known === undefined ? {} : { ...(yield* accounts.show(account)) }
            const change = { account, settings, before: known, actor: accountNames.ACTOR, reason }
            const made = yield* limitChange.set(change)
            if (made.approval !== undefined) yield* look
            const waits = made.approval === undefined ? {} : { approval: made.approval }
            const document = { ...(yield* accounts.show(account)), ...waits }
            if (dryRun) return yield* confirm.show(`Result: ${made.what}.`, shown, { ...document })
            yield* note(`${made.what}.`)
            return yield* answer(document, (screen) => detail.format(document, screen))
          }),
        making
      )
    })
})

/** What the flags say. */
interface OrderSaid {
  readonly limitOffsetBp: string | undefined
  readonly lifeSeconds: number | undefined
  readonly session: string | undefined
  readonly timeInForce: string | undefined
}

const offsetsIn = (text: string): number | ReadonlyArray<number> => {
  const [first = Number.NaN, ...further] = text.split(",").map(Number)
  return further.length === 0 ? first : [first, ...further]
}

/** What flags say of an account's orders over what it says already, as a configuration writes it; `undefined` where they say nothing. */
const orderSaid = (asked: OrderSaid, before: Account.AccountSettings): object | undefined => {
  const { lifeSeconds, limitOffsetBp, session, timeInForce } = asked
  if (Object.keys(accountEntry.said({ ...asked })).length === 0) return undefined
  const order = accounts.orderOf(before)
  const { lifeSeconds: life, limitOffsetBp: offsets, ...rest } = order === "market" ? {} : order
  const limit =
    limitOffsetBp === "none"
      ? {}
      : {
          limitOffsetBp: limitOffsetBp === undefined ? offsets : offsetsIn(limitOffsetBp),
          lifeSeconds: lifeSeconds ?? life
        }
  return accountEntry.said({ ...rest, ...limit, ...accountEntry.said({ session, timeInForce }) })
}
