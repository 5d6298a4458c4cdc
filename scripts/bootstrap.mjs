// Makes a checkout ready to run from Node and npm alone: the pinned pnpm, the locked dependencies.
// Everything is said on stderr, so that a command's JSON on stdout stays clean.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const stampFile = join(root, "node_modules", ".roundlot-stamp")
const lowestNode = [20, 19]

const say = (line) => process.stderr.write(`${line}\n`)

const fail = (...lines) => {
  for (const line of lines) say(line)
  process.exit(1)
}

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  if (major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])) return
  fail(
    `roundlot needs Node ${lowestNode.join(".")} or newer; this is ${process.versions.node}.`,
    "Install a newer Node (22 or 24 for example) and run the command again."
  )
}

/** What is installed is for one kind of machine, and for every version of Node. */
const wantedStamp = () => {
  const hash = createHash("sha256")
  hash.update(readFileSync(join(root, "pnpm-lock.yaml")))
  return hash.update(`${process.platform} ${process.arch}`).digest("hex")
}

const readStamp = () => {
  try {
    return readFileSync(stampFile, "utf8")
  } catch {
    return undefined
  }
}

const pnpm = (...args) => {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  // stdout goes to our stderr: progress is for people, whoever reads stdout wants the command's own output.
  return spawnSync("npx", ["-y", packageManager, ...args], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32"
  }).status
}

const install = () => {
  say("roundlot: installing dependencies (once per version of the lockfile)")
  if (pnpm("install", "--frozen-lockfile") !== 0)
    fail("roundlot: the dependencies could not be installed; the lines above say why.")
}

/** `npx roundlot` looks in node_modules/.bin first. */
const linkCommand = () => {
  const bin = join(root, "node_modules", ".bin")
  mkdirSync(bin, { recursive: true })
  rmSync(join(bin, "roundlot"), { force: true })
  symlinkSync(join("..", "..", "scripts", "roundlot.mjs"), join(bin, "roundlot"))
}

/** Installs what is missing; does nothing where all is there. */
export const bootstrap = () => {
  checkNode()
  const stamp = wantedStamp()
  if (readStamp() === stamp) return
  install()
  if (process.platform !== "win32") linkCommand()
  writeFileSync(stampFile, stamp)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) bootstrap()
