import { assert, describe, it } from "@effect/vitest"
import { Instruction } from "@roundlot/broker-paper"
import { Price, Quantity } from "@roundlot/core"
import { Either } from "effect"
import { readFileSync } from "node:fs"
import { readInstruction } from "./setup.ts"

const act = (written: unknown) => readInstruction({ id: "i", do: written })

describe("Instruction", () => {
  it("reads one key, a kind, or a bare name as the same act", () => {
    for (const written of ["expireToken", { expireToken: {} }, { kind: "expireToken" }]) {
      assert.deepStrictEqual(act(written), { id: "i", do: { _tag: "expireToken" } })
    }
  })

  it("reads decimals exactly", () => {
    const read = readInstruction({
      id: "i",
      when: { side: "buy" },
      do: { fill: { quantity: "3", price: "150.2500001" } }
    })
    assert.deepStrictEqual(read, {
      id: "i",
      when: { side: "buy" },
      do: { _tag: "fill", quantity: Quantity.unsafe("3"), price: Price.unsafe("150.2500001") }
    })
  })

  const faults: ReadonlyArray<readonly [unknown, string]> = [
    [[], "it is no JSON object"],
    [{ do: "accept" }, "`id` is missing"],
    [{ id: "i" }, "`do` is missing"],
    [{ id: "i", do: { fil: {} } }, "`do.fil` is unknown; did you mean `fill`?"],
    [{ id: "i", do: { takeThenTimeOut: {} } }, "`do.takeThenTimeOut` is unknown; did you mean `takeThenTimeout`?"],
    [{ id: "i", do: { fill: { quantiy: "1" } } }, "`do.fill.quantiy` is unknown; did you mean `quantity`?"],
    [{ id: "i", wen: {}, do: "accept" }, "`wen` is unknown; did you mean `when`?"],
    [{ id: "i", when: { symbl: "A" }, do: "accept" }, "`when.symbl` is unknown; did you mean `symbol`?"],
    [{ id: "i", do: { fill: { quantity: 3 } } }, '`do.fill.quantity` is a number; decimals are written as text: "3"'],
    [{ id: "i", do: { delay: {} } }, "`do.delay.ms` is missing"],
    [{ id: "i", do: { accept: {}, cancel: {} } }, "`do` has one key"],
    [{ id: "i", when: { order: 1, nth: 1 }, do: "accept" }, "names both `order` and `nth`"],
    [{ id: "i", when: { operation: "orders", symbol: "A" }, do: "resetBefore" }, "is about none"],
    [{ id: "i", when: { operation: "plaice" }, do: "accept" }, "`when.operation`"]
  ]
  it.each(faults)("SIM: %j is refused by name", (written, words) => {
    const said = readInstruction(written)
    assert.isString(said)
    assert.include(said, words)
  })

  it("DOCS: every act has an example in the README, and every example is read", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const lines = readme.split("\n").filter((line) => line.startsWith('{"id"'))
    const acts = lines.map((line) =>
      Either.match(Instruction.parse(line), { onLeft: ({ message }) => message, onRight: (read) => read.do._tag })
    )
    assert.sameMembers([...new Set(acts)], [...Instruction.actNames])
  })

  it("says so when a line is not JSON", () => {
    assert.strictEqual(
      Either.getOrElse(Instruction.parse("{"), (error) => error.message),
      "not an instruction: the text is not JSON"
    )
  })
})
