import { Effect, Ref, Schema } from "effect"
import { format } from "../identity/Id.ts"
import { JobTable } from "../job/Job.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { PositionTable } from "../position/Position.ts"
import { BreakTable } from "../reconciliation/Break.ts"
import { casesOf, type Case } from "../reconciliation/cases.ts"
import { severityOf } from "../reconciliation/severity.ts"
import * as Instant from "../time/Instant.ts"
import { Health, TRADING, type PartHealth } from "./Health.ts"
import { Jobs, jobType, type EnqueueError } from "./Jobs.ts"
import * as Reads from "./Reads.ts"
import { stakesOf, type Stakes } from "./Risk.ts"

/** What an alert can be about. */
export const alertKinds = ["break", "circuit", "health"] as const

/** What somebody is told: that something needs a look, and once more when it does not any longer. */
export const Alert = Schema.Struct({
  status: Schema.Literal("raised", "over"),
  /** The same for both tellings of one cause. */
  key: Schema.String,
  kind: Schema.Literal(...alertKinds),
  account: Schema.NullOr(Schema.String),
  symbol: Schema.NullOr(Schema.String),
  /** What it is about: the kind of a break with its subject, or with the number of breaks of one cause; the part of the program that fails. */
  subject: Schema.String,
  detail: Schema.String,
  /** When it was noticed. */
  at: Schema.String
})

/** What somebody is told. */
export type Alert = typeof Alert.Type

const TRIES = 10

/** The job that delivers an alert; whoever delivers gives it a handler. */
export const alertType = jobType({ name: "alert", payload: Alert, mostTries: TRIES })

type Cause = Omit<Alert, "status" | "at">

/** The alerts that were raised and are not over, by their keys; lives as long as the program. */
export type Raised = Ref.Ref<ReadonlyMap<string, Cause> | undefined>

/** Nothing was looked at yet: what an earlier program raised is read when it is. */
export const makeRaised: Effect.Effect<Raised> = Ref.make<ReadonlyMap<string, Cause> | undefined>(undefined)

/**
 * Looks at what needs a person now and keeps a job for each alert that is new, and for each that is over: one pass. Each is told once,
 * however often programs start, because a job is known by its key.
 */
export const alertOnce = (
  raised: Raised
): Effect.Effect<void, EnqueueError | StoreError, Clock | Health | Jobs | Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const before = (yield* Ref.get(raised)) ?? (yield* stillRaised)
    const now = new Map((yield* causes(before)).map((cause) => [cause.key, cause]))
    for (const [key, cause] of now) if (!before.has(key)) yield* tell("raised", cause)
    for (const [key, cause] of before) if (!now.has(key)) yield* tell("over", cause)
    yield* Ref.set(raised, now)
  })

const tell = (status: Alert["status"], cause: Cause) =>
  Effect.gen(function* () {
    const jobs = yield* Jobs
    const at = Instant.format(yield* Effect.flatMap(Clock, (clock) => clock.now))
    const known = yield* jobs
      .enqueue({ type: alertType.name, key: `${status}/${cause.key}`, payload: { status, ...cause, at } })
      .pipe(
        Effect.as(true),
        // The same alert was kept before, by this program or by another; its time differs.
        Effect.catchTag("JobKeyTaken", () => Effect.succeed(false))
      )
    return known
  })

const decodeAlert = Schema.decodeUnknownOption(Alert)

/** What programs before this one have raised and not called over. */
const stillRaised = Effect.map(
  Reads.all(JobTable, { where: [{ column: "type", in: [alertType.name] }] }),
  (jobs): ReadonlyMap<string, Cause> => {
    const told = jobs.flatMap(({ payload }) => {
      const alert = decodeAlert(payload)
      return alert._tag === "Some" ? [alert.value] : []
    })
    const over = new Set(told.filter(({ status }) => status === "over").map(({ key }) => key))
    return new Map(
      told
        .filter(({ key, status }) => status === "raised" && !over.has(key))
        .map(({ at: _at, status: _status, ...cause }) => [cause.key, cause])
    )
  }
)

/** All that needs a person now: open breaks, open circuits, and parts of the program that fail. */
const causes = Effect.fn("Alerts.causes")(function* (before: ReadonlyMap<string, Cause>) {
  const breaks = yield* Reads.all(BreakTable, { where: [{ column: "closedAt", in: [null] }] })
  const stakes = yield* stakesOf(breaks)
  const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  const circuits = yield* Reads.all(PositionTable, { where: [{ column: "circuitUntil", atLeast: Number(now) }] })
  const wall = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const parts = yield* Effect.flatMap(Health, (health) => health.all)
  const failing = [...before.values()].filter(({ kind }) => kind === "health")
  const isNews = ({ part }: PartHealth) => !failing.some(({ subject }) => subject === part)
  return [
    ...casesOf(breaks, now).flatMap((found) => causesOf(found, { before, now, stakes })),
    ...circuits.map(({ account, circuitUntil = now, symbol }): Cause => ({
      key: keyOf("circuit", account, symbol, String(circuitUntil)),
      kind: "circuit",
      account,
      symbol,
      subject: "circuit",
      detail: `several orders in a row ended short; nothing is ordered until ${Instant.format(circuitUntil)}`
    })),
    // What failed before this program began fails until it has gone well here: that it was not heard of yet says nothing.
    ...failing.filter(({ subject }) => !parts.some(({ isWell, part }) => part === subject && isWell)),
    ...parts
      // What trading is kept from is alerted case by case.
      .filter((part) => part.part !== TRADING && part.isAlert && isNews(part))
      .map(({ detail, part }): Cause => ({
        key: keyOf("health", part, String(wall)),
        kind: "health",
        account: null,
        symbol: null,
        subject: part,
        detail
      }))
  ]
})

/** What was raised before, what stands behind breaks, and when it is looked at. */
interface Around {
  readonly before: ReadonlyMap<string, Cause>
  readonly now: Instant.Instant
  readonly stakes: Stakes
}

/** A case is raised once, and once more when a break of it has been open for too long (P11). */
const causesOf = (found: Case, { before, now, stakes }: Around): ReadonlyArray<Cause> => {
  const cause = causeOf(found, before)
  const isEscalated = found.breaks.some((each) => severityOf(each, stakes(each), now) === "escalated")
  return isEscalated ? [cause, escalated(cause, found)] : [cause]
}

const causeOf = (found: Case, before: ReadonlyMap<string, Cause>): Cause => {
  const { account, breaks, first, kind, symbol } = found
  const { evidence, holds, subject } = breaks.find((each) => each.holds !== "nothing") ?? first
  return {
    key: caseKeyOf(found, before),
    kind: "break",
    account,
    symbol: symbol ?? null,
    subject: breaks.length === 1 ? `${kind} ${subject}` : `${kind} (${breaks.length} breaks)`,
    detail: holds === "nothing" ? evidence : `${evidence}; nothing is sent for the ${holds} meanwhile`
  }
}

/** A case that was raised keeps its key while any of its breaks is open; the next one of its cause gets a new one. */
const caseKeyOf = ({ account, first, kind, symbol }: Case, before: ReadonlyMap<string, Cause>): string => {
  const stem = keyOf("case", account, symbol ?? "", kind)
  const raised = [...before.keys()].find((key) => stemOf(key) === stem)
  return raised ?? `${stem}/${format("break", first.id)}`
}

/** All but the last part of a key. */
const stemOf = (key: string): string => key.slice(0, key.lastIndexOf("/"))

/** P11: who has not been heard the first time is told again, once, what is open for too long. */
const escalated = (cause: Cause, { first }: Case): Cause => {
  const detail = `open since ${Instant.format(first.openedAt)}, and nobody has resolved it: ${cause.detail}`
  return { ...cause, key: `${cause.key}/escalated`, detail }
}

const MOST_KEY = 160

/** A part of a key has no spaces, so that jobs take it. */
const keyOf = (...parts: ReadonlyArray<string>): string =>
  parts
    .join("/")
    .replaceAll(/[^A-Za-z0-9._:/@+-]/g, "_")
    .slice(0, MOST_KEY)
