import { shown } from "@roundlot/api/text"
import { Either } from "effect"
import sax from "sax"
import { lineCounter } from "./lineCounter.ts"
import type { Fault } from "./StatementUnreadable.ts"

/** An element of an XML text, without what is in it. */
export interface XmlElement {
  readonly name: string
  /** 1 for the root. */
  readonly depth: number
  /** The line on which it begins. */
  readonly line: number
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Shows each element of an XML text to `take`, in the order of the text. Declarations of a document type are refused, so that no entity is
 * ever declared, and nothing outside of the text is read.
 */
export const eachElement = (xml: string, take: (element: XmlElement) => void): Either.Either<void, Fault> => {
  const parser = sax.parser(true, { position: true })
  const lineAt = lineCounter(xml)
  const stopped: { fault?: Fault } = {}
  const stop = (problem: string, remedy: string) => {
    stopped.fault ??= { line: parser.line + 1, problem, remedy }
  }
  let depth = 0
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a parser of sax is no event target
  parser.onerror = (error) => stop(`is broken XML (${shown(error.message.split("\n")[0] ?? "")})`, WHOLE)
  parser.ondoctype = () => stop("declares a document type", "Flex statements have none; do not trust this file")
  parser.onopentag = ({ attributes, name }) => {
    depth += 1
    if (stopped.fault !== undefined) return
    const texts = Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "string" ? value : value.value
    ])
    take({ name, depth, line: lineAt(parser.startTagPosition - 1), attributes: Object.fromEntries(texts) })
  }
  parser.onclosetag = () => {
    depth -= 1
  }
  for (let at = 0; at < xml.length && stopped.fault === undefined; at += PIECE) parser.write(xml.slice(at, at + PIECE))
  if (stopped.fault === undefined) parser.close()
  return stopped.fault === undefined ? Either.void : Either.left(stopped.fault)
}

const WHOLE = "download it again completely, as XML"

/** So much is read before it is asked again whether to go on. */
const PIECE = 65_536
