import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { TradeRepository } from "@roundlot/core/adapter"
import { codeWords, TradingState, Unattended, verdict } from "@roundlot/core/ledger"
import { overview as overviews, text } from "@roundlot/queries"
import { Effect, Option } from "effect"
import type { Served } from "../Program.ts"
import { type Daemon, healthOf } from "../servingDaemon.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

interface Seen extends Pick<
  Documents.OverviewDocument,
  "accounts" | "cases" | "controls" | "critical" | "overall" | "restricted" | "trading"
> {
  /** The accounts that a process drives now. */
  readonly driven: ReadonlyArray<string>
  readonly waiting: Unattended.Unattended
  readonly daemon: Daemon | null
}

const scopesText = ({ controls }: Pick<Seen, "controls">): string =>
  controls
    .filter(({ state }) => state !== "normal")
    .map(
      ({ account, state, symbol }) =>
        `${[account, symbol].filter((each) => each !== null).join("/") || "everything"} is ${TradingState.wordsOfState(state)}`
    )
    .join(", ")

const words: { readonly [S in Seen["overall"]]: (seen: Seen) => string } = {
  empty: (seen) => `${verdict.verdictText(seen)}: 'roundlot accounts add' makes one`,
  well: verdict.verdictText,
  cases: (seen) => `${verdict.verdictText(seen)}: 'roundlot cases list'`,
  restricted: (seen) => {
    const cases = seen.cases === 0 ? "" : `, with ${text.counted(seen.cases, "case")} open`
    return `${scopesText(seen)}${cases}: 'roundlot controls show'`
  },
  unattended: ({ daemon, driven, waiting }) => {
    if (waiting.accounts.length > 0)
      return `Pending work for ${waiting.accounts.join(", ")}, but no daemon runs it: 'roundlot start'`
    if (waiting.jobs) return "Jobs are due, but no daemon runs them: 'roundlot start'"
    const whose = driven.length === 0 ? "" : ` for ${driven.join(", ")}`
    return `The daemon at ${daemon?.url} does not answer${whose}: 'roundlot doctor'`
  },
  critical: (seen) => {
    const { dollars } = seen.trading
    const atRisk = dollars === null ? "an unknown amount" : dollarsText(dollars)
    const scopes = seen.restricted === 0 ? "" : ` (${scopesText(seen)})`
    return `${verdict.verdictText(seen)}${scopes}, ${atRisk} at risk: 'roundlot cases list'`
  }
}

/** What else there is where no daemon works: what trading is kept from, and what is open. */
const besideUnattended = (seen: Seen): ReadonlyArray<string> => {
  if (seen.overall !== "unattended") return []
  const scopes = scopesText(seen)
  return [
    ...(scopes === "" ? [] : [`Trading is restricted: ${scopes}: 'roundlot controls show'.`]),
    ...(seen.cases === 0 ? [] : [`${text.counted(seen.cases, "case")} open: 'roundlot cases list'.`])
  ]
}

/** The leases of the accounts that a process drives now. */
const driving = Effect.gen(function* () {
  const { leases } = yield* TradeRepository.TradeRepository
  return (yield* leases.held).filter(({ isLive }) => isLive)
})

type Driving = Effect.Effect.Success<typeof driving>

/** A daemon that was killed leaves the word of where it served; once another process drives, that says nothing any more. */
const isLeftBehind = ({ host, pid }: Served, live: Driving): boolean =>
  live.length > 0 && live.every((lease) => lease.host !== host || lease.pid !== pid)

/** The accounts that are traded; whether a daemon that does not answer trades is not known. */
const drivenText = (accounts: ReadonlyArray<string>, daemon: Daemon | null): string => {
  if (accounts.length === 0) return "No account is trading: no daemon runs one."
  const known = daemon?.answers === false ? "Not known to trade" : "Trading accounts"
  return `${known}: ${accounts.join(", ")}.`
}

/** Whether the verdict itself is that the daemon does not answer. */
const isOfDaemon = ({ overall, waiting }: Pick<Seen, "overall" | "waiting">): boolean =>
  overall === "unattended" && waiting.accounts.length === 0 && !waiting.jobs

const daemonText = (daemon: Daemon | null): string => {
  if (daemon === null) return "No daemon serves this store."
  if (!daemon.answers) return `The daemon at ${daemon.url} does not answer: 'roundlot doctor' says more.`
  const failing =
    daemon.failing.length === 0
      ? ""
      : `; failing: ${daemon.failing.map(({ part }) => codeWords.serviceWords(part)).join(", ")}`
  return `The daemon at ${daemon.url} answers${failing}.`
}

const daemonDocument = (daemon: Daemon | null) =>
  daemon === null ? null : { ...daemon, failing: daemon.failing.map(({ part }) => part) }

const accountText = ({ broker, environment, name, openOrders, owing, positions }: Seen["accounts"][number]): string =>
  `${name} (${broker} broker, ${environment === "paper" ? "paper" : "real money"}): ${text.counted(positions, "position")}, ${owing} with a residual, ${text.counted(openOrders, "open order")}`

/** `status`. */
export const status = Verb.make({
  name: "status",
  summary: "show the overall state and open items; exit code 3 where there are any",
  examples: [["roundlot status --store sqlite:books.db", "the same status as the dashboard's overview"]],
  flags: flags.place,
  run: (where) =>
    reading(where, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const live = yield* driving
        const drives: ReadonlyArray<string> = live.map(({ account }) => account)
        const served = Option.getOrNull(yield* settings.served)
        const answer = served === null ? null : yield* healthOf(served)
        const daemon = served !== null && answer?.answers === false && isLeftBehind(served, live) ? null : answer
        const waiting = yield* Unattended.read((account) => drives.includes(account))
        const seen = yield* overviews.overviewWhere({
          failing: daemon?.failing ?? [],
          answers: daemon?.answers !== false,
          waiting
        })
        const { accounts, at, cases, controls, critical, overall, restricted, trading } = seen
        if (overall !== "well") yield* output.look
        const found = {
          overall,
          cases,
          critical,
          restricted,
          trading,
          controls,
          driven: drives,
          waiting,
          daemon,
          accounts
        }
        const lines = [
          `${words[overall](found)}.`,
          ...besideUnattended(found),
          drivenText(drives, daemon),
          ...(isOfDaemon(found) ? [] : [daemonText(daemon)]),
          ...accounts.map(accountText)
        ]
        const document = { ...found, daemon: daemonDocument(daemon), at, store: settings.books.shown }
        yield* output.answer(document, lines.join("\n"))
      })
    )
})
