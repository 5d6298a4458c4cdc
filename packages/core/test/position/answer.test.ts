import { Either } from "effect"
import { describe, expect, test } from "vitest"
import { controlNames } from "../../src/records/Control.ts"
import { OrderId } from "../../src/values/Id.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { decodeEntry } from "../../src/events/decode.ts"
import { bodyOf } from "../../src/events/encode.ts"
import { Evaluated } from "../../src/events/Event.ts"
import { unsafe } from "../../src/values/Quantity.ts"
import { plainAnswers } from "../../src/records/answerCodes.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { answering, answerText, isSame, type PositionAnswer } from "../../src/records/PositionAnswer.ts"
import { entryOf, plain } from "../journal/golden.ts"
import { deskOf, perform } from "../Story.ts"

const symbol = Ticker.make("AAPL")
const ordered = (id: number) => ({ _tag: "Ordered", orderId: OrderId.make(id) }) as const
const observed = (side: "buy" | "sell", shares: string) =>
  ({ _tag: "Observed", side, quantity: unsafe(shares) }) as const
const cancelled = (id: number) => ({ _tag: "Held", by: "cancel", orderId: OrderId.make(id) }) as const

/** Answers that all differ from each other, each with its text. */
const answers: ReadonlyArray<readonly [text: string, answer: PositionAnswer]> = [
  ...plainAnswers.map((_tag) => [_tag, { _tag }] as const),
  ["Ordered(O5)", ordered(5)],
  ["Ordered(O6)", ordered(6)],
  ["Observed(buy 1.5)", observed("buy", "1.5")],
  ["Observed(sell 1.5)", observed("sell", "1.5")],
  ["Observed(buy 2)", observed("buy", "2")],
  ["Held(circuit)", { _tag: "Held", by: "circuit" }],
  ["Held(refused)", { _tag: "Held", by: "refused" }],
  ["Held(cancel O5)", cancelled(5)],
  ["Held(cancel O6)", cancelled(6)],
  ...controlNames.map((control) => [`Refused(${control})`, { _tag: "Refused", control }] as const)
]

const [position] = (() => {
  const desk = deskOf({ lot: 1000, threshold: undefined, direction: "mirror", counts: false })
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 500, held: false })
  return desk.all(PositionTable)
})()

/** A position with an answer, as a store keeps it. */
const rowOf = (answer: PositionAnswer) => {
  if (position === undefined) throw new Error("a trade makes a position")
  return PositionTable.encode({ ...position, answer })
}

const readBack = (answer: PositionAnswer): PositionAnswer => PositionTable.decode(rowOf(answer)).answer

describe("D4: the answer of a position in fields", () => {
  test.each(answers)("%s is read back from its row and from its entry as it was recorded", (text, answer) => {
    const event = Evaluated.make({ symbol, answer })
    expect(answerText(answer)).toBe(text)
    expect(plain(readBack(answer))).toEqual(plain(answer))
    expect(Either.map(decodeEntry(entryOf("Evaluated", bodyOf(event))), plain)).toEqual(Either.right(plain(event)))
  })

  test("two are the same where their fields are, whatever they were made of", () => {
    for (const [text, answer] of answers) {
      const same = answers.filter(([, other]) => isSame(answer, readBack(other)))
      expect(same.map(([each]) => each)).toEqual([text])
    }
  })

  test("rows are asked for by the cells that they have, all but those that name an order or a quantity", () => {
    const asked: ReadonlyArray<unknown> = answering(() => true).in
    const missed = answers.filter(([, answer]) => !asked.includes(rowOf(answer)["answer"]))
    expect(missed.map(([, answer]) => answer)).toEqual(
      answers.map(([, answer]) => answer).filter((answer) => "orderId" in answer || "quantity" in answer)
    )
    expect(answering(({ _tag }) => _tag === "NoPrice").in).toEqual(['{"_tag":"NoPrice"}'])
  })
})
