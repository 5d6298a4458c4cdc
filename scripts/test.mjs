// `npm test`: every test with the check beside it, what the check said, then one last line `N passed, N failed`.
import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { check } from "./check.mjs"
import { notRun } from "./requirements.mjs"
import { root } from "./sources.mjs"

const resultFile = join(root, "node_modules", ".cache", `vitest-${process.pid}.json`)

const runTests = (args) =>
  new Promise((resolve, reject) => {
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
    const underWay = join(root, "scripts", "under-way.mjs")
    const reporters = ["default", underWay, "json"].map((name) => `--reporter=${name}`)
    const child = spawn(process.execPath, [vitest, "run", ...reporters, `--outputFile.json=${resultFile}`, ...args], {
      cwd: root,
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

/** A run of a part of the tests proves a part of the requirements: only a run of all is held to all. */
const missingIn = (result, args) => (result === undefined || args.length > 0 ? [] : notRun(result))

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
const args = process.argv.slice(2)
const [failedSteps, code] = await Promise.all([check((line) => said.push(line), true), runTests(args)])
for (const line of said) console.log(line)
const result = readResult()
const { passed, failed, skipped } = count(result, code)
const missing = missingIn(result, args)
rmSync(resultFile, { force: true })
if (failedSteps > 0) console.log(`${failedSteps} steps of the check failed (above); they count as failed.`)
for (const test of missing) console.log(`proves a requirement and did not run: ${test}`)
if (skipped > 0) console.log(`${skipped} tests were skipped.`)
const allFailed = failed + failedSteps + missing.length
process.exitCode = allFailed === 0 ? 0 : 1
console.log(`${passed} passed, ${allFailed} failed`)
