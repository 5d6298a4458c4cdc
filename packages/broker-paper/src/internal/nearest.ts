/** The one of `known` that is fewest edits away from `text`, where that is near enough to be what was meant. */
export const nearest = (text: string, known: ReadonlyArray<string>): string | undefined => {
  const ranked = known
    .map((word) => ({ word, edits: edits(text.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best !== undefined && best.edits <= Math.max(2, Math.ceil(best.word.length / 3)) ? best.word : undefined
}

const edits = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
