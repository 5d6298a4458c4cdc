import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { TradeFile } from "@roundlot/imports"
import { Recordings } from "@roundlot/testing"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it, onTestFinished } from "@effect/vitest"
import { Array as Arr, Chunk, Effect, Stream } from "effect"

const packages = join(import.meta.dirname, "../../..")

/** Folders all of whose files a test reads: one that is new, too. */
const readers: ReadonlyMap<string, string> = new Map([
  ["broker-json/alpaca", "broker-alpaca/test/Recorded.test.ts"],
  ["broker-json/schwab", "broker-schwab/test/Recorded.test.ts"],
  ["broker-json/ibkr", "broker-ibkr/test/Recorded.test.ts"],
  ["onchain", "source-evm/test/EventTrade.test.ts"],
  ["neutral", "runner/test/real/realFiles.test.ts"]
])

/** A broker's export, as the importer has it: read by its own names of columns, or refused whole. */
interface Export {
  readonly options?: TradeFile.Options
  /** Counted by hand; of rows that are no trades, why. */
  readonly has: string
  /** Why no names of columns make trades of it. */
  readonly because?: string
}

const refused = (because: string): Export => ({ has: "refused: MissingColumn", because })

const exports: ReadonlyMap<string, Export> = new Map<string, Export>([
  [
    "freetrade-export.csv",
    {
      options: {
        columns: {
          source_id: "Order ID",
          timestamp: "Timestamp",
          symbol: "Ticker",
          side: "Buy / Sell",
          quantity: "Quantity",
          price: "Price per Share"
        }
      },
      has: "4 trades, 9: Order ID is empty"
    }
  ],
  [
    "trading212-export.csv",
    {
      options: {
        columns: {
          source_id: "ID",
          timestamp: "Time",
          symbol: "Ticker",
          side: "Action",
          quantity: "No. of shares",
          price: "Price / share"
        },
        dialect: { zone: "UTC" }
      },
      has: "0 trades, 2: Ticker is empty, 4: Action is neither buy nor sell, 7: ID is empty",
      because: "its sides are Market buy, Limit sell"
    }
  ],
  ["bux-export.csv", refused("no id of a trade, a position is named by its ISIN")],
  ["degiro-export.csv", refused("sides and shares are in a sentence")],
  ["delta-export.csv", refused("no id of a trade")],
  ["directa-export.csv", refused("amounts alone: no price")],
  ["disnat-export.csv", refused("no id of a trade")],
  ["etoro-export.csv", refused("positions, without sides")],
  ["ibkr-trades-export.csv", refused("no id of a trade, and no symbol")],
  ["investengine-export.csv", refused("no id of a trade, and no symbol")],
  ["revolut-invest-export.csv", refused("no id of a trade")],
  ["saxo-export.csv", refused("sides and shares are in a sentence")],
  ["schwab-export.csv", refused("no id of a trade")],
  ["xtb-export.csv", refused("shares and price are in a comment")]
])

/** Files that no test reads, each with the reason. */
const unread: Recordings.Unread = [
  [/^README\.md$/, "says where the files come from"],
  [/^to_neutral\.py$/, "made the files in neutral of those in broker-csv and tape"],
  [/^tape\/(aig|ibm)-20131009_trade\.zip$/, "packed, without sides: neutral/aig-ibm-2000.csv has their trades"],
  [/^tape\/coinbase-btcusd-20161007_second_trade\.zip$/, "packed, and bars of a second: no trades"],
  [/^tape\/kraken-xbtusdt-trades\.json$/, "rows without names: neutral/kraken-xbtusdt-1000.csv has its trades"]
]

const CSV = "broker-csv/"

/** The files below a root that no test reads, and of which no reason says why. */
const strayIn = (root: string): ReadonlyArray<string> =>
  Recordings.filesIn(root)
    .map(({ name }) => name)
    .filter((name) => {
      const isReadWithItsFolder = [...readers.keys()].some((folder) => name.startsWith(`${folder}/`))
      const isExport = name.startsWith(CSV) && exports.has(name.slice(CSV.length))
      return !isReadWithItsFolder && !isExport && !unread.some(([listed]) => listed.test(name))
    })

/** What the importer has of a file: trades, and rows that it names with a reason; or that it refuses the file. */
const takenOf = (path: string, options: TradeFile.Options = {}) =>
  Stream.runCollect(TradeFile.readTrades(path, options)).pipe(
    Effect.map((read) => {
      const rows = Chunk.toReadonlyArray(read)
      const bad = rows.flatMap((row) => (row._tag === "Bad" ? [`${row.column} ${row.reason}`] : []))
      const counts = Object.entries(Arr.groupBy(bad, (reason) => reason))
      return [`${rows.length - bad.length} trades`, ...counts.map(([reason, of]) => `${of.length}: ${reason}`)].join(
        ", "
      )
    }),
    Effect.catchTag("ImportFileError", ({ fault }) => Effect.succeed(`refused: ${fault}`))
  )

describe("the whole root of real files", () => {
  const real = process.env["ROUNDLOT_REAL_DATA"]
  for (const root of real === undefined ? [] : [real])
    it("has no file that nothing reads", () => assert.deepStrictEqual(strayIn(root), []))

  it.each([...readers])("%s is read by %s", (folder, test) =>
    assert.include(readFileSync(join(packages, test), "utf8"), `join(real, "${folder}")`)
  )

  for (const [name, { because, has, options }] of real === undefined ? [] : exports)
    it.effect(`${CSV}${name} is ${because === undefined ? "taken row by row" : `none of trades: ${because}`}`, () =>
      Effect.map(takenOf(join(real ?? "", CSV, name), options), (taken) => assert.strictEqual(taken, has)).pipe(
        Effect.provide(NodeFileSystem.layer)
      )
    )

  it("a file at its top, in a new folder, or of a kind that has no reader is named", () => {
    const root = mkdtempSync(join(tmpdir(), "root-"))
    onTestFinished(() => rmSync(root, { recursive: true }))
    const [read, stray] = [
      ["README.md", "broker-json/schwab/later/new.json", "neutral/new.csv", "broker-csv/schwab-export.csv"],
      ["broker-csv/new.csv", "broker-json/new.json", "broker-json/other/new.json", "new.csv", "tape/new.zip"]
    ]
    for (const name of [...read, ...stray]) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), "")
    }
    assert.deepStrictEqual(strayIn(root), stray)
  })
})
