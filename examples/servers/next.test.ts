import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { asking, FILL, walk } from "./walk.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
/** A copy: Next writes beside an app. */
const copy = join(here, "dist")
const app = join(copy, "next")
const program = createRequire(import.meta.url).resolve("next/dist/bin/next")

/** Books and broker are read from their sources, as everywhere in this checkout; nothing is fetched and nothing is reported. */
const env = {
  ...process.env,
  NODE_OPTIONS: "--conditions=@roundlot/source --import=tsx",
  NODE_ENV: "production" as const,
  NEXT_TELEMETRY_DISABLED: "1",
  HTTPS_PROXY: "http://127.0.0.1:9"
}

const clean = () => rmSync(copy, { recursive: true, force: true })

beforeAll(() => {
  clean()
  for (const name of ["answers.ts", "desk.ts", "next"]) cpSync(join(here, name), join(copy, name), { recursive: true })
})
afterAll(clean)

/** The address that a server says on its output; whatever it says later is read on. */
const addressOn = (output: Readable): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = ""
    output.on("data", (chunk) => {
      said += String(chunk)
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
      if (address !== undefined) resolve(address)
    })
    output.on("close", () => reject(new Error(`Next has ended:\n${said}`)))
  })

it("SDK-1: Next builds the example and serves the books from it", { timeout: 900_000 }, async () => {
  await promisify(execFile)(process.execPath, [program, "build", app], { env })
  const started = [program, "start", app, "--hostname", "127.0.0.1", "--port", "0"]
  const server = spawn(process.execPath, started, { env, stdio: ["ignore", "pipe", "inherit"] })
  try {
    expect(await walk(asking(await addressOn(server.stdout)))).toMatch(FILL)
  } finally {
    if (server.exitCode === null) {
      server.kill()
      await once(server, "exit")
    }
  }
})
