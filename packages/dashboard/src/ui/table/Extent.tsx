import type { Documents } from "@roundlot/api"
import { grouped } from "../../format/figure.ts"
import { sizes } from "../../words/rows.ts"
import { Head } from "../parts/Help.tsx"
import { texts } from "../../words/text/tables.ts"

interface ExtentProps {
  /** The numbers of the first and the last row on screen. */
  readonly first: number
  readonly last: number
  readonly count: Documents.Count
}

/** Where in the list the reader is, and how long it is. */
export const Extent = ({ count: { kind, rows }, first, last }: ExtentProps) => (
  <p className="extent">
    {texts.extent({
      head: <Head term="inView" />,
      first: grouped(String(first)),
      last: grouped(String(last)),
      total: sizes[kind]({ rows: grouped(String(rows)) })
    })}
  </p>
)
