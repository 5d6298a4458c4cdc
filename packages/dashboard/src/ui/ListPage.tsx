import type { Effect } from "effect"
import { useState, type ReactNode } from "react"
import { type Sight, useList } from "../api/asking.ts"
import type { Api } from "../api/client.ts"
import { after, AT_ONCE, type Page, type PageAsked } from "../api/parts.ts"
import { glossary, type Term } from "../words/glossary.ts"
import { signs, type Family } from "../words/signs.ts"
import type { Column } from "./Column.ts"
import { DataTable } from "./DataTable.tsx"
import { useFilters } from "./filters.ts"
import { useAsOf } from "./asOf.ts"
import { Head } from "./Help.tsx"
import { ColumnChoice, useHidden } from "./ColumnChoice.tsx"
import { Export } from "./Export.tsx"
import { Empty, Problem, Skeleton } from "./Panel.tsx"
import { SavedViews } from "./SavedViews.tsx"
import { PageHead } from "./Shell.tsx"

/** A filter of a list: a parameter of the address and of the API alike. */
interface Filter {
  readonly name: string
  readonly term: Term
  /** What may be chosen; anything may be written where it is absent. */
  readonly options?: ReadonlyArray<readonly [value: string, label: string]>
}

/** What there is to a list of records. */
export interface Listing<A> {
  readonly name: string
  readonly title: string
  readonly columns: ReadonlyArray<Column<A>>
  readonly filters: ReadonlyArray<Filter>
  readonly idOf: (row: A) => string
  readonly hrefOf?: (row: A) => string
  readonly read: (api: Api, asked: Readonly<Record<string, string>>, page: PageAsked) => Effect.Effect<Page<A>, unknown>
  /** By which parameter the daemon gives the list of another moment. */
  readonly moment?: "asOf" | "until"
  readonly empty: ReactNode
  readonly actions?: ReactNode
}

/** Of records of a kind: what their list is called, and where each has its screen. */
export const recordsIn = (name: string) => ({
  name,
  title: name.charAt(0).toUpperCase() + name.slice(1),
  idOf: ({ id }: { readonly id: string }) => id,
  hrefOf: ({ id }: { readonly id: string }) => `/${name}/${id}`
})

/** The filter of where records stand. */
export const statesOf = (family: Family): Filter => ({
  name: "status",
  term: "status",
  options: Object.entries(signs[family]).map(([state, { word }]) => [state, word] as const)
})

const Written = ({
  onSet,
  term,
  value
}: {
  readonly term: Term
  readonly value: string
  readonly onSet: (value: string) => void
}) => {
  const [text, setText] = useState(value)
  return (
    <input
      aria-label={glossary[term].head}
      value={text}
      size={10}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text.trim() !== value && onSet(text.trim())}
      onKeyDown={(event) => event.key === "Enter" && onSet(text.trim())}
      autoComplete="off"
      spellCheck={false}
    />
  )
}

/** A list with its filters in the address, read on as it is scrolled, live. */
export const ListPage = <A extends object>({ listing }: { readonly listing: Listing<A> }) => {
  const { clear, get, set } = useFilters()
  const asked = Object.fromEntries(
    listing.filters.flatMap(({ name }) => (get(name) === "" ? [] : [[name, get(name)] as const]))
  )
  const asOf = useAsOf()
  const past = asOf === "" || listing.moment === undefined ? {} : { [listing.moment]: asOf }
  const read = (api: Api, page: PageAsked) => listing.read(api, { ...asked, ...past }, page)
  const key = ["list", listing.name, asked, past]
  const { count, hasMore, look, news, query, readOn, rows } = useList({ key, use: read, idOf: listing.idOf })
  const hidden = useHidden(listing.name)
  const columns = listing.columns.filter(({ term }, index) => index === 0 || !hidden.has(term))
  const isFiltered = Object.keys(asked).length > 0
  // Whoever reads or has frozen it keeps his rows, also when none of them belongs there any more.
  const [isKept, setKept] = useState(false)
  const see = (sight: Sight): void => {
    setKept(sight.isKept)
    look(sight)
  }
  return (
    <>
      <PageHead actions={listing.actions}>{listing.title}</PageHead>
      <div className="filters" role="group" aria-label="Filters">
        {listing.filters.map(({ name, options, term }) => (
          <div key={name} className="filter">
            <Head term={term} />
            {options === undefined ? (
              <Written key={get(name)} term={term} value={get(name)} onSet={(value) => set(name, value)} />
            ) : (
              <select
                aria-label={glossary[term].head}
                value={get(name)}
                onChange={(event) => set(name, event.target.value)}
              >
                <option value="">all</option>
                {options.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </div>
        ))}
        {isFiltered ? (
          <button type="button" className="button small" onClick={() => clear(listing.filters.map(({ name }) => name))}>
            Clear
          </button>
        ) : null}
        <SavedViews list={listing.name} />
        <ColumnChoice list={listing.name} terms={listing.columns.map(({ term }) => term)} />
        {rows.length === 0 ? null : (
          <Export name={listing.name} read={(api, cursor) => read(api, after(cursor, AT_ONCE))} />
        )}
      </div>
      {query.error === null ? null : <Problem error={query.error} again={() => void query.refetch()} />}
      {query.data === undefined ? (
        query.error === null ? (
          <Skeleton />
        ) : null
      ) : rows.length === 0 && !isKept ? (
        <Empty>
          {isFiltered
            ? `Nothing matches ${Object.entries(asked)
                .map(([name, value]) => `${name} ${value}`)
                .join(", ")}.`
            : listing.empty}
        </Empty>
      ) : (
        <div className={query.error === null ? undefined : "dimmed"}>
          <DataTable
            key={JSON.stringify(asked)}
            label={listing.title}
            columns={columns}
            rows={rows}
            idOf={listing.idOf}
            hrefOf={listing.hrefOf}
            hasMore={hasMore}
            count={count}
            news={news}
            onSight={see}
            onEnd={readOn}
          />
        </div>
      )}
    </>
  )
}
