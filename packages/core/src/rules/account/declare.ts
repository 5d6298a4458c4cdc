import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { OrderType } from "../../records/OrderTerms.ts"
import type { SupportedOrders } from "../../records/SupportedOrders.ts"
import type { Account } from "../../records/Account.ts"

/** What a broker takes, as far as planning reads it. */
export interface Declared {
  readonly crossesZero: boolean
  readonly supportedOrders: ReadonlyArray<SupportedOrders>
  readonly notionalTypes?: ReadonlyArray<OrderType> | undefined
  readonly simulatedMarket?: boolean | undefined
}

const areSame = (known: ReadonlyArray<string>, declared: ReadonlyArray<string>): boolean =>
  known.length === declared.length && declared.every((each) => known.includes(each))

/** Does the account's record say of its broker what the broker says of itself? */
export const isDeclared = (account: Account | undefined, declared: Declared): boolean =>
  account?.crossesZero === declared.crossesZero &&
  JSON.stringify(account.supportedOrders ?? []) === JSON.stringify(declared.supportedOrders) &&
  areSame(account.notionalTypes ?? [], declared.notionalTypes ?? []) &&
  (account.simulatedMarket ?? false) === (declared.simulatedMarket ?? false)

/** Writes what the broker declares onto the account, so that planning reads it as data and asks nobody (D2). */
export const declare = (recorder: Recorder, declared: Declared): void => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  const known = books.accounts.get(account)
  if (known === undefined || isDeclared(known, declared)) return
  const { crossesZero, notionalTypes, simulatedMarket, supportedOrders } = declared
  recorder.emit({ _tag: "BrokerDeclared", account, crossesZero, supportedOrders, notionalTypes, simulatedMarket })
}
