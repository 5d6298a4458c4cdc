import { Fragment, useEffect, useId, useState } from "react"
import { Link, useLocation } from "wouter"
import { useList } from "../../api/asking.ts"
import type { Api } from "../../api/client.ts"
import { useCaller } from "../../api/overview.ts"
import { after, AT_ONCE, type PageAsked } from "../../api/parts.ts"
import { glossary, type Term } from "../../words/glossary.ts"
import { ALL, askedBy, type Usual } from "../../words/usual.ts"
import type { Column } from "../table/Column.ts"
import { DataTable } from "../table/DataTable.tsx"
import { instantOf, writtenTime } from "../../format/time.ts"
import { useFilters } from "../parts/filters.ts"
import { Folding } from "../table/folding.tsx"
import { useAsOf } from "../parts/asOf.ts"
import { Head } from "../parts/Help.tsx"
import { ColumnChoice, useColumns } from "./ColumnChoice.tsx"
import type { Chip, Listing, Sort } from "./Listing.ts"
import { isKnown, KnownNames } from "./KnownNames.tsx"
import type { Sorting } from "../table/model.ts"
import { type PeriodName, periodNames, periodOf, periods } from "./periods.ts"
import { useSettings } from "../parts/settings.ts"
import { Export } from "./Export.tsx"
import { Problem, StaleSign } from "../parts/Panel.tsx"
import { SavedViews } from "./SavedViews.tsx"
import { PageHead } from "../parts/PageHead.tsx"
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

interface WrittenProps {
  readonly name: string
  readonly term: Term
  readonly value: string
  readonly onSet: (value: string) => void
}

/** Was it chosen from a list, whole? Then nothing more is written. */
const isChosen = (event: Event): boolean =>
  event instanceof InputEvent ? event.inputType === "insertReplacementText" : true

/** Is it a moment, which is written and shown in the zone that the top bar names? */
const isMoment = (name: string): boolean => name === "since" || name === "until"

/** A filter that is written; accounts and symbols are completed. */
const Written = ({ name, onSet, term, value }: WrittenProps) => {
  const [text, setText] = useState(value)
  const [isAsked, setAsked] = useState(false)
  const list = useId()
  const isCompleted = isKnown(name)
  return (
    <>
      <input
        aria-label={glossary[term].head}
        value={text}
        size={10}
        list={isCompleted ? list : undefined}
        onFocus={() => setAsked(true)}
        onChange={({ nativeEvent, target }) => {
          setText(target.value)
          if (isCompleted && isChosen(nativeEvent)) onSet(target.value)
        }}
        onBlur={() => text.trim() !== value && onSet(text.trim())}
        onKeyDown={(event) => event.key === "Enter" && onSet(text.trim())}
        autoComplete="off"
        spellCheck={false}
      />
      {isCompleted && isAsked ? <KnownNames id={list} of={name} /> : null}
    </>
  )
}

/** Days that many ask for: they set both ends of what is shown. */
const PeriodFilter = () => {
  const { get, setAll } = useFilters()
  const { utc } = useSettings()
  const [since, until] = [get("since"), get("until")]
  const periodNow = (name: PeriodName) => periodOf(name, new Date(), utc)
  const chosen = periodNames.find((name) => periodNow(name).since === since && periodNow(name).until === until)
  const isOther = chosen === undefined && (since !== "" || until !== "")
  return (
    <div className="filter">
      <Head term="period" />
      <select
        aria-label={glossary.period.head}
        value={chosen ?? (isOther ? "other" : "")}
        onChange={({ target }) => {
          const name = periodNames.find((each) => each === target.value)
          if (target.value !== "other") setAll(name === undefined ? { since: "", until: "" } : { ...periodNow(name) })
        }}
      >
        <option value="">{texts.anyValue}</option>
        {periodNames.map((name) => (
          <option key={name} value={name}>
            {periods[name]}
          </option>
        ))}
        {isOther ? <option value="other">{texts.asWritten}</option> : null}
      </select>
    </div>
  )
}

/** How the address says that all are shown. */
const allOf = (usual: Usual | undefined): string => (usual === undefined ? "" : ALL)

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

type Params = Readonly<Record<string, string>>

const asksOf = ({ asks, isMine = false, isToday = false }: Chip, utc: boolean, actor: string): Params => ({
  ...asks,
  ...(isMine ? { actor } : {}),
  ...(isToday ? { since: periodOf("today", new Date(), utc).since } : {})
})

/** What a chip leaves as it is. */
const STAYING = ["account", "symbol"]

/** Views that many ask for, each an address; the one that is looked at says so. */
const Chips = ({ chips, names }: { readonly chips: ReadonlyArray<Chip>; readonly names: ReadonlyArray<string> }) => {
  const [path] = useLocation()
  const { get } = useFilters()
  const { utc } = useSettings()
  const { data: caller } = useCaller()
  const isSignedIn = caller !== undefined && !caller.open
  const offered = chips.filter(({ isMine = false }) => !isMine || isSignedIn)
  const staying = Object.fromEntries(STAYING.filter((name) => get(name) !== "").map((name) => [name, get(name)]))
  const searchOf = (asks: Params): string => new URLSearchParams({ ...staying, ...asks }).toString()
  const isNow = (asks: Params): boolean =>
    names.every((name) => STAYING.includes(name) || get(name) === (asks[name] ?? ""))
  return (
    <nav className="chips" aria-label={texts.views}>
      {[{ name: texts.all, asks: {} }, ...offered].map((chip) => {
        const asks = asksOf(chip, utc, caller?.name ?? "")
        const search = searchOf(asks)
        return (
          <Link
            key={chip.name}
            className="chip"
            href={search === "" ? path : `${path}?${search}`}
            aria-current={isNow(asks) ? "page" : undefined}
          >
            {chip.name}
          </Link>
        )
      })}
    </nav>
  )
}

/** A list with its filters in the address, read on as it is scrolled, live. */
export const ListPage = <A extends object>({ listing }: { readonly listing: Listing<A> }) => {
  const { clear, get, set } = useFilters()
  const { utc } = useSettings()
  const asked = Object.fromEntries(
    listing.filters
      .map(({ name, usual }) => [name, askedBy(get, name, usual)] as const)
      .filter(([, value]) => value !== "")
  )
  const asOf = useAsOf()
  const past = asOf === "" || listing.moment === undefined ? {} : { [listing.moment]: asOf }
  const { onNext, sort, sorting } = useSorts(listing.sorts ?? [])
  const ordered = sort?.asked ?? {}
  const read = (api: Api, page: PageAsked) => listing.read(api, { ...asked, ...past, ...ordered }, page)
  const key = ["list", listing.name, asked, past, ordered]
  const { count, hasMore, look, news, query, readOn, rows } = useList({ key, use: read, idOf: listing.idOf })
  const { hrefOf } = listing
  useEffect(() => {
    if (hrefOf !== undefined) rememberList(() => rows.map(hrefOf))
  }, [hrefOf, rows])
  const terms = listing.columns.map(({ term }) => term)
  const chosen = useColumns(listing.name, terms)
  // Columns that were chosen are shown on a phone too.
  const card = usePhone() && get("cols") === "" ? listing.card : undefined
  const away = card === undefined ? chosen.away : terms.filter((term) => !card.includes(term))
  const hidden = listing.columns
    .filter((column, index) => (index > 0 && away.includes(column.term)) || !isShown(column, rows))
    .map(({ term }) => term)
  const isFiltered = listing.filters.some(({ name }) => get(name) !== "")
  return (
    <>
      <PageHead actions={listing.actions}>{listing.title}</PageHead>
      {listing.above}
      {listing.chips === undefined ? null : (
        <Chips chips={listing.chips} names={listing.filters.map(({ name }) => name)} />
      )}
      <div className="filters" role="group" aria-label={texts.filters}>
        {listing.filters.map(({ name, options, term, usual }) => (
          <Fragment key={name}>
            {name === "since" ? <PeriodFilter /> : null}
            <div className="filter">
              <Head term={term} />
              {options === undefined ? (
                <Written
                  key={`${get(name)} ${isMoment(name) && utc}`}
                  name={name}
                  term={term}
                  value={isMoment(name) ? writtenTime(get(name), utc) : get(name)}
                  onSet={(value) => set(name, isMoment(name) ? instantOf(value, utc) : value)}
                />
              ) : (
                <select
                  aria-label={glossary[term].head}
                  value={asked[name] ?? allOf(usual)}
                  onChange={(event) => set(name, event.target.value)}
                >
                  <option value={allOf(usual)}>{texts.anyValue}</option>
                  {options.map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </div>
          </Fragment>
        ))}
        {isFiltered ? (
          <button type="button" className="button small" onClick={() => clear(listing.filters.map(({ name }) => name))}>
            {texts.clear}
          </button>
        ) : null}
        <StaleSign />
        <SavedViews list={listing.name} />
        <ColumnChoice chosen={chosen} terms={terms} />
        {sort === undefined ? null : (
          <button type="button" className="button quiet small" data-key="s" onClick={onNext}>
            {sort.term === "status"
              ? texts.byStatus
              : sort.direction === "descending"
                ? texts.newestFirst
                : texts.oldestFirst}
          </button>
        )}
        {rows.length === 0 ? null : (
          <Export name={listing.name} read={(api, cursor) => read(api, after(cursor, AT_ONCE))} />
        )}
      </div>
      {query.error === null ? null : <Problem error={query.error} again={() => void query.refetch()} />}
      {query.data === undefined ? (
        query.error === null ? (
          <Forthcoming terms={terms.filter((term) => !hidden.includes(term))} />
        ) : null
      ) : (
        <div className={query.error === null ? undefined : "dimmed"}>
          <Folding rows={rows} by={{ idOf: listing.idOf, replacementOf: listing.replacementOf ?? never }}>
            {(shown, isUnfolded) => (
              <DataTable
                key={JSON.stringify([asked, past, ordered, isUnfolded])}
                label={listing.title}
                columns={listing.columns}
                hidden={hidden}
                rows={shown}
                idOf={listing.idOf}
                hrefOf={listing.hrefOf}
                hasMore={hasMore}
                count={count}
                news={news}
                onSight={look}
                coming={ordered["order"] === "newest" ? "above" : "waiting"}
                empty={
                  isFiltered && Object.keys(asked).length > 0
                    ? texts.nothingMatches({
                        filters: Object.entries(asked)
                          .map(([name, value]) => `${name} ${value}`)
                          .join(", ")
                      })
                    : listing.empty
                }
                onEnd={readOn}
                sorting={sorting}
              />
            )}
          </Folding>
          {rows.length === 0 || listing.totals === undefined ? null : (
            <Totals name={listing.name} asked={{ ...asked, ...past }} ask={listing.totals} />
          )}
          {rows.length === 0 ? null : listing.foot?.(rows, !hasMore)}
        </div>
      )}
    </>
  )
}
