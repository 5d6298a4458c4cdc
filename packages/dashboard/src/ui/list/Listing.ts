import type { Effect } from "effect"
import type { ReactNode } from "react"
import type { Api } from "../../api/client.ts"
import type { Page, PageAsked } from "../../api/parts.ts"
import type { Term } from "../../words/glossary.ts"
import { signs, type Family } from "../../words/signs.ts"
import type { Usual } from "../../words/usual.ts"
import type { Card, Column } from "../table/Column.ts"
import type { Sorted } from "../table/model.ts"
import type { AskTotals } from "./Totals.tsx"
import { texts } from "../../words/text/lists.ts"

/** A filter of a list: a parameter of the address and of the API alike. */
export interface Filter {
  readonly name: string
  readonly term: Term
  /** What may be chosen; anything may be written where it is absent. */
  readonly options?: ReadonlyArray<readonly [value: string, label: string]>
  /** What is shown where the address says nothing. */
  readonly usual?: Usual
}

/** A view that many ask for: what its address says. Of today are those since the day began in the zone that is shown. */
export interface Chip {
  readonly name: string
  /** It is of who is signed in: absent where nobody is, since all who are on the machine have one name then. */
  readonly isMine?: boolean
  readonly asks: Readonly<Record<string, string>>
  readonly isToday?: boolean
}

/** Who made a record is looked up record by record, so of a period only. */
export const mineToday: Chip = { name: texts.mineToday, asks: {}, isMine: true, isToday: true }

/** By whom a record was made, and when. */
export const filtersOfMaking: ReadonlyArray<Filter> = [
  { name: "actor", term: "actor" },
  { name: "since", term: "since" },
  { name: "until", term: "until" }
]

/** What there is to a list of records. */
export interface Listing<A> {
  readonly name: string
  readonly title: string
  readonly columns: ReadonlyArray<Column<A>>
  readonly filters: ReadonlyArray<Filter>
  /** Views that many ask for, above the filters. */
  readonly chips?: ReadonlyArray<Chip>
  readonly idOf: (row: A) => string
  readonly hrefOf?: (row: A) => string
  readonly read: (api: Api, asked: Readonly<Record<string, string>>, page: PageAsked) => Effect.Effect<Page<A>, unknown>
  /** By which parameter the daemon gives the list of another moment. */
  readonly moment?: "asOf"
  /** By which columns it can be sorted, and what the daemon is asked for then; the first way is the usual one. */
  readonly sorts?: ReadonlyArray<Sort>
  readonly empty: ReactNode
  readonly actions?: ReactNode
  /** What stands between its title and its rows. */
  readonly above?: ReactNode
  /** What the rows that the filters find come to. */
  readonly totals?: AskTotals
  /** What took the place of a row: where both are loaded, the row is folded under it. */
  readonly replacementOf?: (row: A) => string | null
  /** What a phone shows of a row, its first column among it; a table where it is absent. */
  readonly card?: Card
}

/** A way to sort a list: its name in the address, by which column and which way, and what is asked for. */
export interface Sort extends Sorted {
  readonly name: string
  readonly asked: Readonly<Record<string, string>>
}

/** By when records came, the newest or the oldest first; where the daemon can, by the word of their status too. */
export const sortsBy = (term: Term, isByStatus = false): ReadonlyArray<Sort> => [
  { name: "", term, direction: "descending", asked: { order: "newest" } },
  { name: "oldest", term, direction: "ascending", asked: { order: "oldest" } },
  ...(isByStatus
    ? [{ name: "status", term: "status", direction: "ascending", asked: { order: "oldest", sort: "status" } } as const]
    : [])
]

/** Of records of a kind: what their list is called, and where each has its screen. */
export const recordsIn = (name: string) => ({
  name,
  title: name.charAt(0).toUpperCase() + name.slice(1),
  idOf: ({ id }: { readonly id: string }) => id,
  hrefOf: ({ id }: { readonly id: string }) => `/${name}/${id}`
})

/** The states of a family, each with its word. */
export const wordsOf = (family: Family): ReadonlyArray<readonly [state: string, word: string]> =>
  Object.entries(signs[family]).map(([state, { word }]) => [state, word] as const)

/** The filter of where records stand. */
export const statesOf = (family: Family): Filter => ({ name: "status", term: "status", options: wordsOf(family) })
