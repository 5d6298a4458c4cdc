/** An object or an array that is being read: the names that it had so far, or how many values came before. */
interface Open {
  readonly names: Set<string> | undefined
  at: string | number
  /** What comes next is a name. */
  isNaming: boolean
}

/**
 * The path of the first member of an object whose name came before in the same object, such as `rows[3].quantity`; `undefined` where
 * there is none. `JSON.parse` keeps the last of them in silence, and other readers the first: two programs read two quantities out of
 * one text. What is no JSON is left to `JSON.parse`.
 *
 * @example
 * import { Json } from "@roundlot/api"
 *
 * Json.repeatedMember('{"symbol":"AAPL","quantity":"1","quantity":"100"}') // "quantity"
 */
export const repeatedMember = (text: string): string | undefined => {
  const open: Array<Open> = []
  for (let at = 0; at < text.length; at++) {
    const top = open.at(-1)
    switch (text.charCodeAt(at)) {
      case BRACE:
        open.push({ names: new Set(), at: "", isNaming: true })
        break
      case BRACKET:
        open.push({ names: undefined, at: 0, isNaming: false })
        break
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        open.pop()
        break
      case COMMA:
        if (typeof top?.at === "number") top.at += 1
        else if (top !== undefined) top.isNaming = true
        break
      case QUOTE: {
        const end = endOfString(text, at)
        if (top?.isNaming === true && isRepeated(top, text.slice(at, end + 1))) return pathOf(open)
        at = end
        break
      }
      default:
    }
  }
  return undefined
}

const [BRACE, CLOSING_BRACE, BRACKET, CLOSING_BRACKET, COMMA, QUOTE, BACKSLASH] = [
  0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x22, 0x5c
]

const endOfString = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

/** Notes a name as it was written; `\u0061` and `a` are one name. */
const isRepeated = (top: Open, written: string): boolean => {
  const name = written.includes("\\") ? nameOf(written) : written.slice(1, -1)
  const isKnown = top.names?.has(name) ?? false
  top.names?.add(name)
  top.at = name
  top.isNaming = false
  return isKnown
}

const nameOf = (written: string): string => {
  try {
    return String(JSON.parse(written))
  } catch {
    return written
  }
}

const pathOf = (open: ReadonlyArray<Open>): string =>
  open.map(({ at }, depth) => (typeof at === "number" ? `[${at}]` : `${depth === 0 ? "" : "."}${at}`)).join("")
