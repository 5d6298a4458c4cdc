import * as Args from "@effect/cli/Args"
import { Sessions, TokenRegister } from "@roundlot/core/ledger"
import { sessions as views } from "@roundlot/queries"
import { Effect } from "effect"
import { accountNames } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import * as preview from "../terminal/preview.ts"
import { changing } from "../rehearsal.ts"
import { listed } from "./listOutput.ts"

/** `sessions list`. */
export const sessionsList = Verb.make({
  name: "sessions list",
  summary: "list signed-in browsers and their tokens",
  examples: [["roundlot sessions list", "browsers signed in to the dashboard"]],
  flags: flags.view,
  run: (asked) => listed(asked, views.list, views.table)
})

/** `sessions end`. */
export const sessionsEnd = Verb.make({
  name: "sessions end",
  summary: "sign a browser out",
  examples: [["roundlot sessions end 3f9c0a52d1e84b7796b8f0a4c2d57e13", "its next request is refused"]],
  flags: {
    ...flags.place,
    id: Args.text({ name: "ID" }).pipe(Args.withDescription("Session id from 'roundlot sessions list'")),
    dryRun: preview.dryRun
  },
  run: ({ dryRun, id, ...where }) =>
    changing(dryRun, where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const session = yield* Effect.provide(Sessions.end(id, "Ended", accountNames.ACTOR), TokenRegister.layer)
        const document = views.documentOf(session)
        if (dryRun)
          return yield* preview.show(
            `A browser of ${session.token} would be signed out:`,
            { ...document, status: "signed in" },
            { ...document, status: "ended" }
          )
        yield* answer(document, `A browser of ${session.token} is signed out.`)
      })
    )
})
