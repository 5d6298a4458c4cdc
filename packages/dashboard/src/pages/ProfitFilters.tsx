import type { Documents } from "@roundlot/api"
import { useAsk } from "../api/asking.ts"
import { readOf } from "../api/calling.ts"
import type { Past } from "../api/records.ts"
import { useOverview } from "../api/overview.ts"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { GivenId } from "../ui/parts/Figure.tsx"
import { useFilters } from "../ui/parts/filters.ts"
import { Head } from "../ui/parts/Help.tsx"
import { Select } from "../ui/parts/Select.tsx"
import { ExportButton } from "../ui/list/Export.tsx"
import { save } from "../ui/parts/saving.ts"
import { glossary, type Term } from "../words/glossary.ts"
import { texts } from "../words/text/profit.ts"

/** A row of the report on profit. */
export type ProfitRow = Documents.ProfitRow

/** What is asked of the report. */
interface ProfitAsked extends Past {
  readonly account?: string
  readonly symbol?: string
  readonly from?: string
  readonly to?: string
  readonly method?: string
  readonly by?: string
}

const methods = [
  ["fifo", texts.fifo],
  ["lifo", texts.lifo],
  ["hifo", texts.hifo],
  ["average", texts.averageCost]
] as const

/** The method by which lots are closed, and that it is the account's where none was asked for. */
export const methodWords = (asked: string | undefined, method: string): string => {
  const name = methods.find(([each]) => each === method)?.[1] ?? method
  return asked === undefined ? texts.methodOfAccount({ name }) : name
}

const groups = [
  ["", texts.symbol],
  ["day", texts.day],
  ["account", texts.accountChoice]
] as const

const periods = [
  ["", texts.today],
  ["month", texts.thisMonth],
  ["year", texts.thisYear],
  ["all", texts.all]
] as const

const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/** What sums are of: symbols unless the address says days or accounts. */
export const groupOf = (by: string): "symbol" | "day" | "account" => (by === "day" || by === "account" ? by : "symbol")

const withoutBlanks = (given: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""))

/** The dates that the address asks for: today unless it says more. */
export const useDatesAsked = (): Pick<ProfitAsked, "from" | "to"> => {
  const { get } = useFilters()
  const to = get("to")
  const from = get("from") === "" && to === "" ? "today" : get("from")
  return withoutBlanks({ from: from === "all" ? "" : from, to })
}

/** What the address asks for. Of several accounts the first, where it names none. */
export const useProfitAsked = (): ProfitAsked => {
  const { get } = useFilters()
  const asOf = useAsOf()
  const dates = useDatesAsked()
  const first = useOverview().data?.accounts[0]?.name ?? ""
  const account = get("account") === "" ? first : get("account")
  const by = get("by") === "" ? "" : groupOf(get("by"))
  const own = withoutBlanks({ account: by === "account" ? "" : account, method: get("method"), by })
  return { ...own, ...dates, ...momentOf(asOf) }
}

/** Reads the report, and again whenever something happened. */
export const useProfit = (asked: ProfitAsked) =>
  useAsk(
    ["profit", asked],
    (api) => api.overview.profit({ urlParams: asked }),
    // Of which account, the overview says.
    asked.account !== undefined || asked.by === "account"
  )

const DateField = ({ name, term }: { readonly name: "from" | "to"; readonly term: Term }) => {
  const { get, set } = useFilters()
  return (
    <div className="filter">
      <Head term={term} />
      <input
        type="date"
        aria-label={glossary[term].head}
        value={isDate(get(name)) ? get(name) : ""}
        onChange={({ target }) => set(name, target.value)}
      />
    </div>
  )
}

/** Sums of what, and of which account where there are several. */
const Grouping = ({ account }: { readonly account: string | undefined }) => {
  const { get, set, setAll } = useFilters()
  const accounts = useOverview().data?.accounts ?? []
  const isOfSeveral = accounts.length > 1
  return (
    <>
      <Select
        term="profitBy"
        value={get("by")}
        options={isOfSeveral ? groups : groups.filter(([group]) => group !== "account")}
        onChoose={(by) => setAll(by === "account" ? { by, account: "" } : { by })}
      />
      {account === undefined || !isOfSeveral ? null : (
        <Select
          term="account"
          value={account}
          options={accounts.map(({ name }) => [name, name] as const)}
          onChoose={(name) => set("account", name)}
        />
      )}
    </>
  )
}

interface FiltersProps {
  readonly account?: string | undefined
  /** It is of one symbol: nothing is grouped. */
  readonly isOfSymbol?: boolean
}

/** Of which dates. */
export const DateFilters = () => {
  const { get, setAll } = useFilters()
  const from = get("from")
  return (
    <>
      <Select
        term="profitPeriod"
        value={from}
        options={isDate(from) ? [...periods, [from, texts.fromADate]] : periods}
        onChoose={(period) => setAll({ from: period, to: "" })}
      />
      <DateField name="from" term="dateFrom" />
      <DateField name="to" term="dateTo" />
    </>
  )
}

/** Of which period, by which method, and sums of what. */
export const ProfitFilters = ({ account, isOfSymbol = false }: FiltersProps) => {
  const { get, set } = useFilters()
  return (
    <div className="filters" role="group" aria-label={texts.filters}>
      {isOfSymbol ? null : <Grouping account={account} />}
      <DateFilters />
      <Select
        term="lotMethod"
        value={get("method")}
        options={[["", texts.accountSetting], ...methods]}
        onChoose={(method) => set("method", method)}
      />
    </div>
  )
}

/** The digits of a digest as the command line and `shasum` write them. */
const hexOf = (digest: string): string => {
  const [, base64 = ""] = /^sha-256=:([^:]+):$/.exec(digest) ?? []
  return Array.from(atob(base64), (each) => each.charCodeAt(0).toString(16).padStart(2, "0")).join("")
}

/** Saves what an accountant is given: the bytes of `report profit --csv`, with their hash. */
export const ProfitExport = ({ asked }: { readonly asked: ProfitAsked }) => {
  const saveReport = async () => {
    const [csv, { headers }] = await readOf((api) =>
      api.overview.profitExport({ urlParams: asked, withResponse: true })
    )
    save(`profit-${[asked.account, asked.symbol, asked.from, asked.to].filter(Boolean).join("-")}.csv`, csv)
    return hexOf(headers["repr-digest"] ?? "")
  }
  return (
    <ExportButton run={saveReport}>
      {(hash) => <>{texts.saved({ hash: <GivenId id={hash} isShort /> })}</>}
    </ExportButton>
  )
}
