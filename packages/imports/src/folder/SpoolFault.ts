import { Effect, Schema } from "effect"

/** A folder from which nothing can be taken as it is: what is wrong, and what to do. */
export class SpoolFault extends Schema.TaggedError<SpoolFault>()("SpoolFault", {
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.problem}. ${this.remedy}`
  }
}

/** The folder stops with this. */
export const stop = (problem: string, remedy: string): SpoolFault => new SpoolFault({ problem, remedy })

/** The code of an error of the system, such as `ENOENT`. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause)

/** Asks the file system for what need not be there. */
export const ifThere = <A>(what: string, ask: () => Promise<A>): Effect.Effect<A | undefined, SpoolFault> =>
  asking(what, () =>
    ask().catch((cause: unknown) => {
      if (codeOf(cause) === "ENOENT") return undefined
      throw cause
    })
  )

/** Asks the file system. What fails is tried again when the source is opened again. */
export const asking = <A>(what: string, ask: () => Promise<A>): Effect.Effect<A, SpoolFault> =>
  Effect.tryPromise({
    try: ask,
    catch: (cause) =>
      stop(
        `${what} (${codeOf(cause)})`,
        "Check the folder, its permissions and its free disk space: it then continues automatically"
      )
  })
