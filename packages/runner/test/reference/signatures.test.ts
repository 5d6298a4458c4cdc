import { spawn } from "node:child_process"
import { generateKeyPairSync, sign } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"

const script = fileURLToPath(new URL("../../../../scripts/signatures.mjs", import.meta.url))

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
const keys = [{ keyid: "SHA256:own", key: publicKey.export({ format: "der", type: "spki" }).toString("base64") }]

const signed = (text: string, keyid = "SHA256:own") => ({
  keyid,
  sig: sign("sha256", Buffer.from(text), privateKey).toString("base64")
})

/** What a registry answers, by path; anything else it does not have. */
const registryOf = async (answers: Readonly<Record<string, unknown>>): Promise<string> => {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""]
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`
}

const audited = async (answers: Readonly<Record<string, unknown>>) => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-signatures-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const lockfile = join(folder, "pnpm-lock.yaml")
  writeFileSync(
    lockfile,
    "packages:\n  one@1.0.0:\n    resolution: {integrity: sha512-one}\n  '@two/two@2.0.0':\n    resolution: {integrity: sha512-two}\n"
  )
  const child = spawn(process.execPath, [script, "--lockfile", lockfile, "--registry", await registryOf(answers)])
  let err = ""
  child.stderr.on("data", (part: Buffer) => (err += part.toString()))
  const code = await new Promise((resolve) => void child.on("close", resolve))
  return { code, err }
}

const one = { dist: { integrity: "sha512-one", signatures: [signed("one@1.0.0:sha512-one")] } }
const two = { dist: { integrity: "sha512-two", signatures: [signed("@two/two@2.0.0:sha512-two")] } }
const good = { "/-/npm/v1/keys": { keys }, "/one/1.0.0": one, "/@two%2ftwo/2.0.0": two }

it("packages are as the registry signed them, where it has keys", async () => {
  expect(await audited(good)).toEqual({
    code: 0,
    err: "signatures: 2 of 2 packages are as the registry signed them\n"
  })
  const none = await audited({ ...good, "/-/npm/v1/keys": undefined })
  expect([none.code, none.err]).toEqual([0, expect.stringContaining("the registry has no keys")])
})

const unknown = "has a signature of nobody known"

it.each([
  ["was signed with another hash", unknown, { dist: { ...one.dist, signatures: [signed("one@1.0.0:sha512-other")] } }],
  ["names no key", unknown, { dist: { ...one.dist, signatures: [signed("one@1.0.0:sha512-one", "SHA256:x")] } }],
  [
    "is another one",
    "has another hash in the registry than in the lockfile",
    { dist: { ...one.dist, integrity: "sha512-other" } }
  ],
  ["is not signed", "is not signed", { dist: { integrity: "sha512-one" } }],
  ["is gone", "is not in the registry", undefined]
])("a package that %s stops a release", async (_, fault, answer) => {
  expect(await audited({ ...good, "/one/1.0.0": answer })).toEqual({
    code: 1,
    err: `signatures: one@1.0.0 ${fault}\nsignatures: 1 of 2 packages are as the registry signed them\n`
  })
})
