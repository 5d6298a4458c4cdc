import { readdirSync, readFileSync } from "node:fs"
import { createElement, Fragment } from "react"
import { describe, expect, test } from "vitest"
import { messages } from "../src/words/text/messages.ts"

const texts = messages({
  plain: "No open items.",
  filled: "{filled} of {quantity}",
  rows: { one: "{count} row of {batch} failed", other: "{count} rows of {batch} failed" }
})

const folder = new URL("../src/words/text/", import.meta.url)

/** The catalogue as it is written, room by room. */
const sources = readdirSync(folder)
  .filter((name) => name !== "messages.ts")
  .map((name) => readFileSync(new URL(name, folder), "utf8"))

/** The texts of a plural message in a source, form by form. */
const pluralsIn = (source: string): ReadonlyArray<readonly [one: string, other: string]> =>
  [...source.matchAll(/\{\s*one: "([^"]*)",\s*other: "([^"]*)"\s*\}/g)].map(([, one = "", other = ""]) => [one, other])

const placeholdersIn = (text: string): ReadonlyArray<string> => [
  ...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).filter((name) => name !== "count"))
]

describe("a message", () => {
  test("without placeholders is its text", () => {
    expect(texts.plain).toBe("No open items.")
  })

  test("with plain values is a string", () => {
    expect(texts.filled({ filled: 3, quantity: "10" })).toBe("3 of 10")
  })

  test("with an element keeps the words around it in their order", () => {
    const link = createElement("a", { href: "/orders/O1" }, "O1")
    expect(texts.filled({ filled: link, quantity: 10 })).toEqual(
      createElement(Fragment, null, "", link, " of ", 10, "")
    )
  })

  test("says the form of its number", () => {
    expect([0, 1, 2].map((count) => texts.rows({ count, batch: "G1" }))).toEqual([
      "0 rows of G1 failed",
      "1 row of G1 failed",
      "2 rows of G1 failed"
    ])
  })

  test("without one of its values is an error of types", () => {
    // @ts-expect-error -- the quantity is missing
    expect(texts.filled({ filled: 3 })).not.toBe("3 of 10")
    // @ts-expect-error -- the number is missing
    expect(texts.rows({ batch: "G1" })).not.toBe("1 row of G1 failed")
  })
})

describe("the catalogue", () => {
  test("has the same placeholders in both forms of a number", () => {
    const plurals = sources.flatMap(pluralsIn)
    expect(plurals.length).toBeGreaterThan(20)
    const differing = plurals.filter(([one, other]) => placeholdersIn(one).join() !== placeholdersIn(other).join())
    expect(differing).toEqual([])
  })

  test("has no text that begins or ends with a blank: two of them are joined by the page", () => {
    const all = sources.flatMap((source) => [...source.matchAll(/: *\n? *"([^"]*)"/g)].map(([, text = ""]) => text))
    expect(all.length).toBeGreaterThan(700)
    expect(all.filter((text) => text.trim() !== text)).toEqual([])
  })
})
