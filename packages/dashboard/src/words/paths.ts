/** Where the screen of a position is. */
export const pathOfPosition = ({ account, symbol }: { readonly account: string; readonly symbol: string }): string =>
  `/positions/${encodeURIComponent(account)}/${encodeURIComponent(symbol)}`

const folders: Readonly<Record<string, string>> = {
  order: "/orders",
  trade: "/trades",
  break: "/attention",
  batch: "/batches",
  decision: "/decisions",
  attempt: "/attempts",
  fill: "/fills"
}

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
  const folder = folders[record.kind]
  return folder === undefined ? undefined : `${folder}/${encodeURIComponent(record.id)}`
}
