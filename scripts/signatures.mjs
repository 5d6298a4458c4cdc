// Is what the lockfile names what the registry has signed? `node scripts/signatures.mjs` asks it for each package; `release` does so first.
// The same that `npm audit signatures` asks, which reads no lockfile of pnpm's. A registry without keys signs nothing: that is said, and no fault.
import { spawnSync } from "node:child_process"
import { createPublicKey, verify } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { parse } from "yaml"
import { root } from "./sources.mjs"

const { values } = parseArgs({
  options: { registry: { type: "string" }, lockfile: { type: "string", default: join(root, "pnpm-lock.yaml") } }
})

const configured = () => spawnSync("npm", ["config", "get", "registry"], { cwd: root, encoding: "utf8" }).stdout.trim()
const registry = (values.registry ?? configured()).replace(/(?<!\/)\/+$/, "")

const asked = async (path) => {
  const response = await fetch(`${registry}${path}`)
  return response.ok ? response.json() : undefined
}

/** The packages of the lockfile: name, version, and the hash that they are installed by. */
const locked = () =>
  Object.entries(parse(readFileSync(values.lockfile, "utf8")).packages).map(([id, { resolution }]) => {
    const at = id.lastIndexOf("@")
    return { name: id.slice(0, at), version: id.slice(at + 1), integrity: resolution.integrity }
  })

const publicKey = ({ key }) => createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" })

const isSigned = (keys, { integrity, name, version }, { keyid, sig }) => {
  const key = keys.find((each) => each.keyid === keyid)
  if (key === undefined) return false
  return verify("sha256", Buffer.from(`${name}@${version}:${integrity}`), publicKey(key), Buffer.from(sig, "base64"))
}

/** What is wrong with a package; nothing where the registry signed it. */
const faultOf = async (keys, one) => {
  const { integrity, name, version } = one
  const manifest = await asked(`/${name.replace("/", "%2f")}/${version}`)
  if (manifest === undefined) return `${name}@${version} is not in the registry`
  if (manifest.dist.integrity !== integrity)
    return `${name}@${version} has another hash in the registry than in the lockfile`
  const signatures = manifest.dist.signatures ?? []
  if (signatures.length === 0) return `${name}@${version} is not signed`
  return signatures.some((each) => isSigned(keys, one, each))
    ? undefined
    : `${name}@${version} has a signature of nobody known`
}

const AT_ONCE = 8

const faultsOf = async (keys, all) => {
  const waiting = [...all]
  const faults = []
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const fault = await faultOf(keys, one)
      if (fault !== undefined) faults.push(fault)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return faults.toSorted((one, other) => (one < other ? -1 : 1))
}

const found = await asked("/-/npm/v1/keys")
if (found === undefined) {
  console.error("signatures: the registry has no keys, so that nothing could be compared")
} else {
  const all = locked()
  const faults = await faultsOf(found.keys, all)
  for (const fault of faults) console.error(`signatures: ${fault}`)
  console.error(`signatures: ${all.length - faults.length} of ${all.length} packages are as the registry signed them`)
  if (faults.length > 0) process.exitCode = 1
}
