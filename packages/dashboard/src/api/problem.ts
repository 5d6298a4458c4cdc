import { texts } from "../words/text/parts.ts"

/** Why a call came to nothing: the daemon's problem document, or status 0 where it did not answer. */
export class ProblemError extends Error {
  readonly status: number
  readonly type: string
  readonly field: string | undefined
  /** What the daemon's log calls the request. */
  readonly requestId: string | undefined
  constructor(problem: {
    readonly status: number
    readonly type: string
    readonly detail: string
    readonly field?: string | undefined
    readonly requestId?: string | undefined
  }) {
    super(problem.detail)
    this.name = "ProblemError"
    this.status = problem.status
    this.type = problem.type
    this.field = problem.field
    this.requestId = problem.requestId
  }
}

const textIn = (error: object, name: string): string | undefined => {
  const value: unknown = Reflect.get(error, name)
  return typeof value === "string" ? value : undefined
}

/** The daemon did not answer. */
export const noAnswer = (): ProblemError => new ProblemError({ status: 0, type: "no-answer", detail: texts.noAnswer })

/** What an error of a call is to people. */
export const problemOf = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error
  if (typeof error !== "object" || error === null) {
    return new ProblemError({ status: 0, type: "unknown", detail: String(error) })
  }
  const status: unknown = Reflect.get(error, "status")
  const detail = textIn(error, "detail")
  const type = textIn(error, "type")
  if (typeof status === "number" && detail !== undefined && type !== undefined) {
    const [field, requestId] = [textIn(error, "field"), textIn(error, "requestId")]
    return new ProblemError({ status, type, detail, field, requestId })
  }
  const tag = textIn(error, "_tag")
  if (tag === "RequestError") return noAnswer()
  const detailed = textIn(error, "message") ?? "unknown"
  return new ProblemError({
    status: -1,
    type: "unexpected",
    detail: texts.unknownAnswer({ details: detailed })
  })
}

/**
 * How long the page waits for what it reads. A request whose answer was lost with its daemon would hold one of the few connections that
 * a browser has, and with them all it could not ask the next daemon anything.
 */
export const LONGEST_READING_MS = 30_000
