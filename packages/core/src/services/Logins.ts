import { Effect, Option } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Brokers, type LoginStanding } from "../ports/Broker.ts"
import { within } from "../ports/deadline.ts"
import * as Instant from "../values/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"
import { faultIn } from "./work.ts"

/** What there is to say of a login that is not simply valid. */
const wordsOf = (standing: LoginStanding): string | undefined => {
  switch (standing._tag) {
    case "Valid":
      return undefined
    case "EndsSoon":
      return `the login expires at ${Instant.format(standing.until)}; orders queue after that. Log in again before then`
    case "NeedsLogin":
      return `${standing.why}; orders queue, trades are still accepted`
  }
}

/** ACC-7: says in health how the logins of the accounts that are driven here stand: one that ends soon is announced. */
export const watchLogins = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) => each(accounts, watchLogin))

const watchLogin = (account: AccountName) =>
  Effect.gen(function* () {
    const health = yield* Health
    const part = `login ${account}`
    yield* Effect.catchAllCause(tellLogin(account, part), (cause) => health.failed(part, faultIn(cause)))
  })

/** Does an account's broker wait for a person to log in? One that does not say so in time may be tried. */
export const needsLogin = Effect.fn("Logins.needsLogin")(function* (account: AccountName) {
  const broker = yield* Effect.option(Effect.flatMap(Brokers, (brokers) => brokers.get(account)))
  if (Option.isNone(broker) || broker.value.login === undefined) return false
  const standing = yield* within(broker.value.login, LONGEST_QUESTION, () => Effect.succeed(undefined))
  return standing?._tag === "NeedsLogin"
})

const LONGEST_QUESTION = "5 seconds"
const LONGEST_LOGIN = "30 seconds"

const tellLogin = Effect.fn("Logins.tellLogin")(function* (account: AccountName, part: string) {
  const health = yield* Health
  const brokers = yield* Brokers
  // An account without a broker has no login.
  const broker = yield* Effect.option(brokers.get(account))
  if (Option.isNone(broker) || broker.value.login === undefined) return
  const standing = yield* within(broker.value.login, LONGEST_LOGIN, () => Effect.succeed(undefined))
  if (standing === undefined) {
    return yield* health.failed(part, `the broker did not report the state of the login within ${LONGEST_LOGIN}`)
  }
  const words = wordsOf(standing)
  const until = standing._tag === "NeedsLogin" ? undefined : standing.until
  yield* words === undefined ? health.succeeded(part, until) : health.failed(part, words, until)
})
