import type { Desk } from "@roundlot/testing"
import { describe, expect, test } from "vitest"
import { fourEyesOperations, type FourEyesOperation } from "../src/records/fourEyes.ts"
import { ApprovalTable } from "../src/records/Approval.ts"
import { ControlTable } from "../src/records/TradingState.ts"
import { OrderTable } from "../src/records/Order.ts"
import { PositionTable } from "../src/records/Position.ts"
import { Ticker } from "../src/records/Ticker.ts"
import type { Command } from "../src/rules/operator/Command.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { OrderId } from "../src/values/Id.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { adjust, base, command, deskWith, grant, isSound, own, two } from "./fourEyesDesk.ts"
import { buyFill, perform, type Step } from "./Story.ts"

const wholeAccount = { scope: { _tag: "WholeAccount" } } as const
const halt: Command = { _tag: "Halt", ...wholeAccount }
const resume: Command = { _tag: "Resume", ...wholeAccount }

/** What becomes of the account by one of the operations, and what else changes what it rests on. */
interface Operation {
  readonly operation: FourEyesOperation
  readonly steps?: ReadonlyArray<Step>
  /** What an operator did before. */
  readonly first?: Command
  readonly asked: (desk: Desk.Desk) => Command
  readonly read: (desk: Desk.Desk) => unknown
  readonly preview?: string
  /** What moves the books: another command, carried out by two, or something that happens. */
  readonly moved: ReadonlyArray<Command> | Step
}

const trade = (id: string, milli: number): Step => ({ do: "trade", id, side: "buy", milli, held: false })
const sent: Step = { do: "send", order: 1, got: "accepted", time: 1 }
const fill = (exec: string, milli: number): Step => buyFill(exec, milli, 2)

const states = (desk: Desk.Desk) => desk.all(ControlTable).map(({ state }) => state)
const targets = (desk: Desk.Desk) => desk.all(PositionTable).map(({ target }) => Decimal.format(target))
const filled = (desk: Desk.Desk) => desk.all(OrderTable).map((order) => Decimal.format(order.filled))
const symbol = Ticker.make("AAPL")
const price = Price.make(Decimal.unsafe("12.5"))

const operations: ReadonlyArray<Operation> = [
  {
    operation: "adjust",
    asked: () => ({ _tag: "AdjustPosition", symbol, as: "base", by: Decimal.unsafe("2"), price }),
    read: base,
    preview: "it: account desk, at 12.5",
    moved: [{ _tag: "AdjustPosition", symbol, as: "base", by: Decimal.unsafe("5"), price: undefined }]
  },
  {
    operation: "adopt",
    asked: () => ({ _tag: "AdoptAccount", holdings: [{ symbol, quantity: Decimal.unsafe("7") }] }),
    read: base,
    moved: trade("T9", 400)
  },
  {
    operation: "split",
    steps: [trade("T1", 400)],
    asked: () => ({ _tag: "AcceptSplit", symbol, to: 2, from: 1, cashInLieu: undefined }),
    read: targets,
    moved: trade("T9", 100)
  },
  {
    operation: "writeOff",
    steps: [trade("T1", 400)],
    asked: () => ({ _tag: "WriteOff", symbol, quantity: undefined }),
    read: targets,
    moved: trade("T9", 100)
  },
  {
    operation: "void",
    steps: [trade("T1", 4000), sent, fill("e1", 1000)],
    asked: () => ({ _tag: "VoidOrder", orderId: OrderId.make(1), execIds: ["e1.1"] }),
    read: filled,
    preview: "it: e1.1",
    moved: fill("e2", 1000)
  },
  { operation: "resume", first: halt, asked: () => resume, read: states, moved: [resume, halt] },
  {
    operation: "limits",
    asked: (desk) => ({ _tag: "SetAccount", settings: { ...own(desk), maxOrderQuantity: Quantity.unsafe("20000") } }),
    read: (desk) => own(desk).maxOrderQuantity,
    preview: "it: maxOrderQuantity not set → 20000",
    moved: []
  }
]

const deskOf = ({ first, operation, steps = [] }: Operation) => {
  const desk = deskWith([...two, { name: "cat" }], { fourEyes: [operation] })
  for (const step of steps) perform(desk, step)
  if (first !== undefined) expect(command(desk, "ann", first)).toMatchObject({ _tag: "Done" })
  return desk
}

/** Has commands carried out, by two persons where they need it. */
const carry = (desk: Desk.Desk, commands: ReadonlyArray<Command>) => {
  for (const each of commands) {
    const answer = command(desk, "ann", each)
    const done = answer._tag === "Waiting" ? command(desk, "bob", grant(answer.approvalId)) : answer
    expect(done).toMatchObject({ _tag: "Done" })
  }
}

test("EYES-1: these are all operations", () => {
  expect(operations.map(({ operation }) => operation).toSorted()).toEqual(fourEyesOperations)
})

describe.each(operations)("$operation", (each) => {
  test("EYES-1, EYES-6: changes nothing when it is asked for, and once when another approves it", () => {
    const desk = deskOf(each)
    const before = each.read(desk)
    expect(command(desk, "ann", each.asked(desk))).toEqual({ _tag: "Waiting", approvalId: 1 })
    expect(each.read(desk)).toEqual(before)
    expect(desk.all(ApprovalTable)).toMatchObject([{ operation: each.operation, preview: each.preview ?? "it" }])
    expect(command(desk, "bob", grant())).toMatchObject({ _tag: "Done" })
    const after = each.read(desk)
    expect(after).not.toEqual(before)
    expect(command(desk, "cat", grant())).toMatchObject({ _tag: "Refused" })
    expect(each.read(desk)).toEqual(after)
    isSound(desk)
  })

  test("EYES-5: is refused where the books have moved", () => {
    const desk = deskOf(each)
    command(desk, "ann", each.asked(desk))
    if ("do" in each.moved) perform(desk, each.moved)
    else
      carry(
        desk,
        each.operation === "limits" ? [{ _tag: "SetAccount", settings: { ...own(desk), bandBp: 700 } }] : each.moved
      )
    const before = each.read(desk)
    expect(command(desk, "bob", grant())).toMatchObject({ _tag: "Refused", code: "BooksMoved" })
    expect(each.read(desk)).toEqual(before)
  })
})

const cancelled = () => {
  const desk = deskWith(two, { fourEyes: ["resume"] })
  perform(desk, trade("T1", 1000))
  perform(desk, { do: "cancel", order: 1 })
  return desk
}

describe("what lets a position go on", () => {
  const retry: Command = { _tag: "Retry", orderId: OrderId.make(1) }

  test("EYES-1: a retry of an order whose position is held waits as a resume does", () => {
    const desk = cancelled()
    expect(command(desk, "ann", retry)).toEqual({ _tag: "Waiting", approvalId: 1 })
    expect(desk.all(ApprovalTable)).toMatchObject([{ operation: "resume" }])
    expect(desk.all(OrderTable)).toHaveLength(1)
    expect(command(desk, "bob", grant())).toMatchObject({ _tag: "Done" })
    expect(desk.all(OrderTable)).toHaveLength(2)
  })

  test("EYES-5: a retry is refused where its position was adjusted meanwhile", () => {
    const desk = cancelled()
    command(desk, "ann", retry)
    command(desk, "ann", adjust(desk))
    expect(command(desk, "bob", grant())).toMatchObject({ code: "BooksMoved" })
    expect(desk.all(OrderTable)).toHaveLength(1)
  })
})
