import { Cause, type ConfigProvider, Effect, ParseResult, Schema } from "effect"

/** A part of one's own did not do what it was asked for. */
export class OwnPartFailed extends Schema.TaggedError<OwnPartFailed>()("OwnPartFailed", {
  part: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.part} failed: ${this.detail}`
  }
}

/** What a part of one's own failed with, in a line; a fault of its own is no fault of the program. */
export const failureOf = (part: string, cause: Cause.Cause<unknown>): OwnPartFailed => {
  const failure = Cause.squash(cause)
  return failure instanceof OwnPartFailed ? failure : new OwnPartFailed({ part, detail: inALine(failure) })
}

/** A failure in a line. */
export const inALine = (failure: unknown): string => {
  if (failure instanceof OwnPartFailed) return failure.detail
  if (ParseResult.isParseError(failure)) {
    const issues = ParseResult.ArrayFormatter.formatErrorSync(failure)
    return issues.map(({ message, path }) => `${path.map(String).join(".")} ${message}`.trimStart()).join("; ")
  }
  const said = failure instanceof Error ? failure.message : ""
  const [line = ""] = said.split("\n", 1)
  return line === "" ? namedIn(failure) : line
}

/** An error without a message is shown by its tag and fields. */
const namedIn = (failure: unknown): string => {
  if (typeof failure !== "object" || failure === null) return String(failure)
  const name = failure instanceof Error ? failure.name : ""
  const { _tag: tag = name, ...fields } = Object.fromEntries(Object.entries(failure))
  const said = Object.entries(fields).map(([field, value]) => `${field} ${String(value)}`)
  return [String(tag), ...said].filter((part) => part !== "").join(", ") || "no reason was given"
}

/** Runs a part of one's own: its variables are those of the program, and whatever it fails with is said by its name. */
export const running =
  (part: string, { config }: { readonly config: ConfigProvider.ConfigProvider }) =>
  <A, R>(work: Effect.Effect<A, unknown, R>): Effect.Effect<A, OwnPartFailed, R> =>
    work.pipe(
      Effect.withConfigProvider(config),
      // An interruption of ours does not come by here: one that does is a part that interrupted itself.
      Effect.catchAllCause((cause) => Effect.fail(failureOf(part, cause)))
    )
