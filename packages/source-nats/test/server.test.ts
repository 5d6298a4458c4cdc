import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { connect } from "@nats-io/transport-node"
import { expect, it } from "vitest"
import { PASSWORD } from "./server.ts"

const serving = fileURLToPath(new URL("serving.ts", import.meta.url))

/** Why nobody can connect to an address, once that is so. */
const refusalOf = async (url: string): Promise<string> => {
  for (;;) {
    try {
      await (await connect({ servers: url, ...PASSWORD, reconnect: false })).close()
    } catch (error) {
      if (/refused/i.test(String(error))) return String(error)
    }
  }
}

it("a server ends with the process that started it, however that ends", async () => {
  const program = spawn(process.execPath, ["-C", "@roundlot/source", "--import", "tsx", serving])
  const [url] = await once(program.stdout, "data")
  await (await connect({ servers: String(url), ...PASSWORD, reconnect: false })).close()
  program.kill("SIGKILL")
  expect(await refusalOf(String(url))).toMatch(/refused/i)
})
