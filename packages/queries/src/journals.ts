import { Clock } from "@roundlot/core"
import { TradeRepository, type Entry } from "@roundlot/core/adapter"
import { Chunk, Effect, Option, Stream } from "effect"
import type { Entity } from "./criteria.ts"
import { entriesAbout } from "./history.ts"
import type { Order } from "./listing.ts"

/** Which entries of the journals; `from` is where the page before ended. */
interface Wanted {
  readonly account: string | undefined
  readonly entity: Entity | undefined
  readonly order: Order
  readonly from: { readonly account: string; readonly seq: number } | undefined
}

type Entries = Stream.Stream<Entry.Entry, TradeRepository.StoreError, TradeRepository.TradeRepository>

const PAGE = 1000

/** Is a journal of the account that was named, in whatever case, or of any? */
export const isOf = (account: string | undefined, name: string): boolean =>
  account === undefined || name.toLowerCase() === account.toLowerCase()

/** The entries of one journal, or of all by their accounts' names, in order of `seq`; or all of it the other way round. */
export const entries = ({ account, entity, from, order }: Wanted): Entries =>
  Stream.unwrap(
    Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      const heads = [...(yield* repository.heads)]
        .map(([name, head]) => ({ name, newest: head.seq }))
        .filter(({ name }) => isOf(account, name))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      const isOldest = order === "oldest"
      const ordered = (isOldest ? heads : heads.toReversed()).filter(
        ({ name }) => from === undefined || (isOldest ? name >= from.account : name <= from.account)
      )
      return Stream.fromIterable(ordered).pipe(
        Stream.flatMap(({ name, newest }) => {
          const seq = from?.account === name ? from.seq : undefined
          return isOldest ? forwards(name, entity, seq ?? 0) : backwards(name, entity, seq ?? newest + 1)
        })
      )
    })
  )

const forwards = (account: string, entity: Entity | undefined, after: number): Entries =>
  Stream.paginateChunkEffect(after, (afterSeq) =>
    Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      yield* Clock.turn
      const page = yield* repository.entries({ account, afterSeq, entity, limit: PAGE })
      const last = page.at(-1)
      const next = page.length < PAGE || last === undefined ? Option.none() : Option.some(last.seq)
      return [Chunk.unsafeFromArray(page), next] as const
    })
  )

/** A store reads journals forwards: what is about one record is read whole, the rest in steps. */
const backwards = (account: string, entity: Entity | undefined, before: number): Entries =>
  entity === undefined
    ? newestFirst(account, before)
    : Stream.fromIterableEffect(
        Effect.map(entriesAbout(account, entity.kind, entity.id), (all) =>
          all.filter(({ seq }) => seq < before).toReversed()
        )
      )

/** The entries of an account before one, the newest first. */
export const newestFirst = (account: string, before: number): Entries =>
  Stream.paginateChunkEffect(before, (end) => stepBack(account, end))

const stepBack = (account: string, before: number) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    yield* Clock.turn
    const afterSeq = Math.max(0, before - 1 - PAGE)
    const limit = before - 1 - afterSeq
    const page = limit === 0 ? [] : yield* repository.entries({ account, afterSeq, entity: undefined, limit })
    const next = afterSeq === 0 ? Option.none() : Option.some(afterSeq + 1)
    return [Chunk.unsafeFromArray(page.toReversed()), next] as const
  })
