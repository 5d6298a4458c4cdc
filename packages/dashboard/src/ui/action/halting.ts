import type { Documents } from "@roundlot/api"
import { Effect, Either } from "effect"
import type { Api } from "../../api/client.ts"
import { ProblemError, problemOf } from "../../api/problem.ts"
import type { Action } from "./Action.ts"
import { scopeName } from "./standing.ts"
import { texts } from "../../words/text/halts.ts"

/** A dry run leaves no trace, its reason neither. */
export const rehearsal = { reason: "what would follow", dryRun: true } as const

/** What something is set for: everything where nothing is named. */
export interface Scope {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
}

const scopeFlags = ({ account, symbol }: Scope): string =>
  `${account === undefined ? "--all" : `--account ${account}`}${symbol === undefined ? "" : ` --symbol ${symbol}`}`

const scope = ({ account, symbol }: Scope) => ({
  ...(account === undefined ? {} : { account }),
  ...(symbol === undefined ? {} : { symbol })
})

/** What was done in several scopes is one answer. */
const together = (all: ReadonlyArray<Documents.DoneDocument>): Documents.DoneDocument => {
  const [first, ...others] = all
  if (first !== undefined && others.length === 0) return first
  return {
    done: all.map(({ done }) => done).join("; "),
    account: all.map(({ account }) => account).join(", "),
    commandId: all.map(({ commandId }) => commandId).join(", "),
    effects: null,
    cancelled: all.flatMap(({ cancelled = [] }) => cancelled),
    inDoubt: all.flatMap(({ inDoubt = [] }) => inDoubt)
  }
}

/** What became of each scope, one of which failed: who asked must know which is halted and which is not. */
const inPart = (
  scopes: ReadonlyArray<Scope>,
  all: ReadonlyArray<Either.Either<Documents.DoneDocument, unknown>>,
  first: unknown
): ProblemError => {
  const problem = problemOf(first)
  if (scopes.length === 1) return problem
  const fates = all.map((each, at) =>
    Either.match(each, {
      onLeft: (error) =>
        texts.isNotHalted({
          scope: scopeName(scopes[at]?.account, scopes[at]?.symbol),
          message: problemOf(error).message
        }),
      onRight: ({ done }) => done
    })
  )
  return new ProblemError({ status: problem.status, type: problem.type, detail: fates.join("; ") })
}

/** Stops what is sent in some scopes: all are asked at once, so that none waits for another, and none is given up for another's failure. */
const haltOf = (scopes: ReadonlyArray<Scope>, { cancelOpen }: { readonly cancelOpen: boolean }) => {
  const inEach = (ask: (each: Scope, at: number) => Effect.Effect<Documents.DoneDocument, unknown>) =>
    Effect.flatMap(
      Effect.forEach(scopes, (each, at) => Effect.either(ask(each, at)), { concurrency: "unbounded" }),
      (all) => {
        const failed = all.find(Either.isLeft)
        return failed === undefined
          ? Effect.succeed(together(all.flatMap((each) => (Either.isRight(each) ? [each.right] : []))))
          : Effect.fail(inPart(scopes, all, failed.left))
      }
    )
  return {
    isDangerous: true,
    isStop: true,
    cli: (reason: string) =>
      scopes
        .map((each) => `roundlot halt ${scopeFlags(each)}${cancelOpen ? " --cancel-open" : ""} --reason ${reason}`)
        .join("; "),
    run: (api: Api, reason: string, key: string) =>
      inEach((each, at) =>
        api.controls.halt({
          headers: { "idempotency-key": at === 0 ? key : `${key}-${at}` },
          payload: { reason, ...scope(each), ...(cancelOpen ? { cancelOpen } : {}) }
        })
      ),
    // Asked with the cancels either way: it says how many orders they would be.
    rehearse: (api: Api) =>
      inEach((each) => api.controls.halt({ headers: {}, payload: { ...rehearsal, ...scope(each), cancelOpen: true } }))
  }
}

const stops = (name: string): ReadonlyArray<string> => [texts.entryStops({ name }), texts.tradesAccumulate]

/** The orders that work at the broker: an unconfirmed one is said by itself. */
const workingIn = ({ cancelled = [], inDoubt = [] }: Documents.DoneDocument): ReadonlyArray<string> =>
  cancelled.filter((id) => inDoubt.every((order) => order.id !== id))

/** Stops what is sent in some scopes, and where that is wanted, what works there. */
const haltIn = (name: string, scopes: ReadonlyArray<Scope>): Action => ({
  ...haltOf(scopes, { cancelOpen: false }),
  verb: texts.halt({ name }),
  will: stops(name),
  willNot: [texts.noOrderIsCancelled],
  adds: (done) => {
    const count = workingIn(done).length
    return count === 0 ? texts.noOpenOrders : texts.ordersStay({ count })
  },
  also: {
    term: "cancelOpen",
    label: ({ cancelled = [] }) => (cancelled.length === 0 ? undefined : texts.alsoCancel({ count: cancelled.length })),
    action: {
      ...haltOf(scopes, { cancelOpen: true }),
      verb: texts.haltAndCancel({ name }),
      will: [...stops(name), texts.cancelsRequested, texts.positionsStayHeld],
      willNot: [texts.filledSharesStay],
      adds: ({ cancelled = [] }) =>
        cancelled.length === 0
          ? texts.noOpenOrders
          : texts.cancelRequested({ count: cancelled.length, orders: cancelled.join(", ") })
    }
  }
})

/** Stops what is sent, of everything, an account or a symbol. */
export const halt = (account?: string, symbol?: string): Action =>
  haltIn(scopeName(account, symbol), [{ account, symbol }])

/** An account, as far as a halt asks. */
export interface AtBroker {
  readonly name: string
  readonly broker: string
}

/** The halt of each broker that has several accounts, and of each account. */
const haltsOf = (accounts: ReadonlyArray<AtBroker>): ReadonlyArray<Action> => {
  const brokers = [...new Set(accounts.map(({ broker }) => broker))].map((broker) => ({
    broker,
    names: accounts.flatMap((each) => (each.broker === broker ? [each.name] : []))
  }))
  return [
    ...brokers
      .filter(({ names }) => names.length > 1)
      .map(({ broker, names }) =>
        haltIn(
          texts.allOf({ broker, names: names.join(", ") }),
          names.map((account) => ({ account }))
        )
      ),
    ...accounts.map(({ name }) => halt(name))
  ]
}

/** The halt of everything, or by choice of the symbol that is looked at, a broker or an account. */
export const haltAny = (accounts: ReadonlyArray<AtBroker>, seen: Scope | undefined): Action => ({
  ...halt(),
  instead: {
    term: "haltScope",
    label: texts.scope,
    actions: [...(seen === undefined ? [] : [halt(seen.account, seen.symbol)]), ...haltsOf(accounts)]
  }
})

const lifting = (lifts: boolean) => (lifts ? { lifts } : {})

/** Lets go on what was halted; `lifts` ends a restriction, also one that stands again after a halt. */
export const resume = (account?: string, symbol?: string, lifts = false): Action => ({
  verb: texts.resume({ scope: scopeName(account, symbol) }),
  typed: scopeName(account, symbol),
  will: [texts.stateEnds({ name: scopeName(account, symbol) })],
  willNot: [texts.otherHaltsStay],
  adds: ({ effects }) => (effects === null || effects.orders.length === 0 ? undefined : texts.duePositionsSend),
  cli: (reason) =>
    `roundlot ${lifts ? "controls set --state normal" : "resume"} ${scopeFlags({ account, symbol })} --reason ${reason}`,
  run: (api, reason, key) =>
    api.controls.resume({
      headers: { "idempotency-key": key },
      payload: { reason, ...lifting(lifts), ...scope({ account, symbol }) }
    }),
  rehearse: (api) =>
    api.controls.resume({ headers: {}, payload: { ...rehearsal, ...lifting(lifts), ...scope({ account, symbol }) } })
})
