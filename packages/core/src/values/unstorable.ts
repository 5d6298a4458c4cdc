/**
 * What keeps a text from being stored on every kind of database as it is; `undefined` where nothing does. Postgres takes no NUL,
 * and half of a surrogate pair becomes another character wherever text is kept as UTF-8.
 */
export const unstorable = (text: string): string | undefined => {
  if (text.includes("\0")) return "holds a NUL character, which no store takes"
  return /\p{Surrogate}/u.test(text) ? "holds half of a surrogate pair, which is no character" : undefined
}

const REPLACEMENT = "\u{FFFD}"

/** So much of what a broker says in words is kept, in characters. */
const MOST_WORDS = 1000

/** The beginning of a broker's words, as every store takes it. */
export const storableWords = (words: string): string => storable(words.slice(0, MOST_WORDS))

/** The text with a replacement character for whatever no store takes: of what is a fact, and may not be refused. */
export const storable = (text: string): string =>
  unstorable(text) === undefined ? text : text.replaceAll("\0", REPLACEMENT).replaceAll(/\p{Surrogate}/gu, REPLACEMENT)
