// `npm run release`: asks the registry whether it signed what is installed, builds and publishes every package, with a bill of what it stands on (`dist/sbom.cdx.json`); with --plan it says what of, and does nothing.
// A registry takes the proof of what a package was built from only where its manifest names that repository. Whose checkout this is
// no manifest can know, so the address is written into them for as long as they are published.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { writeBills } from "./bill.mjs"
import { packageNames, root } from "./sources.mjs"

/** What the owner says, else what a builder on GitHub says of itself; `undefined` where nobody does. */
const repositoryOf = ({ GITHUB_REPOSITORY, GITHUB_SERVER_URL, ROUNDLOT_REPOSITORY }) => {
  if (ROUNDLOT_REPOSITORY) return ROUNDLOT_REPOSITORY
  return GITHUB_SERVER_URL && GITHUB_REPOSITORY ? `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git` : undefined
}

const fileOf = (name) => join(root, "packages", name, "package.json")

const withRepository = (text, url, name) => ({
  ...JSON.parse(text),
  repository: { type: "git", url, directory: `packages/${name}` }
})

const run = (file, ...args) => spawnSync(file, args, { cwd: root, stdio: "inherit" }).status ?? 1

/** Packages whose change log has not come to the version that would be published. */
const unlogged = () =>
  packageNames.filter((name) => {
    const { version } = JSON.parse(readFileSync(fileOf(name), "utf8"))
    const log = join(root, "packages", name, "CHANGELOG.md")
    return !existsSync(log) || !readFileSync(log, "utf8").includes(`\n## ${version}\n`)
  })

/** Publishes with bills and with manifests that name the repository, which are then as they were. */
const publish = (manifests) => {
  writeBills()
  const before = packageNames.map((name) => [name, readFileSync(fileOf(name), "utf8")])
  try {
    for (const [name, manifest] of manifests) writeFileSync(fileOf(name), `${JSON.stringify(manifest, undefined, 2)}\n`)
    return run("npx", "changeset", "publish")
  } finally {
    for (const [name, text] of before) writeFileSync(fileOf(name), text)
  }
}

const url = repositoryOf(process.env)
if (url === undefined) {
  console.error("release: which repository is this? A registry compares it with the proof of what was built.")
  console.error("Set ROUNDLOT_REPOSITORY to the address that is cloned; on GitHub it is known.")
  process.exit(1)
}
const manifests = packageNames.map((name) => [name, withRepository(readFileSync(fileOf(name), "utf8"), url, name)])
if (process.argv.includes("--plan")) {
  const told = manifests.map(([, { name, publishConfig, repository, version }]) => ({
    name,
    version,
    repository,
    provenance: publishConfig.provenance
  }))
  console.log(JSON.stringify(told, undefined, 2))
} else if (unlogged().length > 0) {
  console.error(`release: no CHANGELOG.md has this version in packages/${unlogged().join(", ")}`)
  console.error("Run 'npx changeset version', which makes versions and change logs, and commit them.")
  process.exitCode = 1
} else {
  process.exitCode =
    run("node", "scripts/signatures.mjs") ||
    run("node", "node_modules/@typescript/native/bin/tsc", "-b") ||
    run("node", "scripts/dashboard.mjs") ||
    publish(manifests)
}
