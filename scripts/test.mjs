// `npm test` and `npm run verify`: the tests of a tier, with its part of the check beside them, what the check said, then one last
// line `N passed, N failed`. `npm test -- FILE …` runs these files, and the check of `npm test`.
import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { checkBeside } from "./check.mjs"
import { notRun } from "./requirements.mjs"
import { root } from "./sources.mjs"
import { filesOf, wholeFilesOf } from "./tiers.mjs"

const resultFile = join(root, "node_modules", ".cache", `vitest-${process.pid}.json`)

const isVerifying = process.argv[2] === "--verify"
const tier = isVerifying ? "verify" : "test"
const args = process.argv.slice(isVerifying ? 3 : 2)
const isWhole = args.length === 0

const runTests = () =>
  new Promise((resolve, reject) => {
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
    const underWay = join(root, "scripts", "under-way.mjs")
    const reporters = ["default", underWay, "json"].map((name) => `--reporter=${name}`)
    const chosen = isWhole ? filesOf(tier) : args
    const child = spawn(process.execPath, [vitest, "run", ...reporters, `--outputFile.json=${resultFile}`, ...chosen], {
      cwd: root,
      // By it tests know how many histories to try.
      env: isWhole ? { ...process.env, ROUNDLOT_TIER: tier } : process.env,
      stdio: "inherit"
    })
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal))
    child.on("error", reject)
    child.on("close", (code) => resolve(code ?? 1))
  })

const readResult = () => {
  try {
    return JSON.parse(readFileSync(resultFile, "utf8"))
  } catch {
    return undefined
  }
}

/** A file that could not even be loaded holds no test that failed, but is a failure. */
const brokenFiles = (result) =>
  result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed")
  )

/** A run of some files proves a part of the requirements: only that of a whole tier is held to all that the tier proves. */
const missingIn = (result) => (result === undefined || !isWhole ? [] : notRun(result, wholeFilesOf(tier)))

const count = (result, code) => {
  if (result === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const passed = result.numPassedTests
  const failed = result.numFailedTests + brokenFiles(result).length
  const skipped = result.numPendingTests + result.numTodoTests
  // An error outside of any test, or no test at all.
  const unseen = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0
  return { passed, failed: failed + unseen, skipped }
}

mkdirSync(join(root, "node_modules", ".cache"), { recursive: true })
// At once: tests often wait for programs and disks, and leave a processor idle for the check. Its lines come after theirs.
const said = []
const [failedSteps, code] = await Promise.all([checkBeside(tier, (line) => said.push(line)), runTests()])
for (const line of said) console.log(line)
const result = readResult()
const { passed, failed, skipped } = count(result, code)
const missing = missingIn(result)
rmSync(resultFile, { force: true })
if (failedSteps > 0) console.log(`${failedSteps} steps of the check failed (above); they count as failed.`)
for (const test of missing) console.log(`proves a requirement and did not run: ${test}`)
if (skipped > 0) console.log(`${skipped} tests were skipped.`)
const allFailed = failed + failedSteps + missing.length
process.exitCode = allFailed === 0 ? 0 : 1
console.log(`${passed} passed, ${allFailed} failed`)
