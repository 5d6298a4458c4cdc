import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Certificate } from "@roundlot/broker-schwab"
import { TradeRepository } from "@roundlot/core/adapter"
import { PostgresStore } from "@roundlot/store-postgres"
import { Effect, Either, Redacted } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeServer, NOBODY, type Server } from "../../../store-postgres/test/server.ts"
import { desk } from "../cli/roundlot.ts"

let folder: string
let server: Server
let other: string

/** Writes what a server shows into a file that only it may read. */
const shown = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text, { mode: 0o600 })
  if (process.getuid?.() === 0) chownSync(file, NOBODY, NOBODY)
  return file
}

const opened = (url: string, ssl?: PostgresStore.PostgresStoreConfig["ssl"]) =>
  Effect.flatMap(TradeRepository.TradeRepository, ({ heads }) => heads).pipe(
    Effect.provide(
      PostgresStore.layer({
        url: Redacted.make(url),
        retryFor: "100 millis",
        ...(ssl === undefined ? {} : { ssl })
      })
    ),
    Effect.scoped,
    Effect.either,
    Effect.runPromise
  )

let certificate: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "roundlot-tls-"))
  // The server goes through it to its files.
  if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY)
  const [own, stranger] = [
    await Effect.runPromise(Certificate.forThisMachine),
    await Effect.runPromise(Certificate.forThisMachine)
  ]
  certificate = own.certificate
  other = stranger.certificate
  const settings = { ssl_cert_file: shown("server.crt", certificate), ssl_key_file: shown("server.key", own.key) }
  server = await makeServer({ ssl: "on", ...settings })
})

afterAll(async () => {
  await server.remove()
  rmSync(folder, { recursive: true, force: true })
})

describe("a store that is reached over TLS", () => {
  it("is opened with the certificate that its server shows", async () => {
    expect(Either.isRight(await opened(server.url, { ca: certificate }))).toBe(true)
  })

  it("is not opened where the server shows another certificate than is trusted, and says so", async () => {
    for (const ssl of [{ ca: other }, true]) {
      const refused = await opened(server.url, ssl)
      expect(Either.getLeft(refused)).toMatchObject({ value: { _tag: "StoreUnavailable" } })
      expect(String(Either.isLeft(refused) && refused.left.message)).toMatch(/certificate/)
    }
  })

  it("is named with its certificate in the address, on the command line too", async () => {
    const file = join(folder, "ca.crt")
    writeFileSync(file, certificate)
    const address = new URL(server.url)
    address.searchParams.set("sslmode", "verify-full")
    address.searchParams.set("sslrootcert", file)
    const { cli, folder: own } = desk(address.href)
    expect(await cli("orders", "list", "--json")).toMatchObject({ code: 0 })
    writeFileSync(file, other)
    const refused = await cli("orders", "list", "--json")
    expect(refused.code).not.toBe(0)
    expect(refused.err).toMatch(/certificate/)
    rmSync(own, { recursive: true, force: true })
  })
})
