import { Context, Effect, FiberRef, GlobalValue, Option, Schema } from "effect"
import { tables } from "../books/Books.ts"
import type { TableName } from "../tables/Table.ts"
import {
  TradeRepository,
  type CountQuery,
  type EntryQuery,
  type Filter,
  type PageQuery,
  type TradeRepositoryService
} from "./TradeRepository.ts"

/** The accounts that the work of a fiber may see and change; without one it may see and change all that there is. */
export type AccountScope = ReadonlySet<string> | undefined

/**
 * Work that may see and change some accounts alone was to change something else. It is a defect within, and the refusal of a request
 * where requests are answered.
 */
export class OutOfScope extends Schema.TaggedError<OutOfScope>()("OutOfScope", {}) {
  override get message() {
    return "this is not of the accounts that the caller may see and change"
  }
}

const scope = GlobalValue.globalValue(Symbol.for("@roundlot/core/AccountScope"), () =>
  FiberRef.unsafeMake<AccountScope>(undefined)
)

/** What the work under way may see and change. */
export const current: Effect.Effect<AccountScope> = FiberRef.get(scope)

/** From here on this fiber, and what it begins, may see and change these accounts alone. */
export const enter = (accounts: AccountScope): Effect.Effect<void> => FiberRef.set(scope, accounts)

/** The same for one piece of work. */
export const within = <A, E, R>(accounts: AccountScope, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.locally(work, scope, accounts)

/** Work of the program itself, which judges by more than its caller may see and gives nothing of it away. */
export const lifted = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => within(undefined, work)

/** Nothing, for who may see and change all that there is; a refusal for everybody else. */
export const requireAll: Effect.Effect<void> = Effect.flatMap(current, (accounts) =>
  accounts === undefined ? Effect.void : Effect.die(new OutOfScope())
)

/** Nothing where these accounts may be changed; a refusal where one may not. */
export const requireEach = (names: Iterable<string>): Effect.Effect<void> =>
  Effect.flatMap(current, (accounts) => {
    if (accounts === undefined) return Effect.void
    for (const name of names) if (!accounts.has(name)) return Effect.die(new OutOfScope())
    return Effect.void
  })

/** The column that says whose a row is; none where rows are no account's. */
const ownerColumn = (table: TableName): string | undefined => {
  if (table === "accounts") return "name"
  return "account" in tables[table].columns ? "account" : undefined
}

/** What holds for all accounts binds each of them: their trading state is shown to everybody. */
const ownersIn = (table: TableName, accounts: ReadonlySet<string>): ReadonlyArray<string> =>
  table === "controls" ? ["", ...accounts] : [...accounts]

/** Conditions that hold for rows of these accounts alone; none where no row can meet them. */
const narrowed = (
  table: TableName,
  where: ReadonlyArray<Filter>,
  accounts: ReadonlySet<string>
): ReadonlyArray<Filter> | undefined => {
  const column = ownerColumn(table)
  if (column === undefined) return undefined
  const asked = where.find((each) => each.column === column && "in" in each)
  const others = where.filter((each) => each !== asked)
  const wanted = asked !== undefined && "in" in asked ? asked.in : undefined
  const owners = ownersIn(table, accounts).filter((owner) => wanted === undefined || wanted.includes(owner))
  return owners.length === 0 ? undefined : [{ column, in: owners }, ...others]
}

/** A store may give a snapshot books of its own: they are guarded as well. */
const inside = <R>(context: Context.Context<R>): Context.Context<R> =>
  Option.match(Context.getOption(context, TradeRepository), {
    onNone: () => context,
    onSome: (repository) => Context.merge(context, Context.make(TradeRepository, guarded(repository)))
  })

/** What is read by who may see everything, or by who may see these accounts. */
const scoped = <A, E, R>(
  all: Effect.Effect<A, E, R>,
  own: (accounts: ReadonlySet<string>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => Effect.flatMap(current, (accounts) => (accounts === undefined ? all : own(accounts)))

const guardedOnes = new WeakMap<TradeRepositoryService, TradeRepositoryService>()

/**
 * The same books for work that may see some accounts alone: rows, entries and heads of others are not there, what belongs to no account
 * is not there either, and what would change others is refused. Places of the feed have no gaps: one of another account is empty.
 */
export const guarded = (repository: TradeRepositoryService): TradeRepositoryService => {
  const known = guardedOnes.get(repository)
  if (known !== undefined) return known
  const made: TradeRepositoryService = {
    ...repository,
    write: (written, plan) => Effect.zipRight(requireEach(written.accounts ?? [""]), repository.write(written, plan)),
    page: (query: PageQuery) =>
      scoped(repository.page(query), (accounts) => {
        const where = narrowed(query.table, query.where, accounts)
        return where === undefined ? Effect.succeed([]) : repository.page({ ...query, where })
      }),
    count: (query: CountQuery) =>
      scoped(repository.count(query), (accounts) => {
        const anyOf = query.anyOf.flatMap((where) => {
          const own = narrowed(query.table, where, accounts)
          return own === undefined ? [] : [own]
        })
        return repository.count({ ...query, anyOf })
      }),
    entries: (query: EntryQuery) =>
      scoped(repository.entries(query), (accounts) =>
        accounts.has(query.account) ? repository.entries(query) : Effect.succeed([])
      ),
    feed: (after, limit) =>
      scoped(repository.feed(after, limit), (accounts) =>
        Effect.map(repository.feed(after, limit), (rows) =>
          rows.map((row) =>
            accounts.has(row.account) ? row : { ...row, account: "", firstSeq: 1, lastSeq: 0, headHash: "" }
          )
        )
      ),
    heads: scoped(repository.heads, (accounts) =>
      Effect.map(repository.heads, (heads) => new Map([...heads].filter(([name]) => accounts.has(name))))
    ),
    headsAt: (query) =>
      scoped(repository.headsAt(query), (accounts) =>
        repository.headsAt({ ...query, accounts: query.accounts.filter((name) => accounts.has(name)) })
      ),
    snapshot: (reads) => repository.snapshot(Effect.mapInputContext(reads, inside))
  }
  guardedOnes.set(repository, made)
  guardedOnes.set(made, made)
  return made
}
