import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import { settle } from "../Program.ts"
import { askDaemon } from "../servingDaemon.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"

type Connection = Documents.ConnectionDocument

const loginText = ({ session, sessionEndsAt }: Connection): ReadonlyArray<string> => {
  if (session === null) return []
  if (session === "needs_login") return ["login required"]
  return [sessionEndsAt === null ? "logged in" : `login expires at ${sessionEndsAt}`]
}

const limitsText = ({ requests }: Connection): ReadonlyArray<string> =>
  (requests?.limits ?? []).map(({ left, limit, name }) => `${name}: ${left} of ${limit} requests a minute left`)

const ms = (time: number | null): string => (time === null ? "no answer" : `${time} ms`)

const endpointText = ({ endpoint, errors, p50Ms, p99Ms, requests }: Connection["endpoints"][number]): string =>
  `  ${endpoint}: p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, ${errors} of ${requests} failed`

const linesOf = (connection: Connection): ReadonlyArray<string> => {
  const { broker, endpoints, environment, name, problems, state } = connection
  const facts = [state, ...loginText(connection), ...limitsText(connection), ...problems]
  return [`${name} at ${broker} (${environment}): ${facts.join("; ")}`, ...endpoints.map(endpointText)]
}

/** `connections`. */
export const connections = Verb.make({
  name: "connections",
  summary: "show each account's connection to its broker: login, limits, latency and errors of the last 15 minutes",
  examples: [["roundlot connections", "of the daemon that serves this store, on this machine"]],
  flags: flags.place,
  run: (where) =>
    Effect.gen(function* () {
      const output = yield* Output
      const { items } = yield* askDaemon(yield* settle(where), {
        what: "no connection is shown",
        ask: (api) => api.overview.connections()
      })
      if (items.some(({ state }) => state === "down")) yield* output.look
      yield* output.answer({ items }, items.length === 0 ? "No accounts yet." : items.flatMap(linesOf).join("\n"))
    })
})
