/** What of a list is shown where its address says nothing of it, unless another parameter says it already. */
export interface Usual {
  readonly value: string
  readonly unless: string
}

/** In an address: whatever is usual, all are shown. */
export const ALL = "all"

/** Cases are those that are open; how grave one is, or how it ended, says whether it is. */
export const usualCases: Usual = { value: "open", unless: "standing" }

/** What a parameter of an address asks for; nothing where all are meant. */
export const askedBy = (given: (name: string) => string, name: string, usual: Usual | undefined): string => {
  const value = given(name)
  if (usual === undefined) return value
  if (value === "") return given(usual.unless) === "" ? usual.value : ""
  return value === ALL ? "" : value
}
