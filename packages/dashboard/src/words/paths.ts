/** Where the screen of a position is. */
export const pathOfPosition = ({ account, symbol }: { readonly account: string; readonly symbol: string }): string =>
  `/positions/${encodeURIComponent(account)}/${encodeURIComponent(symbol)}`

/** Where profit is reported: of an account and symbol where they are named. */
export const pathOfProfit = (of?: { readonly account: string; readonly symbol: string }): string =>
  of === undefined ? "/profit" : `/profit/${encodeURIComponent(of.account)}/${encodeURIComponent(of.symbol)}`

/** Where slippage is reported. */
export const SLIPPAGE = "/profit/slippage"

/** Where all slippage of an account is reported. */
export const pathOfSlippage = (account: string): string =>
  `${SLIPPAGE}?${new URLSearchParams({ account, from: "all" }).toString()}`

/** Where the screen of an account is. */
export const pathOfAccount = (name: string): string => `/ops/accounts/${encodeURIComponent(name)}`

/** The position whose screen an address is; nothing where it is another one. */
export const positionAt = (path: string): { readonly account: string; readonly symbol: string } | undefined => {
  const [, account, symbol] = /^\/positions\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  return account === undefined || symbol === undefined
    ? undefined
    : { account: decodeURIComponent(account), symbol: decodeURIComponent(symbol) }
}

const folders: Readonly<Record<string, string>> = {
  order: "/orders",
  trade: "/trades",
  break: "/attention",
  batch: "/batches",
  decision: "/decisions",
  attempt: "/attempts",
  fill: "/fills",
  job: "/ops/jobs"
}

/** Where the screen of an entry of an account's journal is. */
export const pathOfEntry = (account: string, seq: number | string): string =>
  `/journal/${encodeURIComponent(account)}/${seq}`

/** Where the causes of an entry (`paper/12`) or a record (`F3`) are. */
export const pathOfWhy = (of: string): string => `/why/${of.split("/").map(encodeURIComponent).join("/")}`

/** Where the entries about a record are, the newest first; those of one event where it is named. */
export const pathOfEntries = (account: string, entity: string, tag?: string): string =>
  `/journal?${new URLSearchParams({ account, entity, ...(tag === undefined ? {} : { tag }) }).toString()}`

/** Where the screen of a record is; nothing where it has none of its own. */
export const pathOfRecord = (record: {
  readonly kind: string
  readonly id: string
  readonly account?: string | null
}): string | undefined => {
  if (record.kind === "position") {
    const symbol = record.id.split("/").at(-1) ?? record.id
    return record.account === undefined || record.account === null
      ? undefined
      : pathOfPosition({ account: record.account, symbol })
  }
  if (record.kind === "entry") return `/journal/${record.id}`
  const folder = folders[record.kind]
  return folder === undefined ? undefined : `${folder}/${encodeURIComponent(record.id)}`
}
