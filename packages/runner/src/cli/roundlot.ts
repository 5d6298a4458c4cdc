import { Tree, verbs } from "@roundlot/cli"

const { group, leaf } = Tree

const exchange = () => import("../verbs/exchange.ts")
const keeping = () => import("../verbs/keeping.ts")
const versions = () => import("../verbs/versions.ts")

const { complete, status, store, ...others } = verbs.ofBooks

/** All verbs of the command line. */
export const roundlot: Tree.Group = group(
  "accumulate fractional trades, order whole lots at brokers, and journal everything",
  {
    init: leaf("write a starter configuration, with explanations", async () => (await import("../verbs/init.ts")).init),
    status,
    doctor: leaf(
      "diagnose configuration, connectivity and data",
      async () => (await import("../verbs/doctor.ts")).doctor
    ),
    start: leaf(
      "run the trading daemon until stopped, or until idle",
      async () => (await import("../verbs/start.ts")).startVerb
    ),
    prove: verbs.prove,
    ...others,
    schwab: group("an account at Charles Schwab", {
      login: leaf("log in at Schwab (every 7 days)", async () => (await import("../verbs/schwabLogin.ts")).schwabLogin)
    }),
    simulate: group("simulated brokers on this host", {
      alpaca: leaf(
        "simulate Alpaca's API and streams",
        async () => (await import("../verbs/simulate.ts")).simulateAlpacaVerb
      ),
      ibkr: leaf("simulate the TWS protocol", async () => (await import("../verbs/simulate.ts")).simulateIbkrVerb),
      schwab: leaf(
        "simulate Schwab's HTTP API and logins",
        async () => (await import("../verbs/simulate.ts")).simulateSchwabVerb
      )
    }),
    store: group(store.summary, {
      copy: leaf("copy a store into an empty one (SQLite or Postgres)", async () => (await keeping()).storeCopy),
      backup: leaf("back up a store into one verified file", async () => (await keeping()).storeBackup),
      restore: leaf("restore a store from a backup", async () => (await keeping()).storeRestore),
      activate: leaf("activate a copy and retire its original", async () => (await keeping()).storeActivate),
      migrate: leaf("migrate a store to this version, after a backup", async () => (await versions()).storeMigrate),
      rollback: leaf("roll a store back by one version", async () => (await versions()).storeRollback),
      ...store.verbs
    }),
    completion: leaf("print shell completion for verbs, flags, ids and symbols", () => verbs.completionOf(roundlot)),
    complete,
    exchange: group("the simulated paper exchange", {
      instruct: leaf("instruct the exchange", async () => (await exchange()).exchangeInstruct),
      orders: leaf("list its orders", async () => (await exchange()).exchangeOrders),
      fills: leaf("list its executions", async () => (await exchange()).exchangeFills),
      requests: leaf("list the requests it received", async () => (await exchange()).exchangeRequests)
    })
  },
  {
    "Set up": ["init", "start", "accounts", "account", "instruments", "prove", "completion", "complete"],
    Now: ["status", "cases", "breaks", "connections", "doctor"],
    Trade: ["trades", "batches", "decide", "orders", "positions", "owners", "fills"],
    "Stop and limit": ["halt", "resume", "guard", "controls", "approvals"],
    "Compare with the broker": ["reconcile", "reconciliation", "sync", "schwab"],
    "Journal and audit": ["journal", "audit", "report", "decisions", "attempts", "allocations", "payloads"],
    Access: ["tokens", "sessions", "alerts", "webhooks", "mcp"],
    Maintenance: ["jobs", "store"],
    Simulation: ["exchange", "simulate"]
  }
)
