import { Broker } from "@roundlot/core"
import type { EndpointTimes } from "@roundlot/core/adapter"
import { Cause, Chunk, Effect, Exit } from "effect"
import { kindOf } from "./Codes.ts"
import type { Line } from "./Line.ts"
import { type Message, unreadable } from "./Message.ts"
import type { Session } from "./Session.ts"

/** What a message is to a request: a part of its answer, the only one, its end, or nothing. */
type Taken<A> = { readonly _tag: "Part" | "Last"; readonly part: A } | { readonly _tag: "End" } | undefined

/** A request that is answered by several messages. */
export interface Request<A> {
  readonly operation: string
  readonly ask: (line: Line, reqId: number) => void
  readonly take: (message: Message, reqId: string) => Taken<A>
  /** Ends a subscription that the request began. */
  readonly finish?: (line: Line, reqId: number) => void
}

/** A long answer may take longer in all: it fails when nothing of it has come for so long. */
const LONGEST_SILENCE = "10 seconds"

const failed = (operation: string, kind: Broker.BrokerReadFailed["kind"], detail: string) =>
  new Broker.BrokerReadFailed({ operation, kind, detail })

/** Asks, and gathers the parts of the answer until its end. A line that ends before fails it: a part is never taken for the whole. */
export const gather = <A>(
  session: Pick<Session, "line">,
  { ask, finish, operation, take }: Request<A>
): Effect.Effect<ReadonlyArray<A>, Broker.BrokerReadFailed> =>
  Effect.flatMap(session.line, (line) => {
    const reqId = line.nextRequestId()
    const parts: Array<A> = []
    const whole = Effect.async<ReadonlyArray<A>, Broker.BrokerReadFailed>((resume) => {
      const undo = line.listen((message) => {
        if (message._tag === "Lost") return resume(Effect.fail(failed(operation, "network", message.why)))
        if (message._tag === "Unreadable" && message.about !== "nobody knows")
          return resume(Effect.fail(failed(operation, "unreadable", unreadable(message))))
        if (message._tag === "Notice" && message.id === reqId) {
          const kind = kindOf(message.code, message.text)
          if (kind === "not there" && isProven(line, message.text)) return resume(Effect.succeed([]))
          if (kind !== "information" && kind !== "warning")
            return resume(Effect.fail(failed(operation, "server", `${message.text} (${message.code})`)))
        }
        const taken = take(message, String(reqId))
        if (taken?._tag === "Part" || taken?._tag === "Last") parts.push(taken.part)
        if (taken?._tag === "End" || taken?._tag === "Last") resume(Effect.succeed(parts))
      })
      if (line.isLost()) resume(Effect.fail(failed(operation, "network", "TWS closed the connection")))
      else ask(line, reqId)
      return Effect.sync(undo)
    })
    return line.timed(operation, Effect.raceFirst(whole, silence(operation, parts)), outcomeOf).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          if (finish !== undefined && !line.isLost()) finish(line, reqId)
        })
      )
    )
  })

/** A refusal is an answer of TWS too. */
const outcomeOf = (exit: Exit.Exit<unknown, Broker.BrokerReadFailed>): EndpointTimes.Outcome =>
  Exit.isSuccess(exit) || Cause.failures(exit.cause).pipe(Chunk.some(({ kind }) => kind === "server"))
    ? "answered"
    : "lost"

/** "Not there" has one code with "there are several", and is said of everything while TWS cannot know (ACC-4). */
const isProven = (line: Line, text: string): boolean =>
  !line.isDegraded() && line.knowsSecurities() && !/\bambiguous\b/i.test(text)

/** Fails once no further part has come for too long. */
const silence = (operation: string, parts: ReadonlyArray<unknown>): Effect.Effect<never, Broker.BrokerReadFailed> =>
  Effect.suspend(() => {
    const before = parts.length
    return Effect.map(Effect.sleep(LONGEST_SILENCE), () => parts.length === before)
  }).pipe(
    Effect.repeat({ until: (isSilent) => isSilent }),
    Effect.zipRight(
      Effect.fail(failed(operation, "network", `no whole answer, and nothing more of it in ${LONGEST_SILENCE}`))
    )
  )
