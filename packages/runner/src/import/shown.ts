const MOST = 80
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const escaped = (character: string): string =>
  NAMED[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`

/**
 * A text as a terminal may print it: what has no glyph or turns the writing around is shown by its code, and only the
 * first `most` characters (80) are kept, the last of them `…` where more came.
 *
 * @example
 * shown("0.3\t") // 0.3\t, in six characters
 */
export const shown = (text: string, most = MOST): string => {
  // Twice the length: a character may take two units of the text.
  const visible = text.slice(0, most * 2).replace(UNSEEN, escaped)
  const characters = Array.from(visible)
  const isWhole = text.length <= most * 2 && characters.length <= most
  return isWhole ? visible : `${characters.slice(0, most - 1).join("")}…`
}
