import { FileSystem } from "@effect/platform"
import { SystemError } from "@effect/platform/Error"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Either, FastCheck, Stream } from "effect"
import { Csv } from "@roundlot/api"
import { type Options, readBytes, readTrades } from "../src/TradeFile.ts"
import { runs } from "../../core/test/properties.ts"
import { badOf, bytes, plain, plainRows, rowsOf } from "./reading.ts"

const HEADER = "source_id,timestamp,symbol,side,quantity,price"
const GOOD = "t-1,2026-11-20T14:30:00Z,AAPL,buy,0.3,150.25"
const LAST = "t-9,2026-11-20T14:31:00Z,KO,SELL,2,"

const trade = (line: number, rest: object = {}) => ({
  line,
  source: "import",
  sourceId: "t-1",
  occurrence: "0",
  symbol: "AAPL",
  side: "buy",
  quantity: "0.3",
  price: "150.25",
  tradedAt: "2026-11-20T14:30:00.000000Z",
  ...rest
})

const last = (line: number) =>
  trade(line, {
    sourceId: "t-9",
    symbol: "KO",
    side: "sell",
    quantity: "2",
    price: undefined,
    tradedAt: "2026-11-20T14:31:00.000000Z"
  })

const join = (...parts: ReadonlyArray<string | Uint8Array>) => Buffer.concat(parts.map(bytes))

const json = (rest: object = {}) =>
  JSON.stringify({
    source_id: "t-1",
    timestamp: "2026-11-20T14:30:00Z",
    symbol: "AAPL",
    side: "buy",
    quantity: "0.3",
    price: "150.25",
    ...rest
  })

const utf16 = (text: string) => Buffer.from(text, "utf16le")

const collected = (file: string) => Effect.map(Stream.runCollect(readTrades(file)), Chunk.toReadonlyArray)

const messageOf = (file: string) => Effect.map(Effect.flip(collected(file)), (error) => error.message)

/** Looks at the process's memory again and again until the scope ends; growth in bytes. */
const watchMemory = Effect.acquireRelease(
  Effect.sync(() => {
    const before = process.memoryUsage.rss()
    const seen: Array<number> = []
    const timer = setInterval(() => seen.push(process.memoryUsage.rss()), 2)
    return { timer, looks: () => seen.length, growth: () => Math.max(...seen) - before }
  }),
  ({ timer }) => Effect.sync(() => clearInterval(timer))
)

describe("CSV, well-formed", () => {
  it.effect("reads trades with their lines, the header being line 1", () =>
    Effect.gen(function* () {
      expect(plainRows(yield* rowsOf(`${HEADER}\n${GOOD}\n${LAST}\n`))).toEqual([trade(2), last(3)])
    })
  )

  it.effect(
    "C7: takes the owner of a trade, which a row may leave empty; what is no identifier is a fault of its row",
    () =>
      Effect.gen(function* () {
        const rows = yield* rowsOf(`${HEADER},owner\n${GOOD},client-7\n${LAST},\n${GOOD},John Smith\n`)
        expect(plainRows(rows)).toEqual([
          trade(2, { owner: "client-7" }),
          last(3),
          expect.objectContaining({
            line: 4,
            column: "owner",
            value: "John Smith",
            reason: "is not an identifier of 1 to 64 letters, digits, '-', '_', '.' and ':'"
          })
        ])
        const unread = yield* rowsOf(`${HEADER},owner\n${GOOD},John Smith\n`, { columns: { owner: "" } })
        expect(plainRows(unread)).toEqual([trade(2)])
        const written = yield* rowsOf(`${json({ owner: "client-7" })}\n${json({ owner: 7 })}\n`, {
          format: "json-lines"
        })
        expect(plainRows(written)).toEqual([trade(1, { owner: "client-7" }), trade(2, { owner: "7" })])
      })
  )

  it.effect("takes a byte order mark, CRLF, blank lines, and a last line without an end", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`\uFEFF${HEADER}\r\n\r\n${GOOD}\r\n${LAST}`)
      expect(plainRows(rows)).toEqual([trade(3), last(4)])
    })
  )

  it.effect("takes any column order, ignores extra columns, and counts lines inside quotes", () =>
    Effect.gen(function* () {
      const header = `note,side,price,"quantity",symbol,timestamp,source_id,note`
      const first = `"two\r\nlines, and a ""word""",buy,150.25,"0.3",AAPL,2026-11-20T14:30:00Z,t-1,x`
      const second = `,SELL,,2,KO,2026-11-20T14:31:00Z,t-9,`
      expect(plainRows(yield* rowsOf(`${header}\n${first}\n${second}\n`))).toEqual([trade(2), last(4)])
    })
  )

  it.effect("maps names, takes camel case, and does without a price column", () =>
    Effect.gen(function* () {
      const mapped = yield* rowsOf(`Id,When,symbol,side,quantity\nt-1,2026-11-20T14:30:00Z,AAPL,buy,0.3\n`, {
        columns: { source_id: "Id", timestamp: "When" }
      })
      expect(plainRows(mapped)).toEqual([trade(2, { price: undefined })])
      expect(plainRows(yield* rowsOf(`${HEADER.replace("source_id", "sourceId")}\n${GOOD}`))).toEqual([trade(2)])
    })
  )

  it.effect("reads a zone's offset and microseconds", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${HEADER}\n${GOOD.replace("14:30:00Z", "09:30:00.123456-05:00")}\n`)
      expect(plainRows(rows)).toEqual([trade(2, { tradedAt: "2026-11-20T14:30:00.123456Z" })])
    })
  )

  it.effect("gives no rows for a header alone", () =>
    Effect.gen(function* () {
      expect(yield* rowsOf(`${HEADER}\r\n`)).toEqual([])
    })
  )
})

describe("B1: identity", () => {
  const settings: Options = { source: "desk", identity: ["source_id", "side"] }

  it.effect("joins an id that is none with the side, in one spelling", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${HEADER}\n${GOOD}\n${GOOD.replace("buy", "BUY")}\n${LAST}\n`, settings)
      expect(plainRows(rows)).toMatchObject([
        { source: "desk", sourceId: "t-1/BUY" },
        { source: "desk", sourceId: "t-1/BUY" },
        { source: "desk", sourceId: "t-9/SELL" }
      ])
    })
  )

  it.effect("spells values one way and keeps two joins apart", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(
        `${HEADER}\n1/BRK,2026-11-20T14:30:00Z,B,buy,0.30,\n1,2026-11-20T09:30:00-05:00,BRK/B,buy,0.3,1.0\n`,
        { identity: ["source_id", "symbol", "timestamp", "quantity", "price"] }
      )
      expect(plainRows(rows)).toMatchObject([
        { sourceId: "1/BRK/B/2026-11-20T14:30:00.000000Z/0.3/" },
        { sourceId: "1/BRK%2FB/2026-11-20T14:30:00.000000Z/0.3/1" }
      ])
    })
  )

  it.effect("refuses a joined identity that is too long", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${HEADER}\n${GOOD.replace("t-1", "i".repeat(510))}\n`, settings)
      expect(badOf(rows)).toMatchObject([{ line: 2, column: "source_id", reason: "has more than 512 characters" }])
    })
  )
})

const NO_TIME = "is not an ISO 8601 time with a zone, such as 2026-11-20T14:30:00Z"
const NO_ZONE = "has no zone: end it with Z or with an offset such as -05:00"

const SHORT = "t-1,2026-11-20T14:30:00Z,AAPL,buy,0.3"

type Fault = readonly [reason: string, raw: string, column: string | undefined, value: string]

/** The good row with one value replaced. */
const withValue = (column: string, value: string) =>
  GOOD.split(",")
    .map((field, index) => (HEADER.split(",")[index] === column ? value : field))
    .join(",")

describe("B5: a CSV row that is no trade is named by line, column, value and reason, and the rest is taken", () => {
  const values: ReadonlyArray<readonly [column: string, reason: string, value: string]> = [
    ["source_id", "is empty", ""],
    ["source_id", "is empty", "  "],
    ["source_id", "has more than 512 characters", "i".repeat(513)],
    ["timestamp", "is empty", ""],
    ["timestamp", NO_ZONE, "2026-11-20T14:30:00"],
    ["timestamp", NO_TIME, "2026-11-20"],
    ["timestamp", NO_TIME, "11/20/2026 14:30"],
    ["timestamp", NO_TIME, "2026-02-30T14:30:00Z"],
    ["timestamp", NO_TIME, "1763649000"],
    ["symbol", "is empty", ""],
    ["symbol", "has a control character", "A\tB"],
    ["symbol", "has more than 128 characters", "A".repeat(129)],
    ["side", "is empty", ""],
    ["side", "is neither buy nor sell", "B"],
    ["side", "is neither buy nor sell", "Bought"],
    ["side", "is neither buy nor sell", "short"],
    ["quantity", "is empty", ""],
    ["quantity", "is zero", "0"],
    ["quantity", "is zero", "0.000"],
    ["quantity", "is negative", "-0.3"],
    ["quantity", "is in scientific notation", "1e2"],
    ["quantity", "is in scientific notation", "3E-1"],
    ["quantity", "is not a plain decimal number", "0.3.1"],
    ["quantity", "is not a plain decimal number", "+1"],
    ["quantity", "is not a plain decimal number", " 1"],
    ["quantity", "is not a plain decimal number", ".5"],
    ["quantity", "is not a plain decimal number", "NaN"],
    ["quantity", "has more than 18 digits before the point", "1234567890123456789"],
    ["quantity", "has more than 18 digits after the point", "0.1234567890123456789"],
    ["price", "is zero", "0"],
    ["price", "is negative", "-1"],
    ["price", "is not a plain decimal number", "$1"]
  ]

  it.effect.each(values)("%s %s", ([column, reason, value]) =>
    Effect.gen(function* () {
      const raw = withValue(column, value)
      const rows = yield* rowsOf(`${HEADER}\r\n${raw}\r\n${LAST}\r\n`)
      const cut = value.length > 80 ? `${value.slice(0, 79)}…` : value
      const bad = { _tag: "Bad", line: 2, column, value: cut.replace("\t", "\\t"), reason, raw }
      expect(plainRows(rows)).toEqual([bad, last(3)])
    })
  )

  const whole: ReadonlyArray<Fault> = [
    ["has 5 fields, the header has 6", SHORT, undefined, SHORT],
    ["has 1 field, the header has 6", "nothing", undefined, "nothing"],
    ["has 7 fields, the header has 6", `${GOOD},`, undefined, `${GOOD},`],
    ["has a double quote inside a field that is not quoted", withValue("quantity", '0,5"'), "price", '5"'],
    ["has text after the closing quote", withValue("symbol", '"AA"PL'), "symbol", '"AA"PL,buy,0.3,150.25'],
    ["has a NUL byte", withValue("symbol", "AA\0PL"), "symbol", "AA\\u0000PL"],
    ["has a NUL byte", `${withValue("price", "1")},\0`, undefined, "\\u0000"]
  ]

  it.effect.each(whole)("a row that %s", ([reason, raw, column, value]) =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${HEADER}\n${raw}\n${LAST}\n`)
      expect(plainRows(rows)).toEqual([{ _tag: "Bad", line: 2, column, value, reason, raw }, last(3)])
    })
  )

  it.effect("names the mapped column", () =>
    Effect.gen(function* () {
      const header = HEADER.replace("quantity", "Shares")
      const rows = yield* rowsOf(`${header}\n${withValue("quantity", "0")}\n`, { columns: { quantity: "Shares" } })
      expect(badOf(rows)).toMatchObject([{ line: 2, column: "Shares", value: "0", reason: "is zero" }])
    })
  )

  it.effect("names the byte that is no UTF-8, and shows it", () =>
    Effect.gen(function* () {
      const row = join("t-1,2026-11-20T14:30:00Z,Nestl", new Uint8Array([0xe9]), ",buy,0.3,1")
      const rows = yield* rowsOf(join(`${HEADER}\n`, row, `\n${LAST}\n`))
      expect(plainRows(rows)).toEqual([
        {
          _tag: "Bad",
          line: 2,
          column: "symbol",
          value: "Nestl\\xE9",
          reason: "is not valid UTF-8 (byte E9)",
          raw: "t-1,2026-11-20T14:30:00Z,Nestl\\xE9,buy,0.3,1"
        },
        last(3)
      ])
    })
  )

  it.effect("takes nothing behind a quote that is never closed, and says how far that goes", () =>
    Effect.gen(function* () {
      const open = withValue("symbol", '"AAPL')
      const rows = yield* rowsOf(`${HEADER}\n${GOOD}\n${open}\n${LAST}\n${LAST}\n`)
      expect(plainRows(rows)).toEqual([
        trade(2),
        {
          _tag: "Bad",
          line: 3,
          column: "symbol",
          value: '"AAPL,buy,0.3,150.25\\nt-9,2026-11-20T14:31:00Z,KO,SELL,2,\\nt-9,2026-11-20T14:31…',
          reason: "opens a quote that the file never closes; lines 3 to 5 were not read",
          raw: `${open}\n${LAST}\n${LAST}`
        }
      ])
    })
  )

  it.effect("finds its way back after a quote that opens in one row and ends in another", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(
        `${HEADER}\n${withValue("symbol", '"AAPL')}\n${withValue("symbol", '"KO"')}\n${LAST}\n`
      )
      expect(plainRows(rows)).toMatchObject([
        { _tag: "Bad", line: 2, column: "symbol", reason: "has text after the closing quote" },
        last(4)
      ])
    })
  )

  it.effect("skips a quoted field of more than 1 MiB to its end: no remark becomes a trade", () =>
    Effect.gen(function* () {
      const remark = `"${`${LAST}\n`.repeat(40_000)}"`
      const rows = yield* rowsOf(`note,${HEADER}\n${remark},${GOOD}\n,${LAST}\n`, {}, 65_536)
      expect(plainRows(rows)).toMatchObject([
        {
          _tag: "Bad",
          line: 2,
          column: undefined,
          reason: `is longer than 1 MiB (${remark.length + 1 + GOOD.length} bytes); lines 2 to 40002 were not read`
        },
        last(40_003)
      ])
    })
  )

  it.effect("skips one line of more than 1 MiB that ends inside quotes to the end of its record", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${HEADER}\n"${"x".repeat(1_100_000)}\n${GOOD}\n"\n${LAST}\n`, {}, 65_536)
      expect(plainRows(rows)).toMatchObject([{ _tag: "Bad", line: 2 }, last(5)])
    })
  )

  it.effect("takes a line of exactly 1 MiB and refuses one byte more", () =>
    Effect.gen(function* () {
      const note = "x".repeat(1_048_576 - GOOD.length - 1)
      const rows = yield* rowsOf(`note,${HEADER}\n${note},${GOOD}\n${note}x,${GOOD}\n`, {}, 65_536)
      expect(plainRows(rows)).toMatchObject([trade(2), { line: 3, reason: "is longer than 1 MiB (1048577 bytes)" }])
    })
  )
})

describe("JSON lines", () => {
  it.effect("reads snake and camel case, other members, and rows without a price", () =>
    Effect.gen(function* () {
      const camel = json({ source_id: undefined, sourceId: "t-1", note: { of: ['a } "'] }, price: null })
      const rows = yield* rowsOf(`\uFEFF${json()}\r\n\r\n${camel}\r\n${json({ price: undefined })}`)
      expect(plainRows(rows)).toEqual([trade(1), trade(3, { price: undefined }), trade(4, { price: undefined })])
    })
  )

  it.effect("reads numbers as they are written: no float comes between", () =>
    Effect.gen(function* () {
      const row = json().replace('"0.3"', "0.300000000000000001").replace('"t-1"', "90071992547409931")
      expect(plainRows(yield* rowsOf(row))).toEqual([
        trade(1, { sourceId: "90071992547409931", quantity: "0.300000000000000001" })
      ])
    })
  )

  it.effect("maps names", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(json({ source_id: undefined, Id: "t-1" }), { columns: { source_id: "Id" } })
      expect(plainRows(rows)).toEqual([trade(1)])
    })
  )

  const faults: ReadonlyArray<Fault> = [
    ["is not valid JSON", "{", undefined, "{"],
    ["is not valid JSON", `${json()}}`, undefined, `${`${json()}}`.slice(0, 79)}…`],
    ["is not a JSON object", "[1]", undefined, "[1]"],
    ["is not a JSON object", "12", undefined, "12"],
    ["is missing", "{}", "source_id", ""],
    ["is in scientific notation", json().replace('"0.3"', "3e-1"), "quantity", "3e-1"],
    ["is negative", json().replace('"0.3"', "-0.3"), "quantity", "-0.3"],
    ["is missing", json().replace('"0.3"', "null"), "quantity", "null"],
    ["is neither a text nor a number", json().replace('"0.3"', "true"), "quantity", "true"],
    ["is neither a text nor a number", json().replace('"0.3"', '{"of":[3]}'), "quantity", '{"of":[3]}'],
    ["is a number where a text is needed", json().replace('"t-1"', "1.0"), "source_id", "1.0"],
    ["is a number where a text is needed", json().replace('"AAPL"', "7"), "symbol", "7"],
    ["has a control character", json().replace('"AAPL"', '"\\ud800"'), "symbol", "\\uD800"],
    ["has a control character", json().replace('"AAPL"', '"\\u0000"'), "symbol", "\\u0000"],
    ["is there more than once", json().replace("{", '{"sourceId":"t-2",'), "sourceId", "source_id"],
    ["is there more than once", json().replace("{", '{"quantity":"9",'), "quantity", "quantity"],
    ["is neither buy nor sell", json({ side: "hold" }), "side", "hold"],
    ["has a NUL byte", `${json()}\0`, undefined, `${json().slice(0, 79)}…`]
  ]

  it.effect.each(faults)("B5: a line that %s", ([reason, raw, column, value]) =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${json()}\n${raw}\n${json()}\n`)
      expect(plainRows(rows)).toEqual([trade(1), { _tag: "Bad", line: 2, column, value, reason, raw }, trade(3)])
    })
  )

  it.effect("B5: names bytes that are no UTF-8 and lines that are too long", () =>
    Effect.gen(function* () {
      const broken = join('{"symbol":"', new Uint8Array([0xff]), '"}')
      const rows = yield* rowsOf(join(`${json()}\n`, broken, `\n{${" ".repeat(1_048_576)}}\n${json()}`), {}, 65_536)
      expect(plainRows(rows)).toMatchObject([
        trade(1),
        { line: 2, column: undefined, value: '{"symbol":"\\xFF"}', reason: "is not valid UTF-8 (byte FF)" },
        { line: 3, column: undefined, reason: "is longer than 1 MiB (1048578 bytes)" },
        trade(4)
      ])
    })
  )
})

describe("a file that is none of trades", () => {
  const AS_UTF8 = "save it as UTF-8 (CSV UTF-8) and import it again"
  const cases: ReadonlyArray<readonly [name: string, content: string | Uint8Array, fault: string, message: string]> = [
    ["empty", "", "Empty", "trades.csv is empty: give a header and one line per trade"],
    ["blank", "\uFEFF\r\n\n", "Empty", "trades.csv is empty: give a header and one line per trade"],
    ["UTF-16 LE", utf16(`\uFEFF${HEADER}\n`), "Encoding", `trades.csv is UTF-16LE, not UTF-8: ${AS_UTF8}`],
    ["UTF-16 BE", utf16(`\uFEFF${HEADER}\n`).swap16(), "Encoding", `trades.csv is UTF-16BE, not UTF-8: ${AS_UTF8}`],
    ["UTF-16 LE, no mark", utf16(HEADER), "Encoding", `trades.csv looks like UTF-16LE, not UTF-8: ${AS_UTF8}`],
    ["UTF-16 BE, no mark", utf16(HEADER).swap16(), "Encoding", `trades.csv looks like UTF-16BE, not UTF-8: ${AS_UTF8}`],
    [
      "UTF-32",
      new Uint8Array([0xff, 0xfe, 0, 0, 0x73, 0, 0, 0]),
      "Encoding",
      `trades.csv is UTF-32LE, not UTF-8: ${AS_UTF8}`
    ],
    ["gzip", new Uint8Array([0x1f, 0x8b, 8, 0]), "Format", "trades.csv is compressed with gzip: unpack it first"],
    [
      "spreadsheet",
      "PK\u0003\u0004",
      "Format",
      "trades.csv is a ZIP archive or a spreadsheet: unpack it, or save the sheet as CSV UTF-8"
    ],
    [
      "JSON array",
      "[{}]",
      "Format",
      "trades.csv begins with '[': it is one JSON array: write one object a line, with no brackets and commas around"
    ],
    [
      "missing column",
      `${HEADER.replace("symbol", "Symbols")}\n`,
      "MissingColumn",
      `trades.csv has no column "symbol" (nearest: "Symbols") in its header (line 1: source_id,timestamp,Symbols,side,quantity,price): name the columns ${HEADER}, or map the file's own names to these`
    ],
    [
      "missing price that seems to be there",
      `${HEADER.replace("price", "Price")}\n`,
      "MissingColumn",
      `trades.csv has no column "price" (nearest: "Price") in its header (line 1: source_id,timestamp,symbol,side,quantity,Price): name the columns ${HEADER}, or map the file's own names to these`
    ],
    [
      "semicolons",
      "\na;b\n",
      "MissingColumn",
      'trades.csv has no column "source_id", "timestamp", "symbol", "side", "quantity" in its header (line 2: a;b): separate the columns with commas, not with ";"'
    ],
    [
      "duplicate header",
      `${HEADER},side\n`,
      "DuplicateColumn",
      'trades.csv has a header (line 1) with more than one side: "side", "side": keep one of them'
    ],
    [
      "two spellings",
      `${HEADER},sourceId\n`,
      "DuplicateColumn",
      'trades.csv has a header (line 1) with more than one source_id: "source_id", "sourceId": keep one of them'
    ],
    [
      "open quote in the header",
      `source_id,"timestamp\n${GOOD}\n`,
      "Format",
      `trades.csv has a header (line 1) that opens a quote that the file never closes; lines 1 to 2 were not read: give a header such as ${HEADER}`
    ],
    [
      "CR line ends",
      `${HEADER}\r${GOOD}\r`,
      "Format",
      "trades.csv ends its lines with CR alone: save it with LF or CRLF line ends"
    ]
  ]

  it.effect.each(cases)("%s", ([, content, fault, message]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(rowsOf(content))
      expect(error).toMatchObject({ _tag: "ImportFileError", file: "trades.csv", fault })
      expect(error.message).toBe(message)
    })
  )

  it.effect("is taken without its price when told that it has none", () =>
    Effect.gen(function* () {
      const rows = yield* rowsOf(`${HEADER.replace("price", "Price")}\n${GOOD}\n`, { columns: { price: "" } })
      expect(plainRows(rows)).toEqual([trade(2, { price: undefined })])
    })
  )
})

describe("files", () => {
  it.scoped("are read by path, JSON lines by their ending", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${folder}/a.csv`, `${HEADER}\n${GOOD}\n`)
      yield* fs.writeFileString(`${folder}/b.jsonl`, "no object\n")
      expect(plainRows(yield* collected(`${folder}/a.csv`))).toEqual([trade(2)])
      expect(badOf(yield* collected(`${folder}/b.jsonl`))).toMatchObject([{ line: 1, reason: "is not valid JSON" }])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("that are missing, folders or devices say so", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      expect(yield* messageOf(`${folder}/none.csv`)).toBe(`${folder}/none.csv does not exist: check the path`)
      expect(yield* messageOf(folder)).toBe(`${folder} is a directory: name a file in it`)
      expect(yield* messageOf("/dev/null")).toBe("/dev/null is not a regular file: pipe it in and name it -")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("that may not be read say so", () =>
    Effect.gen(function* () {
      const denied = new SystemError({ reason: "PermissionDenied", module: "FileSystem", method: "stat" })
      const closed = FileSystem.layerNoop({ stat: () => Effect.fail(denied) })
      const error = yield* Effect.flip(collected("locked.csv").pipe(Effect.provide(closed)))
      expect(error.message).toBe("locked.csv may not be read by this user: check its permissions")
    })
  )

  it.effect("BAT-11: of a million rows no more are read than are taken: a file is never whole in memory", () =>
    Effect.gen(function* () {
      const PART = 1000
      let parts = 0
      const file = Stream.range(0, 999).pipe(
        Stream.rechunk(1),
        Stream.map((part) => {
          parts += 1
          const rows = Array.from({ length: PART }, (_, at) => GOOD.replace("t-1", `t-${part * PART + at}`))
          return bytes(`${part === 0 ? `${HEADER}\n` : ""}${rows.join("\n")}\n`)
        })
      )
      const taken = readBytes(file, "trades.csv", {}).pipe(Stream.grouped(256), Stream.take(20))
      const groups = Chunk.toReadonlyArray(yield* Stream.runCollect(taken))
      expect(groups.flatMap((group) => badOf(Chunk.toReadonlyArray(group)))).toEqual([])
      expect(groups.map(Chunk.size)).toEqual(groups.map(() => 256))
      expect(parts).toBe(Math.ceil((20 * 256) / PART))
    })
  )

  it.scoped("may have a line of 100 MB: it is one bad row, and memory stays flat", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/long.csv`
      const piece = bytes("x".repeat(1_000_000))
      const opened = yield* fs.open(file, { flag: "w" })
      yield* opened.writeAll(bytes(`${HEADER}\n${GOOD}\n`))
      for (let written = 0; written < 100; written++) yield* opened.writeAll(piece)
      yield* opened.writeAll(bytes(`\n${LAST}\n`))

      const memory = yield* watchMemory
      const rows = yield* collected(file)
      expect(plainRows(rows)).toMatchObject([
        trade(2),
        { line: 3, reason: "is longer than 1 MiB (100000000 bytes)" },
        last(4)
      ])
      expect(memory.looks()).toBeGreaterThan(10)
      expect(memory.growth()).toBeLessThan(64 * 1024 * 1024)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("properties", () => {
  const text = FastCheck.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  // No text begins like a formula: those come back with what keeps a spreadsheet from running them.
  const named = text.filter((one) => one.trim() !== "" && !/^[-=+@]|[\p{Cc}\p{Cs}]/u.test(one))
  const digits = FastCheck.bigInt({ min: 1n, max: 10n ** 18n - 1n }).map(String)
  const amount = FastCheck.tuple(digits, digits).map(([whole, part]) => `${whole}.${part}`.replace(/0+$/, ""))
  const row = FastCheck.record({
    note: FastCheck.string({ unit: FastCheck.constantFrom('"', ",", "\n", "\r\n", "\t", "é", "𝄞", "x", "\uFEFF") }),
    sourceId: named,
    symbol: named,
    side: FastCheck.constantFrom("buy", "sell"),
    quantity: amount,
    price: FastCheck.option(amount, { nil: undefined })
  })
  const size = FastCheck.integer({ min: 1, max: 50 })

  it.effect.prop(
    "B1: what the CSV writer writes is read as it was, in pieces of any size",
    { rows: FastCheck.array(row), size },
    ({ rows, size }) =>
      Effect.gen(function* () {
        const records = rows.map((one) => [
          one.note,
          one.sourceId,
          "2026-11-20T14:30:00Z",
          one.symbol,
          one.side,
          one.quantity,
          one.price ?? ""
        ])
        const content = [["note", ...HEADER.split(",")], ...records].map(Csv.record).join("")
        const read = yield* rowsOf(content, {}, size)
        const trades = read.flatMap((one) => (one._tag === "Parsed" ? [plain(one.input)] : []))
        expect(badOf(read)).toEqual([])
        expect(trades).toEqual(
          rows.map((one) => ({
            sourceId: one.sourceId,
            symbol: one.symbol,
            side: one.side,
            quantity: one.quantity,
            price: one.price,
            source: "import",
            occurrence: "0",
            tradedAt: "2026-11-20T14:30:00.000000Z"
          }))
        )
      })
  )

  const piece = FastCheck.oneof(
    FastCheck.uint8Array({ maxLength: 20 }),
    FastCheck.constantFrom(GOOD, LAST, "\n", "\r\n", '"', ",", "{", '{"source_id":', "\0", "\uFEFF", '""', "\\").map(
      bytes
    )
  )
  const garbage = FastCheck.array(piece, { maxLength: 30 }).map((pieces) => Buffer.concat(pieces))
  const begin = FastCheck.constantFrom("", `${HEADER}\n`, `note,${HEADER}\r\n`, "{}\n")

  it.effect.prop(
    "B5: no bytes are a defect, and a bad row's value can be shown",
    { begin, garbage, size },
    ({ begin, garbage, size }) =>
      Effect.gen(function* () {
        const rows = yield* Effect.either(rowsOf(join(begin, garbage), {}, size))
        for (const bad of Either.isRight(rows) ? badOf(rows.right) : []) {
          expect(Array.from(bad.value).length).toBeLessThanOrEqual(80)
          expect(bad.value).not.toMatch(/\p{Cc}/u)
        }
      }),
    { fastCheck: runs(150) }
  )

  const kinds = FastCheck.constantFrom(
    { text: GOOD, is: "Parsed" },
    { text: LAST, is: "Parsed" },
    { text: SHORT, is: "Bad" },
    { text: withValue("quantity", "-1"), is: "Bad" },
    { text: withValue("symbol", 'A"B'), is: "Bad" },
    { text: withValue("symbol", '"A"B"'), is: "Bad" },
    { text: withValue("symbol", "A\0"), is: "Bad" },
    { text: "", is: "blank" }
  )
  const end = FastCheck.constantFrom("\n", "\r\n")

  it.effect.prop(
    "B5: every line becomes one row, in order, whatever stands beside it",
    { lines: FastCheck.array(kinds), end, size },
    ({ end, lines, size }) =>
      Effect.gen(function* () {
        const rows = yield* rowsOf([HEADER, ...lines.map((line) => line.text)].join(end), {}, size)
        const expected = lines.map(({ is, text }, index) => ({
          line: index + 2,
          is,
          raw: is === "Bad" ? text : undefined
        }))
        expect(
          rows.map((row) => ({ line: row.line, is: row._tag, raw: row._tag === "Bad" ? row.raw : undefined }))
        ).toEqual(expected.filter((line) => line.is !== "blank"))
      })
  )
})
