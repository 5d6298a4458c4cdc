// Builds the dashboard where its sources are not those of the last build: what the daemon serves at its address.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import process from "node:process"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const home = join(root, "packages", "dashboard")
const stampFile = join(home, "dist", ".stamp")

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted()

const wantedStamp = () => {
  const hash = createHash("sha256")
  const own = ["index.html", "vite.config.ts", "package.json"].map((name) => join(home, name))
  const sources = [
    join(home, "src"),
    join(home, "guides"),
    join(home, "public"),
    join(root, "docs"),
    join(root, "packages", "api", "src")
  ].flatMap(filesIn)
  for (const file of [join(root, "pnpm-lock.yaml"), ...own, ...sources]) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0")
  }
  return hash.digest("hex")
}

/** Builds it if it must be; says so on stderr. Whether it is there now. */
export const buildDashboard = () => {
  const stamp = wantedStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return true
  process.stderr.write("roundlot: building the dashboard (once per version of its sources)\n")
  const vite = join(home, "node_modules", "vite", "bin", "vite.js")
  const built = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: home,
    // A test runner says otherwise, and would have all checks of a development build in it.
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", 2, 2]
  })
  if (built.status !== 0) return false
  writeFileSync(stampFile, stamp)
  return true
}

/** Builds it if it must be; all else works without it. */
export const offerDashboard = () => {
  if (buildDashboard()) return
  process.stderr.write(
    "roundlot: the dashboard could not be built; the lines above say why. All else works without it.\n"
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) offerDashboard()
