import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { useOverview } from "../api/overview.ts"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { useFilters } from "../ui/parts/filters.ts"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Asked, Empty, Panel } from "../ui/parts/Panel.tsx"
import { Select } from "../ui/parts/Select.tsx"
import type { Column, SumsOf } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { DataTable } from "../ui/table/DataTable.tsx"
import { pathOfPosition, pathOfProfit } from "../words/paths.ts"
import { texts } from "../words/text/profit.ts"
import { DateFilters, useDatesAsked } from "./ProfitFilters.tsx"

type Row = Documents.SlippageRow

/** What is in no sum: trades without a slippage, and commissions that are not known. */
const missingOf = ({ priced, trades, withoutCommission }: Row): string | null => {
  const missing = [
    ...(priced === trades ? [] : [texts.tradesWithoutSlippage({ count: trades - priced })]),
    ...(withoutCommission === 0 ? [] : [texts.commissionsUnknown({ count: withoutCommission })])
  ]
  return missing.length === 0 ? null : missing.join("; ")
}

const symbols: ReadonlyArray<Column<Row>> = [
  columns.node("symbol", ({ account, symbol }) =>
    account === null || symbol === null ? null : (
      <strong>
        <Link href={pathOfPosition({ account, symbol })}>{symbol}</Link>
      </strong>
    )
  ),
  columns.node("account", ({ account }) => account),
  columns.count("tradesWithFills", ({ trades }) => trades),
  columns.figure("filled", ({ filled }) => filled),
  columns.figure("atOwnPrices", ({ reference }) => reference),
  columns.signed("slippage", ({ slippage }) => slippage),
  columns.ratio("slippageBp", ({ slippageBp }) => slippageBp),
  columns.figure("commission", ({ commission }) => commission),
  {
    term: "missing",
    kind: "node",
    of: missingOf,
    isShown: (rows) => rows.some((row) => missingOf(row) !== null)
  }
]

const sumsOf = ({ commission, reference, slippage, slippageBp, trades }: Row): SumsOf => ({
  tradesWithFills: String(trades),
  atOwnPrices: reference,
  slippage,
  slippageBp,
  commission
})

const idOf = ({ account, symbol }: Row): string => `${account} ${symbol}`

/** The symbols of one currency, and what they come to. */
const InCurrency = ({ rows, total }: { readonly rows: ReadonlyArray<Row>; readonly total: Row }) => (
  <Panel title={texts.symbolsIn({ currency: total.currency })} note={texts.againstOwnPrices}>
    <DataTable
      label={texts.slippageIn({ currency: total.currency })}
      columns={symbols}
      rows={rows.filter(({ currency, kind }) => kind === "symbol" && currency === total.currency)}
      idOf={idOf}
      sums={sumsOf(total)}
      isShort
    />
  </Panel>
)

const useSlippageAsked = () => {
  const account = useFilters().get("account")
  const asOf = useAsOf()
  return { ...(account === "" ? {} : { account }), ...useDatesAsked(), ...momentOf(asOf) }
}

const AccountFilter = () => {
  const { get, set } = useFilters()
  const accounts = useOverview().data?.accounts ?? []
  const chosen = get("account")
  const names = [...new Set([...accounts.map(({ name }) => name), ...(chosen === "" ? [] : [chosen])])]
  return names.length < 2 && chosen === "" ? null : (
    <Select
      term="account"
      value={chosen}
      options={[["", texts.all], ...names.map((name) => [name, name] as const)]}
      onChoose={(name) => set("account", name)}
    />
  )
}

/** What hedging cost against the trades' own prices, symbol by symbol. */
export const SlippagePage = (): ReactNode => {
  const asked = useSlippageAsked()
  const query = useAsk(["slippage", asked], (api) => api.overview.slippage({ urlParams: asked }))
  return (
    <>
      <PageHead
        note={
          <>
            <Link href={pathOfProfit()}>{texts.profit}</Link> · {texts.datesReceived}
          </>
        }
      >
        {texts.slippage}
      </PageHead>
      <div className="filters" role="group" aria-label={texts.filters}>
        <AccountFilter />
        <DateFilters />
      </div>
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel title={texts.slippage}>
              <Empty>{texts.noTradesWithFills}</Empty>
            </Panel>
          ) : (
            items
              .filter(({ kind }) => kind === "total")
              .map((total) => <InCurrency key={total.currency} rows={items} total={total} />)
          )
        }
      </Asked>
    </>
  )
}
