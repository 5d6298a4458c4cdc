import { Effect, Option } from "effect"
import { AccountTable } from "../account/Account.ts"
import { Brokers, type LoginStanding } from "../ports/Broker.ts"
import * as Instant from "../time/Instant.ts"
import { isDriven } from "./drive.ts"
import { Health } from "./Health.ts"
import * as Reads from "./Reads.ts"

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
export const watchLogins = Effect.gen(function* () {
  const health = yield* Health
  const brokers = yield* Brokers
  const accounts = yield* Reads.all(AccountTable)
  for (const { name } of accounts) {
    if (!(yield* isDriven(name))) continue
    // An account without a broker has no login, and keeps nobody from hearing of the others'.
    const broker = yield* Effect.option(brokers.get(name))
    if (Option.isNone(broker) || broker.value.login === undefined) continue
    const standing = yield* broker.value.login
    const words = wordsOf(standing)
    const until = standing._tag === "NeedsLogin" ? undefined : standing.until
    yield* words === undefined ? health.succeeded(`login ${name}`, until) : health.failed(`login ${name}`, words, until)
  }
})
