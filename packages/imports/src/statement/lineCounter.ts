/** The line of a place in a text; places are asked for from the first to the last. */
export const lineCounter = (text: string): ((place: number) => number) => {
  let line = 1
  let next = text.indexOf("\n")
  return (place) => {
    while (next >= 0 && next < place) {
      line += 1
      next = text.indexOf("\n", next + 1)
    }
    return line
  }
}
