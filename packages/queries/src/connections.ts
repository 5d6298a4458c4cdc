import type { Documents } from "@roundlot/api"
import { Account, type Broker, Clock, Instant, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { Effect } from "effect"

/** How an account's connection to its broker stands. */
export type ConnectionDocument = Documents.ConnectionDocument

const timeOf = (at: Instant.Instant | undefined): string | null => (at === undefined ? null : Instant.format(at))

const sessionOf = (login: Health.PartHealth | undefined): ConnectionDocument["session"] => {
  if (login === undefined) return null
  if (login.isWell) return "valid"
  return login.until === undefined ? "needs_login" : "ends_soon"
}

const stateOf = (
  parts: ReadonlyArray<Health.PartHealth>,
  session: ConnectionDocument["session"]
): ConnectionDocument["state"] => {
  if (session === "needs_login") return "down"
  const read = parts.filter(({ part }) => !part.startsWith("login "))
  if (read.length === 0) return "unknown"
  return read.every(({ isWell }) => isWell) ? "up" : "down"
}

const usageOf = (usage: Broker.RequestUsage | undefined): Pick<ConnectionDocument, "endpoints" | "requests"> => {
  if (usage === undefined) return { requests: null, endpoints: [] }
  const { answerMs = null, endpoints, slowestMs = null, ...limits } = usage
  return {
    requests: { ...limits, answerMs, slowestMs },
    endpoints: endpoints.map(({ p50Ms = null, p99Ms = null, ...each }) => ({ ...each, p50Ms, p99Ms }))
  }
}

const documentOf = (
  { broker, environment, name }: Account.Account,
  health: ReadonlyArray<Health.PartHealth>,
  usage: Broker.RequestUsage | undefined,
  now: Instant.Instant
): ConnectionDocument => {
  const names = Health.partsOf(name)
  const named = new Set(Object.values(names))
  const parts = health.filter(({ part }) => named.has(part))
  const one = (part: string) => parts.find((each) => each.part === part)
  const login = one(names.login)
  const stream = one(names.stream)
  const polledAt = one(names.poll)?.lastSuccessAt
  const session = sessionOf(login)
  const read = parts.filter((each) => each !== login).flatMap(({ lastSuccessAt }) => lastSuccessAt ?? [])
  return {
    name,
    broker,
    environment,
    state: stateOf(parts, session),
    session,
    sessionEndsAt: timeOf(login?.until),
    stream: stream === undefined ? null : stream.isWell ? "up" : "down",
    pollerLagSeconds: polledAt === undefined ? null : Instant.millisBetween(polledAt, now) / 1000,
    ...usageOf(usage),
    lastSuccessAt: timeOf(
      read.reduce<Instant.Instant | undefined>((a, b) => (a === undefined || a < b ? b : a), undefined)
    ),
    problems: parts.flatMap(({ detail, isWell }) => (isWell ? [] : [detail]))
  }
}

/** How the connection of every account stands, as this process sees it. */
export const list: Effect.Effect<
  ReadonlyArray<ConnectionDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Health.Health | Clock.Clock
> = Effect.gen(function* () {
  const accounts = yield* Reads.all(Account.AccountTable)
  const { all, requestsOf } = yield* Health.Health
  const health = yield* all
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  return yield* Effect.forEach(accounts, (account) =>
    Effect.map(requestsOf(account.name), (usage) => documentOf(account, health, usage, now))
  )
})
