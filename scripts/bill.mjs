// What a published package stands on: `node scripts/bill.mjs NAME` prints it as CycloneDX 1.6, `--licences` all licences of all packages.
// `npm sbom` and its like read what npm has installed; here pnpm has, and each package has a bill of its own.
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { dirname, join, sep } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { packageNames, root } from "./sources.mjs"

/** Licences that ask for no more than their text to be kept. */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense"
])

const byText = (one, other) => (one < other ? -1 : 1)

const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

/** Where Node finds a package for what stands in a folder; `undefined` where it is not installed, as for another platform. */
const resolve = (folder, name) => {
  const here = join(folder, "node_modules", name)
  if (existsSync(join(here, "package.json"))) return realpathSync(here)
  const above = dirname(folder)
  return above === folder ? undefined : resolve(above, name)
}

const isOurs = (folder) => folder.startsWith(join(root, "packages") + sep)

const dashboard = join(root, "packages", "dashboard")

/** The dashboard is a bundle, and names all that it needs as for development: what is in it is what its sources import. */
const bundled = (names) => {
  const files = readdirSync(join(dashboard, "src"), { recursive: true }).filter((name) => /\.tsx?$/.test(name))
  const text = files.map((name) => readFileSync(join(dashboard, "src", name), "utf8")).join("\n")
  return names.filter((name) => text.includes(`"${name}"`) || text.includes(`"${name}/`))
}

const wantedBy = (folder, { dependencies, devDependencies, optionalDependencies, peerDependencies }) => [
  ...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
  ...(folder === dashboard ? bundled(Object.keys(devDependencies)) : [])
]

const idOf = ({ name, version }) => `pkg:npm/${name.replace("@", "%40")}@${version}`

/** All that a package of ours stands on, each once: its manifest, its id, and the ids of what it needs itself. */
const standsOn = (name, wants = wantedBy) => {
  const found = new Map()
  const visit = (folder) => {
    const manifest = manifestIn(folder)
    const id = idOf(manifest)
    if (found.has(id)) return id
    const part = { id, folder, manifest, isOurs: isOurs(folder), needs: [] }
    found.set(id, part)
    const folders = wants(folder, manifest).map((each) => resolve(folder, each))
    part.needs = [...new Set(folders.flatMap((each) => (each === undefined ? [] : [visit(each)])))].toSorted(byText)
    return id
  }
  const own = visit(join(root, "packages", name))
  return { own: found.get(own), others: [...found.values()].filter(({ id }) => id !== own) }
}

/** A file for one kind of machine, which another package chooses: it is no package more. One that has files for several is one. */
const isPlatform = ({ cpu, os }) => os?.length === 1 || cpu?.length === 1

const isNative = ({ folder, manifest }) => manifest.gypfile === true || existsSync(join(folder, "binding.gyp"))

/** Peers that a package can do without are not installed with it. */
const peersOf = ({ peerDependencies = {}, peerDependenciesMeta = {} }) =>
  Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)

const mustOf = (_, manifest) => [...Object.keys(manifest.dependencies ?? {}), ...peersOf(manifest)]
const allOf = (_, manifest) => [...mustOf(_, manifest), ...Object.keys(manifest.optionalDependencies ?? {})]

/** What is installed with a package of ours: how many, ours among them, and native code, which is optional where an install goes on without it. */
export const installedWith = (name) => {
  const all = standsOn(name, allOf).others.filter(({ manifest }) => !isPlatform(manifest))
  const must = new Set(standsOn(name, mustOf).others.map(({ id }) => id))
  const native = all.filter(isNative).map(({ id, manifest }) => manifest.name + (must.has(id) ? "" : " (optional)"))
  return { count: all.length, ours: all.filter((part) => part.isOurs).length, native: native.toSorted(byText) }
}

/** The hash of each package as its registry gave it, by the name and version of the lockfile. */
const hashes = () => {
  const lock = readFileSync(join(root, "pnpm-lock.yaml"), "utf8")
  const entries = lock.matchAll(/^ {2}'?(@?[^@'\s]+@[^:'\s(]+)'?:\n {4}resolution: \{integrity: sha512-([\w+/=]+)/gm)
  return new Map([...entries].map(([, id, base64]) => [id, Buffer.from(base64, "base64").toString("hex")]))
}

/** A licence as old manifests say it, too. */
const licenceOf = ({ license, licenses }) => {
  const said = license ?? licenses?.map((each) => each.type ?? each).join(" OR ") ?? ""
  return typeof said === "string" ? said : (said.type ?? "")
}

/** Whether all that an expression asks for is allowed: of `A OR B` one is enough. */
const isAllowed = (expression) =>
  expression
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((each) => allowed.has(each.trim())))

const componentOf = (known, { id, manifest }) => {
  const { name, version } = manifest
  const hash = known.get(`${name}@${version}`)
  const licence = licenceOf(manifest)
  return {
    type: "library",
    "bom-ref": id,
    name,
    version,
    purl: id,
    ...(licence === "" ? {} : { licenses: [{ expression: licence }] }),
    ...(hash === undefined ? {} : { hashes: [{ alg: "SHA-512", content: hash }] })
  }
}

/** A number that is the same for the same contents, in the form of a UUID. */
const serialOf = (text) => {
  const hex = createHash("sha256").update(text).digest("hex")
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)]
  return `urn:uuid:${parts.join("-")}`
}

/** The bill of a package of ours; the same for the same lockfile. */
const billOf = (name, known) => {
  const { others, own } = standsOn(name)
  const components = others.map((each) => componentOf(known, each))
  const dependencies = [own, ...others].map(({ id, needs }) => ({ ref: id, dependsOn: needs }))
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialOf(JSON.stringify([own.id, components, dependencies])),
    version: 1,
    metadata: { component: componentOf(known, own) },
    components,
    dependencies
  }
}

/** Writes the bill of each package beside what is published of it. */
export const writeBills = () => {
  const known = hashes()
  for (const name of packageNames) {
    const text = `${JSON.stringify(billOf(name, known), undefined, 2)}\n`
    writeFileSync(join(root, "packages", name, "dist", "sbom.cdx.json"), text)
  }
}

/** The licences of all that the packages stand on, and who has them. */
const licences = () => {
  const found = new Map()
  for (const { id, manifest } of packageNames.flatMap((name) => standsOn(name).others)) {
    const licence = licenceOf(manifest)
    found.set(licence, new Set([...(found.get(licence) ?? []), id]))
  }
  return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

/** What users would get from us under a licence that nobody has looked at. */
export const licenceFaults = () =>
  licences()
    .filter(([licence]) => !isAllowed(licence))
    .flatMap(([licence, ids]) =>
      [...ids].map((id) => `${id} is under "${licence}", which is not allowed in scripts/bill.mjs`)
    )

const main = ([asked = "--licences"]) => {
  if (asked !== "--licences") return console.log(JSON.stringify(billOf(asked, hashes()), undefined, 2))
  for (const [licence, ids] of licences())
    console.log(`${licence || "(none)"}: ${ids.size}\n  ${[...ids].toSorted(byText).join("\n  ")}`)
  for (const fault of licenceFaults()) console.error(fault)
  process.exitCode = licenceFaults().length === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2))
