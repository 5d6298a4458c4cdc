import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Client, type Documents } from "@roundlot/api"
import { TradeRepository } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { overview as overviews } from "@roundlot/queries"
import { Effect, Option } from "effect"
import type { Served } from "../Program.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

/** The daemon that said last that it serves the store: whether it answers, and which of its parts fail. */
interface Daemon {
  readonly url: string
  readonly answers: boolean
  readonly failing: ReadonlyArray<string>
}

const LONGEST_ANSWER = "2 seconds"

const asked = ({ url }: Served): Effect.Effect<Daemon> =>
  Effect.gen(function* () {
    const client = yield* Client.make({ baseUrl: url })
    const { parts } = yield* client.health()
    const failing = parts.filter(({ ok, part }) => !ok && part !== Health.TRADING).map(({ part }) => part)
    return { url, answers: true, failing }
  }).pipe(
    Effect.timeout(LONGEST_ANSWER),
    Effect.orElseSucceed(() => ({ url, answers: false, failing: [] })),
    Effect.provide(FetchHttpClient.layer)
  )

interface Seen extends Pick<Documents.OverviewDocument, "accounts" | "cases" | "controls" | "overall" | "trading"> {
  /** The accounts that a process drives now. */
  readonly driven: ReadonlyArray<string>
  readonly daemon: Daemon | null
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`

const words: { readonly [S in Seen["overall"]]: (seen: Seen) => string } = {
  empty: () => "Nothing is set up yet: 'roundlot accounts add' makes an account",
  well: () => "Healthy",
  cases: ({ cases }) => `Trading, with ${counted(cases, "case")} open: 'roundlot cases list'`,
  restricted: ({ cases, controls }) => {
    const scopes = controls
      .filter(({ state }) => state !== "normal")
      .map(
        ({ account, state, symbol }) =>
          `${[account, symbol].filter((each) => each !== null).join("/") || "everything"} is ${state}`
      )
    return `${scopes.join(", ")}${cases === 0 ? "" : `, with ${counted(cases, "case")} open`}: 'roundlot controls show'`
  },
  unattended: ({ accounts, daemon, driven }) => {
    const idle = accounts.filter(({ name, openOrders }) => openOrders > 0 && !driven.includes(name))
    const names = (idle.length > 0 ? idle.map(({ name }) => name) : driven).join(", ")
    if (idle.length > 0) return `No process works on the open orders of ${names}: 'roundlot start'`
    const whose = names === "" ? "" : ` for ${names}`
    return `The daemon at ${daemon?.url} does not answer${whose}: 'roundlot doctor'`
  },
  critical: ({ cases, trading: { critical, dollars } }) => {
    const atRisk = dollars === null ? "an unknown amount" : `$${dollars}`
    return `${counted(critical, "critical case")} of ${cases} open, ${atRisk} at risk: 'roundlot cases list'`
  }
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

const drivenText = (accounts: ReadonlyArray<string>): string =>
  accounts.length === 0 ? "No process drives an account now." : `Driven now: ${accounts.join(", ")}.`

const daemonText = (daemon: Daemon | null): string => {
  if (daemon === null) return "No daemon serves this store."
  if (!daemon.answers) return `The daemon at ${daemon.url} does not answer: 'roundlot doctor' says more.`
  const failing = daemon.failing.length === 0 ? "" : `; failing: ${daemon.failing.join(", ")}`
  return `The daemon at ${daemon.url} answers${failing}.`
}

const accountText = ({ broker, environment, name, openOrders, owing, positions }: Seen["accounts"][number]): string =>
  `${name} at ${broker} (${environment}): ${counted(positions, "position")}, ${owing} of them owing, ${counted(openOrders, "open order")}`

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
        const answer = served === null ? null : yield* asked(served)
        const daemon = served !== null && answer?.answers === false && isLeftBehind(served, live) ? null : answer
        const seen = yield* overviews.overviewWhere({
          failing: daemon?.failing ?? [],
          answers: daemon?.answers !== false,
          drives: (account) => drives.includes(account)
        })
        const { accounts, at, cases, controls, overall, trading } = seen
        if (overall !== "well") yield* output.look
        const found = { overall, cases, trading, controls, driven: drives, daemon, accounts }
        const lines = [
          `${words[overall](found)}.`,
          drivenText(drives),
          daemonText(daemon),
          ...accounts.map(accountText)
        ]
        yield* output.answer({ ...found, at, store: settings.books.shown }, lines.join("\n"))
      })
    )
})
