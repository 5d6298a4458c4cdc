const LENGTH_BYTES = 4
const NUL = "\u0000"

/** A message as it goes over the wire: its length, and its fields, each with a NUL behind it. */
export const frame = (fields: ReadonlyArray<string | number>): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}${NUL}`).join(""), "utf8")
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Takes bytes apart into messages, however they were cut on the way. */
export interface Reader {
  /** The version range that the client opened with, once it has. */
  readonly versions: () => string | undefined
  readonly push: (bytes: Buffer) => ReadonlyArray<ReadonlyArray<string>>
}

const PREFIX = Buffer.from("API\u0000", "latin1")

/** A reader of one connection: the client's opening, then its messages. */
export const reader = (): Reader => {
  let rest: Buffer = Buffer.alloc(0)
  let opening: string | undefined
  const next = (): string | undefined => {
    if (rest.length < LENGTH_BYTES) return undefined
    const length = rest.readUInt32BE()
    if (rest.length < LENGTH_BYTES + length) return undefined
    const text = rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length).toString("utf8")
    rest = rest.subarray(LENGTH_BYTES + length)
    return text
  }
  return {
    versions: () => opening,
    push: (bytes) => {
      rest = Buffer.concat([rest, bytes])
      if (opening === undefined) {
        if (rest.length < PREFIX.length) return []
        rest = rest.subarray(rest.indexOf(PREFIX) === 0 ? PREFIX.length : 0)
        opening = next()
        if (opening === undefined) {
          rest = Buffer.concat([PREFIX, rest])
          return []
        }
      }
      const messages: Array<ReadonlyArray<string>> = []
      for (let text = next(); text !== undefined; text = next()) messages.push(text.split(NUL).slice(0, -1))
      return messages
    }
  }
}
