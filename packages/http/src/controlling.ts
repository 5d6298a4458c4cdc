import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Access, Api, Documents, type Parameters, Problem, type Server } from "@roundlot/api"
import { Account, type AccountName, Decimal, Order, Quantity, Reads, Ticker, Trade } from "@roundlot/core"
import type { Table } from "@roundlot/core/adapter"
import { AccountScope, Break, type Command, type Jobs } from "@roundlot/core/ledger"
import { accounts, approvals, controls, criteria, past } from "@roundlot/queries"
import { type Layer, Effect, Option, Struct } from "effect"
import {
  abandoned,
  accountEntry,
  accountNames,
  attending,
  carryingOut,
  halts,
  jobTypes,
  limitChange,
  lots,
  orderPolicy,
  type Services,
  verdicts
} from "@roundlot/commands"
import type { Settings } from "./Settings.ts"
import { acted, looked, type ActFailure, type ActProblem } from "./failing.ts"
import { enqueued } from "./jobs.ts"
import { type Call, once } from "./once.ts"
import { versionsIn } from "./versions.ts"
import { maybe, type Wish, command, type Of, wishOf, read, readTicker, readPrice, readShares } from "./commanding.ts"
import { rehearsed, decide } from "./deciding.ts"

const { RoundlotApi } = Api

/** Commands what a call asks for, once for each key; a dry run is asked anew each time. */
const commanded =
  <Asked extends Wish, E extends ActFailure | ActProblem, N>(
    act: (asked: Asked) => Effect.Effect<Documents.DoneDocument, E, N>
  ) =>
  (asked: Asked) =>
    acted(asked.payload.dryRun === true ? act(asked) : once(Documents.DoneDocument, asked, () => act(asked)))

const readOwed = (text: string | undefined) => maybe("owed", Decimal.FromString, text, "number of shares")
const readHeld = (text: string | undefined) => maybe("held", Decimal.FromString, text, "number of shares")

// Trading states

type Where = Wish & {
  readonly payload: { readonly account?: string | undefined; readonly symbol?: string | undefined }
}

/** To whom a call about trading states is addressed, and what it is for. */
const whereOf = ({ payload: { account, symbol } }: Where) =>
  verdicts.scopeOf({ account: Option.fromNullable(account), symbol: Option.fromNullable(symbol), all: false })

const resuming = commanded((where: Where & Of<"resume">) =>
  Effect.flatMap(whereOf(where), ({ account, scope }) =>
    command(account, where, { _tag: "Resume", scope, lifts: where.payload.lifts })
  )
)

const setState = (tag: "Observe" | "Reduce" | "AskFirst") =>
  commanded((where: Where) =>
    Effect.flatMap(whereOf(where), ({ account, scope }) => command(account, where, { _tag: tag, scope }))
  )

/** A halt waits for what is on its way, also where nobody is left to bring it to an end. */
const halting = commanded((where: Where & Of<"halt">) =>
  Effect.gen(function* () {
    const asked = { ...(yield* wishOf(where)), ...(yield* whereOf(where)) }
    const performed = halts.halt({ ...asked, cancelOpen: where.payload.cancelOpen ?? false })
    const { done } = yield* asked.dryRun ? performed : Effect.raceFirst(performed, abandoned.settleAbandoned)
    return done
  })
)

// Requests for a second person

type Deciding = Wish & { readonly path: { readonly id: string } }

/** What is decided of a request, in its account. */
const onApproval = (tag: "GrantApproval" | "RejectApproval") =>
  commanded((asked: Deciding) =>
    Effect.flatMap(approvals.find(asked.path.id), ({ account, id }) =>
      command(account, asked, { _tag: tag, approvalId: id })
    )
  )

// Records

interface OnRecord extends Wish {
  readonly path: { readonly id: string }
}

/** What is commanded of a record, on its account, where it is still as the caller has read it. */
const on = <
  R extends { readonly account: AccountName.AccountName },
  Asked extends OnRecord,
  E extends ActFailure | ActProblem,
  N
>(
  table: Table.Table<R>,
  kind: "order" | "trade" | "break",
  commandOf: (found: R, asked: Asked) => Effect.Effect<Command.Command, E, N>
) =>
  commanded((asked: Asked) =>
    Effect.gen(function* () {
      const { id } = asked.path
      const found = yield* verdicts.recordOf(table, kind, id)
      const wanted = yield* commandOf(found, asked)
      return yield* command(found.account, asked, wanted, versionsIn(asked.headers["if-match"], id))
    })
  )

const simply =
  <R>(commandOf: (found: R) => Command.Command) =>
  (found: R) =>
    Effect.succeed(commandOf(found))

const resolving = on(
  Order.OrderTable,
  "order",
  ({ id }: Order.Order, { payload: { as, ended = false, notPlaced = false } }: OnRecord & Of<"resolveOrder">) =>
    verdicts.resolution(id, { as: Option.fromNullable(as), ended, notPlaced })
)

const acceptingReport = on(
  Order.OrderTable,
  "order",
  ({ id }: Order.Order, { payload }: OnRecord & Of<"acceptReport">) =>
    Effect.succeed<Command.Command>({ _tag: "AcceptHeldReport", orderId: id, number: payload.report })
)

const voiding = on(Order.OrderTable, "order", ({ id }: Order.Order, { payload }: OnRecord & Of<"voidOrder">) =>
  Effect.succeed<Command.Command>({ _tag: "VoidOrder", orderId: id, execIds: payload.execution ?? [] })
)

const approving = on(Order.OrderTable, "order", ({ id, side }: Order.Order, asked: OnRecord & Of<"approveOrder">) =>
  Effect.map(
    read("quantity", Quantity.Quantity, asked.payload.quantity, "number of shares above zero"),
    (quantity): Command.Command => ({ _tag: "Approve", orderId: id, side, quantity })
  )
)

const releasing = on(Trade.TradeTable, "trade", ({ id }: Trade.Trade, { payload }: OnRecord & Of<"releaseTrade">) =>
  Effect.map(
    payload.symbol === undefined ? Effect.succeed(undefined) : readTicker(payload.symbol),
    (symbol): Command.Command => ({ _tag: "Release", tradeId: id, symbol })
  )
)

/** The queue is no account's; the order is. */
const rechecked = (asked: Call & { readonly path: { readonly id: string } }) =>
  once(Documents.JobDocument, asked, (first) =>
    Effect.flatMap(verdicts.recordOf(Order.OrderTable, "order", asked.path.id), ({ id: orderId }) =>
      AccountScope.lifted(enqueued(jobTypes.recheckType, { orderId }, first))
    )
  )

const identifyingLots = commanded((asked: OnRecord & Of<"identifyLots">) =>
  Effect.flatMap(lots.identifying(asked.path.id, asked.payload.lots), ({ account, command: wanted }) =>
    command(account, asked, wanted)
  )
)

// Symbols and accounts

interface OnSymbol extends Wish {
  readonly path: { readonly symbol: string }
  readonly payload: Wish["payload"] & { readonly account?: string | undefined }
}

/** What is commanded of a symbol of the named account, else of the only one. */
const onSymbol = <Asked extends OnSymbol, E extends ActFailure | ActProblem, N>(
  commandOf: (symbol: Ticker.Ticker, asked: Asked) => Effect.Effect<Command.Command, E, N>
) =>
  commanded((asked: Asked) =>
    Effect.gen(function* () {
      const account = yield* accountNames.sole(Option.fromNullable(asked.payload.account))
      return yield* command(account, asked, yield* commandOf(yield* readTicker(asked.path.symbol), asked))
    })
  )

const adjusting = onSymbol((symbol, { payload: { as, by, held, price } }: OnSymbol & Of<"adjust">) =>
  Effect.gen(function* () {
    const shares = yield* read("by", Decimal.FromString, by, "number of shares")
    const command = { _tag: "AdjustPosition", symbol, as, by: shares } as const
    return { ...command, price: yield* readPrice("price", price), held: yield* readHeld(held) }
  })
)

const splitting = onSymbol((symbol, { payload: { cashInLieu, from, held, to } }: OnSymbol & Of<"split">) =>
  Effect.gen(function* () {
    if (from < 1 || to < 1) {
      return yield* Effect.fail(Problem.failures.badRequest("a split ratio has whole shares, such as 2 for 1", "to"))
    }
    const price = yield* readPrice("cashInLieu.price", cashInLieu?.price)
    const quantity = yield* readShares("cashInLieu.quantity", cashInLieu?.quantity)
    return {
      _tag: "AcceptSplit",
      symbol,
      to,
      from,
      cashInLieu: quantity === undefined ? undefined : { quantity, price },
      held: yield* readHeld(held)
    }
  })
)

const renaming = onSymbol((symbol, { payload: { since, to } }: OnSymbol & Of<"rename">) =>
  Effect.gen(function* () {
    const from = since === undefined ? undefined : yield* criteria.momentOf("since", since)
    return { _tag: "RenameSymbol", symbol, to: yield* readTicker(to), since: from }
  })
)

const writingOff = onSymbol((symbol, { payload }: OnSymbol & Of<"writeOff">) =>
  Effect.gen(function* () {
    const quantity = yield* readShares("quantity", payload.quantity)
    return { _tag: "WriteOff", symbol, quantity, owed: yield* readOwed(payload.owed) }
  })
)

const confirming = onSymbol((symbol, { payload: { lot, tick } }: OnSymbol & Of<"confirmInstrument">) =>
  Effect.gen(function* () {
    return {
      _tag: "DeclareInstrument",
      symbol,
      lot: yield* readShares("lot", lot),
      tick: yield* readPrice("tick", tick)
    }
  })
)

interface Holding {
  readonly symbol: string
  readonly quantity: string
}

const readHolding = ({ quantity, symbol }: Holding, at: number) =>
  Effect.all({
    symbol: read(`holdings[${at}].symbol`, Ticker.Ticker, symbol, "symbol"),
    quantity: read(`holdings[${at}].quantity`, Decimal.FromString, quantity, "number of shares")
  })

type Adopting = Wish & { readonly path: { readonly name: string } } & Of<"adopt">

const adopting = commanded((asked: Adopting) =>
  Effect.gen(function* () {
    const account = yield* accountNames.known(asked.path.name)
    const holdings = yield* Effect.forEach(asked.payload.holdings, readHolding)
    return yield* command(account, asked, { _tag: "AdoptAccount", holdings })
  })
)

interface Limiting {
  readonly path: { readonly name: string }
  readonly headers: Wish["headers"]
  readonly payload: typeof Documents.LimitsRequest.Type
}

/** The limits of an account that a caller asks for, where it is still as it was read. */
const limitsOf = ({ headers, path, payload: { reason, ...asked } }: Limiting) =>
  Effect.gen(function* () {
    const { name: actor } = yield* Access.Caller
    const name = yield* accountNames.known(path.name)
    const before = yield* Reads.account(name)
    const versions = versionsIn(headers["if-match"], name)
    if (versions !== undefined && !versions.some((version) => version === before?.version))
      return yield* new carryingOut.StaleRecord({ version: before?.version })
    const limits = accountEntry.said(Struct.omit(asked, "dryRun"))
    const settings = yield* Effect.mapError(
      accountEntry.readAccount({ limits }, name, before ?? Account.defaultSettings),
      ({ message }) => Problem.failures.badRequest(message)
    )
    return { account: name, settings, before, actor, reason }
  })

/** Sets limits of an account; one that lets more through than before needs its reason. */
const setLimits = (asked: Limiting) =>
  Effect.gen(function* () {
    const { approval } = yield* limitChange.set(yield* limitsOf(asked))
    return { ...(yield* accounts.show(asked.path.name)), ...(approval === undefined ? {} : { approval }) }
  })

/** Sets how orders of an account leave that say nothing themselves. */
const setOrderPolicy = (
  named: string,
  { reason, ...order }: typeof Documents.OrderPolicyRequest.Type,
  { configuration, unsupportedOrders }: Settings
) =>
  Effect.gen(function* () {
    const { name: actor } = yield* Access.Caller
    const name = yield* accountNames.known(named)
    yield* orderPolicy.expectUnconfigured(name, configuration)
    const before = yield* Reads.account(name)
    const settings = yield* Effect.mapError(
      accountEntry.readAccount({ order }, name, before ?? Account.defaultSettings),
      ({ message }) => Problem.failures.badRequest(message)
    )
    yield* orderPolicy.expectTaken(settings, unsupportedOrders)
    const { approval } = yield* limitChange.set({ account: name, settings, before, actor, reason })
    return { ...(yield* accounts.show(name)), ...(approval === undefined ? {} : { approval }) }
  })

const all = <D>(items: ReadonlyArray<D>) => ({ items, nextCursor: null })

const ofOrder = (commandOf: (order: Order.Order) => Command.Command) => on(Order.OrderTable, "order", simply(commandOf))

const cancelling = ofOrder(({ id }) => ({ _tag: "Cancel", orderId: id }))
const retrying = ofOrder(({ id }) => ({ _tag: "Retry", orderId: id }))

/** What is done about a case, where it is still as the caller has read it. */
const onCase = <Asked extends OnRecord>(actOf: (asked: Asked) => attending.Act) =>
  commanded((asked: Asked) =>
    Effect.gen(function* () {
      const { account, command: wanted } = yield* attending.attending(asked.path.id, actOf(asked))
      return yield* command(account, asked, wanted, versionsIn(asked.headers["if-match"], asked.path.id))
    })
  )

const ofTrade = (commandOf: (trade: Trade.Trade) => Command.Command) => on(Trade.TradeTable, "trade", simply(commandOf))

const ofControls = (settings: Settings) =>
  HttpApiBuilder.group(RoundlotApi, "controls", (group) =>
    group
      .handle("list", ({ urlParams: { asOf } }) =>
        acted(past.seen(asOf, past.ownersOf(), Effect.map(controls.list, all)))
      )
      .handle("approvals", ({ urlParams }) => looked(approvals.list(urlParams)))
      .handle("showApproval", ({ path }) => looked(approvals.show(path.id)))
      .handle("grantApproval", onApproval("GrantApproval"))
      .handle("rejectApproval", onApproval("RejectApproval"))
      .handle("halt", halting)
      .handle("resume", resuming)
      .handle("observe", setState("Observe"))
      .handle("reduce", setState("Reduce"))
      .handle("approve", setState("AskFirst"))
      .handle("cancelOrder", cancelling)
      .handle("approveOrder", approving)
      .handle("resolveOrder", resolving)
      .handle("acceptReport", acceptingReport)
      .handle("voidOrder", voiding)
      .handle("retryOrder", retrying)
      .handle("recheckOrder", (asked) => acted(rechecked(asked)))
      .handle("resolveBreak", on(Break.BreakTable, "break", verdicts.verdictOn))
      .handle(
        "acknowledgeCase",
        onCase(() => attending.acknowledging)
      )
      .handle(
        "assignCase",
        onCase(({ payload }: OnRecord & Of<"assignCase">) => attending.assigning(payload.to))
      )
      .handle(
        "noteCase",
        onCase(() => attending.noting)
      )
      .handle("identifyLots", identifyingLots)
      .handle(
        "reverseTrade",
        ofTrade(({ id }) => ({ _tag: "Reverse", tradeId: id }))
      )
      .handle(
        "dismissTrade",
        ofTrade(({ id }) => ({ _tag: "DismissTrade", tradeId: id }))
      )
      .handle("releaseTrade", releasing)
      .handle("adjust", adjusting)
      .handle("split", splitting)
      .handle("rename", renaming)
      .handle("writeOff", writingOff)
      .handle("confirmInstrument", confirming)
      .handle("adopt", adopting)
      .handle("setLimits", (asked) =>
        asked.payload.dryRun === true
          ? acted(Effect.flatMap(limitsOf(asked), limitChange.rehearse))
          : acted(once(Documents.AccountDetail, asked, () => setLimits(asked)))
      )
      .handle("setOrderPolicy", (asked) =>
        acted(once(Documents.AccountDetail, asked, () => setOrderPolicy(asked.path.name, asked.payload, settings)))
      )
      .handle("decide", (asked) =>
        asked.payload.dryRun === true
          ? acted(rehearsed(asked.payload))
          : acted(once(Documents.DecisionDocument, asked, (first) => decide(asked.payload, first?.key)))
      )
      .handle("audit", (asked) =>
        acted(once(Documents.JobDocument, asked, (first) => enqueued(jobTypes.auditType, asked.payload, first)))
      )
      .handle("anchors", () => Effect.zipRight(AccountScope.requireAll, settings.anchors))
  )

/** The routes by which operators and strategies command. */
export const layer = (
  settings: Settings
): Layer.Layer<
  Server.Group<"controls">,
  never,
  Access.Reading | Parameters.KnownParameters | Access.Trading | Access.Operating | Jobs.Jobs | Services
> => ofControls(settings)
