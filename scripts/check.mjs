// Everything but the tests: one line a step with its time, the output of a step only when it fails. A warning fails.
import { spawn } from "node:child_process"
import { setPriority } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { root } from "./sources.mjs"

const tool = (name, ...args) => [join(root, "node_modules", ".bin", name), ...args]
const script = (name, ...args) => [process.execPath, join(root, "scripts", name), ...args]

/** The compiler of check, build and release; TypeScript 5.9 stays for editors and for scripts that read sources by its API. */
const nativeTsc = "../node_modules/@typescript/native/bin/tsc"

/** Which output of a step that ended with 0 is a failure all the same. */
const checkedFiles = (output) => {
  const checked = /Checked (\d+) files/.exec(output)?.[1] ?? "0"
  return checked === "0" ? "It checked 0 files: the plugin is missing from tsconfig.base.json." : undefined
}
const noWarnings = (output) => (/\bwarning\b/i.test(output) ? "It ended well, but with a warning." : undefined)

const steps = [
  {
    name: "Effect diagnostics",
    command: tool("effect-tsgo", "diagnostics", "--project", "tsconfig.src.json", "--format", "text", "--strict"),
    failIf: checkedFiles,
    isLong: true
  },
  { name: "types", command: [...script(nativeTsc), "-b", "--pretty", "false"] },
  { name: "format", command: tool("oxfmt", "--check"), failIf: noWarnings },
  // The rules that need no types: in seconds, for what is run every few minutes.
  { name: "lint", command: tool("oxlint", "--deny-warnings"), isPart: true },
  { name: "lint and cycles", command: tool("oxlint", "--type-aware", "--deny-warnings"), after: "types", isLong: true },
  { name: "seams", command: script("check-seams.mjs") },
  { name: "words", command: script("check-words.mjs") },
  { name: "texts", command: script("check-texts.mjs") },
  { name: "spacing", command: script("check-spacing.mjs") },
  { name: "requirements", command: script("requirements.mjs", "--check") },
  { name: "public face", command: script("api-report.mjs", "--check") },
  { name: "doc comments", command: script("check-docs.mjs") },
  { name: "dead code", command: tool("knip", "--no-config-hints"), isLong: true },
  { name: "packages", command: script("check-packages.mjs"), after: "types", isLong: true }
]
/** All of them, without a step that another one has in it. */
const whole = steps.filter(({ isPart }) => !isPart)
const atOnce = 2

/** How far a step stands back behind tests that run beside it, in steps of `nice`. */
const BEHIND = 10

const run = ({ command: [file, ...args], failIf }, isBeside) =>
  new Promise((resolve) => {
    const started = performance.now()
    let output = ""
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
    if (isBeside && child.pid !== undefined) setPriority(child.pid, BEHIND)
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    const end = (fault) => resolve({ fault, output, seconds: (performance.now() - started) / 1000 })
    child.on("error", (error) => end(error.message))
    child.on("close", (code, signal) => end(code === 0 ? failIf?.(output) : `It ended with ${code ?? signal}.`))
  })

const report = (say, name, { fault, output, seconds }) => {
  say(`${fault === undefined ? "ok  " : "FAIL"} ${name.padEnd(20)} ${seconds.toFixed(1)} s`)
  if (fault !== undefined) say(`${output.trimEnd()}\n${fault}`.trim().replaceAll(/^/gm, "     "))
}

/** Runs steps, two at a time, and says what came of each; how many failed. `isBeside`: tests run meanwhile, and go first. */
const runAll = async (chosen, say, isBeside) => {
  const waiting = [...chosen]
  const ended = new Map()
  const next = () => {
    const index = waiting.findIndex(({ after }) => after === undefined || ended.has(after))
    return index < 0 ? undefined : waiting.splice(index, 1)[0]
  }
  const work = async () => {
    for (let step = next(); step !== undefined; step = next()) {
      const blocked = step.after !== undefined && ended.get(step.after) !== undefined
      const result = blocked
        ? { fault: `Not run: "${step.after}" failed.`, output: "", seconds: 0 }
        : await run(step, isBeside)
      ended.set(step.name, result.fault)
      report(say, step.name, result)
    }
  }
  const started = performance.now()
  while (waiting.length > 0) await Promise.all(Array.from({ length: atOnce }, work))
  const failed = [...ended.values()].filter((fault) => fault !== undefined).length
  say(
    `check: ${ended.size - failed} of ${ended.size} steps ok in ${((performance.now() - started) / 1000).toFixed(1)} s`
  )
  return failed
}

/** The steps that a tier of the tests has beside it: `npm run verify` those that take long, which come after the types. */
const stepsOf = (tier) =>
  tier === "verify"
    ? steps.filter(({ isLong, name }) => isLong || name === "types")
    : steps.filter(({ isLong }) => !isLong)

/** Runs the steps that belong beside a tier of the tests; how many failed. */
export const checkBeside = (tier, say) => runAll(stepsOf(tier), say, true)

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.exitCode = (await runAll(whole, console.log, false)) === 0 ? 0 : 1
