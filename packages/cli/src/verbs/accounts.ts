import * as Args from "@effect/cli/Args"
import { accounts, instruments, limitTable, past, type Screen } from "@roundlot/queries"
import { Effect } from "effect"
import * as detail from "../terminal/detail.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"
import { listed } from "./listOutput.ts"
import * as flags from "../terminal/flags.ts"

const { asOf, ofAccount, ofSymbol, page, text, view } = flags

/** `accounts list`. */
export const accountsList = Verb.make({
  name: "accounts list",
  summary: "list accounts and their settings",
  flags: {
    ...view,
    ...page,
    account: ofAccount,
    asOf,
    broker: text("broker", "At this broker"),
    environment: text("environment", "paper or live")
  },
  run: (asked) => listed(asked, accounts.list(asked), accounts.table)
})

/** `accounts show`. */
export const accountsShow = Verb.make({
  name: "accounts show",
  summary: "show an account: settings and trading states",
  flags: { ...view, name: Args.text({ name: "NAME" }), asOf },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* past.seen(asked.asOf, accounts.nameOf(asked.name), accounts.show(asked.name))
        yield* answer(document, (screen) => accountText(document, screen))
      })
    )
})

/** The settings of an account, then its limits with what of each is used and what it refused. */
const accountText = (
  { limits, use, ...settings }: Effect.Effect.Success<ReturnType<typeof accounts.show>>,
  screen?: Screen.Screen
): string => `${detail.format(settings, screen)}\n\nLimits\n${limitTable.table({ limits, use }, screen)}`

/** `instruments list`. */
export const instrumentsList = Verb.make({
  name: "instruments list",
  summary: "list instruments with the broker's facts",
  flags: {
    ...view,
    ...page,
    account: ofAccount,
    asOf,
    symbol: ofSymbol,
    status: text("status", "unverified, verified, not_traded or unknown")
  },
  run: (asked) => listed(asked, instruments.list(asked), instruments.table)
})
