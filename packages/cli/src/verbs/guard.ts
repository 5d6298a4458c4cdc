import * as Options from "@effect/cli/Options"
import { accountNames, duration, guarding } from "@roundlot/commands"
import { Effect } from "effect"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { proving } from "./atBroker.ts"

const textOf = guarding.News.$match({
  Silent: ({ account }) => `${account}: its daemon no longer renews its lease.`,
  Heard: ({ account }) => `${account}: a daemon runs it again, or it was released.`,
  Halted: ({ account, orders }) => `${account} is halted; open orders to cancel: ${orders}.`,
  Ended: ({ account }) =>
    `${account}: no order is open. Resume it with 'roundlot resume --account ${account} --reason WHY'.`,
  Resumed: ({ account }) => `${account} was resumed; its open orders are left.`,
  Unread: ({ why }) => `the leases cannot be read: ${why}. Trying again.`,
  Failed: ({ account, why }) => `${account}: ${why}. Trying again.`
})

/** `guard`. */
export const guard = Verb.make({
  name: "guard",
  summary: "halt an account and cancel its open orders when its daemon goes silent",
  examples: [
    ["roundlot guard --after 30s", "beside the daemon, or on another host with the same store"],
    ["roundlot guard --account ira --after 2m", "one account"]
  ],
  flags: {
    ...flags.place,
    account: Options.text("account").pipe(
      Options.withDescription("Guard this account only; default all accounts"),
      Options.optional
    ),
    after: Options.text("after").pipe(
      Options.withDescription(
        "How long a daemon may be silent, such as 30s; longer than its supervisor needs to restart it"
      ),
      Options.withDefault("30s")
    )
  },
  run: ({ account, after, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const { endsBySignal, note } = yield* Output
        const afterMs = yield* duration.secondsMs(after, "--after")
        const accounts = account._tag === "None" ? [] : yield* accountNames.chosen(account)
        yield* endsBySignal
        const whose = accounts.length === 0 ? "all accounts" : accounts.join(", ")
        yield* note(`Guarding ${whose}: a daemon that is silent for ${afterMs / 1_000} s is taken to be dead.`)
        return yield* guarding.guard({
          accounts,
          afterMs,
          atBroker: (name, ending) => proving(name, settings, ending),
          says: (news) => note(textOf(news))
        })
      })
    )
})
