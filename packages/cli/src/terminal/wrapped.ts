import type { Screen } from "@roundlot/queries"

const NARROWEST = 20

/** Text that goes on below where it began, `at` columns from the left, broken between words where a screen is too narrow. */
export const wrapped = (text: string, at: number, { width }: Screen.Screen): string => {
  if (width === undefined) return text
  const room = Math.max(NARROWEST, width - at)
  const lines: Array<string> = []
  let rest = text
  while (rest.length > room) {
    const space = rest.lastIndexOf(" ", room)
    const end = space > 0 ? space : room
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest].join(`\n${" ".repeat(at)}`)
}
