import { FastCheck } from "effect"
import { describe, expect, test } from "vitest"
import * as ExactJson from "../src/ports/ExactJson.ts"

const read = (json: string): unknown => JSON.parse(ExactJson.exact(json))

/** Its numbers as text. */
const shown = (json: unknown): unknown =>
  JSON.parse(JSON.stringify(json), (_, each: unknown) => (typeof each === "number" ? `${each}` : each))

describe("JSON whose numbers keep every digit", () => {
  test.each([
    ["9007199254740993", "9007199254740993"],
    ["22.7299", "22.7299"],
    ["150.250", "150.250"],
    ["-0.5", "-0.5"],
    ["1.0E7", "10000000"],
    ["1.25E-3", "0.00125"],
    ["-2.5e+1", "-25"]
  ])("FILL-2: %s is %s", (number, text) => {
    expect(read(`{"a":[${number}]}`)).toStrictEqual({ a: [text] })
  })

  test("a number within a string stays there", () => {
    expect(read('{"words":"order 12 \\" 13","n":14}')).toStrictEqual({ words: 'order 12 " 13', n: "14" })
  })

  test.each(['{"a":', '{"a":1', "[1,", '{"a":1.}', '{"a":-}', '"open', "<html>"])("%s stays unreadable", (text) => {
    expect(() => read(text)).toThrow(SyntaxError)
  })

  test("reads what JSON.parse reads, numbers as text", () => {
    const plain = FastCheck.jsonValue().filter((value) => !/[eE][+-]?\d/.test(JSON.stringify(value)))
    FastCheck.assert(
      FastCheck.property(plain, (value) => {
        expect(read(JSON.stringify(value))).toStrictEqual(shown(value))
      })
    )
  })

  test("the rows of a listing are there as they were written", () => {
    expect(ExactJson.rowsIn('[{"a":1.0}, {"b":"],"},[2]]')).toStrictEqual(['{"a":1.0}', '{"b":"],"}', "[2]"])
    expect(ExactJson.rowsIn(" [ ] ")).toStrictEqual([])
    expect(ExactJson.rowsIn('{"message":"no"}')).toBeUndefined()
    expect(ExactJson.rowsIn('[{"a":1}')).toBeUndefined()
  })
})
