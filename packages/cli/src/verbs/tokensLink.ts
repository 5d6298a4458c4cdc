import { Effect } from "effect"
import { settle } from "../Program.ts"
import { askDaemon } from "../servingDaemon.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"

/** `tokens link`. */
export const tokensLink = Verb.make({
  name: "tokens link",
  summary: "print a link that signs a browser in as the operator; single use, valid for 5 minutes",
  examples: [["roundlot tokens link", "from the daemon of this store on this host"]],
  flags: flags.place,
  run: (where) =>
    Effect.gen(function* () {
      const { answer } = yield* Output
      const link = yield* askDaemon(yield* settle(where), {
        what: "no link was made",
        needsToken: true,
        ask: (api) => api.session.makeLink({})
      })
      yield* answer(link, `${link.url}\nIt signs a browser in once, until ${link.expiresAt}.`)
    })
})
