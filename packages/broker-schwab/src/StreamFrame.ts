import { ExactJson } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"

const StreamerInfo = Schema.Struct({
  streamerSocketUrl: Schema.NonEmptyString,
  schwabClientCustomerId: Schema.String,
  schwabClientCorrelId: Schema.String,
  schwabClientChannel: Schema.String,
  schwabClientFunctionId: Schema.String
})

/** Where the stream is, and who the client is there. */
export type StreamerInfo = typeof StreamerInfo.Type

const Preference = Schema.Struct({ streamerInfo: Schema.NonEmptyArray(StreamerInfo) })

/** What is read of a user's preference: an object, or a list of one: Schwab documents the one and answers the other. */
export const UserPreference = Schema.Union(Preference, Schema.Tuple(Preference))

const Text = Schema.Union(Schema.String, Schema.Number)

const Answer = Schema.Struct({
  service: Schema.String,
  command: Schema.String,
  content: Schema.Struct({ code: Schema.NumberFromString, msg: Schema.optional(Schema.String) })
})

const Activity = Schema.Struct({
  "1": Schema.optional(Text),
  "2": Schema.optional(Schema.String),
  "3": Schema.optional(Schema.String)
})

/** A frame, whichever of its three kinds; numbers are text. */
const Frame = Schema.Struct({
  response: Schema.optional(Schema.Array(Answer)),
  data: Schema.optional(Schema.Array(Schema.Struct({ service: Schema.String, content: Schema.Array(Schema.Unknown) })))
})

const decodeFrame = Schema.decodeUnknownOption(Schema.parseJson(Frame))

/** Reads what a frame says of one account. */
export const decodeActivity = Schema.decodeUnknownOption(Activity)

/** A frame, its numbers as text. */
export const frameIn = (text: string) => decodeFrame(ExactJson.exact(text))

/** The code of the answer to a command, where a frame has it. */
export const codeIn = (text: string, command: string): number | undefined =>
  Option.getOrUndefined(frameIn(text))?.response?.find((each) => each.command === command)?.content.code
