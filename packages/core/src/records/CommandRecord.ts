import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { ApprovalId } from "../values/Id.ts"

/** Why a command was refused, where a program has to know: the books are not as they were when it was asked for. */
const refusalCodes = ["BooksMoved"] as const

/** What a command did, in a sentence, why it was refused (F1), or that it waits for a second person. */
export const Answer = Schema.Union(
  Schema.TaggedStruct("Done", { what: Schema.String }),
  Schema.TaggedStruct("Refused", { why: Schema.String, code: Schema.optional(Schema.Literal(...refusalCodes)) }),
  Schema.TaggedStruct("Waiting", { approvalId: ApprovalId })
)

/** What a command came to. */
export type Answered = typeof Answer.Type

const AnswerText = Schema.parseJson(Answer)
/** What a command id was answered with, of the text that is kept. */
export const decodeAnswer = Schema.decodeSync(AnswerText)
/** An answer as it is kept with its command id. */
export const encodeAnswer = Schema.encodeSync(AnswerText)

/** What a command did, kept so that the same command id is answered with its first result. The account's journal says the same. */
export const CommandRecord = Schema.Struct({
  id: Column.text,
  account: Column.text,
  answer: Column.text,
  at: Column.instant,
  version: Column.integer
})

/** What a command did. */
export type CommandRecord = typeof CommandRecord.Type

/** The table of answered commands. */
export const CommandTable = Table.make({
  name: "commands",
  schema: CommandRecord,
  key: ["id"],
  keyOf: (command): string => command.id
})
