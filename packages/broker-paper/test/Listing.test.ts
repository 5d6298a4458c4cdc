import { AccountName, Ticker } from "@roundlot/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { expect } from "vitest"
import { Exchange, Listing, PaperBroker } from "@roundlot/broker-paper"
import { account, open, send, terms } from "./setup.ts"

const listed = (text: string, symbols: ReadonlyArray<string>): ReadonlyArray<string> | string =>
  Either.match(Listing.parse(text, "listing.txt"), {
    onLeft: ({ message }) => message,
    onRight: ({ has }) => symbols.filter((symbol) => has(symbol))
  })

const lines = (...rows: ReadonlyArray<string>): string => rows.join("\n")

const fault = (...rows: ReadonlyArray<string>): unknown => listed(lines(...rows), [])

const HEAD = "Symbol|Security Name|Market Category|Test Issue|Round Lot Size"
const END = "File Creation Time: 1124202621:30|||||"

describe("a listing file in CSV", () => {
  it("has its symbols in the column of that name, wherever it stands", () => {
    expect(listed(lines("symbol,name", "AAPL,Apple"), ["AAPL", "Apple"])).toEqual(["AAPL"])
    expect(listed(lines("name,Symbol", "Apple,AAPL"), ["AAPL", "Apple"])).toEqual(["AAPL"])
    expect(listed(lines("symbol", "AAPL", "BRK.B"), ["AAPL", "BRK.B", "MSFT"])).toEqual(["AAPL", "BRK.B"])
  })

  it("may have commas and quotation marks within quotes", () => {
    const text = lines("name,symbol", '"Apple, Inc.",AAPL', '"The ""Kiss"" Co",HSY', 'plain,"KO"')
    expect(listed(text, ["AAPL", "HSY", "KO"])).toEqual(["AAPL", "HSY", "KO"])
    expect(fault("name,symbol", '"Apple,AAPL')).toBe(
      'listing.txt, line 2: A quotation mark stands alone. Write a field as "…", with "" for each mark in it'
    )
  })

  it("may begin with a byte order mark, end its lines with CR LF and have blank lines", () => {
    expect(listed("\uFEFFsymbol\r\n\r\nAAPL\r\nKO\r\n\r\n", ["AAPL", "KO", ""])).toEqual(["AAPL", "KO"])
  })

  it("LANGUAGE: names the line of what is wrong in it, and what to do", () => {
    expect(fault("symbol,name", "AAPL,Apple", "", "BRK B,Berkshire")).toBe(
      "listing.txt, line 4: 'BRK B' is no ticker. A symbol has letters, digits, '.', '_', '/' and '-', at most 32"
    )
    expect(fault("symbol,name", ",Apple")).toBe("listing.txt, line 2: Symbol is missing. Name one, or remove the line")
    expect(fault("symbol,name", "AAPL,Apple, Inc.")).toBe(
      "listing.txt, line 2: The line has 3 columns, the header 2. Correct the line, or download the file again"
    )
  })

  it("needs a header, and at least one symbol", () => {
    const HEADER = "Begin the file with a header: symbol,name or Symbol|Security Name|Test Issue"
    expect(fault("AAPL", "KO")).toBe(`listing.txt, line 1: The header has no column 'symbol'. ${HEADER}`)
    expect(fault("")).toBe(`listing.txt, line 1: The header has no column 'symbol'. ${HEADER}`)
    expect(fault("symbol")).toBe("listing.txt, line 1: The file lists no symbol. Name one in each line")
  })
})

describe("a listing file in the form of the Nasdaq Trader symbol directory", () => {
  it("has its symbols between pipes, as Symbol or ACT Symbol, and ends with its time", () => {
    expect(listed(lines(HEAD, "AAPL|Apple Inc.|Q|N|100", END, ""), ["AAPL", "Q"])).toEqual(["AAPL"])
    const other = lines("ACT Symbol|Security Name|ETF|Test Issue|NASDAQ Symbol", "KO|Coca-Cola|N|N|KO", END)
    expect(listed(other, ["KO"])).toEqual(["KO"])
  })

  it("lists no test issues", () => {
    const text = lines(HEAD, "AAPL|Apple Inc.|Q|N|100", "ZVZZT|NASDAQ TEST STOCK|G|Y|100", END)
    expect(listed(text, ["AAPL", "ZVZZT"])).toEqual(["AAPL"])
    expect(fault(HEAD, "AAPL|Apple Inc.|Q|?|100", END)).toBe("listing.txt, line 2: Test Issue is '?'. Write Y or N")
  })

  it("passes over symbols that no trade here can name", () => {
    expect(listed(lines(HEAD, "ABR$D|Arbor Pfd D|N|N|100", "KO|Coca-Cola|N|N|100", END), ["ABR$D", "KO"])).toEqual([
      "KO"
    ])
    expect(fault(HEAD, "A PL|Apple|Q|N|100", END)).toMatch(/^listing.txt, line 2: 'A PL' is no ticker/)
  })

  it("is refused where it was cut, between its lines or within one", () => {
    expect(fault(HEAD, "AAPL|Apple Inc.|Q|N|100")).toBe(
      "listing.txt, line 2: The file ends without 'File Creation Time'. The file is cut short: download it again"
    )
    expect(fault(HEAD, "AAPL|Apple", END)).toBe(
      "listing.txt, line 2: The line has 2 columns, the header 5. Correct the line, or download the file again"
    )
  })
})

const answer = (broker: ReturnType<typeof PaperBroker.make>, symbol: string) =>
  Effect.map(broker.instrument(Ticker.Ticker.make(symbol)), ({ _tag }) => _tag)

describe("what an exchange lists", () => {
  it.scoped("well-known shares unless another listing is given", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      assert.deepStrictEqual(
        yield* Effect.forEach(["AAPL", "BRK.B", "SPY", "ZZZZQ"], (symbol) => answer(broker, symbol)),
        ["Known", "Known", "Known", "NotKnown"]
      )
      const own = yield* open({ listing: Listing.of(["ZZZZQ"]) })
      assert.deepStrictEqual(yield* Effect.forEach(["AAPL", "ZZZZQ"], (symbol) => answer(own.broker, symbol)), [
        "NotKnown",
        "Known"
      ])
    })
  )

  it.scoped("an account may have a listing of its own, beside the exchange's", () =>
    Effect.gen(function* () {
      const other = AccountName.AccountName.make("other")
      const { broker, exchange } = yield* open({ listings: new Map([[other, Listing.of(["ZZZZQ"])]]) })
      assert.strictEqual(yield* answer(broker, "ZZZZQ"), "NotKnown")
      assert.strictEqual(yield* answer(PaperBroker.make(exchange, other), "ZZZZQ"), "Known")
      assert.strictEqual(yield* answer(PaperBroker.make(exchange, other), "AAPL"), "NotKnown")
    })
  )

  it.scoped("D1: an order for what an operator confirmed is taken, though the listing lacks it", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      assert.strictEqual(yield* answer(broker, "ZZZZQ"), "NotKnown")
      const { answer: sent } = yield* send(broker, terms({ symbol: Ticker.Ticker.make("ZZZZQ") }))
      assert.strictEqual(sent._tag, "Accepted")
    })
  )

  it.effect("SDK: the layer takes a listing", () =>
    Effect.gen(function* () {
      const exchange = yield* Exchange.Exchange
      assert.deepInclude((yield* exchange.isListed(account, "ZZZZQ")).reply, { _tag: "Done", body: true })
    }).pipe(Effect.provide(Exchange.layer({ listing: Listing.any })))
  )
})
