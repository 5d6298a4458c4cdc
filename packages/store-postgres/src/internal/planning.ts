import { Clock } from "@roundlot/core"
import { Books, type load, type Need, Table, type TradeRepository } from "@roundlot/core/adapter"
import { Dialect, Rules } from "@roundlot/store-sql"
import { Effect } from "effect"
import { arrayText } from "./rows.ts"
import type { Send } from "./asking.ts"
import type { Lent } from "./memory.ts"
import { lookupMany, parametersOf } from "./statements.ts"

/** What planning starts from beside the books. */
export type Ground = Pick<TradeRepository.State, "heads" | "newestAt" | "counters">

const texts = new Map<string, string>()

const statementOf = (table: Books.AnyTable, name: string, lookup: Table.Lookup): string => {
  const key = `${table.name}/${name}`
  const text = texts.get(key) ?? lookupMany(table, lookup)
  texts.set(key, text)
  return text
}

/** Asks for the rows that planning asks for; they are waited for by what this gives. */
const find = (send: Send, { keys, limit, lookup: name, table: tableName }: load.LookupRequest) =>
  Effect.gen(function* () {
    const table = Books.tables[tableName]
    const lookup = table.lookups[name]
    if (lookup === undefined) throw new TypeError(`table ${tableName} has no lookup ${name}`)
    const columns = lookup.columns.map((column, i) =>
      arrayText(
        parametersOf(
          table,
          column,
          keys.map((key) => key[i] ?? null)
        )
      )
    )
    const most = limit ?? Dialect.postgres.noLimit
    const answer = yield* send<Table.EncodedRow>(statementOf(table, name, lookup), [...columns, most])
    return Effect.flatMap(answer, (rows): Effect.Effect<ReadonlyArray<Table.EncodedRow>, Table.BadRow> => {
      const fault = rows.map((row) => Rules.faultOf(tableName, table.key, row)).find((each) => each !== undefined)
      return fault === undefined ? Effect.succeed(rows) : Effect.fail(fault)
    })
  })

/** Runs what is pure and may throw: a row that cannot be read is a failure, all else a fault of ours. */
const pure = <A>(run: () => A): Effect.Effect<A, Table.BadRow> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (error) {
      return error instanceof Table.BadRow ? Effect.fail(error) : Effect.die(error)
    }
  })

/** Loads what is needed; how many needs were met that were not before. */
const bring = (send: Send, memory: Lent, needs: ReadonlyArray<Need.Need>) =>
  Effect.gen(function* () {
    const { met } = memory.loaded()
    const before = met.size
    const asking = memory.bring(needs)
    let step = yield* pure(() => asking.next([]))
    while (step.done !== true) {
      const requests = step.value
      const answers = yield* Effect.all(yield* Effect.forEach(requests, (request) => find(send, request)))
      for (const [i, request] of requests.entries()) memory.found(request, answers[i] ?? [])
      step = yield* pure(() => asking.next(answers))
    }
    return met.size - before
  })

type Planning<A> = TradeRepository.Planning<A>

/** Plans to an end; in its pauses others have the thread. */
const planned = <A>(desk: load.Loaded, ground: Ground, plan: Planning<A>) => {
  const state = { ...desk, ...ground }
  const goOn: Effect.Effect<TradeRepository.Ended<A>, Table.BadRow> = Effect.flatMap(
    pure(() => plan(state)),
    (answer) => (answer._tag === "Pause" ? Effect.zipRight(Clock.turn, goOn) : Effect.succeed(answer))
  )
  return goOn
}

/** Runs `plan` on the books that its scope needs, and again with more where it asks for more. */
export const planning = <A>(
  send: Send,
  memory: Lent,
  needs: ReadonlyArray<Need.Need>,
  ground: Ground,
  plan: Planning<A>
) =>
  Effect.gen(function* () {
    yield* bring(send, memory, needs)
    const desk = memory.loaded()
    for (;;) {
      const answer = yield* planned(desk, ground, plan)
      if (answer._tag === "Planned") return answer
      Books.reset(desk.books)
      const brought = yield* bring(send, memory, answer.needs)
      if (brought === 0) return yield* Effect.dieMessage("planning asks again for what it was given")
    }
  })

/** Runs `plan` once more on the same books, with other ids. */
export const replan = <A>(
  desk: load.Loaded,
  ground: Ground,
  plan: Planning<A>
): Effect.Effect<TradeRepository.Planned<A>, Table.BadRow> => {
  Books.reset(desk.books)
  return Effect.flatMap(planned(desk, ground, plan), (answer) =>
    answer._tag === "NeedMore"
      ? Effect.dieMessage("planning with other ids asks for other rows")
      : Effect.succeed(answer)
  )
}
