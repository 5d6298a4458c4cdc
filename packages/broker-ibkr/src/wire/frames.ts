const LENGTH_BYTES = 4
const NUL = "\u0000"

/** Messages of TWS are of some thousand bytes; what says that it is longer than this is none. */
const LONGEST = 16 * 1024 * 1024

/** A text as it goes over the wire: its length before it. */
const lengthened = (text: string): Buffer => {
  const body = Buffer.from(text, "utf8")
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** A message as it goes over the wire: its fields, each with a NUL behind it. One within a field would make two of it. */
export const frame = (fields: ReadonlyArray<string | number>): Buffer =>
  lengthened(fields.map((field) => `${String(field).replaceAll(NUL, "")}${NUL}`).join(""))

const PREFIX = Buffer.from("API\u0000", "latin1")

/** What a client opens with: the versions that it speaks. */
export const opening = (versions: string): Buffer => Buffer.concat([PREFIX, lengthened(versions)])

/** The fields of a message; what is behind the last NUL is none. */
export const fieldsOf = (text: string): ReadonlyArray<string> => text.split(NUL).slice(0, -1)

/** Takes bytes apart into messages, however they were cut on the way. */
export interface Reader {
  /** What the other side opened with, once it has: a client's versions, or TWS's version and time. */
  readonly opened: () => string | undefined
  /** Why nothing more is read: the bytes are no messages. */
  readonly fault: () => string | undefined
  readonly push: (bytes: Buffer) => ReadonlyArray<ReadonlyArray<string>>
}

/** A reader of one side of a connection: its opening, then its messages. */
export const reader = (): Reader => {
  let rest: Buffer = Buffer.alloc(0)
  let opened: string | undefined
  let fault: string | undefined
  const next = (): string | undefined => {
    const skipped = opened === undefined && rest.indexOf(PREFIX) === 0 ? PREFIX.length : 0
    const begin = skipped + LENGTH_BYTES
    if (fault !== undefined || rest.length < begin) return undefined
    const length = rest.readUInt32BE(skipped)
    if (length > LONGEST) {
      fault = `a message says that it is of ${length} bytes`
      return undefined
    }
    if (rest.length < begin + length) return undefined
    const text = rest.subarray(begin, begin + length).toString("utf8")
    rest = rest.subarray(begin + length)
    return text
  }
  return {
    opened: () => opened,
    fault: () => fault,
    push: (bytes) => {
      rest = Buffer.concat([rest, bytes])
      opened ??= next()
      const messages: Array<ReadonlyArray<string>> = []
      if (opened === undefined) return messages
      for (let text = next(); text !== undefined; text = next()) messages.push(fieldsOf(text))
      return messages
    }
  }
}
