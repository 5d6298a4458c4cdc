import { type AccountName, Reads, Ticker } from "@roundlot/core"
import { ClientOrderId, Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import type { Break, Command } from "@roundlot/core/ledger"
import { criteria, errors } from "@roundlot/queries"
import { Effect, Either, Option, Schema } from "effect"
import { chosen, names } from "./accountNames.ts"
import { UsageError } from "./UsageError.ts"

/** The record of an id, as it was typed. */
export const recordOf = <R>(
  table: Table.Table<R>,
  kind: "order" | "trade" | "break" | "fill",
  text: string
): Effect.Effect<R, errors.BadFilter | errors.NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const id = yield* criteria.idOf(kind, kind, text)
    const found = yield* Reads.first(table, { where: [{ column: "id", in: [id] }] })
    return found ?? (yield* new errors.NotFound({ kind, id: text, list: `${kind}s` }))
  })

/** The symbol that was typed. */
export const tickerOf = (text: string): Either.Either<Ticker.Ticker, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Ticker.Ticker)(text), () => {
    const remedy = "A symbol has letters, digits, '.', '_', '/' and '-', and begins with a letter or digit"
    return new UsageError({ problem: `'${text}' is not a valid symbol`, remedy })
  })

/** What a person says of an order: its id at the broker, that it never came there, or that it has ended. */
export interface Said {
  readonly as: Option.Option<string>
  readonly notPlaced: boolean
  readonly ended: boolean
}

/** The verdict on an order: the broker has it under this id, never got it, or has ended it as its newest evidence says. */
export const resolution = (
  orderId: Id.OrderId,
  { as, ended, notPlaced }: Said
): Either.Either<Command.Command, UsageError> => {
  if ([Option.isSome(as), notPlaced, ended].filter(Boolean).length !== 1) {
    const remedy =
      "Give --as BROKER_ID if the broker has the order, --not-placed if it never arrived, --ended if it has ended there"
    return Either.left(new UsageError({ problem: "Choose exactly one resolution", remedy }))
  }
  if (ended) return Either.right({ _tag: "MarkEnded", orderId })
  if (Option.isNone(as)) return Either.right({ _tag: "MarkNotPlaced", orderId })
  const brokerOrderId = Schema.decodeEither(ClientOrderId.BrokerOrderId)(as.value)
  return Either.mapBoth(brokerOrderId, {
    onLeft: () =>
      new UsageError({
        problem: `--as '${as.value}' is not a valid broker order id`,
        remedy: "Give the id as the broker shows it"
      }),
    onRight: (id) => ({ _tag: "MarkPlaced", orderId, brokerOrderId: id })
  })
}

/** The verdict that closes a break: an excess is accepted as it stands, others are dismissed. */
export const verdictOn = (found: Break.Break): Effect.Effect<Command.Command, UsageError> => {
  const subject = Id.parse("order", found.subject)
  if (found.kind === "Doubt") {
    const remedy = `Resolve order ${found.subject} itself`
    return Effect.fail(new UsageError({ problem: "This break closes with its order", remedy }))
  }
  return Effect.succeed(
    found.kind === "Excess" && subject !== undefined
      ? { _tag: "AcceptAdjustment", orderId: Id.OrderId.make(subject) }
      : { _tag: "DismissBreak", breakId: found.id }
  )
}

interface ScopeFlags {
  readonly account: Option.Option<string>
  readonly symbol: Option.Option<string>
  readonly all: boolean
}

/** To whom a change of trading state is addressed, and what it is for. */
export const scopeOf = ({
  account,
  all,
  symbol
}: ScopeFlags): Effect.Effect<
  { readonly account: AccountName.AccountName; readonly scope: Command.Scope },
  UsageError | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const isEverything = Option.isNone(account) && Option.isNone(symbol)
    if (all && !isEverything) {
      return yield* new UsageError({
        problem: "--all cannot be combined with --account or --symbol",
        remedy: "Leave out --all, or --account and --symbol"
      })
    }
    const there = isEverything ? yield* names : yield* chosen(account)
    const [first, ...others] = there
    if (first === undefined)
      return yield* new UsageError({
        problem: "There is no account yet",
        remedy: "Add an account first"
      })
    if (isEverything) return { account: first, scope: { _tag: "Everything" } satisfies Command.Scope }
    if (others.length > 0) {
      return yield* new UsageError({
        problem: `There are several accounts: ${there.join(", ")}`,
        remedy: "Name one with --account"
      })
    }
    if (Option.isNone(symbol)) return { account: first, scope: { _tag: "WholeAccount" } satisfies Command.Scope }
    const scope: Command.Scope = { _tag: "OneSymbol", symbol: yield* tickerOf(symbol.value) }
    return { account: first, scope }
  })
