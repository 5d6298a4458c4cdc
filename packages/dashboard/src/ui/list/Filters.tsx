import { Fragment, type ReactNode, useId, useRef, useState } from "react"
import { instantOf, writtenTime } from "../../format/time.ts"
import { glossary, type Term } from "../../words/glossary.ts"
import { ALL, type Usual } from "../../words/usual.ts"
import { texts } from "../../words/text/lists.ts"
import { useFilters } from "../parts/filters.ts"
import { Foreign } from "../parts/Figure.tsx"
import { Head } from "../parts/Help.tsx"
import { Select } from "../parts/Select.tsx"
import { useSettings } from "../parts/settings.ts"
import { isKnown, KnownNames } from "./KnownNames.tsx"
import type { Filter } from "./Listing.ts"

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
    <Select
      term="period"
      value={chosen ?? (isOther ? "other" : "")}
      options={[
        ["", texts.anyValue],
        ...periodNames.map((name) => [name, periods[name]] as const),
        ...(isOther ? [["other", texts.asWritten] as const] : [])
      ]}
      onChoose={(value) => {
        const name = periodNames.find((each) => each === value)
        if (value !== "other") setAll(name === undefined ? { since: "", until: "" } : { ...periodNow(name) })
      }}
    />
  )
}

/** How the address says that all are shown. */
const allOf = (usual: Usual | undefined): string => (usual === undefined ? "" : ALL)

interface FieldProps {
  readonly filter: Filter
  readonly value: string
}

/** One filter: chosen where the daemon knows all of its words, else written. */
const FilterField = ({ filter: { name, options, term, usual }, value }: FieldProps) => {
  const { get, set } = useFilters()
  const { utc } = useSettings()
  if (options !== undefined)
    return (
      <Select
        term={term}
        value={value === "" ? allOf(usual) : value}
        options={[[allOf(usual), texts.anyValue], ...options]}
        onChoose={(chosen) => set(name, chosen)}
      />
    )
  return (
    <div className="filter">
      <Head term={term} />
      <Written
        key={`${get(name)} ${isMoment(name) && utc}`}
        name={name}
        term={term}
        value={isMoment(name) ? writtenTime(get(name), utc) : get(name)}
        onSet={(text) => set(name, isMoment(name) ? instantOf(text, utc) : text)}
      />
    </div>
  )
}

/** A filter and its value in the words of the page. */
export const shownFilter = (filter: Filter, value: string, utc: boolean): string =>
  `${glossary[filter.term].head}: ${shownValue(filter, value, utc)}`

/** What a filter of the address says, in the words of the page. */
const shownValue = ({ name, options }: Filter, value: string, utc: boolean): string => {
  if (isMoment(name)) return writtenTime(value, utc)
  return options?.find(([each]) => each === value)?.[1] ?? value
}

interface Cleared {
  /** The button that was clicked is gone: where the focus goes. */
  readonly onCleared: () => void
}

/** A filter that is set, by the address or as usual, and a way to take it out. */
const SetFilter = ({ filter, onCleared, value }: FieldProps & Cleared) => {
  const { set } = useFilters()
  const { utc } = useSettings()
  const { head } = glossary[filter.term]
  return (
    <span className="view">
      <span>
        {head}: <Foreign text={shownValue(filter, value, utc)} />
      </span>
      <button
        type="button"
        aria-label={texts.clearFilter({ filter: head })}
        onClick={() => {
          set(filter.name, allOf(filter.usual))
          onCleared()
        }}
      >
        ×
      </button>
    </span>
  )
}

/** So many are shown at once; of more, those that are set. */
const MOST_SHOWN = 4

interface FiltersProps {
  readonly filters: ReadonlyArray<Filter>
  readonly asked: Readonly<Record<string, string>>
  /** Other controls of the list. */
  readonly children: ReactNode
}

const Fields = ({ asked, filters }: Pick<FiltersProps, "asked" | "filters">) =>
  filters.map((filter) => (
    <Fragment key={filter.name}>
      {filter.name === "since" ? <PeriodFilter /> : null}
      <FilterField filter={filter} value={asked[filter.name] ?? ""} />
    </Fragment>
  ))

/** Takes all filters out of the address, where one is in it. */
const ClearAll = ({ filters, onCleared }: Pick<FiltersProps, "filters"> & Partial<Cleared>) => {
  const { clear, get } = useFilters()
  const names = filters.map(({ name }) => name)
  return names.every((name) => get(name) === "") ? null : (
    <button
      type="button"
      className="button small"
      onClick={() => {
        clear(names)
        onCleared?.()
      }}
    >
      {texts.clear}
    </button>
  )
}

/** Many filters: folded, beside those that the address names. */
const Folded = ({ asked, children, filters }: FiltersProps) => {
  const [isOpen, setOpen] = useState(false)
  const fields = useId()
  const button = useRef<HTMLButtonElement>(null)
  const refocus = (): void => button.current?.focus()
  return (
    <>
      <div className="filters" role="group" aria-label={texts.listControls}>
        <button
          ref={button}
          data-key="/"
          type="button"
          className="button small"
          aria-expanded={isOpen}
          aria-controls={isOpen ? fields : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          {texts.filters}
        </button>
        {filters.map((filter) => {
          const value = asked[filter.name]
          return value === undefined ? null : (
            <SetFilter key={filter.name} filter={filter} value={value} onCleared={refocus} />
          )
        })}
        <ClearAll filters={filters} onCleared={refocus} />
        {children}
      </div>
      {isOpen ? (
        <div id={fields} className="filters" role="group" aria-label={texts.filters}>
          <Fields filters={filters} asked={asked} />
        </div>
      ) : null}
    </>
  )
}

/** The filters of a list, and its other controls. */
export const Filters = (props: FiltersProps) => {
  const { asked, children, filters } = props
  return filters.length > MOST_SHOWN ? (
    <Folded {...props} />
  ) : (
    <div className="filters" role="group" aria-label={texts.filters}>
      <Fields filters={filters} asked={asked} />
      <ClearAll filters={filters} />
      {children}
    </div>
  )
}

/** A period of whole days, the newest of them today; `until` is empty where it goes on. */
interface Period {
  readonly since: string
  readonly until: string
}

/** Periods that many ask for, by their name. */
const periods = { today: texts.today, yesterday: texts.yesterday, week: texts.sevenDays } as const

/** The name of a period. */
type PeriodName = keyof typeof periods

/** The names of all periods. */
const periodNames = ["today", "yesterday", "week"] as const satisfies ReadonlyArray<PeriodName>

/** How many days before today each begins and ends. */
const days: Readonly<Record<PeriodName, readonly [since: number, until: number | undefined]>> = {
  today: [0, undefined],
  yesterday: [1, 0],
  week: [6, undefined]
}

/** Returns when a day began that is so many days before another, in UTC or in the viewer's zone. */
const beginOf = (now: Date, before: number, utc: boolean): string =>
  (utc
    ? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - before))
    : new Date(now.getFullYear(), now.getMonth(), now.getDate() - before)
  ).toISOString()

/** Returns from when until when a period is, by the days of the zone that is shown. */
export const periodOf = (name: PeriodName, now: Date, utc: boolean): Period => {
  const [since, until] = days[name]
  return { since: beginOf(now, since, utc), until: until === undefined ? "" : beginOf(now, until, utc) }
}
