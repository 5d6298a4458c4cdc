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

const CENTS = 2

/** Exact dollars with two decimals at least; more stay as they are. */
export const withCents = (dollars: string): string => {
  const missing = CENTS - (dollars.split(".")[1]?.length ?? 0)
  return missing <= 0 ? dollars : dollars + (missing === CENTS ? "." : "") + "0".repeat(missing)
}

/** The digits before the point of an exact decimal in groups of three: `10,000.5`. */
export const grouped = (decimal: string): string => {
  const sign = decimal.startsWith("-") ? "-" : ""
  const [whole = "0", ...fraction] = decimal.slice(sign.length).split(".")
  return [sign + BigInt(whole).toLocaleString("en-US"), ...fraction].join(".")
}

/**
 * Exact dollars within a sentence, two decimals at least.
 *
 * @example
 * dollarsText("1234.5") // $1,234.50
 */
export const dollarsText = (dollars: string): string => {
  const text = grouped(withCents(dollars))
  return text.startsWith("-") ? `-$${text.slice(1)}` : `$${text}`
}
