/** Where the rows of the list are that was looked at last, in its order. */
let listed: () => ReadonlyArray<string> = () => []

/** Remembers a list, so that one can go from record to record as they stand in it. */
export const rememberList = (hrefs: () => ReadonlyArray<string>): void => {
  listed = hrefs
}

/** Where the record before or after the one at a path is, in the list that was looked at last. */
export const siblingOf = (path: string, by: -1 | 1): string | undefined => {
  const all = listed()
  const at = all.indexOf(path)
  return at < 0 ? undefined : all[at + by]
}
