import { Schema } from "effect"
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { addressIn, cameBackTo, logIn as loggedIn, visited } from "./loggingIn.ts"
import { buys, child, desk, program, running, until } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

const Listed = Schema.Struct({ items: Schema.Array(Schema.Struct({ status: Schema.String })) })
const statusesIn = (json: unknown) => Schema.decodeUnknownSync(Listed)(json).items.map(({ status }) => status)
const Theirs = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ brokerOrderId: Schema.String })) })
)
const Attempts = Schema.Struct({ items: Schema.Array(Schema.Struct({ outcome: Schema.NullOr(Schema.String) })) })
const outcomesIn = (json: unknown) => Schema.decodeUnknownSync(Attempts)(json).items.map(({ outcome }) => outcome)

const logIn = (envFile: string, paste: (address: string) => Promise<string>) =>
  loggedIn(["schwab", "login", "--env-file", envFile], paste)

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const refusal = { answer: { status: 400, body: { error: "invalid_client" } } }

describe("a login at Schwab", () => {
  it("ACC-7: that ends in the middle of the job stops sends, not intake; one login lets all go on, nothing lost, nothing twice", async () => {
    const { cli, file, folder, json, store } = desk()
    const schwab = await simulatedAt("schwab", folder)
    const at = ["--env-file", schwab.envFile]
    const tell = (id: string, act: object, when?: object) =>
      cli("exchange", "instruct", JSON.stringify({ id, do: act, ...(when === undefined ? {} : { when }) }), ...at)
    await tell("rest", { accept: {} }, {})
    await cli("trades", "import", file("a.csv", buys(["a1", "1"])), "--account", "paper")
    const polled = ["--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s"]
    const daemon = child(["start", "--broker", "schwab", ...at, "--store", store, "--log", "text", ...polled])
    await until(async () => statusesIn(await json("orders", "list")).join() === "submitted")
    await tell("refused", refusal, { operation: "token" })
    await tell("expired", { expireToken: {} })
    await daemon.says(/log in with 'roundlot schwab login'/)
    const [resting] = Theirs(await json("exchange", "orders", ...at)).items
    await tell("filled", { fill: { brokerOrderId: resting?.brokerOrderId } })
    expect((await cli("trades", "import", file("b.csv", buys(["b1", "2"])), "--account", "paper")).code).toBe(0)
    expect(statusesIn(await json("orders", "list"))).not.toContain("rejected")
    expect(statusesIn(await json("orders", "list"))).not.toContain("filled")
    const { code, out } = await logIn(schwab.envFile, cameBackTo)
    expect([code, out]).toEqual([0, expect.stringContaining("Logged in until")])
    expect(statSync(schwab.value("SCHWAB_TOKEN_FILE")).mode & 0o777).toBe(0o600)
    await until(async () => statusesIn(await json("orders", "list")).join() === "filled,filled")
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
    expect(outcomesIn(await json("attempts", "list")).filter((each) => each === "accepted")).toHaveLength(2)
    expect(await json("exchange", "orders", ...at)).toMatchObject({ items: { length: 2 } })
    expect(await json("audit")).toMatchObject({ ok: true })
    await schwab.end()
  })

  it("what is pasted must be the address of this login: another's state, a refusal and no address are told apart", async () => {
    const { folder } = desk()
    const schwab = await simulatedAt("schwab", folder)
    const said = async (paste: (address: string) => Promise<string>) => {
      const { code, err } = await logIn(schwab.envFile, paste)
      return [code, err] as const
    }
    const pastes: ReadonlyArray<readonly [paste: (address: string) => Promise<string>, words: string]> = [
      [
        async (address) => (await cameBackTo(address)).replace(/state=./, "state=z"),
        "the address belongs to another login"
      ],
      [async () => "https://127.0.0.1/?error=access_denied", "the login was not granted: access_denied"],
      [async () => "hello", "this is not an address"],
      [async (address) => (await cameBackTo(address)).replace(/code=[^&]*/, "code=x"), "the code is not valid"]
    ]
    for (const [paste, words] of pastes) expect(await said(paste)).toEqual([1, expect.stringContaining(words)])
    await schwab.end()
  })

  it("the browser is opened, and comes back over https to the program itself, which waits until it brings this login's code", async () => {
    const { file, folder } = desk()
    const redirect = `https://127.0.0.1:${await freePort()}/back`
    const schwab = await simulatedAt("schwab", folder, "--redirect-uri", redirect)
    const seen = join(folder, "seen")
    const browser = `#!/bin/sh\nprintf %s "$1" > ${seen}.part && mv ${seen}.part ${seen}\n`
    for (const name of ["open", "xdg-open"]) chmodSync(file(name, browser), 0o755)
    const words = ["schwab", "login", "--open", "--listen", "--env-file", schwab.envFile]
    const variables = { PATH: `${folder}:${process.env["PATH"] ?? ""}` }
    const login = running(program("main", words), { variables })
    await login.says(/authorize\S+\n/)
    await until(async () => existsSync(seen))
    expect(readFileSync(seen, "utf8")).toBe(addressIn(login.said()))
    expect((await visited(`${redirect}?code=x&state=other`)).status).toBe(400)
    expect((await visited(await cameBackTo(addressIn(login.said())))).status).toBe(200)
    expect((await login.ended).code).toBe(0)
    await schwab.end()
  })
})
