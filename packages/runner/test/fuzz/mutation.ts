import { FastCheck as fc } from "effect"

/** Longer inputs are cut. */
export const MOST_BYTES = 65_536

/** What parsers decide by, and what they decide wrongly by. */
const DICTIONARY = [
  `"`,
  `\\`,
  `{`,
  `}`,
  `[`,
  `]`,
  `,`,
  `:`,
  `;`,
  `\n`,
  `\r\n`,
  `\t`,
  `\0`,
  `'`,
  `=`,
  `"",""`,
  `\\u0000`,
  `\\ud800`,
  "null",
  "true",
  "-0",
  "1e400",
  "1e-400",
  "0x10",
  "NaN",
  "9223372036854775808",
  "0.".padEnd(400, "3"),
  "",
  "-1",

  `"__proto__":`,
  `"constructor":{"prototype":1},`,
  "\u202E",
  "\uFEFF",
  "\uFFFD",
  "2026-13-45T99:99:99Z",
  "PST",
  "*",
  "+275760-09-13",
  "2026-02-30",
  "1,5",
  "1.5.5",
  "W/",
  `"O1.1"`,
  "t=1,v1=",
  "rlt_",
  "a@b",
  "((((",
  "..",
  "%00",
  "//"
].map((text) => Buffer.from(text))

const ODD_BYTES = [0x00, 0x0a, 0x22, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xff].map((byte) => Buffer.from([byte]))

/** A change of an input; places are shares of its length, so that a shrunk input keeps its changes. */
type Change = (input: Buffer) => Buffer

const place = fc.double({ min: 0, max: 1, noNaN: true })

const at = (input: Buffer, share: number): number => Math.floor(share * input.length)

const range = (input: Buffer, from: number, length: number): readonly [number, number] => {
  const first = at(input, from)
  return [first, Math.min(input.length, first + length)]
}

const replaced = (input: Buffer, [first, end]: readonly [number, number], by: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, first), by, input.subarray(end)])

const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 400 }))

const changeOf = (corpus: ReadonlyArray<Buffer>): fc.Arbitrary<Change> => {
  const token = fc.constantFrom(...DICTIONARY, ...ODD_BYTES)
  const put = fc.tuple(place, fc.constantFrom(0, 1, 4), token).map(
    ([from, over, text]): Change =>
      (input) =>
        replaced(input, range(input, from, over), text)
  )
  const cut = fc.tuple(place, length).map(
    ([from, much]): Change =>
      (input) =>
        replaced(input, range(input, from, much), Buffer.alloc(0))
  )
  // What takes a moment once may take hours of a thousand times as much.
  const repeat = fc
    .tuple(place, length, fc.constantFrom(2, 3, 50, 5000))
    .map(([from, much, times]): Change => (input) => {
      const [first, end] = range(input, from, much)
      const part = input.subarray(first, end)
      const most = Math.min(times, Math.ceil(MOST_BYTES / Math.max(1, part.length)))
      return replaced(input, [first, end], Buffer.concat(Array.from({ length: most }, () => part)))
    })
  const splice = fc.tuple(place, place, fc.constantFrom(...corpus)).map(
    ([from, of, other]): Change =>
      (input) =>
        Buffer.concat([input.subarray(0, at(input, from)), other.subarray(at(other, of))])
  )
  return fc.oneof({ arbitrary: put, weight: 4 }, cut, repeat, splice)
}

/** Inputs that are made of those of a corpus, by a few changes each. */
export const mutated = (corpus: ReadonlyArray<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...corpus), fc.array(changeOf(corpus), { minLength: 1, maxLength: 6 }))
    .map(([input, changes]) => changes.reduce((so, change) => change(so), input).subarray(0, MOST_BYTES))
