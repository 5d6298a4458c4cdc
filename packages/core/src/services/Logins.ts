import { Effect, Option } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { Brokers, type LoginStanding } from "../ports/Broker.ts"
import * as Instant from "../time/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"

/** What there is to say of a login that is not simply valid. */
const wordsOf = (standing: LoginStanding): string | undefined => {
  switch (standing._tag) {
    case "Valid":
      return undefined
    case "EndsSoon":
      return `the login ends at ${Instant.format(standing.until)}: log in again before; orders wait from then on`
    case "NeedsLogin":
      return `${standing.why}; orders wait, trades are taken in`
  }
}

/** ACC-7: says in health how the logins of the accounts that are driven here stand: one that ends soon is announced. */
export const watchLogins = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) => each(accounts, watchLogin))

const watchLogin = Effect.fn("Logins.watchLogin")(function* (account: AccountName) {
  const health = yield* Health
  const brokers = yield* Brokers
  // An account without a broker has no login.
  const broker = yield* Effect.option(brokers.get(account))
  if (Option.isNone(broker) || broker.value.login === undefined) return
  const standing = yield* broker.value.login
  const words = wordsOf(standing)
  const until = standing._tag === "NeedsLogin" ? undefined : standing.until
  const part = `login ${account}`
  yield* words === undefined ? health.succeeded(part, until) : health.failed(part, words, until)
})
