import type { Effect } from "effect"
import type { ReactNode } from "react"
import { useMutation } from "@tanstack/react-query"
import { readOf } from "../../api/calling.ts"
import type { Api } from "../../api/client.ts"
import type { Page } from "../../api/parts.ts"
import { csvOf, type Row, rowOf } from "../table/csv.ts"
import { Problem } from "../parts/Panel.tsx"
import { save } from "../parts/saving.ts"
import { texts } from "../../words/text/lists.ts"

/** More than that is for `roundlot` and its files: a page holds it in memory. */
const MOST = 100_000

interface ExportProps<A> {
  readonly name: string
  /** A page of all that is asked for, after a cursor. */
  readonly read: (api: Api, cursor: string | undefined) => Effect.Effect<Page<A>, unknown>
}

/** Saves a whole list as it is filtered, with every field and every figure as it was sent. */
export const Export = <A extends object>({ name, read }: ExportProps<A>) => {
  const saveAll = async () => {
    const rows: Array<Row> = []
    let cursor: string | undefined
    do {
      const after = cursor
      const page = await readOf((api) => read(api, after))
      rows.push(...page.items.map(rowOf))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && rows.length < MOST)
    save(`${name}.csv`, csvOf(rows))
    return { count: rows.length, isCut: cursor !== undefined }
  }
  return (
    <ExportButton look="quiet small" run={saveAll}>
      {({ count, isCut }) => (isCut ? texts.firstRowsSaved({ count }) : texts.rowsSaved({ count }))}
    </ExportButton>
  )
}

interface ExportButtonProps<A> {
  readonly look?: string
  readonly run: () => Promise<A>
  /** What is said of what was saved. */
  readonly children: (saved: A) => ReactNode
}

/** Saves a file once at a time, and says how that went. */
export const ExportButton = <A,>({ children, look = "", run }: ExportButtonProps<A>) => {
  const saving = useMutation({ mutationFn: run })
  return (
    <>
      <button
        type="button"
        className={`button ${look}`}
        data-key="e"
        aria-disabled={saving.isPending}
        onClick={() => (saving.isPending ? undefined : saving.mutate())}
      >
        {saving.isPending ? texts.readingAll : texts.exportCsv}
      </button>
      {saving.data === undefined ? null : (
        <span role="status" className="faint">
          {children(saving.data)}
        </span>
      )}
      {saving.error === null ? null : <Problem error={saving.error} />}
    </>
  )
}
