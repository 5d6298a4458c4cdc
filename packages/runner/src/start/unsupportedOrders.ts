import { Account, type Broker } from "@roundlot/core"
import { SupportedOrders } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { ConfigurationFile } from "@roundlot/daemon/configuration"

type Declared = Broker.Capabilities["supportedOrders"]

/** What each broker takes; one that a configuration brings says it when it is opened, and an adapter is loaded where an account has a policy of its own. */
const declared: { readonly [B in ConfigurationFile.BrokerName]: () => Promise<Declared> } = {
  paper: async () => (await import("@roundlot/broker-paper")).PaperBroker.capabilities.supportedOrders,
  alpaca: async () => (await import("@roundlot/broker-alpaca")).AlpacaBroker.capabilities.supportedOrders,
  schwab: async () => (await import("@roundlot/broker-schwab")).SchwabBroker.capabilities.supportedOrders,
  ibkr: async () => (await import("@roundlot/broker-ibkr")).IbkrBroker.capabilities.supportedOrders
}

/** Why the broker that an account's settings name does not take the orders that they ask for; `undefined` where it does. */
export const unsupportedOrders = (settings: Account.AccountSettings): Effect.Effect<string | undefined> => {
  const { broker, orderSession, orderTimeInForce } = settings
  const isUsual = orderSession === undefined && orderTimeInForce === undefined
  if (isUsual || !ConfigurationFile.isBuiltIn(broker)) return Effect.succeed(undefined)
  return Effect.map(Effect.promise(declared[broker]), (supported) =>
    SupportedOrders.faultOf(supported, Account.asksFor(settings))
  )
}
