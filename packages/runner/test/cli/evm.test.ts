import { Effect, Exit, Scope } from "effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { AAPL, CHAIN_ID, chain, logged, MSFT, TRADE, type Chain } from "../../../source-evm/test/chain.ts"
import { daemonAt } from "./daemon.ts"
import { desk, until } from "./roundlot.ts"

const scope = Effect.runSync(Scope.make())
let node: Chain

beforeAll(async () => {
  node = await Effect.runPromise(Scope.extend(chain(), scope))
})

afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const configured = (
  place: ReturnType<typeof desk>,
  evm: object = {},
  symbols: object = { [AAPL]: "AAPL", [MSFT]: "MSFT" }
) =>
  place.file(
    "roundlot.json",
    JSON.stringify({
      port: 0,
      accounts: { paper: { broker: "paper" } },
      sources: {
        pool: {
          account: "paper",
          symbols,
          evm: {
            chainId: CHAIN_ID,
            providers: ["primary", node.http],
            contracts: [node.emitter],
            event: TRADE,
            from: 1,
            confirmations: 0,
            symbol: { field: "token" },
            side: { field: "isBuy" },
            quantity: { field: "quantity", decimals: 18 },
            price: { field: "price", decimals: 6 },
            ...evm
          }
        }
      }
    })
  )

const KEY = "planted-key-of-the-provider"

/** Nobody answers there. */
const ENV = { ROUNDLOT_EVM_URL_PRIMARY: `http://127.0.0.1:1/v2/${KEY}` }

it("a daemon takes in what a contract logs, from the next provider where the first fails, and goes on with what comes", async () => {
  const place = desk()
  const config = configured(place)
  await node.mine(await node.sign({ trade: [logged(1), logged(2)] }))
  await place.cli("accounts", "add", "paper")
  const idle = daemonAt(place, ENV, "--until-idle", "--config", config)
  expect(await idle.ended).toMatchObject({ code: 0 })
  expect(await place.json("trades", "list")).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ source: "pool", quantity: "1.25", price: "101.5" })])
  })
  const daemon = daemonAt(place, ENV, "--config", config)
  await daemon.says(/roundlot is up/)
  await node.mine(await node.sign({ trade: [logged(3), logged(4, { quantity: 0n })] }))
  await until(async () => JSON.stringify(await place.json("trades", "list")).includes('"3.25"'))
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.said()) ?? []
  await until(async () => {
    const health = await (await fetch(`${url}/health`)).text()
    return health.includes("quantity is zero") && health.includes("is read: primary could not be reached")
  })
  expect(JSON.stringify(await place.json("trades", "list"))).not.toContain('"failed"')
  const journal = JSON.stringify(await place.json("journal", "list", "--limit", "0"))
  for (const text of [idle.said(), daemon.said(), journal]) expect(text).not.toContain(KEY)
})

it("what a configuration says of a contract's events that cannot be is refused by name, and a missing address is said", async () => {
  const place = desk()
  const refused = async (evm: object) => (await place.cli("positions", "list", "--config", configured(place, evm))).err
  expect(await refused({ providers: ["https://user:secret@bsc.example"] })).toContain(
    "sources.pool.evm.providers.0: is neither"
  )
  expect(await refused({ contracts: ["0x1"] })).toContain("sources.pool.evm.contracts.0: is no address of a contract")
  expect(await refused({ chain: 1 })).toContain("sources.pool.evm.chain: is not known")
  expect(await refused({ confirmations: -1 })).toContain("sources.pool.evm.confirmations")
  const config = configured(place)
  expect((await place.cli("doctor", "--deploy", "--config", config)).out).toContain(
    "ROUNDLOT_EVM_URL_PRIMARY is not set"
  )
  await place.cli("accounts", "add", "paper")
  const failing = async (evm: object, symbols?: object) =>
    (
      await place.cli(
        "start",
        "--until-idle",
        "--config",
        configured(place, { providers: [node.http], ...evm }, symbols)
      )
    ).err
  expect(await failing({ quantity: { field: "amount", decimals: 18 } })).toContain('quantity.field names "amount"')
  expect(await failing({}, { [AAPL.toUpperCase().replace("X", "x")]: "AAPL" })).toContain("under symbols in lower case")
})
