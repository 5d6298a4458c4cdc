import type { ReactNode } from "react"
import { Link, useSearch } from "wouter"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Moment } from "../ui/parts/Figure.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { pathOfPosition, pathOfProfit } from "../words/paths.ts"
import { missingWords } from "../words/profit.ts"
import { closings, opened } from "./lotColumns.tsx"
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

const Sums = ({ method, of }: { readonly method: string; readonly of: ProfitRow }) => {
  const missing = missingWords(of)
  const isDollar = of.currency === "USD"
  return (
    <Facts
      facts={[
        ["lotMethod", method],
        ["held", <Figure of={of.quantity} signed />],
        ["averageCost", of.averageCost === null ? null : <Figure of={of.averageCost} money={isDollar} isAbout />],
        [
          "marketPrice",
          of.price === null ? (
            texts.notKnown
          ) : (
            <>{texts.priceAt({ price: <Figure of={of.price} money={isDollar} />, at: <Moment at={of.priceAt} /> })}</>
          )
        ],
        ["marketValue", <Figure of={of.marketValue} money={isDollar} />],
        ["unrealised", <Figure of={of.unrealised} money={isDollar} signed />],
        ["realised", <Figure of={of.profit} money={isDollar} signed />],
        ["fees", <Figure of={of.fees} money={isDollar} />],
        ["turnover", <Figure of={of.turnover} money={isDollar} />],
        ["missing", missing]
      ]}
    />
  )
}

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
            .map((row) => <Sums key={row.symbol} method={methodWords(asked.method, row.method)} of={row} />)
        }
      </Asked>
      {table(texts.openLots, texts.noOpenLots, "lot", lots)}
      {table(texts.days, texts.noFills, "day", days)}
      {table(texts.closings, texts.noClosings, "closing", closings)}
      {table(texts.corrections, texts.noCorrections, "correction", corrections)}
    </>
  )
}
