import type { Instant } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import * as Instruction from "../Instruction.ts"
import * as Turn from "./Turn.ts"
import type { ExchangeFailed } from "../ExchangeFile.ts"
import type { Instructed } from "../ExchangeReply.ts"
import type { InstructionRefused } from "../Instruction.ts"
import { type Floor, bookOf, hoursAt, passTime } from "./Floor.ts"
import { CannotAct, perform } from "./acts.ts"
import { stageOf } from "./requests.ts"
import type { InstructionRow } from "./rows.ts"

const encodeInstruction = Schema.encodeSync(Schema.parseJson(Instruction.Instruction))

/** Does an instruction, or keeps it until its request comes. */
export const instruct = (
  floor: Floor,
  instruction: Instruction.Instruction
): Effect.Effect<Instructed, InstructionRefused | ExchangeFailed> =>
  floor.file
    .transact((clock) => {
      const known = floor.rows.instruction(instruction.id)
      return known === undefined ? enact(floor, instruction, clock) : repeat(known, instruction)
    }, Either.isRight)
    .pipe(
      Effect.flatMap((outcome) => outcome),
      Effect.tap(floor.changed)
    )

type Enacted = Either.Either<Instructed, InstructionRefused>

const repeat = (known: InstructionRow, instruction: Instruction.Instruction): Enacted =>
  encodeInstruction(known.body) === encodeInstruction(instruction)
    ? Either.right({ id: known.id, repeated: true, remaining: known.remaining, did: known.did })
    : Either.left(refusedInstruction(instruction.id, "its id was given before with other contents; give it another"))

const refusedInstruction = (id: string, detail: string) => new Instruction.InstructionRefused({ id, detail })

const enact = (floor: Floor, instruction: Instruction.Instruction, clock: Instant.Instant): Enacted => {
  const { rows } = floor
  const { do: what, id, times = 1, when } = instruction
  const number = rows.lastInstruction() + 1
  const waits = when !== undefined || shapesRequest(what)
  const operation = waits ? (when?.operation ?? "place") : null
  const remaining = waits ? times : 0
  const turn = Turn.begin(rows, clock)
  const hours = hoursAt(floor, turn.now)
  const book = bookOf(floor, turn, hours)
  const stage = stageOf(floor, { turn, book }, undefined, undefined)
  passTime(floor, book, turn.now, hours)
  try {
    const did = waits ? [] : Array.from({ length: times }, () => perform(stage, what))
    rows.putInstruction({ number, id, body: instruction, operation, seen: 0, remaining, did })
    turn.end(Turn.plainly)
    return Either.right({ id, repeated: false, remaining, did })
  } catch (error) {
    if (error instanceof CannotAct) return Either.left(refusedInstruction(id, error.message))
    throw error
  }
}

/** Without a `when`, such an act waits for the next order: there is nothing that it could do at once. */
const shapesRequest = (what: Instruction.Act): boolean => {
  switch (what._tag) {
    case "reject":
    case "status":
      return what.brokerOrderId === undefined && what.clientOrderId === undefined
    case "accept":
    case "takeThenTimeout":
    case "takeThenReset":
    case "resetBefore":
    case "answer":
    case "delay":
    case "reorder":
      return true
    default:
      return false
  }
}
