import * as Options from "@effect/cli/Options"
import { Verb, flags } from "@roundlot/cli"
import { logIn } from "../schwab/logIn.ts"

/** `roundlot schwab login`. */
export const schwabLogin = Verb.make({
  name: "schwab login",
  summary: "log in at Schwab for seven days; a waiting daemon continues by itself",
  examples: [
    ["roundlot schwab login --env-file schwab.env", "open the address, log in, paste the address of the redirect"],
    ["roundlot schwab login --open --listen", "open the browser and receive the redirect here"]
  ],
  flags: {
    ...flags.place,
    open: Options.boolean("open").pipe(Options.withDescription("Also open the address in the browser")),
    listen: Options.boolean("listen").pipe(
      Options.withDescription("Receive the redirect here; the app's redirect address must be on this host")
    ),
    certificate: Options.text("certificate").pipe(
      Options.withDescription("With --listen on an https address: PEM file of the certificate; default: generated"),
      Options.optional
    ),
    key: Options.text("key").pipe(
      Options.withDescription("With --listen on an https address: PEM file of the key"),
      Options.optional
    )
  },
  run: logIn
})
