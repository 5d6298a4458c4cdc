import { Clock } from "@roundlot/core"
import * as HouseBroker from "@roundlot/example-custom-broker"
import { Roundlot } from "@roundlot/promises"
import { Effect } from "effect"

/** The account of these examples. */
export const DESK = "desk"

/** The books of a server: in memory, driven at a house that fills every order at once. */
export const openDesk = async (): Promise<Roundlot> => {
  const roundlot = await Roundlot.open({
    brokers: { [DESK]: (account) => Effect.map(Clock.Clock, (clock) => HouseBroker.make(account, clock)) }
  })
  await roundlot.setAccount(DESK, { broker: "house" })
  return roundlot
}
