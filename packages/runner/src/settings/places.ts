import type { syncing } from "@roundlot/daemon"
import type { Settings } from "./Settings.ts"

/** Where TWS or a Gateway is, as it is written. */
interface Place {
  readonly host: string
  readonly port: string
}

const ownOf = ({ variable }: Pick<Settings, "variable">): Place => ({
  host: variable("IB_HOST") ?? "127.0.0.1",
  port: variable("IB_PORT") ?? "4002"
})

/** `HOST:PORT` of every place that a job may name: our own, and those of `IB_ALLOWED`. */
export const allowedPlaces = (settings: Pick<Settings, "variable">): ReadonlyArray<string> => {
  const { host, port } = ownOf(settings)
  const others = (settings.variable("IB_ALLOWED") ?? "").split(",").map((each) => each.trim())
  return [`${host}:${port}`, ...others.filter((each) => each !== "")]
}

const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** What is wrong with the host that a job names; a place of this machine is judged by the daemon that does the job. */
export const hostFault =
  (settings: Pick<Settings, "variable">): syncing.HostFault =>
  (asked) => {
    if (asked.host === undefined || THIS_MACHINE.test(asked.host)) return undefined
    const place = `${asked.host}:${asked.port ?? ownOf(settings).port}`
    const allowed = allowedPlaces(settings)
    return allowed.includes(place) ? undefined : notAllowed(place, allowed)
  }

/** A place that no job may name, in words. */
export const notAllowed = (place: string, allowed: ReadonlyArray<string>): string =>
  `${place} is not among the places that IB_ALLOWED names (${allowed.join(", ")})`
