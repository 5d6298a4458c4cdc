import { Effect, Ref, Schema } from "effect"
import { format, parse } from "../values/Id.ts"
import { JobTable, type Job } from "../records/Job.ts"
import { Ledger } from "../ledger/Ledger.ts"
import * as Decimal from "../values/Decimal.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { Alert, keyOf, type Cause, type News } from "../records/Alert.ts"
import type { Approval } from "../records/Approval.ts"
import { acknowledgementOf, type AttendedCase } from "../records/AttendedCase.ts"
import { BreakTable, evidenceOf, type Break } from "../records/Break.ts"
import { breakName, headOf } from "../records/codeWords.ts"
import { isProposed, type Order, type ProposedOrder } from "../records/Order.ts"
import { partsOf, raisedByCase, risen, stemOf } from "./alertKeys.ts"
import { digestOf } from "../rules/alert/digest.ts"
import { gravestFirst } from "../rules/alert/gravity.ts"
import { failureText, termsText } from "../rules/order/directOrder.ts"
import { casesOf, hasSettled, isOfAge, type Case } from "../rules/reconciliation/cases.ts"
import { recommendedFor } from "../rules/reconciliation/recommended.ts"
import { isGraver, isUrgent, severityOf, type Severity } from "../rules/reconciliation/severity.ts"
import { dollarsAtRisk, together, type Stake } from "../rules/reconciliation/Stake.ts"
import { gravestBreakOf, gravestIn, gravestOf, newestAsGrave } from "../rules/reconciliation/trading.ts"
import * as Instant from "../values/Instant.ts"
import { attendedIn } from "./AttendedCases.ts"
import { Health, severityOf as severityOfPart, TRADING, type PartHealth } from "./Health.ts"
import { Jobs, jobType, type EnqueueError } from "./Jobs.ts"
import * as OpenCases from "./OpenCases.ts"
import * as Reads from "./Reads.ts"
import { stakesOf, type Stakes } from "./Risk.ts"
import * as Verdicts from "./Verdicts.ts"

export { Alert, alertKinds } from "../records/Alert.ts"

const TRIES = 10

/** The type of the jobs that send an alert by one of several channels. */
export const NOTICE = "notice"

/** The job that delivers an alert; whoever delivers gives it a handler. */
export const alertType = jobType({ name: "alert", payload: Alert, mostTries: TRIES })

/** What the looks of a program remember. */
interface Memory {
  /** The alerts that were raised and are not over, by their keys; before the first look, which reads what earlier programs raised, nothing. */
  readonly raised: ReadonlyMap<string, Cause> | undefined
  /** When alerts were kept one by one in the last minute. */
  readonly recent: ReadonlyArray<Instant.Instant>
  /** What is more than that waits for a digest, and since when. */
  readonly waiting: ReadonlyArray<News>
  readonly waitingSince: Instant.Instant | undefined
}

/** What the looks of a program remember, and what needs a person as far as it was read; lives as long as it. */
export interface Raised {
  readonly memory: Ref.Ref<Memory>
  readonly books: typeof Verdicts.read
}

/** Nothing was looked at yet. */
export const makeRaised: Effect.Effect<Raised> = Effect.all({
  memory: Ref.make<Memory>({ raised: undefined, recent: [], waiting: [], waitingSince: undefined }),
  books: Verdicts.makeRead
})

/**
 * Looks at what needs a person now and keeps a job for each alert that is new, and for each that is over: one pass. Each is kept once,
 * however often programs start, because a job is known by its key. What is more than ten a minute comes as one digest a minute.
 */
export const alertOnce = ({
  memory: remembered,
  books
}: Raised): Effect.Effect<void, EnqueueError | StoreError, Clock | Health | Jobs | Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const memory = yield* Ref.get(remembered)
    const before = memory.raised ?? (yield* stillRaised)
    const stood = yield* books
    const now = new Map((yield* causes(before, stood.open)).map((cause) => [cause.key, cause]))
    const at = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const { digest, single, ...rest } = paced(memory, newsOf(before, now), at)
    const letters = digest.length === 0 ? single : [...single, digestOf(digest, String(at))]
    if (letters.length > 0) {
      const verdict = yield* Verdicts.of(stood)
      for (const each of letters) yield* keep({ ...each, at: Instant.format(at), verdict })
    }
    yield* Ref.set(remembered, { raised: now, ...rest })
  })

const newsOf = (before: ReadonlyMap<string, Cause>, now: ReadonlyMap<string, Cause>): ReadonlyArray<News> => [
  ...[...now].flatMap(([key, cause]) => (before.has(key) ? [] : [{ ...cause, status: "raised" } as const])),
  ...[...before].flatMap(([key, cause]) => (now.has(key) ? [] : [{ ...cause, status: "over" } as const]))
]

/** So many alerts are kept one by one in a minute. */
const MOST_A_MINUTE = 10
const MINUTE_MS = 60_000

/** What is kept now, one by one and as a digest, and what waits for the next one. The gravest do not wait. Pure. */
const paced = ({ recent, waiting, waitingSince }: Memory, news: ReadonlyArray<News>, at: Instant.Instant) => {
  // A clock that was set back says nothing of how long ago that was: nothing waits for hours because of it.
  const fresh = recent.filter((each) => !hasSettled(each, at, MINUTE_MS))
  const room = waiting.length > 0 ? 0 : Math.max(0, MOST_A_MINUTE - fresh.length)
  const sorted = gravestFirst(news)
  const single = sorted.slice(0, room)
  const waits = unsettled([...waiting, ...sorted.slice(room)])
  const since = waits.length === 0 ? undefined : (waitingSince ?? at)
  const isDue = since !== undefined && hasSettled(since, at, MINUTE_MS)
  return {
    single,
    digest: isDue ? waits : [],
    recent: [...fresh, ...single.map(() => at)],
    waiting: isDue ? [] : waits,
    waitingSince: isDue ? undefined : since
  }
}

/** Nobody is alerted of what began and ended while it waited. */
const unsettled = (waiting: ReadonlyArray<News>): ReadonlyArray<News> => {
  const keysOf = (wanted: Alert["status"]) =>
    new Set(waiting.flatMap(({ key, status }) => (status === wanted ? [key] : [])))
  const [began, ended] = [keysOf("raised"), keysOf("over")]
  return waiting.filter(({ key }) => !(began.has(key) && ended.has(key)))
}

const keep = (alert: Alert) =>
  Effect.flatMap(Jobs, (jobs) =>
    jobs
      .enqueue({ type: alertType.name, key: `${alert.status}/${alert.key}`, payload: alert })
      // The same alert was kept before, by this program or by another; its time differs.
      .pipe(Effect.catchTag("JobKeyTaken", () => Effect.void))
  )

const decodeAlert = Schema.decodeUnknownOption(Alert)

const causeIn = ({ account, caseId, detail, dollars, key, kind, severity: how, subject, symbol }: Cause): Cause => ({
  key,
  kind,
  account,
  symbol,
  subject,
  caseId,
  detail,
  severity: how,
  dollars
})

/** What programs before this one have raised and not called over. */
const stillRaised = Effect.map(
  Reads.all(JobTable, { where: [{ column: "type", in: [alertType.name] }] }),
  (jobs): ReadonlyMap<string, Cause> => {
    const told = jobs.flatMap(({ payload }) => {
      const alert = decodeAlert(payload)
      return alert._tag === "Some" ? (alert.value.of ?? [alert.value]) : []
    })
    const over = new Set(told.filter(({ status }) => status === "over").map(({ key }) => key))
    return new Map(
      told.filter(({ key, status }) => status === "raised" && !over.has(key)).map((each) => [each.key, causeIn(each)])
    )
  }
)

/**
 * All that needs a person now: what is open in the books, and parts of the program that fail. A doubt is alerted of once its break is open;
 * of a batch with failed rows the notice of its end says so.
 */
const causes = Effect.fn("Alerts.causes")(function* (
  before: ReadonlyMap<string, Cause>,
  { breaks, ...open }: OpenCases.OpenCases
) {
  const stakes = yield* stakesOf(breaks)
  const attended = yield* attendedIn(breaks)
  const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  const wall = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const parts = yield* Effect.flatMap(Health, (health) => health.all)
  const failing = [...before.values()].filter(({ kind }) => kind === "health")
  const isNews = ({ part }: PartHealth) => !failing.some(({ subject }) => subject === part)
  const raised = raisedByCase(before)
  // What was raised is over with the last of its breaks, however young that is.
  const cases = casesOf(breaks, now, (found) => raised(found).length > 0)
  return [
    ...cases.flatMap((found) => causesOf(found, { attended, now, raised: raised(found), stakes })),
    ...open.proposed
      .filter((order) => isProposed(order, wall))
      .map((order) => causeOfOrder("approval", order, proposalText(order))),
    ...open.requests.map(causeOfRequest),
    ...open.failedOrders.map((order) => causeOfOrder("failed_order", order, failureText(order))),
    ...causesOfJobs(open.unseenJobs),
    ...causesOfHeld(open),
    // What failed before this program began fails until it has gone well here: that it was not heard of yet says nothing.
    ...failing.filter(({ subject }) => !parts.some(({ isWell, part }) => part === subject && isWell)),
    ...parts
      // What trading is kept from is alerted case by case.
      .filter((part) => part.part !== TRADING && part.isAlert && isNews(part))
      .map((part): Cause => ({
        key: keyOf("health", part.part, String(wall)),
        kind: "health",
        account: null,
        symbol: null,
        subject: part.part,
        caseId: null,
        detail: part.detail,
        severity: severityOfPart(part, wall),
        dollars: null
      }))
  ]
})

const causeOfOrder = (kind: "approval" | "failed_order", order: Order, detail: string): Cause => ({
  key: keyOf(kind, order.account, format("order", order.id)),
  kind,
  account: order.account,
  symbol: order.symbol,
  subject: format("order", order.id),
  caseId: format("order", order.id),
  detail,
  severity: "warning",
  dollars: null
})

const causeOfRequest = ({ account, approveBy, id, preview, requestedBy }: Approval): Cause => ({
  key: keyOf("approval", account, format("approval", id)),
  kind: "approval",
  account,
  symbol: null,
  subject: format("approval", id),
  caseId: format("approval", id),
  detail: `${preview}: requested by ${requestedBy}; another person can approve it until ${Instant.format(approveBy)}`,
  severity: "warning",
  dollars: null
})

const proposalText = (order: ProposedOrder): string =>
  `${termsText(order)}: proposed; not sent unless approved by ${Instant.format(order.approveBy)}`

/** An alert that cannot be delivered raises none: that would not be delivered either. */
const causesOfJobs = (jobs: ReadonlyArray<Job>): ReadonlyArray<Cause> =>
  jobs
    .filter(({ type }) => type !== alertType.name && type !== NOTICE)
    .map((job) => ({
      // Known by its end too: one that is tried again may be given up again.
      key: keyOf("job", job.id, String(OpenCases.endOfJob(job))),
      kind: "job",
      account: null,
      symbol: null,
      subject: job.id,
      caseId: job.id,
      detail: `${job.type} was given up: ${job.failure ?? "no error recorded"}`,
      severity: "warning",
      dollars: null
    }))

/** Of trades that are held there may be very many: one alert for all, and another one an hour where there are more. */
const causesOfHeld = ({
  newestHeldAt,
  quarantined
}: Pick<OpenCases.OpenCases, "newestHeldAt" | "quarantined">): ReadonlyArray<Cause> =>
  newestHeldAt === undefined
    ? []
    : [
        {
          key: keyOf("quarantine", String(Math.floor(Instant.toMillis(newestHeldAt) / HOUR_MS))),
          kind: "quarantine",
          account: null,
          symbol: null,
          subject: "held trades",
          caseId: null,
          detail: `${quarantined} quarantined, not counted: release or dismiss them`,
          severity: "warning",
          dollars: null
        }
      ]

const HOUR_MS = 3_600_000

/** What was raised of a case before, what stands behind its breaks, and when it is looked at. */
interface Around {
  readonly raised: ReadonlyArray<Cause>
  readonly now: Instant.Instant
  readonly stakes: Stakes
  readonly attended: (found: Break) => AttendedCase | undefined
}

/**
 * A case is raised once, and again when it is graver than was said (P11: also by its age), and when a break that is critical came after
 * somebody has acknowledged it; not while it is acknowledged as grave as that. What was raised stays so until the case is over, that it
 * became graver until the break that made it so is closed and it is less grave.
 */
const causesOf = (found: Case, around: Around): ReadonlyArray<Cause> => {
  const { now, raised, stakes } = around
  const current = gravestOf(found.breaks, stakes, now)
  const ids = new Set(found.breaks.map(({ id }) => format("break", id)))
  const kept = raised.filter(({ key, severity }) => {
    const { breakId, isRise } = partsOf(key)
    return !isRise || ids.has(breakId) || !isGraver(severity ?? "critical", current)
  })
  const isNews = found.breaks.some((each) => isOfAge(each, now)) && !isAcknowledged(found, current, around)
  return isNews ? [...kept, ...newsOfCase(found, current, kept, around)] : kept
}

const newsOfCase = (
  found: Case,
  current: Severity,
  kept: ReadonlyArray<Cause>,
  around: Around
): ReadonlyArray<Cause> => {
  const cause = causeOf(found, current, around)
  if (!kept.some(({ key }) => !partsOf(key).isRise)) return [cause]
  const weightOf = (each: Break) => severityOf(each, around.stakes(each), around.now)
  const said = gravestIn(kept.map(({ severity }) => severity ?? "critical"))
  const riser = isGraver(current, said)
    ? found.breaks.find((each) => weightOf(each) === current)
    : unseenOf(found, weightOf, around)
  if (riser === undefined) return []
  const rise = risen(cause, riser, weightOf(riser))
  return kept.some(({ key }) => key === rise.key) ? [] : [rise]
}

/** The first critical break that came after somebody had acknowledged its case; none where nobody has. */
const unseenOf = ({ breaks }: Case, weightOf: (found: Break) => Severity, { attended }: Around): Break | undefined => {
  const seenAt = breaks.flatMap((each) => acknowledgementOf(attended(each), each.openedAt)?.at ?? [])
  if (seenAt.length === 0) return undefined
  const last = seenAt.reduce(Instant.later)
  return breaks.find((each) => each.openedAt > last && isUrgent(weightOf(each)))
}

const owedText = ({ blocks }: Stake): string =>
  blocks.map(({ shares, symbol }) => `${Decimal.format(shares)} ${symbol} due and`).join(" ")

const dollarsText = (stake: Stake): string | null => {
  const dollars = dollarsAtRisk(stake)
  return dollars === undefined ? null : Decimal.format(dollars)
}

/** Has somebody acknowledged what an alert of a break is about, or is it closed? What else is acknowledged is over with that. */
export const isSeenTo = (alert: Alert): Effect.Effect<boolean, StoreError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const id = alert.kind !== "break" || alert.caseId === null ? undefined : parse("break", alert.caseId)
    if (id === undefined) return false
    const about = yield* Reads.first(BreakTable, { where: [{ column: "id", in: [id] }] })
    if (about === undefined) return false
    const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    const found = yield* OpenCases.caseOf(about, now, () => true)
    if (found === undefined) return true
    const [stakes, attended] = [yield* stakesOf(found.breaks), yield* attendedIn(found.breaks)]
    return isAcknowledged(found, alert.severity ?? "info", { attended, now, stakes })
  })

/** Has somebody acknowledged the case as grave as it is now, or graver, since its gravest breaks are open? */
const isAcknowledged = (
  { breaks }: Case,
  current: Severity,
  { attended, now, stakes }: Omit<Around, "raised">
): boolean => {
  const since = newestAsGrave(breaks, stakes, now)
  return breaks.some((each) => {
    const seen = acknowledgementOf(attended(each), Instant.later(each.openedAt, since))
    return seen !== undefined && !isGraver(current, seen.severity)
  })
}

const causeOf = (found: Case, current: Severity, { now, stakes }: Around): Cause => {
  const { account, breaks, first, kind, symbol } = found
  const about = gravestBreakOf(breaks, stakes, now)
  return {
    key: `${stemOf(found)}/${format("break", first.id)}`,
    kind: "break",
    account,
    symbol: symbol ?? null,
    caseId: format("break", first.id),
    subject: breaks.length === 1 ? breakName(about) : `${headOf(kind)} (${breaks.length} breaks)`,
    detail: detailOf(about, stakes(about)),
    severity: current,
    dollars: dollarsText(together(breaks.map(stakes)))
  }
}

/** What was seen and what it holds; of a position that is blocked what it owes and what to do. */
const detailOf = (found: Break, stake: Stake): string => {
  const { holds, kind } = found
  const evidence = evidenceOf(found)
  if (kind === "PositionBlocked")
    return `${owedText(stake)} not ordered; ${evidence}. ${recommendedFor(found, stake).reason}`
  return holds === "nothing" ? evidence : `${evidence}. No orders are sent for the ${holds} until it closes`
}
