import { Screen } from "@roundlot/queries"
import { Context, Effect, Layer, Ref } from "effect"

/** Exit codes: done; failed; wrong usage; done, but look. */
export const exitCodes = { done: 0, failed: 1, usage: 2, look: 3 } as const

/** Where a verb prints. One document on the standard output; everything else beside it, on the standard error. */
export interface OutputService {
  readonly isJson: boolean
  /** Does a person at a terminal read the lines on the way? Elsewhere they are kept: no secret is printed. */
  readonly isTerminal: boolean
  /** How the answer is laid out for people. */
  readonly screen: Screen.Screen
  /** The answer of the verb: `document` as JSON, or `text` for people. Once a verb. */
  readonly answer: (document: unknown, text: string | ((screen: Screen.Screen) => string)) => Effect.Effect<void>
  /** A line for people on the way: on the standard output, or beside the document. */
  readonly line: (text: string) => Effect.Effect<void>
  /** A line beside the answer: progress, warnings. */
  readonly note: (text: string) => Effect.Effect<void>
  /** Does a person see `status`? */
  readonly hasStatus: boolean
  /** A line that takes the place of the one before, for a person at the terminal alone; whatever else is printed removes it. */
  readonly status: (text: string) => Effect.Effect<void>
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
  /** How many columns the terminal has, where there is one. */
  readonly columns?: number | undefined
}

const INTERRUPTED = 130

const NARROWEST = 40
const USUAL = 80
const CLEARED = "\r\u001B[K"

/** How a command line wants its answer. */
export interface Wished {
  readonly isJson: boolean
  /** Whole, although a terminal is narrower. */
  readonly isWide?: boolean
  readonly variables?: { readonly [name: string]: string | undefined }
}

const columnsOf = ({ columns = USUAL }: Streams): number => Math.max(NARROWEST, columns)

const screenOf = ({ isWide = false, variables = {} }: Wished, streams: Streams): Screen.Screen => {
  const isTerminal = streams.isOutTerminal === true
  return {
    width: isTerminal && !isWide ? columnsOf(streams) : Screen.whole.width,
    isColoured: Screen.hasColours(variables, isTerminal)
  }
}

/** A line of the terminal that is written over and over. */
const statusLine = (streams: Streams) => {
  let isShown = false
  return {
    clear: () => {
      if (isShown) streams.err(CLEARED)
      isShown = false
    },
    show: (text: string) => {
      if (streams.isTerminal !== true) return
      streams.err(
        `${CLEARED}${Array.from(text)
          .slice(0, columnsOf(streams) - 1)
          .join("")}`
      )
      isShown = true
    }
  }
}

/** Prints on the given streams, as JSON or for people. */
export const layer = (wished: Wished, streams: Streams): Layer.Layer<Output> => {
  const { isJson } = wished
  const screen = screenOf(wished, streams)
  const line = statusLine(streams)
  const print = (write: (text: string) => void, text: string) =>
    Effect.sync(() => {
      line.clear()
      write(text)
    })
  const err = (text: string) => print(streams.err, `${text}\n`)
  const out = (text: string) => print(streams.out, `${text}\n`)
  return Layer.effect(
    Output,
    Effect.gen(function* () {
      const code = yield* Ref.make<number>(exitCodes.done)
      const signalled = yield* Ref.make(INTERRUPTED)
      return {
        isJson,
        isTerminal: (isJson ? streams.isTerminal : streams.isOutTerminal) === true,
        screen,
        answer: (document, text) =>
          Effect.suspend(() => out(isJson ? JSON.stringify(document) : typeof text === "string" ? text : text(screen))),
        line: (text) => (isJson ? err(text) : out(text)),
        note: err,
        hasStatus: streams.isTerminal === true,
        status: (text) => Effect.sync(() => line.show(text)),
        raw: (text) => print(streams.out, text),
        look: Ref.set(code, exitCodes.look),
        failed: Ref.set(code, exitCodes.failed),
        endsBySignal: Ref.set(signalled, exitCodes.done),
        exitCode: (isInterrupted) => Effect.zipRight(Effect.sync(line.clear), Ref.get(isInterrupted ? signalled : code))
      }
    })
  )
}
