import { isUtf8 } from "node:buffer"

/** The longest line and the longest record that are read, in bytes. */
export const LONGEST = 1_048_576

const HEAD = 1024

/** A line of a file without its line feed. `invalid` is its first byte that is no UTF-8, as `text` shows it (`\xE9`). */
export interface TextLine {
  readonly _tag: "Text"
  readonly number: number
  readonly text: string
  /** In bytes. */
  readonly length: number
  readonly invalid: string | undefined
}

/** A line of more than {@link LONGEST} bytes, of which only the head was kept. */
interface LongLine {
  readonly _tag: "Long"
  readonly number: number
  readonly head: string
  /** In bytes. */
  readonly length: number
  /** How many double quotes it has: whether it ends inside a quoted field depends on that. */
  readonly quotes: number
}

/** A line of a file. */
export type Line = TextLine | LongLine

/** What is known of a line's text: all of it, or the head of one that is too long. */
export const textOf = (line: Line): string => (line._tag === "Text" ? line.text : line.head)

/** Cuts bytes into lines, however they come in pieces, and holds no more than one line of {@link LONGEST} bytes. */
export interface Splitter {
  /** The lines that end in these bytes. */
  readonly take: (bytes: Uint8Array) => Generator<Line>
  /** The last line, where no line feed ends it. */
  readonly end: () => Line | undefined
}

const LINE_FEED = 10
const QUOTE = 34

/** A splitter at the begin of a file; line 1 comes first. */
export const splitter = (): Splitter => {
  let number = 1
  const held = holder()

  const finish = (): Line => {
    const line = held.isLong() ? longLine(number, held) : textLine(number, held.bytes())
    held.clear()
    number += 1
    return line
  }

  return {
    *take(bytes) {
      let from = 0
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, from)) {
        held.add(bytes.subarray(from, at))
        from = at + 1
        yield finish()
      }
      held.add(bytes.subarray(from))
      held.own()
    },
    end: () => (held.length() === 0 ? undefined : finish())
  }
}

interface Holder {
  readonly add: (piece: Uint8Array) => void
  readonly own: () => void
  readonly clear: () => void
  readonly bytes: () => Uint8Array
  readonly length: () => number
  readonly quotes: () => number
  readonly isLong: () => boolean
}

const NOTHING = new Uint8Array(0)

/** The bytes of the line under way: borrowed from the chunk while it lasts, copied only when the line goes on after it. */
const holder = (): Holder => {
  let kept: Uint8Array = NOTHING
  let used = 0
  let owned = false
  let length = 0
  let quotes = 0

  const copy = (piece: Uint8Array) => {
    const room = piece.subarray(0, LONGEST - used)
    const needed = used + room.length
    if (!owned || needed > kept.length) {
      const larger = new Uint8Array(Math.min(LONGEST, Math.max(256, needed * 2)))
      larger.set(kept.subarray(0, used))
      kept = larger
      owned = true
    }
    kept.set(room, used)
    used = needed
  }

  return {
    add: (piece) => {
      if (length === 0) {
        kept = piece
        used = Math.min(piece.length, LONGEST)
      } else copy(piece)
      length += piece.length
      quotes += count(piece)
    },
    own: () => {
      if (!owned && used > 0) copy(NOTHING)
    },
    clear: () => {
      kept = NOTHING
      owned = false
      used = length = quotes = 0
    },
    bytes: () => kept.subarray(0, used),
    length: () => length,
    quotes: () => quotes,
    isLong: () => length > LONGEST
  }
}

const count = (bytes: Uint8Array): number => {
  let found = 0
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) found += 1
  return found
}

const longLine = (number: number, held: Holder): LongLine => ({
  _tag: "Long",
  number,
  head: readBytes(held.bytes().subarray(0, HEAD)).text,
  length: held.length(),
  quotes: held.quotes()
})

const textLine = (number: number, bytes: Uint8Array): TextLine => ({
  _tag: "Text",
  number,
  length: bytes.length,
  ...readBytes(bytes)
})

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const readBytes = (bytes: Uint8Array): Pick<TextLine, "text" | "invalid"> =>
  isUtf8(bytes) ? { text: asBuffer(bytes).toString("utf8"), invalid: undefined } : readBroken(asBuffer(bytes))

/** Text in which every byte that is no UTF-8 is spelled out, so that a row that is refused still shows all it had. */
const readBroken = (bytes: Buffer): Pick<TextLine, "text" | "invalid"> => {
  const parts: Array<string> = []
  let invalid: string | undefined
  for (let at = 0; at < bytes.length;) {
    const width = characterAt(bytes, at)
    const spelled = `\\x${bytes.toString("hex", at, at + 1).toUpperCase()}`
    if (width === 0) invalid ??= spelled
    parts.push(width === 0 ? spelled : bytes.toString("utf8", at, at + width))
    at += Math.max(1, width)
  }
  return { text: parts.join(""), invalid }
}

/** How many bytes the character at `at` has; 0 where there is none. */
const characterAt = (bytes: Buffer, at: number): number =>
  [1, 2, 3, 4].find((width) => at + width <= bytes.length && isUtf8(bytes.subarray(at, at + width))) ?? 0
