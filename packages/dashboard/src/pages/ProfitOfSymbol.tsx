import type { ReactNode } from "react"
import { Link, useSearch } from "wouter"
import { Facts } from "../ui/parts/Facts.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { pathOfPosition, pathOfProfit } from "../words/paths.ts"
import { closings, opened } from "./lotColumns.tsx"
import { profitFacts } from "./profitFacts.tsx"
import { traded } from "./ProfitGroups.tsx"
import {
  methodWords,
  ProfitExport,
  ProfitFilters,
  type ProfitRow,
  useProfit,
  useProfitAsked
} from "./ProfitFilters.tsx"
import { texts } from "../words/text/profit.ts"

const lots: ReadonlyArray<Column<ProfitRow>> = [
  ...opened,
  columns.figure("quantity", ({ quantity }) => quantity),
  columns.figure("cost", ({ cost, proceeds, side }) => (side === "short" ? proceeds : cost)),
  columns.figure("marketValue", ({ marketValue }) => marketValue),
  columns.signed("unrealised", ({ unrealised }) => unrealised)
]

const days: ReadonlyArray<Column<ProfitRow>> = [columns.node("tradeDate", ({ date }) => date), ...traded]

const corrections: ReadonlyArray<Column<ProfitRow>> = [
  columns.node("updated", ({ date }) => date),
  columns.linked("correctedFill", "/fills", ({ closedBy }) => closedBy),
  columns.node("lotOpened", (row) => row.opened),
  columns.foreign("correction", ({ note }) => note)
]

const idOf = ({ closedBy, date, openedBy, quantity }: ProfitRow): string =>
  `${openedBy} ${closedBy} ${date} ${quantity}`

interface OfSymbol {
  readonly account: string
  readonly symbol: string
}

/** The lots of a symbol: what is open, what was closed in the period, and what was corrected; each leads to its fills. */
export const ProfitOfSymbol = ({ account, symbol }: OfSymbol): ReactNode => {
  const { by: _by, ...rest } = useProfitAsked()
  const asked = { ...rest, account, symbol }
  const search = useSearch()
  const query = useProfit(asked)
  const key = JSON.stringify(asked)
  const table = (label: string, empty: string, kind: ProfitRow["kind"], shown: ReadonlyArray<Column<ProfitRow>>) => (
    <Panel title={label}>
      <Asked query={query}>
        {({ items }) => (
          <Rows
            key={key}
            label={label}
            empty={empty}
            columns={shown}
            rows={items.filter((row) => row.kind === kind)}
            idOf={idOf}
            isShort
          />
        )}
      </Asked>
    </Panel>
  )
  return (
    <>
      <PageHead
        note={
          <>
            {texts.note({
              profit: <Link href={`${pathOfProfit()}${search === "" ? "" : `?${search}`}`}>{texts.profit}</Link>,
              position: <Link href={pathOfPosition({ account, symbol })}>{texts.position}</Link>,
              account
            })}
          </>
        }
        actions={<ProfitExport key={key} asked={asked} />}
      >
        {symbol}
      </PageHead>
      <ProfitFilters isOfSymbol />
      <Asked query={query}>
        {({ items }) =>
          items
            .filter(({ kind }) => kind === "symbol")
            .map((row) => <Facts key={row.symbol} facts={profitFacts(row, methodWords(asked.method, row.method))} />)
        }
      </Asked>
      {table(texts.openLots, texts.noOpenLots, "lot", lots)}
      {table(texts.days, texts.noFills, "day", days)}
      {table(texts.closings, texts.noClosings, "closing", closings)}
      {table(texts.corrections, texts.noCorrections, "correction", corrections)}
    </>
  )
}
