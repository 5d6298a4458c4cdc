import type * as FileSystem from "@effect/platform/FileSystem"
import type { Audit } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Jobs } from "@roundlot/core/ledger"
import { Clock, Effect, Mailbox, Option, Stream } from "effect"
import type * as AnchorFile from "./anchorFile.ts"
import type { AuditLine } from "./AuditLine.ts"
import { anchorOf } from "./KeptAnchor.ts"
import { proveBooks } from "./proveBooks.ts"

/** A job's progress is a write to the store. */
const EVERY_MS = 1_000

/** Audits the books: a line of progress at once and then at most one a second. */
export const lines = (
  anchor: string | undefined,
  place: AnchorFile.Place
): Stream.Stream<AuditLine, never, FileSystem.FileSystem | TradeRepository.TradeRepository> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const found = yield* Mailbox.make<AuditLine>()
      let shownAt = -EVERY_MS
      const notify = (progress: Audit.Progress) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          if (now - shownAt < EVERY_MS) return Effect.void
          shownAt = now
          return Effect.asVoid(found.offer({ _tag: "Progress", ...progress }))
        })
      const last = Effect.flatMap(anchorOf(anchor), (given) => proveBooks({ given, tell: notify }, place)).pipe(
        Effect.match({
          onFailure: ({ message }): AuditLine => ({ _tag: "Failure", detail: message }),
          onSuccess: ({ kept, ...report }): AuditLine => ({
            _tag: "Result",
            result: { ...report, anchor: kept ?? null }
          })
        })
      )
      yield* Effect.forkScoped(
        Mailbox.into(
          Effect.flatMap(last, (line) => found.offer(line)),
          found
        )
      )
      return Mailbox.toStream(found)
    })
  )

const failed = (detail: string) => new Jobs.JobFailed({ detail, final: true })

/** What the lines of an audit end with; `show` is given its progress. */
export const resultOf = <E, R, E2, R2>(
  audit: Stream.Stream<AuditLine, E, R>,
  show: (progress: Audit.Progress) => Effect.Effect<void, E2, R2>
): Effect.Effect<unknown, E | E2 | Jobs.JobFailed, R | R2> =>
  audit.pipe(
    Stream.tap((line) => {
      if (line._tag !== "Progress") return Effect.void
      const { done, of, step } = line
      return show({ step, done, of })
    }),
    Stream.filter((line) => line._tag !== "Progress"),
    Stream.runHead,
    Effect.flatMap(
      Option.match({
        onNone: () => Effect.fail(failed("the audit ended without a result")),
        onSome: (line) => (line._tag === "Result" ? Effect.succeed(line.result) : Effect.fail(failed(line.detail)))
      })
    )
  )
