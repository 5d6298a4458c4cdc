import { useEffect } from "react"
import { useList } from "../../api/asking.ts"
import type { Api } from "../../api/client.ts"
import { after, AT_ONCE, type PageAsked } from "../../api/parts.ts"
import { glossary, type Term } from "../../words/glossary.ts"
import { askedBy } from "../../words/usual.ts"
import type { Column } from "../table/Column.ts"
import { DataTable } from "../table/DataTable.tsx"
import { useFilters } from "../parts/filters.ts"
import { Folding } from "../table/folding.tsx"
import { useAsOf } from "../parts/asOf.ts"
import { ColumnChoice, useColumns } from "./ColumnChoice.tsx"
import { Chips } from "./Chips.tsx"
import { Filters, shownFilter } from "./Filters.tsx"
import type { Listing, Sort } from "./Listing.ts"
import type { Sorting } from "../table/model.ts"
import { Export } from "./Export.tsx"
import { Problem, StaleSign } from "../parts/Panel.tsx"
import { SavedViews } from "./SavedViews.tsx"
import { PageHead } from "../parts/PageHead.tsx"
import { useSettings } from "../parts/settings.ts"
import { usePhone } from "../parts/usePhone.ts"
import { Totals } from "./Totals.tsx"
import { rememberList } from "../parts/siblings.ts"
import { texts } from "../../words/text/lists.ts"

/** How a list is sorted, by its address, the way to the next one, and what its heads have to know of it. */
const useSorts = (sorts: ReadonlyArray<Sort>) => {
  const { get, set } = useFilters()
  const at = Math.max(
    0,
    sorts.findIndex(({ name }) => name === get("sort"))
  )
  const sort = sorts[at]
  const choose = (next: Sort | undefined): void => {
    if (next !== undefined) set("sort", next.name)
  }
  const sorting: Sorting | undefined = sort && {
    by: sort,
    ways: sorts,
    onSort: ({ direction, term }) => choose(sorts.find((each) => each.term === term && each.direction === direction))
  }
  return { sort, sorting, onNext: (): void => choose(sorts[(at + 1) % sorts.length]) }
}

const nameOf = ({ direction, term }: Sort): string => {
  if (term === "status") return texts.byStatus
  return direction === "descending" ? texts.newestFirst : texts.oldestFirst
}

/** How a list is sorted; pressed, the next way. */
const SortButton = ({ onNext, sort }: { readonly sort: Sort; readonly onNext: () => void }) => (
  <button type="button" className="button quiet small" data-key="s" onClick={onNext}>
    {nameOf(sort)}
  </button>
)

const FORTHCOMING = 8

/** A list before its rows have come: its heads, and where they will be. */
const Forthcoming = ({ terms }: { readonly terms: ReadonlyArray<Term> }) => (
  <div className="skeleton wide" aria-hidden="true">
    <table>
      <thead>
        <tr>
          {terms.map((term) => (
            <th key={term}>{glossary[term].head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: FORTHCOMING }, (_, row) => (
          <tr key={row}>
            {terms.map((term) => (
              <td key={term}>
                <div />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const never = (): null => null

const isShown = <A,>(column: Column<A>, rows: ReadonlyArray<A>): boolean =>
  column.kind !== "node" || (column.isShown?.(rows) ?? true)

/** Which rows the address asks for, and as of when. */
const useWanted = <A extends object>(listing: Listing<A>) => {
  const { get } = useFilters()
  const asked = Object.fromEntries(
    listing.filters
      .map(({ name, usual }) => [name, askedBy(get, name, usual)] as const)
      .filter(([, value]) => value !== "")
  )
  const asOf = useAsOf()
  const past = asOf === "" || listing.moment === undefined ? {} : { [listing.moment]: asOf }
  return { asked, past }
}

/** A record that is opened from a list knows those before and after it. */
const useSiblings = <A extends object>({ hrefOf }: Listing<A>, rows: ReadonlyArray<A>): void =>
  useEffect(() => {
    if (hrefOf !== undefined) rememberList(() => rows.map(hrefOf))
  }, [hrefOf, rows])

/** The columns of a list: those that were chosen, or that a phone has room for. */
const useShown = <A extends object>(listing: Listing<A>, rows: ReadonlyArray<A>) => {
  const { get } = useFilters()
  const terms = listing.columns.map(({ term }) => term)
  const chosen = useColumns(listing.name, terms)
  // Columns that were chosen are shown on a phone too.
  const card = usePhone() && get("cols") === "" ? listing.card : undefined
  const onCard = card === undefined ? terms : [...card.headline, ...card.details]
  const away = card === undefined ? chosen.away : terms.filter((term) => !onCard.includes(term))
  const hidden = listing.columns
    .filter((column, index) => (index > 0 && away.includes(column.term)) || !isShown(column, rows))
    .map(({ term }) => term)
  return { card, chosen, hidden, terms }
}

type Wanted = Readonly<Record<string, string>>

/** What a list without rows says: that nothing fits the filters that are set, or what there is to do. */
const useEmpty = <A extends object>({ empty, filters }: Listing<A>, asked: Wanted) => {
  const { get } = useFilters()
  const { utc } = useSettings()
  const isFiltered = filters.some(({ name }) => get(name) !== "")
  if (!isFiltered || Object.keys(asked).length === 0) return empty
  const said = filters.flatMap((filter) => {
    const value = asked[filter.name]
    return value === undefined ? [] : [shownFilter(filter, value, utc)]
  })
  return texts.nothingMatches({ filters: said.join(", ") })
}

/** A list with its filters in the address, read on as it is scrolled, live. */
export const ListPage = <A extends object>({ listing }: { readonly listing: Listing<A> }) => {
  const { get } = useFilters()
  const { asked, past } = useWanted(listing)
  const { onNext, sort, sorting } = useSorts(listing.sorts ?? [])
  const ordered = sort?.asked ?? {}
  const read = (api: Api, page: PageAsked) => listing.read(api, { ...asked, ...past, ...ordered }, page)
  const key = ["list", listing.name, asked, past, ordered]
  const { count, hasMore, look, news, query, readOn, rows } = useList({ key, use: read, idOf: listing.idOf })
  useSiblings(listing, rows)
  const { card, chosen, hidden, terms } = useShown(listing, rows)
  const empty = useEmpty(listing, asked)
  return (
    <>
      <PageHead actions={listing.actions}>{listing.title}</PageHead>
      {listing.above}
      {listing.chips === undefined ? null : (
        <Chips chips={listing.chips} names={listing.filters.map(({ name }) => name)} />
      )}
      <Filters filters={listing.filters} asked={asked}>
        <StaleSign />
        <SavedViews list={listing.name} />
        <ColumnChoice chosen={chosen} terms={terms} />
        {sort === undefined ? null : <SortButton sort={sort} onNext={onNext} />}
        {rows.length === 0 ? null : (
          <Export name={listing.name} read={(api, cursor) => read(api, after(cursor, AT_ONCE))} />
        )}
      </Filters>
      {query.error === null ? null : <Problem error={query.error} again={() => void query.refetch()} />}
      {query.data === undefined ? (
        query.error === null ? (
          <Forthcoming terms={terms.filter((term) => !hidden.includes(term))} />
        ) : null
      ) : (
        <div className={query.error === null ? undefined : "dimmed"}>
          <Folding rows={rows} by={{ idOf: listing.idOf, replacementOf: listing.replacementOf ?? never }}>
            {(shown, isUnfolded, replaced) => (
              <DataTable
                key={JSON.stringify([asked, past, ordered, isUnfolded])}
                label={listing.title}
                columns={listing.columns}
                hidden={hidden}
                card={card}
                isChosen={get("cols") !== ""}
                rows={shown}
                idOf={listing.idOf}
                hrefOf={listing.hrefOf}
                hasMore={hasMore}
                count={count}
                news={news}
                onSight={look}
                coming={ordered["order"] === "newest" ? "above" : "waiting"}
                empty={empty}
                onEnd={readOn}
                sorting={sorting}
                below={
                  <>
                    {replaced}
                    {rows.length === 0 || listing.totals === undefined ? null : (
                      <Totals name={listing.name} asked={{ ...asked, ...past, ...ordered }} ask={listing.totals} />
                    )}
                  </>
                }
              />
            )}
          </Folding>
        </div>
      )}
    </>
  )
}
