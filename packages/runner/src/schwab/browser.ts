import { Effect } from "effect"
import { spawn } from "node:child_process"

/** What opens an address with the program that the person has chosen for it. */
const openers: { readonly [platform: string]: readonly [program: string, ...words: ReadonlyArray<string>] } = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"]
}

/** Opens an address in the person's browser; why not, where that is not possible. */
export const inBrowser = (address: string): Effect.Effect<string | undefined> =>
  Effect.async((resume) => {
    const [program, ...words] = openers[process.platform] ?? ["xdg-open"]
    const opener = spawn(program, [...words, address], { stdio: "ignore", detached: true })
    opener.once("error", ({ message }) =>
      resume(Effect.succeed(`No browser could be opened (${message}): open the address by hand.`))
    )
    opener.once("spawn", () => {
      opener.unref()
      resume(Effect.succeed(undefined))
    })
  })
