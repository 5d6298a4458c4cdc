import { BrokerTime, IbkrBroker, type Line } from "@roundlot/broker-ibkr"
import type { Broker } from "@roundlot/core"
import { Effect, type Layer, type Scope } from "effect"
import { SettingsError, type UsageError } from "@roundlot/commands/errors"
import { environment } from "@roundlot/daemon"
import { allowedPlaces } from "../settings/places.ts"
import type { Settings } from "../settings/Settings.ts"
import { layerOfOne, type OfOneError } from "./adapter.ts"

/** What can be wrong with the way to TWS or a Gateway. */
export type IbkrError = OfOneError | SettingsError | Line.ConnectFailed

/** Where TWS is, as variables say it and a job may say otherwise. */
export interface Place {
  readonly address: Line.Address
  readonly number: string | undefined
  readonly zone: string | undefined
  /** `HOST:PORT` of every place that a job may name, our own among them. */
  readonly allowed: ReadonlyArray<string>
  readonly connectTimeoutMs?: number | undefined
}

const GATEWAY_PAPER = 4002
const LAST_PORT = 65_535
const LAST_CLIENT_ID = 2_147_483_647
const CLIENT_ID = 7

const numberOf = (
  { variable }: Settings,
  name: string,
  otherwise: number,
  [least, most]: readonly [number, number]
): Effect.Effect<number, SettingsError> => {
  const text = variable(name)
  const number = text === undefined ? otherwise : Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return Effect.succeed(number)
  const remedy = `It is a whole number from ${least} to ${most}`
  return Effect.fail(new SettingsError({ place: name, problem: `'${text ?? ""}' is not valid`, remedy }))
}

const zoneOf = ({ variable }: Settings): Effect.Effect<string | undefined, SettingsError> => {
  const zone = variable("IB_TIME_ZONE")
  if (zone === undefined || BrokerTime.isZone(zone)) return Effect.succeed(zone)
  const remedy = "Give the time zone of the TWS login, such as America/New_York"
  return Effect.fail(new SettingsError({ place: "IB_TIME_ZONE", problem: `'${zone}' is not a time zone`, remedy }))
}

/** The place that the environment or the env file names: a Gateway for paper on this machine where they say nothing. */
export const placeOf = (settings: Settings): Effect.Effect<Place, SettingsError> =>
  Effect.gen(function* () {
    const port = yield* numberOf(settings, "IB_PORT", GATEWAY_PAPER, [1, LAST_PORT])
    const clientId = yield* numberOf(settings, "IB_CLIENT_ID", CLIENT_ID, [0, LAST_CLIENT_ID])
    const host = settings.variable("IB_HOST") ?? "127.0.0.1"
    return {
      address: { host, port, clientId },
      allowed: allowedPlaces(settings),
      number: settings.variable("IB_ACCOUNT"),
      zone: yield* zoneOf(settings)
    }
  })

/** One account behind TWS. Fails where it is of another environment than was declared. */
export const brokerAt = (
  account: environment.Declared,
  { address, connectTimeoutMs, number, zone }: Omit<Place, "allowed">
): Effect.Effect<Broker.BrokerService, Exclude<OfOneError, UsageError> | Line.ConnectFailed, Scope.Scope> =>
  Effect.flatMap(IbkrBroker.make({ account: account.name, address, number, zone, connectTimeoutMs }), (broker) =>
    environment.proven(account, broker)
  )

/** Interactive Brokers for one account: a client id at TWS is one program's. */
export const layerIbkr = (
  accounts: ReadonlyArray<environment.Declared>,
  settings: Settings
): Layer.Layer<Broker.Brokers, IbkrError> =>
  layerOfOne(accounts, "one client id of TWS", (account) =>
    Effect.flatMap(placeOf(settings), (place) => brokerAt(account, place))
  )
