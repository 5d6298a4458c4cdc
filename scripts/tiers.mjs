// Which tests `npm test` runs, in minutes, and which `npm run verify` adds to them, in as long as they take.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const filesUnder = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : filesUnder(path)
    return entry.name.endsWith(".test.ts") ? [path] : []
  })

/** Every file of tests, by its path in the checkout. */
export const testFiles = () =>
  ["packages", "simulation", "examples"].flatMap(filesUnder).toSorted((one, other) => (one < other ? -1 : 1))

const [TEST, VERIFY, BOTH] = ["test", "verify", "both"]

/**
 * Where tests belong that are not of `npm test` alone: files, and folders that end with `/`; what is named closest counts.
 * `npm run verify` has programs that are killed, brokers that lie, whole matrices of stores and brokers, pages in a browser, guides
 * that are followed to the letter. Both have what is tried with random histories or on several stores: `npm test` few, `npm run verify` all.
 */
const places = {
  "examples/custom-broker/corner/": VERIFY,
  "examples/daemon/": VERIFY,
  "examples/servers/next.test.ts": VERIFY,
  "examples/strategy/simulated.test.ts": VERIFY,
  "packages/broker-alpaca/test/Faults.test.ts": VERIFY,
  "packages/broker-alpaca/test/Halts.test.ts": VERIFY,
  "packages/broker-alpaca/test/Storm.test.ts": VERIFY,
  "packages/broker-ibkr/test/Faults.test.ts": VERIFY,
  "packages/broker-ibkr/test/Figures.test.ts": VERIFY,
  "packages/broker-ibkr/test/Hidden.test.ts": VERIFY,
  "packages/broker-ibkr/test/Lending.test.ts": VERIFY,
  "packages/broker-ibkr/test/Pacing.test.ts": VERIFY,
  "packages/broker-ibkr/test/Polling.test.ts": VERIFY,
  "packages/broker-ibkr/test/Storm.test.ts": VERIFY,
  "packages/broker-ibkr/test/Syncs.test.ts": VERIFY,
  "packages/broker-ibkr/test/Versions.test.ts": VERIFY,
  "packages/broker-ibkr/test/Witness.test.ts": VERIFY,
  "packages/broker-paper/test/AppSimulation.test.ts": VERIFY,
  "packages/broker-paper/test/Storm.test.ts": VERIFY,
  "packages/broker-paper/test/WrongBrokers.test.ts": VERIFY,
  "packages/broker-schwab/test/Faults.test.ts": VERIFY,
  "packages/broker-schwab/test/Poller.test.ts": VERIFY,
  "packages/broker-schwab/test/Snapshots.test.ts": VERIFY,
  "packages/broker-schwab/test/Storm.test.ts": VERIFY,
  "packages/core/test/RequestLimit.test.ts": BOTH,
  "packages/core/test/anyOrder.test.ts": VERIFY,
  "packages/core/test/controls.test.ts": BOTH,
  "packages/core/test/history.test.ts": BOTH,
  "packages/core/test/identity.test.ts": BOTH,
  "packages/core/test/liveLimits.test.ts": BOTH,
  "packages/core/test/money.test.ts": BOTH,
  "packages/core/test/naiveLedger.test.ts": BOTH,
  "packages/core/test/patterns.test.ts": VERIFY,
  "packages/core/test/plausibility.test.ts": BOTH,
  "packages/core/test/position/cutOffs.test.ts": BOTH,
  "packages/core/test/position/ladder.test.ts": BOTH,
  "packages/core/test/quote.test.ts": BOTH,
  "packages/core/test/services/Absence.test.ts": VERIFY,
  "packages/core/test/services/Ends.test.ts": VERIFY,
  "packages/core/test/services/Logins.test.ts": VERIFY,
  "packages/core/test/services/Refusals.test.ts": VERIFY,
  "packages/core/test/services/StartGate.test.ts": VERIFY,
  "packages/core/test/services/Subscriptions.test.ts": VERIFY,
  "packages/core/test/services/everyOrigin.test.ts": VERIFY,
  "packages/core/test/services/unknownInstruments.test.ts": VERIFY,
  "packages/core/test/splitCorrections.test.ts": BOTH,
  "packages/dashboard/test/": VERIFY,
  "packages/dashboard/test/mainFlow.test.ts": TEST,
  "packages/dashboard/test/parts.test.ts": TEST,
  "packages/imports/test/TradeFile.test.ts": BOTH,
  "packages/imports/test/folder/": VERIFY,
  "packages/promises/test/Roundlot.test.ts": VERIFY,
  "packages/promises/test/readme.test.ts": VERIFY,
  "packages/runner/test/anchors/checkpointFiles.test.ts": VERIFY,
  "packages/runner/test/audit/": VERIFY,
  "packages/runner/test/audit/attacks.test.ts": BOTH,
  "packages/runner/test/cases/": VERIFY,
  "packages/runner/test/cli/": VERIFY,
  "packages/runner/test/cli/job.test.ts": TEST,
  "packages/runner/test/cli/version.test.ts": TEST,
  "packages/runner/test/deploy/": VERIFY,
  "packages/runner/test/endure/": VERIFY,
  "packages/runner/test/engine/": VERIFY,
  "packages/runner/test/engine/batches.test.ts": TEST,
  "packages/runner/test/fuzz/": VERIFY,
  "packages/runner/test/halt/": VERIFY,
  "packages/runner/test/jobs/": VERIFY,
  "packages/runner/test/kill/": VERIFY,
  "packages/runner/test/kill/batch.test.ts": TEST,
  "packages/runner/test/liar/": VERIFY,
  "packages/runner/test/mcp/": VERIFY,
  "packages/runner/test/program/": VERIFY,
  "packages/runner/test/real/": VERIFY,
  "packages/runner/test/reference/": VERIFY,
  "packages/runner/test/sequences/": VERIFY,
  "packages/runner/test/sequences/table.test.ts": TEST,
  "packages/runner/test/serve/": VERIFY,
  "packages/runner/test/serve/api.test.ts": TEST,
  "packages/runner/test/serve/batches.test.ts": TEST,
  "packages/runner/test/start/": VERIFY,
  "packages/runner/test/store/retain.test.ts": VERIFY,
  "packages/runner/test/store/tls.test.ts": VERIFY,
  "packages/runner/test/store/versions.test.ts": VERIFY,
  "packages/runner/test/traces/": VERIFY,
  "packages/runner/test/views/attempts.test.ts": BOTH,
  "packages/runner/test/views/cases.test.ts": BOTH,
  "packages/runner/test/views/orderQuery.test.ts": BOTH,
  "packages/runner/test/views/trail.test.ts": BOTH,
  "packages/source-evm/test/Acceptance.test.ts": VERIFY,
  "packages/source-evm/test/Contract.test.ts": VERIFY,
  "packages/source-evm/test/EvmSource.test.ts": VERIFY,
  "packages/source-evm/test/Lies.test.ts": VERIFY,
  "packages/source-evm/test/Reorganisations.test.ts": VERIFY,
  "packages/source-nats/test/": VERIFY,
  "packages/source-outbox/test/": VERIFY,
  "packages/store-postgres/test/": VERIFY,
  "packages/testing/test/Simulation.test.ts": VERIFY,
  "simulation/test/": VERIFY,
  "simulation/test/simulation.test.ts": BOTH
}

const isUnder = (file, place) => (place.endsWith("/") ? file.startsWith(place) : file === place)

const tierOf = (file) => {
  const [closest] = Object.keys(places)
    .filter((place) => isUnder(file, place))
    .toSorted((one, other) => other.length - one.length)
  return closest === undefined ? TEST : places[closest]
}

/** Places that are named here and have no test. */
export const stalePlaces = () =>
  Object.keys(places).filter((place) => !testFiles().some((file) => isUnder(file, place)))

/** The files of a tier, `test` or `verify`. */
export const filesOf = (tier) => testFiles().filter((file) => [BOTH, tier].includes(tierOf(file)))

/** The files whose every test must run in a tier: what is in both may try fewer stores and histories in `npm test`. */
export const wholeFilesOf = (tier) => filesOf(tier).filter((file) => tier === "verify" || tierOf(file) === TEST)
