import { Account, AccountName, Instant, Order, Ticker } from "@roundlot/core"
import { type Entry, type Id, MemoryStore, type Need, Reference, type Table } from "@roundlot/core/adapter"
import { type Recorder, commands, plan } from "@roundlot/core/ledger"

/** A ledger on a memory store that is driven by hand, one logical commit at a time: for replays, properties and simulation. */
export interface Desk {
  readonly account: AccountName.AccountName
  readonly symbol: Ticker.Ticker
  readonly store: MemoryStore.MemoryStore
  /** Our clock; it moves a millisecond with every commit, and by `pass`. */
  readonly now: () => Instant.Instant
  readonly pass: (milliseconds: number) => void
  /** Carries out one logical commit and gives its answer; throws what planning throws. */
  readonly commit: <A>(
    kind: Entry.Cause["kind"],
    apply: (recorder: Recorder.Recorder) => A,
    needs?: ReadonlyArray<Need.Need>
  ) => A
  /** Carries out several logical commits in one physical group. */
  readonly commitAll: <A>(
    kind: Entry.Cause["kind"],
    applies: ReadonlyArray<(recorder: Recorder.Recorder) => A>
  ) => ReadonlyArray<A>
  readonly order: (id: Id.OrderId) => Order.Order
  /** All rows of a table, in order of its key. */
  readonly all: <R>(table: Table.Table<R>) => ReadonlyArray<R>
}

const EVERYTHING = 1_000_000

/** The limits in dollars are lifted by name: on a desk trades may have no price. */
const withoutDollarLimits: Account.AccountSettings = {
  ...Account.defaultSettings,
  liftedLimits: ["orderNotional", "dailyNotional"]
}

/**
 * A desk on a store, of its own memory where none is given, with one account and one confirmed instrument, which the broker has in
 * fractions too. Its market never closes, unless `nextOpening` says when it opens after it was closed, and tells no price, unless
 * `priceAt` says which.
 */
export const make = (
  settings: Partial<Account.AccountSettings> = {},
  store: MemoryStore.MemoryStore = MemoryStore.make(),
  nextOpening: (at: Instant.Instant) => Instant.Instant | undefined = () => undefined,
  priceAt: (at: Instant.Instant) => Reference.Reference = () => Reference.Reference.NoPrice()
): Desk => {
  const account = AccountName.AccountName.make("desk")
  const symbol = Ticker.Ticker.make("AAPL")
  let now = Instant.make(1_700_000_000_000_000n)
  let commits = 0
  const commitAll = <A>(
    kind: Entry.Cause["kind"],
    applies: ReadonlyArray<(recorder: Recorder.Recorder) => A>,
    needs: ReadonlyArray<Need.Need> = []
  ): ReadonlyArray<A> => {
    now = Instant.addMillis(now, 1)
    commits += 1
    const commitId = `c${commits}`
    const at = now
    const world = {
      at,
      isSessionOpen: () => true,
      nextOpening: () => nextOpening(now),
      priceOf: () => priceAt(at),
      quoteOf: () => Reference.Reference.NoPrice(),
      storeTag: "deskaa",
      entropy: "desk"
    }
    const members = applies.map((apply): plan.Member<A> => ({ account, cause: { kind, actor: "desk" }, needs, apply }))
    const { answer } = store.write({ commitId, needs }, (state) => plan.planGroup(state, commitId, world, members))
    return answer.map((outcome) => {
      if (outcome._tag === "Poisoned") throw outcome.cause
      return outcome.answer
    })
  }
  const commit = <A>(
    kind: Entry.Cause["kind"],
    apply: (recorder: Recorder.Recorder) => A,
    needs: ReadonlyArray<Need.Need> = []
  ): A => {
    const [answer] = commitAll(kind, [(recorder) => ({ value: apply(recorder) })], needs)
    if (answer === undefined) throw new Error("a commit gave no answer")
    return answer.value
  }
  commit("start", (recorder) => commands.setAccount(recorder, { ...withoutDollarLimits, ...settings }))
  commit("start", (recorder) =>
    commands.confirmInstrument(recorder, symbol, {
      currency: "USD",
      lot: undefined,
      fractionable: true,
      shortable: true
    })
  )
  return {
    account,
    symbol,
    store,
    now: () => now,
    pass: (milliseconds) => {
      now = Instant.addMillis(now, milliseconds)
    },
    commit,
    commitAll,
    ...readingOf(store)
  }
}

/** What the store of a desk has. */
const readingOf = (store: MemoryStore.MemoryStore): Pick<Desk, "all" | "order"> => ({
  all: (table) =>
    store
      .page({
        table: table.name,
        where: [],
        orderBy: table.key,
        descending: false,
        after: undefined,
        limit: EVERYTHING
      })
      .map(table.decode),
  order: (id) => {
    const where = [{ column: "id", in: [id] }]
    const [row] = store.page({
      table: "orders",
      where,
      orderBy: ["id"],
      descending: false,
      after: undefined,
      limit: 1
    })
    if (row === undefined) throw new Error(`order O${id} is not in the store`)
    return Order.OrderTable.decode(row)
  }
})
