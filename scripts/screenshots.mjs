// `npm run screenshots`: every page of the dashboard as a picture, in both themes, wide and on a phone. They are not committed: look at
// them after a change of the pages, beside those of before.
import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { root } from "./sources.mjs"

const folder = join(root, "node_modules", ".cache", "screenshots")
mkdirSync(folder, { recursive: true })
const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
const { status } = spawnSync(process.execPath, [vitest, "run", "packages/dashboard/test/pages.test.ts"], {
  cwd: root,
  env: { ...process.env, ROUNDLOT_SCREENSHOTS: folder },
  stdio: "inherit"
})
console.log(`pictures are in ${folder}`)
process.exitCode = status ?? 1
