import { fail, type Fault, type ImportFileError } from "./ImportFileError.ts"

const AS_UTF8 = "save it as UTF-8 (CSV UTF-8) and import it again"
const AS_LINES = "write one object a line, with no brackets and commas around"

type Stranger = readonly [begin: string, fault: Fault, problem: string, remedy: string]

/** How files of other kinds begin; bytes that are no UTF-8 are spelled `\xNN`, as the line shows them. */
const strangers: ReadonlyArray<Stranger> = [
  ["\\xFF\\xFE\0\0", "Encoding", "is UTF-32LE, not UTF-8", AS_UTF8],
  ["\0\0\\xFE\\xFF", "Encoding", "is UTF-32BE, not UTF-8", AS_UTF8],
  ["\\xFF\\xFE", "Encoding", "is UTF-16LE, not UTF-8", AS_UTF8],
  ["\\xFE\\xFF", "Encoding", "is UTF-16BE, not UTF-8", AS_UTF8],
  ["\u001F\\x8B", "Format", "is compressed with gzip", "unpack it first"],
  ["PK\u0003\u0004", "Format", "is a ZIP archive or a spreadsheet", "unpack it, or save the sheet as CSV UTF-8"],
  ["[", "Format", "begins with '[': it is one JSON array", AS_LINES]
]

/** What a file is whose first line begins so, where it is neither CSV nor JSON lines in UTF-8. */
export const wrongContents = (file: string, firstLine: string): ImportFileError | undefined => {
  const stranger = strangers.find(([begin]) => firstLine.trimStart().startsWith(begin))
  if (stranger !== undefined) return fail(file, stranger[1], stranger[2], stranger[3])
  const guess = unmarked(firstLine)
  return guess === undefined ? undefined : fail(file, "Encoding", `looks like ${guess}, not UTF-8`, AS_UTF8)
}

/** Plain letters in 16 bits without a mark: every other byte is NUL. */
const unmarked = (text: string): string | undefined => {
  const nul = [0, 1, 2, 3].map((at) => (text.charAt(at) === "\0" ? "0" : "x")).join("")
  if (nul === "x0x0") return "UTF-16LE"
  return nul === "0x0x" ? "UTF-16BE" : undefined
}
