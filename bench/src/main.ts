import { spawnSync } from "node:child_process"
import { cpus, tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as allocation from "./allocation.ts"
import * as api from "./api.ts"
import * as asOf from "./asOf.ts"
import * as attempts from "./attempts.ts"
import * as audit from "./audit.ts"
import * as batches from "./batches.ts"
import * as dashboard from "./dashboard.ts"
import * as executed from "./executed.ts"
import * as fill from "./fill.ts"
import * as growth from "./growth.ts"
import * as holding from "./holding.ts"
import * as idle from "./idle.ts"
import * as longReads from "./longReads.ts"
import * as loneCaller from "./loneCaller.ts"
import { type Asked, type Figure, print } from "./measuring.ts"
import * as memory from "./memory.ts"
import * as opening from "./opening.ts"
import * as polling from "./polling.ts"
import * as polledIntake from "./polledIntake.ts"
import * as callersOnPostgres from "./postgres/callers.ts"
import * as intakeOnPostgres from "./postgres/intake.ts"
import * as listsOnPostgres from "./postgres/lists.ts"
import * as queuesOnPostgres from "./postgres/queues.ts"
import * as ordersOnScreen from "./postgres/screens.ts"
import * as writersOnPostgres from "./postgres/writers.ts"
import * as queueTable from "./queueTable.ts"
import * as schwab from "./schwab.ts"
import * as size from "./size.ts"
import * as starting from "./starting.ts"
import * as syncing from "./syncing.ts"
import * as throughput from "./throughput.ts"
import * as upload from "./upload.ts"

/** The lines of the benchmark, each of which can be run alone. */
const lines: ReadonlyMap<string, (asked: Asked) => Promise<ReadonlyArray<Figure>>> = new Map([
  ["throughput", throughput.measure],
  ["lone-caller", loneCaller.measure],
  ["memory", memory.measure],
  ["growth", growth.measure],
  ["open-lots", growth.measureLots],
  ["opening", opening.measure],
  ["size", size.measure],
  ["starting", starting.measure],
  ["queue-table", queueTable.measure],
  ["as-of", asOf.measure],
  ["audit", audit.measure],
  ["long-reads", longReads.measure],
  ["polling", polling.measure],
  ["schwab", schwab.measure],
  ["polled-intake", polledIntake.measure],
  ["holding", holding.measure],
  ["attempts", attempts.measure],
  ["postgres", intakeOnPostgres.measure],
  ["postgres-callers", callersOnPostgres.measure],
  ["postgres-writers", writersOnPostgres.measure],
  ["postgres-queues", queuesOnPostgres.measure],
  ["postgres-lists", listsOnPostgres.measure],
  ["syncing", syncing.measure],
  ["api", api.measure],
  ["readers", api.measureReaders],
  ["batches", batches.measure],
  ["executed", executed.measure],
  ["allocation", allocation.measure],
  ["idle", idle.measure],
  ["upload", upload.measure],
  ["dashboard", dashboard.measure],
  ["dashboard-hour", dashboard.measureHour],
  ["dashboard-orders", ordersOnScreen.measure]
])

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: [...lines.keys()].join() },
    trades: { type: "string" },
    rounds: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    filled: { type: "string" },
    /** Makes the store that `--filled` names and measures nothing. */
    fill: { type: "string" }
  }
})

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

const asked: Asked = {
  folder: values.folder,
  trades: numberOf(values.trades),
  rounds: numberOf(values.rounds),
  quick: values.quick,
  filled: values.filled
}

/** Every line has a process of its own, so that none is measured on what another left in memory. */
const inOwnProcess = (name: string): void => {
  const own = process.argv.slice(2).filter((each, i, all) => each !== "--only" && all[i - 1] !== "--only")
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...own, "--only", name]
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}

const only = values.only.split(",")
const [first] = only
const line = lines.get(first ?? "")
if (values.fill !== undefined) {
  await fill.fill(values.fill, asked.trades ?? fill.MANY)
} else if (only.length === 1 && line !== undefined) {
  console.log(`\n${first}: ${cpus()[0]?.model ?? "?"}, ${cpus().length} processors, Node ${process.version}`)
  print(await line(asked))
} else {
  const unknown = only.filter((name) => !lines.has(name))
  if (unknown.length > 0)
    throw new Error(`there is no line ${unknown.join(", ")}; there are ${[...lines.keys()].join(", ")}`)
  only.forEach(inOwnProcess)
}
