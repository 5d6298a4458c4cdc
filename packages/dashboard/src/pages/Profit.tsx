import { useCallback, useMemo, type ReactNode } from "react"
import { Link, useSearch } from "wouter"
import { Foreign } from "../ui/parts/Figure.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked, Empty, Panel } from "../ui/parts/Panel.tsx"
import type { Column, SumsOf } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { DataTable } from "../ui/table/DataTable.tsx"
import { pathOfProfit, SLIPPAGE } from "../words/paths.ts"
import { missingWords } from "../words/profit.ts"
import { DaysInCurrency, OfAccounts, traded, valued } from "./ProfitGroups.tsx"
import {
  groupOf,
  methodWords,
  ProfitExport,
  ProfitFilters,
  type ProfitRow,
  useProfit,
  useProfitAsked
} from "./ProfitFilters.tsx"
import { texts } from "../words/text/profit.ts"

/** What a symbol, or a period of one, came to; the way to its lots keeps what the address asks for. */
const columnsWith = (search: string): ReadonlyArray<Column<ProfitRow>> => [
  columns.node("symbol", ({ account, symbol }) =>
    symbol === null ? null : (
      <strong>
        <Link href={`${pathOfProfit({ account, symbol })}${search === "" ? "" : `?${search}`}`}>{symbol}</Link>
      </strong>
    )
  ),
  columns.signed("held", ({ quantity }) => quantity),
  {
    term: "averageCost",
    kind: "figure",
    of: ({ averageCost, cost }) => (cost === "0" ? "" : averageCost),
    isAbout: true
  },
  columns.figure("marketPrice", ({ price }) => price),
  columns.time("priceAt", ({ priceAt }) => priceAt),
  ...valued,
  ...traded
]

const sumsOf = (total: ProfitRow): SumsOf => ({
  marketValue: total.marketValue,
  unrealised: total.unrealised,
  realised: total.profit,
  fees: total.fees,
  turnover: total.turnover
})

interface SumsProps {
  readonly method: string
  readonly rows: ReadonlyArray<ProfitRow>
  readonly total: ProfitRow
}

const symbolOf = ({ symbol }: ProfitRow): string => symbol ?? ""

/** The symbols of one currency, and what they come to. */
const SymbolsInCurrency = ({ method, rows, total }: SumsProps) => {
  const search = useSearch()
  const shown = useMemo(() => columnsWith(search), [search])
  const own = rows.filter(({ currency, kind }) => kind === "symbol" && currency === total.currency)
  const missing = missingWords(total)
  return (
    <Panel title={texts.symbolsIn({ currency: total.currency })} note={texts.by({ method })}>
      {own.length === 0 ? (
        <Empty>{texts.noFillsNoLots}</Empty>
      ) : (
        <DataTable
          label={texts.profitIn({ currency: total.currency })}
          columns={shown}
          rows={own}
          idOf={symbolOf}
          sums={sumsOf(total)}
          isShort
        />
      )}
      {missing === null ? null : (
        <p className="extent" role="note">
          {texts.notIncluded({ missing: <Foreign text={missing} /> })}
        </p>
      )}
    </Panel>
  )
}

/** What the symbols of an account came to in a period, with the accountant's file. */
export const ProfitPage = (): ReactNode => {
  const asked = useProfitAsked()
  const by = groupOf(asked.by ?? "")
  const query = useProfit({ ...asked, by })
  const methodOf = useCallback((method: string) => methodWords(asked.method, method), [asked.method])
  return (
    <>
      <PageHead
        note={
          <>
            {asked.account === undefined ? texts.tradeDates : texts.tradeDatesOfAccount({ account: asked.account })} ·{" "}
            <Link href={SLIPPAGE}>{texts.slippage}</Link>
          </>
        }
        actions={<ProfitExport key={JSON.stringify(asked)} asked={asked} />}
      >
        {texts.profit}
      </PageHead>
      <ProfitFilters account={asked.account} />
      <Asked query={query}>
        {({ items }) => {
          if (by === "account") return <OfAccounts rows={items} methodOf={methodOf} />
          const OfCurrency = by === "day" ? DaysInCurrency : SymbolsInCurrency
          return items
            .filter(({ kind }) => kind === "total")
            .map((total) => (
              <OfCurrency
                key={`${total.currency} ${JSON.stringify(asked)}`}
                method={methodOf(total.method)}
                rows={items}
                total={total}
              />
            ))
        }}
      </Asked>
    </>
  )
}
