// Kills the daemon again and again on stores of its own: `npm run torture -- --rounds 200 --seed 7 --store postgres`.
import { spawn } from "node:child_process"
import { parseArgs } from "node:util"

const ROUNDS_A_STORY = 5

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    store: { type: "string", default: "sqlite" }
  }
})
const stories = Math.ceil(Number(values.rounds) / ROUNDS_A_STORY)
if (!Number.isInteger(stories) || stories < 1 || !["sqlite", "postgres"].includes(values.store)) {
  process.stderr.write("usage: npm run torture -- [--rounds N] [--seed TEXT] [--store sqlite|postgres]\n")
  process.exit(2)
}

const child = spawn("npx", ["--no-install", "vitest", "run", "packages/runner/test/kill"], {
  stdio: "inherit",
  env: {
    ...process.env,
    ROUNDLOT_KILL_STORIES: String(stories),
    ROUNDLOT_STANDBY_KILLS: "20",
    ROUNDLOT_KILL_SEED: values.seed,
    ROUNDLOT_KILL_STORES: values.store
  }
})
child.on("close", (code) => process.exit(code ?? 1))
