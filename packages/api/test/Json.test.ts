import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { repeatedMember } from "../src/Json.ts"

describe("a member that comes twice", () => {
  it.each([
    ['{"symbol":"AAPL","quantity":"1","quantity":"100"}', "quantity"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['[{"a":1},{"a":1,"b":{"c":[0,{"d":1,"d":1}]}}]', "[1].b.c[1].d"],
    ['{"rows":[{"quantity":"1"},{"quantity":"1","side":"buy","quantity":"2"}]}', "rows[1].quantity"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"":1,"":2}', ""]
  ])("in %s is named by its path", (text, path) => {
    expect(repeatedMember(text)).toBe(path)
  })

  it.each([
    ['{"a":"a","b":["a","a"],"c":{"a":"a"}}'],
    ['[{"a":1},{"a":1}]'],
    ['{"a":"{\\"b\\":1,\\"b\\":1}"}'],
    ['"a"'],
    [""],
    ['{"a":1,"a'],
    ["}]"],
    ['{"a\\']
  ])("is none in %s", (text) => {
    expect(repeatedMember(text)).toBeUndefined()
  })

  it("is found wherever it is put into any document, and nothing else is", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), fc.string(), (before, after, name) => {
        expect(repeatedMember(before)).toBeUndefined()
        const written = JSON.stringify(name)
        expect(repeatedMember(`[${before},{${written}:${after},${written}:${before}}]`)).toBe(`[1].${name}`)
      })
    )
  })

  it("is looked for in what is nested as deeply as a body may be", () => {
    const deep = 500_000
    expect(repeatedMember(`${"[".repeat(deep)}{"a":1,"a":2}`)?.endsWith("[0].a")).toBe(true)
  })
})
