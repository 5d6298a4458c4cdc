import { ParseResult } from "effect"
import { nearest } from "@roundlot/api/text"
import { followedKeys } from "./sources/sourceWays.ts"
import { SettingsError } from "./SettingsError.ts"

/** Where a key may stand: `now` is read, `later` is known to the design and not to this version, `module` needs a program. */
type Keys = "now" | "later" | "module" | { readonly [key: string]: Keys } | { readonly "*": Keys }

/** The keys that a file may have. */
export const keys: Keys = {
  $schema: "now",
  store: "now",
  port: "now",
  oidc: {
    issuer: "now",
    clientId: "now",
    clientSecretFile: "now",
    name: "now",
    scopes: "now",
    groupsClaim: "now",
    roles: { "*": { role: "now", accounts: "now" } }
  },
  listen: { host: "now", tlsCert: "now", tlsKey: "now", trustedProxies: "now", allowHosts: "now" },
  orderPollingInterval: "now",
  orderPollingMaxJitter: "now",
  alerts: {
    webhook: "now",
    channels: {
      "*": {
        kind: "now",
        url: "now",
        chat: "now",
        from: "now",
        to: "now",
        accounts: "now",
        atLeast: "now",
        after: "now",
        quiet: "now",
        zone: "now"
      }
    },
    heartbeat: { url: "now", every: "now" },
    send: "module"
  },
  webhooks: { "*": { url: "now", account: "now", tags: "now" } },
  batches: { archiveAfter: "now" },
  anchors: { file: "now", every: "now", key: "now" },
  apps: "module",
  brokers: "module",
  prices: "module",
  accounts: {
    "*": {
      broker: "now",
      environment: "now",
      live: "now",
      direction: "now",
      lot: "now",
      threshold: "now",
      thresholdNotional: "now",
      shorting: "now",
      external: "now",
      cancelOnFlip: "now",
      crossing: "now",
      resendWindow: "now",
      notPlacedAfter: "later",
      maxTradeAge: "now",
      order: { limitOffsetBp: "now", lifeSeconds: "now", session: "now", timeInForce: "now" },
      band: "now",
      restricted: "now",
      instruments: "later",
      listing: "now",
      limits: {
        orderQuantity: "now",
        orderNotional: "now",
        openResidual: "now",
        dailyNotional: "now",
        ordersPerMinute: "now",
        collarBp: "now"
      }
    }
  },
  sources: {
    "*": {
      account: "now",
      direction: "now",
      suffixes: "now",
      symbols: "now",
      order: { session: "now", timeInForce: "now" },
      webhook: "now",
      ...followedKeys,
      alarmAfter: "now",
      follow: "module",
      kind: "later"
    }
  }
}

/** Has it keys? */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What is wrong with a file, where, and what to do about it. */
export const fail = (file: string, place: string, problem: string, remedy: string): SettingsError =>
  new SettingsError({ place: place === "" ? file : `${file}, ${place}`, problem, remedy })

const at = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/** The first key that may not stand where it stands. */
export const keyFault = (file: string, value: unknown, known: Keys, path: string): SettingsError | undefined => {
  if (known === "later") return fail(file, path, "is not supported in this version", "Leave it out")
  if (known === "module") return fail(file, path, "is code", "Write it in roundlot.config.ts")
  if (known === "now" || !isRecord(value)) return undefined
  const each = Object.entries<Keys>(known).find(([key]) => key === "*")?.[1]
  for (const [key, inner] of Object.entries(value)) {
    const next = each ?? Object.entries<Keys>(known).find(([name]) => name === key)?.[1]
    const fault =
      next === undefined
        ? unknownKey(file, at(path, key), key, Object.keys(known))
        : keyFault(file, inner, next, at(path, key))
    if (fault !== undefined) return fault
  }
  return undefined
}

const unknownKey = (file: string, place: string, key: string, known: ReadonlyArray<string>): SettingsError => {
  const near = nearest(key, known)
  return fail(
    file,
    place,
    "is not known",
    near === undefined ? `Known here: ${known.join(", ")}` : `Did you mean '${near}'?`
  )
}

const numberFault = (file: string, value: unknown, path: ReadonlyArray<PropertyKey>): SettingsError | undefined => {
  const found = path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[String(key)] : undefined), value)
  if (
    typeof found !== "number" ||
    path[0] === "sources" ||
    ["lifeSeconds", "limitOffsetBp", "ordersPerMinute", "collarBp", "port"].includes(String(path.at(-1)))
  )
    return undefined
  return fail(file, path.map(String).join("."), "is a number", `Quantities are written as text: "${found}"`)
}

const EXPECTED = /^Expected (.+), actual (.+)$/s

const WORDS: ReadonlyMap<string, string> = new Map([["a positive BigDecimal", "a number above zero"]])

/** What is wrong with a value, with all that may stand in its place. */
const wrongValue = (issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>): string => {
  const [first] = issues
  const [, , actual] = EXPECTED.exec(first?.message ?? "") ?? []
  if (first === undefined || actual === undefined) return first?.message ?? "cannot be read"
  const here = issues.filter(({ path }) => path.join() === first.path.join())
  const wanted = here.flatMap(({ message }) => EXPECTED.exec(message)?.[1] ?? [])
  const words = [...new Set(wanted)].map((each) => WORDS.get(each) ?? each)
  return `is ${actual.replace(/^BigDecimal\((.*)\)$/, "$1")}, and may be ${words.join(" or ")}`
}

/** A value that a key does not take, with what it takes. */
export const valueFault = (file: string, value: unknown, error: ParseResult.ParseError): SettingsError => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const path = issues[0]?.path ?? []
  return (
    numberFault(file, value, path) ?? fail(file, path.map(String).join("."), wrongValue(issues), "Correct it there")
  )
}
