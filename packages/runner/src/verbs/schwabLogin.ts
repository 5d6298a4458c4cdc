import * as Options from "@effect/cli/Options"
import { Verb, flags } from "@roundlot/cli"
import { logIn } from "../schwab/logIn.ts"

/** `roundlot schwab login`. */
export const schwabLogin = Verb.make({
  name: "schwab login",
  summary: "log in at Schwab for seven days; a waiting daemon continues by itself",
  examples: [
    [
      "roundlot schwab login --env-file schwab.env",
      "open the address, log in, paste the address that you come back to"
    ],
    ["roundlot schwab login --open --listen", "open the browser, and come back to this program instead"]
  ],
  flags: {
    ...flags.place,
    open: Options.boolean("open").pipe(Options.withDescription("Open the address in the browser, too")),
    listen: Options.boolean("listen").pipe(
      Options.withDescription("Wait for the browser at the app's redirect address, which must be on this machine")
    ),
    certificate: Options.text("certificate").pipe(
      Options.withDescription(
        "With --listen at an https address: the certificate of this machine, a PEM file; default one made for it"
      ),
      Options.optional
    ),
    key: Options.text("key").pipe(
      Options.withDescription("With --listen at an https address: its key, a PEM file"),
      Options.optional
    )
  },
  run: logIn
})
