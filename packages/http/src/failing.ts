import { Problem } from "@roundlot/api"
import type { Accumulator, Batches, Decisions, Events, Sources } from "@roundlot/core"
import type { SupportedOrders, TradeRepository } from "@roundlot/core/adapter"
import type { AsOf, Batch, Feed, Jobs, Ledger, Requests, Templates, TokenRegister } from "@roundlot/core/ledger"
import type { BatchFile, BatchRows, ImportFileError } from "@roundlot/imports"
import type { errors } from "@roundlot/queries"
import { Effect } from "effect"
import type { UsageError } from "@roundlot/commands/errors"
import type { carryingOut } from "@roundlot/commands"

/** What looking can fail with. */
export type LookFailure =
  | errors.BadFilter
  | errors.BadCursor
  | AsOf.UnknownMoment
  | errors.NotFound
  | errors.Ambiguous
  | Events.UnreadableEntry
  | Ledger.LedgerError
  | TokenRegister.TokensDisagree
  | TradeRepository.WriteError

/** What acting can fail with. */
export type ActFailure =
  | LookFailure
  | ImportFileError.ImportFileError
  | BatchFile.NotWhole
  | BatchRows.NotForBatch
  | Batches.NoBatch
  | Batches.BatchStands
  | Batches.BatchChanged
  | Batches.BadBatch
  | Batch.ModeNotNamed
  | Templates.NoTemplate
  | Templates.TemplateNameRefused
  | Jobs.EnqueueError
  | Jobs.NoJob
  | Jobs.JobStands
  | Feed.LostCursor
  | Requests.KeyReused
  | UsageError
  | carryingOut.CommandRefused
  | carryingOut.StaleRecord
  | Decisions.UnsoundDecision
  | SupportedOrders.UnsupportedOrder
  | Decisions.UnknownDecision
  | Accumulator.Unfit
  | Sources.OutOfOrder

/** What looking can be answered with. */
export type LookProblem = Problem.Failure<"BadRequest" | "NotFound" | "Unavailable" | "Fault">

/** What acting can be answered with. */
export type ActProblem = LookProblem | Problem.Failure<"Conflict" | "KeyReused" | "Stale" | "TooLarge">

const { badRequest, conflict, fault, keyReused, notFound, stale, unavailable } = Problem.failures

/** The filter as a request names it: the command line's `as-of` is `asOf` there. */
const fieldOf = (filter: string): string => filter.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The problem of a failure of looking. */
export const lookProblem = (error: LookFailure): LookProblem => {
  switch (error._tag) {
    case "BadFilter":
      return badRequest(error.message, fieldOf(error.filter))
    case "BadCursor":
      return badRequest(error.message, "cursor")
    case "NotFound":
      return notFound(error.message)
    case "UnknownMoment":
      return badRequest(error.message, "asOf")
    case "Ambiguous":
      return badRequest(error.message, "account")
    case "StoreUnavailable":
    case "TokensDisagree":
      return unavailable(error.message)
    default:
      return fault(error.message)
  }
}

const actProblem = (error: ActFailure | ActProblem): ActProblem => {
  if ("title" in error) return error
  switch (error._tag) {
    case "KeyReused":
      return keyReused(error.message)
    case "JobKeyTaken":
      return keyReused(error.message, "key")
    case "ImportFileError":
    case "NotWhole":
      return badRequest(error.message, "body")
    case "LostCursor":
      return badRequest(error.message, "after")
    case "NotForBatch":
      return badRequest(error.message, error.named === undefined ? undefined : "account")
    case "BadBatch":
      return badRequest(error.message, error.field)
    case "ModeNotNamed":
      return badRequest(
        `${error.message}: set mode to execute (one order per row) or accumulate (into the positions)`,
        "mode"
      )
    case "TemplateNameRefused":
      return badRequest(error.message, "name")
    case "UnknownJobType":
      return badRequest(error.message, "type")
    case "BadJob":
      return badRequest(error.message, error.place)
    case "NoBatch":
    case "NoJob":
    case "NoTemplate":
      return notFound(error.message)
    case "BatchStands":
    case "JobStands":
      return conflict(error.message)
    case "AlreadyCommitted":
      return fault(error.message)
    case "UsageError":
      return badRequest(error.message, error.field)
    case "CommandRefused":
      return error.code === undefined ? conflict(error.message) : Problem.failures.booksMoved(error.message)
    case "OutOfOrder":
      return Problem.failures.outOfOrder(error.message, error.cursor ?? null)
    case "StaleRecord":
    case "BatchChanged":
      return stale(error.message, "If-Match")
    case "UnsoundDecision":
    case "UnsupportedOrder":
      return badRequest(error.message)
    case "UnknownDecision":
      return notFound(error.message)
    case "UnknownAccount":
      return notFound(error.message, "account")
    case "UnsoundTrade":
      return badRequest(error.message, error.field)
    default:
      return lookProblem(error)
  }
}

/** Work of a kind that the program which serves does not do: its caller named no kind, and can change nothing about it. */
export const undone = ({ type }: Jobs.UnknownJobType): Problem.Failure<"Conflict"> =>
  conflict(
    `job type '${type}' is not run here: the program that serves this API does not include it (Settings.jobTypes)`
  )

/** The failures of a view as problems. */
export const looked = <A, R>(view: Effect.Effect<A, LookFailure, R>): Effect.Effect<A, LookProblem, R> =>
  Effect.mapError(view, lookProblem)

/** The failures of an act as problems. */
export const acted = <A, R>(act: Effect.Effect<A, ActFailure | ActProblem, R>): Effect.Effect<A, ActProblem, R> =>
  Effect.mapError(act, actProblem)
