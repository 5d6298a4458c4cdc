import { useMemo } from "react"
import { Link, useSearch } from "wouter"
import { Foreign } from "../ui/parts/Figure.tsx"
import { Empty, Panel } from "../ui/parts/Panel.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { DataTable } from "../ui/table/DataTable.tsx"
import { pathOfProfit } from "../words/paths.ts"
import { missingWords } from "../words/profit.ts"
import type { ProfitRow } from "./ProfitFilters.tsx"
import { texts } from "../words/text/profit.ts"

/** What executions of a period came to. */
export const traded: ReadonlyArray<Column<ProfitRow>> = [
  columns.signed("realised", ({ profit }) => profit),
  columns.figure("fees", ({ fees }) => fees),
  columns.figure("turnover", ({ turnover }) => turnover),
  {
    term: "missing",
    kind: "node",
    of: (row) => <Foreign text={missingWords(row)} />,
    isShown: (rows) => rows.some((row) => missingWords(row) !== null)
  }
]

/** What is open at the end of a period is worth. */
export const valued: ReadonlyArray<Column<ProfitRow>> = [
  columns.figure("marketValue", ({ marketValue }) => marketValue),
  columns.signed("unrealised", ({ unrealised }) => unrealised)
]

/** The address of symbols: of a day or an account, and else what the address asks for. */
const pathWith = (search: string, values: Readonly<Record<string, string>>): string => {
  const asked = new URLSearchParams(search)
  asked.delete("by")
  for (const [name, value] of Object.entries(values)) asked.set(name, value)
  return `${pathOfProfit()}?${asked.toString()}`
}

const dateOf = ({ date }: ProfitRow): string => date ?? ""

/** Trade dates with what was closed and traded on them; each leads to its symbols. */
const daysWith = (search: string): ReadonlyArray<Column<ProfitRow>> => [
  columns.node("tradeDate", (row) => (
    <Link href={pathWith(search, { account: row.account, from: dateOf(row), to: dateOf(row) })}>{dateOf(row)}</Link>
  )),
  ...traded
]

interface RowsProps {
  readonly rows: ReadonlyArray<ProfitRow>
}

interface DaysProps extends RowsProps {
  readonly method: string
  readonly total: ProfitRow
}

/** The days of one currency, the last one first. */
export const DaysInCurrency = ({ method, rows, total }: DaysProps) => {
  const search = useSearch()
  const shown = useMemo(() => daysWith(search), [search])
  const own = rows.filter(({ currency, kind }) => kind === "day" && currency === total.currency).toReversed()
  const { fees, profit, turnover } = total
  return (
    <Panel title={texts.daysIn({ currency: total.currency })} note={texts.by({ method })}>
      {own.length === 0 ? (
        <Empty>{texts.noFills}</Empty>
      ) : (
        <DataTable
          label={texts.daysIn({ currency: total.currency })}
          columns={shown}
          rows={own}
          idOf={dateOf}
          sums={{ realised: profit, fees, turnover }}
          isShort
        />
      )}
    </Panel>
  )
}

const accountOf = ({ account, currency }: ProfitRow): string => `${account} ${currency}`

interface AccountsProps extends RowsProps {
  readonly methodOf: (method: string) => string
}

/** What each account came to, in each of its currencies; each leads to its symbols. */
export const OfAccounts = ({ methodOf, rows }: AccountsProps) => {
  const search = useSearch()
  const shown = useMemo(
    (): ReadonlyArray<Column<ProfitRow>> => [
      columns.node("account", ({ account }) => <Link href={pathWith(search, { account })}>{account}</Link>),
      columns.node("profitCurrency", ({ currency }) => currency),
      columns.node("lotMethod", ({ method }) => methodOf(method)),
      ...valued,
      ...traded
    ],
    [search, methodOf]
  )
  return (
    <Panel title={texts.accounts}>
      <DataTable label={texts.profitOfAccounts} columns={shown} rows={rows} idOf={accountOf} isShort />
    </Panel>
  )
}
