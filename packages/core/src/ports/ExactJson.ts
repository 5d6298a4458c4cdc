/**
 * A number of JSON, or a whole string with whatever stands in it; one without an end goes to the end of the text, so that no text
 * makes the search begin again at each of its quotes.
 */
const TOKEN = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const SCIENTIFIC = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/
const MOST_SHIFT = 36

/**
 * JSON whose numbers are text, digit by digit as they were written: brokers write money, quantities and ids of 19 digits as numbers,
 * and a parsed number would round them. `1.0E7` is written out.
 *
 * @example
 * exact('{"orderId":9007199254740993,"price":22.7299}') // '{"orderId":"9007199254740993","price":"22.7299"}'
 */
export const exact = (json: string): string =>
  json.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"${plain(token)}"`))

const plain = (number: string): string => {
  const [, sign = "", whole, fraction = "", power] = SCIENTIFIC.exec(number) ?? []
  if (whole === undefined || power === undefined) return number
  const shift = Number(power)
  if (Math.abs(shift) > MOST_SHIFT) return number
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0")
  const at = Math.max(1, point)
  const before = padded.slice(0, at).replace(/^0+(?=\d)/, "")
  const after = padded.slice(at)
  return `${sign}${before}${after === "" ? "" : `.${after}`}`
}

/**
 * The rows of a JSON array, each as it was written; none where the text is no array. Their contents are not judged here.
 *
 * @example
 * rowsIn('[{"a":1}, {"b":"]"}]') // ['{"a":1}', '{"b":"]"}']
 */
export const rowsIn = (json: string): ReadonlyArray<string> | undefined => {
  const text = json.trim()
  if (!text.startsWith("[") || !text.endsWith("]")) return undefined
  const rows: Array<string> = []
  let depth = 0
  let begun = 1
  for (const { 0: token, index } of text.matchAll(STRUCTURE)) {
    if (token === "[" || token === "{") depth++
    if (token === "]" || token === "}") depth--
    const isEnd = depth === 0 && index === text.length - 1
    if (!isEnd && !(token === "," && depth === 1)) continue
    const row = text.slice(begun, index).trim()
    if (row !== "") rows.push(row)
    begun = index + 1
  }
  return depth === 0 ? rows : undefined
}

const STRUCTURE = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|[[\]{},]/g
