/** Where the rows of the list are that was looked at last, in its order. */
let listed: () => ReadonlyArray<string> = () => []

/** Remembers a list, so that one can go from record to record as they stand in it. */
export const rememberList = (hrefs: () => ReadonlyArray<string>): void => {
  listed = hrefs
}

/** Which row of the list that was looked at last leads to a path, and of how many that were read; nothing where none does. */
export const placeOf = (path: string): { readonly place: number; readonly of: number } | undefined => {
  const all = listed()
  const at = all.indexOf(path)
  return at < 0 ? undefined : { place: at + 1, of: all.length }
}

/** Where the record before or after the one at a path is, in the list that was looked at last. */
export const siblingOf = (path: string, by: -1 | 1): string | undefined => {
  const all = listed()
  const at = all.indexOf(path)
  return at < 0 ? undefined : all[at + by]
}
