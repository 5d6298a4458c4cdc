import { NodeContext } from "@effect/platform-node"
import { Account, AccountName } from "@roundlot/core"
import { Effect, Either, Layer } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { accountEntry } from "@roundlot/commands"
import { ConfigModule, Configuration, type RoundlotConfig, defineConfig } from "@roundlot/daemon/configuration"

const fileOf = (name: string, text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-config-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const loaded = (file: string) =>
  Effect.runPromise(Effect.provide(Effect.either(ConfigModule.load(file)), NodeContext.layer))

/** What is wrong with a module of this text, after its path. */
const faultOf = async (text: string): Promise<string> => {
  const file = fileOf("roundlot.config.mjs", text)
  return Either.match(await loaded(file), {
    onLeft: ({ message }) => message.replace(file, "FILE"),
    onRight: () => "none"
  })
}

/** The same of a module that exports this configuration. */
const faultIn = (config: unknown): Promise<string> => {
  Object.assign(globalThis, { exportedByTest: config })
  return faultOf("export default globalThis.exportedByTest")
}

/** The same of one that nobody typed. */
const untyped = (config: object): Promise<string> => faultIn(Object.assign(defineConfig({}), config))

/** What is wrong with the same as JSON. */
const refused = (value: object) =>
  Either.getOrThrow(Either.flip(Configuration.parse(JSON.stringify(value), "roundlot.json"))).message

const house = () => Effect.never

describe("a configuration that is a module", () => {
  it("says what JSON says, and brings brokers that accounts may be at", async () => {
    const config = defineConfig({
      port: 8484,
      brokers: { house },
      accounts: { desk: { broker: "house", lot: "10" }, other: {} }
    })
    Object.assign(globalThis, { exportedByTest: config })
    const configuration = Either.getOrThrow(
      await loaded(fileOf("a.config.mjs", "export default globalThis.exportedByTest"))
    )
    const desk = AccountName.AccountName.make("desk")
    expect(configuration.port).toBe(8484)
    expect(configuration.accounts.get(desk)?.broker).toBe("house")
    expect([...configuration.own.brokers.keys()]).toEqual(["house"])
    const entry = { broker: "house" }
    expect(
      Either.isRight(
        accountEntry.readAccount(entry, desk, Account.defaultSettings, Configuration.brokersOf(configuration))
      )
    ).toBe(true)
    expect(Either.isLeft(accountEntry.readAccount(entry, desk, Account.defaultSettings))).toBe(true)
  })

  it("names the file and the place of whatever cannot be, and what to do", async () => {
    expect(await faultOf("export default {")).toMatch(/^FILE: cannot be loaded \(.+\)\. Correct it there$/)
    expect(await faultOf("throw new Error('no key\\nof mine')")).toContain("FILE: cannot be loaded (no key)")
    const exported = "FILE: has no default export made with defineConfig of this roundlot installation"
    expect(await faultOf("export const config = {}")).toContain(exported)
    expect(await faultIn({ port: 1 })).toContain(exported)
    expect(await faultIn(defineConfig({ accounts: { desk: { lot: "0" } } }))).toContain(
      "FILE, accounts.desk.lot: is 0, and may be a number above zero"
    )
    const paper: RoundlotConfig<"paper"> = { brokers: { paper: house } }
    expect(await faultIn(defineConfig(paper))).toContain("FILE, brokers.paper: is the name of a built-in broker")
    expect(await faultIn(defineConfig({ sources: { venue: { follow: Effect.never } } }))).toContain(
      "FILE, sources.venue.account: is missing"
    )
  })

  it("without types is held against its shape, as JSON is", async () => {
    expect(await untyped({ brokers: { house: {} } })).toContain("FILE, brokers.house: is not a function")
    expect(await untyped({ accounts: { desk: { broker: "haus" } }, brokers: { house } })).toContain(
      `accounts.desk.broker: is "haus", and may be "paper" or "alpaca" or "schwab" or "ibkr" or "house"`
    )
    expect(await untyped({ acounts: {} })).toContain("FILE, acounts: is not known. Did you mean 'accounts'?")
    expect(await untyped({ brokers: 7 })).toContain("FILE, brokers:")
    expect(await untyped({ sources: { venue: { account: "desk", follow: 7 } } })).toContain(
      "FILE, sources.venue.follow:"
    )
    expect(await untyped({ sources: { venue: 7 } })).toContain("FILE, sources.venue:")
    expect(await untyped({ prices: 7 })).toContain("FILE, prices:")
    const tape = { account: "desk", follow: Effect.never }
    expect(await untyped({ sources: { tape } })).toContain("FILE, sources.tape: is not a valid source name")
    expect(await untyped({ sources: { venue: { ...tape, webhook: true } } })).toContain(
      "FILE, sources.venue: has webhook and follow"
    )
    expect(await untyped({ sources: { "proposed:x": tape } })).toContain(
      "FILE, sources.proposed:x: is not a valid source name"
    )
    expect(await untyped({ alerts: { send: () => Effect.void, webhook: "https://x.example" } })).toContain(
      "FILE, alerts: has send and more"
    )
    expect(await untyped({ apps: { echo: 7 } })).toContain("FILE, apps.echo: is not an Effect")
    expect(await untyped({ alerts: { send: 7 } })).toContain("FILE, alerts.send:")
    expect(await untyped({ store: { name: "../books", layer: Layer.empty } })).toContain(
      "FILE, store.name: is not a valid file name"
    )
    expect(await untyped({ store: { name: "books", layer: 7 } })).toContain("FILE, store.layer: is not a Layer")
  })

  it("is code, which JSON cannot bring", () => {
    expect(refused({ brokers: {} })).toBe("roundlot.json, brokers: is code. Write it in roundlot.config.ts")
    expect(refused({ sources: { venue: { follow: 1 } } })).toContain("sources.venue.follow: is code")
  })
})
