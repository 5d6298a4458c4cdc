import { assert, describe, it } from "@effect/vitest"
import { ExactJson } from "@roundlot/broker-schwab"
import { FastCheck } from "effect"

const read = (json: string): unknown => JSON.parse(ExactJson.exact(json))

/** Its numbers as text. */
const shown = (json: unknown): unknown =>
  JSON.parse(JSON.stringify(json), (_, each: unknown) => (typeof each === "number" ? `${each}` : each))

describe("JSON whose numbers keep every digit", () => {
  it.each([
    ["9007199254740993", "9007199254740993"],
    ["22.7299", "22.7299"],
    ["150.250", "150.250"],
    ["-0.5", "-0.5"],
    ["1.0E7", "10000000"],
    ["1.25E-3", "0.00125"],
    ["-2.5e+1", "-25"]
  ])("FILL-2: %s is %s", (number, text) => {
    assert.deepStrictEqual(read(`{"a":[${number}]}`), { a: [text] })
  })

  it("a number within a string stays there", () => {
    assert.deepStrictEqual(read('{"words":"order 12 \\" 13","n":14}'), { words: 'order 12 " 13', n: "14" })
  })

  it.each(['{"a":', '{"a":1', "[1,", '{"a":1.}', '{"a":-}', '"open', "<html>"])("%s stays unreadable", (text) => {
    assert.throws(() => read(text))
  })

  it.prop("reads what JSON.parse reads, numbers as text", [FastCheck.jsonValue()], ([value]) => {
    const plain = JSON.stringify(value)
    if (!/[eE][+-]?\d/.test(plain)) assert.deepStrictEqual(read(plain), shown(value))
  })

  it("the rows of a listing are there as they were written", () => {
    assert.deepStrictEqual(ExactJson.rowsIn('[{"a":1.0}, {"b":"],"},[2]]'), ['{"a":1.0}', '{"b":"],"}', "[2]"])
    assert.deepStrictEqual(ExactJson.rowsIn(" [ ] "), [])
    assert.isUndefined(ExactJson.rowsIn('{"message":"no"}'))
    assert.isUndefined(ExactJson.rowsIn('[{"a":1}'))
  })
})
