import { Context, Effect, Layer, Ref } from "effect"

/** Exit codes: done; failed; wrong usage; done, but look. */
export const exitCodes = { done: 0, failed: 1, usage: 2, look: 3 } as const

/** Where a verb prints. One document on the standard output; everything else beside it, on the standard error. */
export interface OutputService {
  readonly isJson: boolean
  /** Does a person at a terminal read the lines on the way? Elsewhere they are kept: no secret is printed. */
  readonly isTerminal: boolean
  /** The answer of the verb: `document` as JSON, or `text` for people. Once a verb. */
  readonly answer: (document: unknown, text: string) => Effect.Effect<void>
  /** A line for people on the way: on the standard output, or beside the document. */
  readonly line: (text: string) => Effect.Effect<void>
  /** A line beside the answer: progress, warnings. */
  readonly note: (text: string) => Effect.Effect<void>
  /** Raw text of the answer, for long exports. */
  readonly raw: (text: string) => Effect.Effect<void>
  /** The verb is done, but its caller should look: exit code 3. */
  readonly look: Effect.Effect<void>
  /** The verb has answered, but what it was asked for was not done: exit code 1. */
  readonly failed: Effect.Effect<void>
  /** From here on a signal is the ordinary way to end: exit code 0. */
  readonly endsBySignal: Effect.Effect<void>
  /** The exit code so far; `isInterrupted` by a signal. */
  readonly exitCode: (isInterrupted: boolean) => Effect.Effect<number>
}

/** Where a verb prints. */
export class Output extends Context.Tag("roundlot/Output")<Output, OutputService>() {}

/** The two streams that a program prints on. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Does a person read the standard error? */
  readonly isTerminal?: boolean
  /** Does a person read the standard output? */
  readonly isOutTerminal?: boolean
}

const INTERRUPTED = 130

/** Prints on the given streams, as JSON or for people. */
export const layer = (isJson: boolean, streams: Streams): Layer.Layer<Output> => {
  const err = (text: string) => Effect.sync(() => streams.err(`${text}\n`))
  const out = (text: string) => Effect.sync(() => streams.out(`${text}\n`))
  return Layer.effect(
    Output,
    Effect.gen(function* () {
      const code = yield* Ref.make<number>(exitCodes.done)
      const signalled = yield* Ref.make(INTERRUPTED)
      return {
        isJson,
        isTerminal: (isJson ? streams.isTerminal : streams.isOutTerminal) === true,
        answer: (document, text) => out(isJson ? JSON.stringify(document) : text),
        line: (text) => (isJson ? err(text) : out(text)),
        note: err,
        raw: (text) => Effect.sync(() => streams.out(text)),
        look: Ref.set(code, exitCodes.look),
        failed: Ref.set(code, exitCodes.failed),
        endsBySignal: Ref.set(signalled, exitCodes.done),
        exitCode: (isInterrupted) => Ref.get(isInterrupted ? signalled : code)
      }
    })
  )
}
