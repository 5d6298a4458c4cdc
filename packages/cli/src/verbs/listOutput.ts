import type { AccountName } from "@roundlot/core"
import type { Id, Table } from "@roundlot/core/adapter"
import { instruments, listing, past, type Screen, totals } from "@roundlot/queries"
import { Effect } from "effect"
import { accountNames } from "@roundlot/commands"
import type { Reading, Flags } from "../Program.ts"
import * as detail from "../terminal/detail.ts"
import { Output } from "../terminal/Output.ts"
import type * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

/** Prints what the records of a list come to. */
export const summed = <E extends Verb.VerbError>(
  where: Narrowed,
  found: Effect.Effect<totals.Totals, E, Reading>
): Verb.Doing =>
  reading(where, () =>
    Effect.gen(function* () {
      const { answer } = yield* Output
      yield* accountNames.expectKnown(where.account)
      const document = yield* past.seen(where.asOf, past.ownersOf(where.account), found)
      yield* answer(document, totals.totalsText(document))
    })
  )

type Found<D> = Effect.Effect<listing.ListDocument<D>, listing.ListError, Reading>

/** What a list may be narrowed to. */
interface Narrowed extends Flags {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  /** The moment of which it is asked; now where nothing is said. */
  readonly asOf?: string | undefined
}

/** How a list is asked for, as far as it says which end comes first. */
interface Ordered {
  readonly json: boolean
  readonly cursor?: string | undefined
  readonly order?: string | undefined
  readonly sort?: string | undefined
}

/** People see what is newest first, programs what is oldest, unless they say otherwise; a cursor goes on as its page was. */
export const newestFirst = <A extends Ordered>(asked: A): A => {
  const { cursor, json, order, sort = "date" } = asked
  if (order !== undefined || sort !== "date") return asked
  const begun = cursor === undefined ? undefined : listing.orderOfCursor(cursor)
  return { ...asked, order: begun ?? (json ? undefined : "newest") }
}

/** Documents as a table, as a screen has room for it. */
type Tabled<D> = (items: ReadonlyArray<D>, screen: Screen.Screen) => string

const sizes = { exactly: "", about: "About ", atLeast: "At least " } as const

/** A document, with the moment that it is of where one was asked for. */
type Dated<D> = D & { readonly asOf?: { readonly position: number; readonly at: string } | undefined }

/** A page for people: its table, how many there are in all where that was asked for, and how to go on. */
export const pageText =
  <D>({ asOf, count, items, nextCursor }: Dated<listing.ListDocument<D>>, table: Tabled<D>) =>
  (screen: Screen.Screen): string => {
    const then = asOf === undefined ? "" : `\nAs of feed position ${asOf.position}, ${asOf.at}.`
    const all = count === undefined ? "" : `\n${sizes[count.kind]}${count.rows} in all.`
    const more = nextCursor === null ? "" : `\nMore: --cursor ${nextCursor}`
    return items.length === 0 ? `None.${then}` : `${table(items, screen)}${all}${then}${more}`
  }

/** Prints a page of a list. */
export const listed = <D>(where: Narrowed, found: Found<D>, table: Tabled<D>): Verb.Doing =>
  paged(where, past.seen(where.asOf, past.ownersOf(where.account), found), table)

/** Prints a page that is found at the moment that it is of. */
export const paged = <D, E extends Verb.VerbError>(
  where: Narrowed,
  found: Effect.Effect<listing.ListDocument<D>, E, Reading>,
  table: Tabled<D>
): Verb.Doing =>
  reading(where, () =>
    Effect.gen(function* () {
      const { answer, note } = yield* Output
      yield* accountNames.expectKnown(where.account)
      const document = yield* found
      const isUnknown = document.items.length === 0 && where.symbol !== undefined
      const unknown = isUnknown ? yield* instruments.unknownText(where.symbol) : undefined
      if (unknown !== undefined) yield* note(unknown)
      yield* answer(document, pageText(document, table))
    })
  )

/** Prints one record. */
export const shown = <D extends object, E extends Verb.VerbError>(
  where: Flags,
  found: Effect.Effect<D, E, Reading>,
  heading?: (document: D) => string
): Verb.Doing =>
  reading(where, () =>
    Effect.gen(function* () {
      const { answer } = yield* Output
      const document = yield* found
      yield* answer(document, (screen) => detail.format(document, screen, heading?.(document)))
    })
  )

/** Prints one record of an account's, as it is or as it stood at an earlier moment. */
export const shownOf = <
  R extends { readonly account: AccountName.AccountName },
  D extends object,
  E extends Verb.VerbError
>(
  table: Table.Table<R>,
  kind: Id.Kind,
  asked: Flags & { readonly id: string; readonly asOf?: string | undefined },
  show: (id: string) => Effect.Effect<D, E, Reading>,
  heading?: (document: D) => string
): Verb.Doing => shown(asked, past.seen(asked.asOf, past.ownerIn(table, kind, asked.id), show(asked.id)), heading)
