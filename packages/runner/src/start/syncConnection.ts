import type { Line } from "@roundlot/broker-ibkr"
import { StartGate, Sync } from "@roundlot/core/ledger"
import { syncing } from "@roundlot/daemon"
import { Effect } from "effect"
import { notAllowed } from "../settings/places.ts"
import type { Settings } from "../settings/Settings.ts"

const namesNone = ({ clientId, host, port }: syncing.Connection): boolean =>
  host === undefined && port === undefined && clientId === undefined

const isSame = (one: Line.Address, other: Line.Address): boolean =>
  one.host === other.host && one.port === other.port && one.clientId === other.clientId

/**
 * The connection that a payload asks for: the account's own where it names none or that one, since a client id is connected once.
 * Another is made only to a place that the operator has allowed, and used only where the login there has the account that the books
 * are pinned to; the own one proves that too, since a job may be taken up before the gate of the account opens. Before any, the
 * tables are looked at.
 */
export const connectAt =
  (settings: Settings): syncing.Connect =>
  (account, asked) =>
    Effect.gen(function* () {
      yield* Effect.mapError(Sync.checkReady, syncing.failed)
      const own = Effect.as(Effect.mapError(StartGate.prove(account.name), syncing.failed), undefined)
      if (namesNone(asked)) return yield* own
      if (account.broker !== "ibkr")
        return yield* syncing.refused(
          `account ${account.name} is at ${account.broker}, which has no host, port or client id`
        )
      const { brokerAt, placeOf } = yield* Effect.promise(() => import("./ibkr.ts"))
      const here = yield* Effect.mapError(placeOf(settings), syncing.failed)
      const address = {
        host: asked.host ?? here.address.host,
        port: asked.port ?? here.address.port,
        clientId: asked.clientId ?? here.address.clientId
      }
      if (isSame(address, here.address)) return yield* own
      const place = `${address.host}:${address.port}`
      if (!here.allowed.includes(place)) return yield* syncing.refused(notAllowed(place, here.allowed))
      const number = account.brokerAccountId ?? here.number
      if (number === undefined)
        return yield* syncing.refused(
          `account ${account.name} is not pinned to a broker account yet: start it once, or set IB_ACCOUNT`
        )
      const seconds = asked.connectTimeoutSeconds
      const there = {
        ...here,
        address,
        number,
        connectTimeoutMs: seconds === undefined ? undefined : seconds * 1000
      }
      return yield* Effect.mapError(brokerAt(account, there), syncing.failed)
    })
