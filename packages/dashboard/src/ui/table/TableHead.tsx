import type { Header } from "@tanstack/react-table"
import { zoneName } from "../../format/time.ts"
import { glossary, type Term } from "../../words/glossary.ts"
import { Head } from "../parts/Help.tsx"
import type { Model } from "./model.ts"
import { useSettings } from "../parts/settings.ts"
import { texts } from "../../words/text/tables.ts"

interface SortProps {
  readonly term: Term
  readonly sorted: false | "asc" | "desc"
  readonly onSort: () => void
}

/** Sorts by a column, or turns it round; what it is sorted by now, the column says. */
const SortButton = ({ onSort, sorted, term }: SortProps) => (
  <button
    type="button"
    className="sort"
    aria-label={texts.sortBy({ head: glossary[term].head })}
    aria-pressed={sorted !== false}
    onClick={onSort}
  >
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path
        d={sorted === "asc" ? "M8 13V3M4 7l4-4 4 4" : "M8 3v10M4 9l4 4 4-4"}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      />
    </svg>
  </button>
)

const directions = { asc: "ascending", desc: "descending" } as const

const HeadCell = <A extends object>({ column }: Pick<Header<A, unknown>, "column">) => {
  const { utc } = useSettings()
  const given = column.columnDef.meta?.given
  if (given === undefined) return null
  const sorted = column.getIsSorted()
  return (
    <th
      scope="col"
      className={given.kind === "figure" ? "right" : undefined}
      aria-sort={sorted === false ? undefined : directions[sorted]}
    >
      <Head term={given.term} tail={given.kind === "time" ? zoneName(utc) : undefined} />
      {column.getCanSort() ? (
        <SortButton term={given.term} sorted={sorted} onSort={() => column.toggleSorting()} />
      ) : null}
    </th>
  )
}

/** The heads of the columns that are shown, with what sorts by them. */
export const TableHead = <A extends object>({ model }: { readonly model: Model<A> }) => (
  <thead>
    {model.getHeaderGroups().map(({ headers, id }) => (
      <tr key={id} aria-rowindex={1}>
        {headers.map((header) => (
          <HeadCell key={header.id} column={header.column} />
        ))}
      </tr>
    ))}
  </thead>
)
