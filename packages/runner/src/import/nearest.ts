const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const letter of a) {
    const row = [(above[0] ?? 0) + 1]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (letter === b.charAt(column - 1) ? 0 : 1)
      row.push(Math.min(replaced, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1))
    }
    above = row
  }
  return above[b.length] ?? 0
}

const letters = (name: string): string =>
  name
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")

/** The candidate whose letters are most like those of `name`, or `undefined` where more than half would have to change. */
export const nearest = (name: string, candidates: ReadonlyArray<string>): string | undefined => {
  const wanted = letters(name)
  let best: { readonly candidate: string; readonly away: number } | undefined
  for (const candidate of candidates) {
    const away = distance(wanted, letters(candidate))
    if (best === undefined || away < best.away) best = { candidate, away }
  }
  return best !== undefined && best.away * 2 <= wanted.length ? best.candidate : undefined
}
