// Kills the daemon again and again on stores of its own, also where its disk is full or its clock is set:
// `npm run torture -- --rounds 200 --seed 7 --store postgres`, `npm run torture -- --faults disk,clock`. A batch of 10,000 rows:
// `npm run torture -- --story batch --store postgres --rows 10000`. Properties with other values than those of `npm test`:
// `npm run torture -- --story properties --rounds 20000 --seed 7`. A broker that lies, and then tells the truth; a round that fails
// is played again by its own seed: `npm run torture -- --faults liar --store schwab --rounds 200 --seed 1`. An hour of load, and what a
// daemon takes in it: `npm run torture -- --story endurance --minutes 60 --page docs/reference/endurance.md`.
import { spawn } from "node:child_process"
import { parseArgs } from "node:util"

const USAGE =
  "usage: npm run torture -- [--rounds N] [--seed TEXT] [--store sqlite|postgres|alpaca|schwab|ibkr] [--faults disk,clock]\n" +
  "       npm run torture -- --story batch [--rows N] [--store sqlite|postgres]\n" +
  "       npm run torture -- --story properties [--rounds N] [--seed NUMBER]\n" +
  "       npm run torture -- --story endurance [--minutes N] [--seed TEXT] [--page FILE]\n" +
  "       npm run torture -- --faults liar [--store alpaca|schwab|ibkr|paper] [--rounds N] [--seed NUMBER]\n"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    store: { type: "string", default: "sqlite" },
    faults: { type: "string", default: "none" },
    story: { type: "string", default: "kills" },
    rows: { type: "string", default: "10000" },
    minutes: { type: "string", default: "60" },
    page: { type: "string" }
  }
})
const faults = values.faults.split(",")
const isLiar = values.faults === "liar"
/** The paper exchange where no broker is named. */
const liedAbout = values.store === "sqlite" ? "paper" : values.store
const isKnown = isLiar
  ? ["alpaca", "schwab", "ibkr", "paper"].includes(liedAbout) && /^\d+$/.test(values.seed)
  : ["sqlite", "postgres", "alpaca", "schwab", "ibkr"].includes(values.store)
const isPossible =
  isLiar || faults.every((each) => ["none", ...(values.store === "sqlite" ? ["disk", "clock"] : [])].includes(each))
const isBatch = values.story === "batch"
const isProperties = values.story === "properties" && /^\d+$/.test(values.seed)
const isEndurance = values.story === "endurance"
const isStory =
  values.story === "kills" || isProperties || isEndurance || (isBatch && ["sqlite", "postgres"].includes(values.store))
const areNumbers = [values.rounds, values.rows, values.minutes].every((each) => /^[1-9]\d*$/.test(each))
if (!areNumbers || !isKnown || !isPossible || !isStory) {
  process.stderr.write(USAGE)
  process.exit(2)
}

/** What is killed where nothing else is wrong; at a broker, between the order being taken and the answer. */
const plain = {
  sqlite: ["kill", "standby"],
  postgres: ["postgres", "standby", "server"],
  alpaca: ["alpaca"],
  schwab: ["schwab"],
  ibkr: ["ibkr"]
}
const killed = isBatch ? ["batch"] : faults.flatMap((each) => (each === "none" ? plain[values.store] : [each]))
const filesOf = () => {
  if (isEndurance) return ["packages/runner/test/endure/endurance.test.ts"]
  if (isProperties) return ["history", "naiveLedger"].map((name) => `packages/core/test/${name}.test.ts`)
  return isLiar
    ? ["packages/runner/test/liar/liar.test.ts"]
    : killed.map((name) => `packages/runner/test/kill/${name}.test.ts`)
}
const child = spawn("npx", ["--no-install", "vitest", "run", ...filesOf()], {
  stdio: "inherit",
  env: {
    ...process.env,
    ROUNDLOT_KILL_ROUNDS: values.rounds,
    ROUNDLOT_STANDBY_KILLS: "20",
    ROUNDLOT_SERVER_CRASHES: "20",
    ROUNDLOT_KILL_SEED: values.seed,
    ...(isProperties ? { ROUNDLOT_PROPERTY_RUNS: values.rounds, ROUNDLOT_PROPERTY_SEED: values.seed } : {}),
    ...(isLiar
      ? { ROUNDLOT_LIAR: liedAbout, ROUNDLOT_LIAR_ROUNDS: values.rounds, ROUNDLOT_LIAR_SEED: values.seed }
      : {}),
    ...(isEndurance ? { ROUNDLOT_ENDURED_MINUTES: values.minutes } : {}),
    ...(isEndurance && values.page !== undefined ? { ROUNDLOT_ENDURANCE_PAGE: values.page } : {}),
    ...(isBatch ? { ROUNDLOT_BATCH_ROWS: values.rows, ROUNDLOT_BATCH_STORE: values.store } : {})
  }
})
child.on("close", (code) => process.exit(code ?? 1))
