import { nearest } from "@roundlot/api/text"
import type { SettingsError } from "@roundlot/commands/errors"
import { faults } from "@roundlot/commands"
import { followedKeys } from "./sources/sourceWays.ts"

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
      lotMethod: "now",
      allocation: "now",
      allocationKey: "now",
      cutOffs: "now",
      fourEyes: "now",
      approvalMinutes: "now",
      resendWindow: "now",
      notPlacedAfter: "later",
      maxTradeAge: "now",
      order: { limitOffsetBp: "now", lifeSeconds: "now", session: "now", timeInForce: "now" },
      band: "now",
      restricted: "now",
      restrictedHours: "now",
      instruments: "later",
      listing: "now",
      limits: {
        orderQuantity: "now",
        orderNotional: "now",
        openResidual: "now",
        dailyNotional: "now",
        openOrders: "now",
        position: "now",
        grossPosition: "now",
        netPosition: "now",
        ordersPerMinute: "now",
        rejectionsInARow: "now",
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

const at = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/** The first key that may not stand where it stands. */
export const keyFault = (file: string, value: unknown, known: Keys, path: string): SettingsError | undefined => {
  if (known === "later") return faults.fail(file, path, "is not supported in this version", "Remove it")
  if (known === "module") return faults.fail(file, path, "is code", "Write it in roundlot.config.ts")
  if (known === "now" || !faults.isRecord(value)) return undefined
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
  return faults.fail(
    file,
    place,
    "is not known",
    near === undefined ? `Known here: ${known.join(", ")}` : `Did you mean '${near}'?`
  )
}
