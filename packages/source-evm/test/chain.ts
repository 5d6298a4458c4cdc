import { Effect, Schema, type Scope } from "effect"
import ganache from "ganache"
import { encodeDeployData, encodeFunctionData, getContractAddress, parseAbi, type Hex } from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { EMITTER } from "./fixture/emitter.ts"

export const TRADE =
  "event Trade(uint256 indexed id, address indexed token, bool isBuy, uint256 quantity, uint256 price)"

const abi = parseAbi([
  TRADE,
  "struct Given { uint256 id; address token; bool isBuy; uint256 quantity; uint256 price; }",
  "function trade(Given[] all)",
  "function note(uint256 id)"
])

export const AAPL: Hex = `0x${"aa".repeat(20)}`
export const MSFT: Hex = `0x${"bb".repeat(20)}`
export const CHAIN_ID = 1337

/** An event as the contract is to log it: quantity with 18 decimals, price with 6. */
export interface Logged {
  readonly id: bigint
  readonly token: Hex
  readonly isBuy: boolean
  readonly quantity: bigint
  readonly price: bigint
}

export const logged = (id: number, fields: Partial<Logged> = {}): Logged => ({
  id: BigInt(id),
  token: id % 3 === 0 ? MSFT : AAPL,
  isBuy: id % 2 === 0,
  quantity: BigInt(id) * 10n ** 18n + 25n * 10n ** 16n,
  price: BigInt(100 + id) * 1_000_000n + 500_000n,
  ...fields
})

const account = privateKeyToAccount(`0x${"11".repeat(32)}`)

const Answer = Schema.Struct({
  result: Schema.optional(Schema.Unknown),
  error: Schema.optional(Schema.Struct({ message: Schema.String }))
})

const GAS = 90_000_000n

/** A transaction that is signed, and can be mined again after a reorganisation. */
export type Signed = Hex

/** A chain of one node, which mines when it is said. */
export interface Chain {
  readonly http: string
  readonly ws: string
  readonly emitter: Hex
  readonly request: (method: string, params?: ReadonlyArray<unknown>) => Promise<unknown>
  readonly sign: (call: { readonly trade: ReadonlyArray<Logged> } | { readonly note: number }) => Promise<Signed>
  /** A block with these transactions, in this order. */
  readonly mine: (...transactions: ReadonlyArray<Signed>) => Promise<void>
  /** The chain goes back to this block: what is mined after it is another branch. */
  readonly mark: () => Promise<() => Promise<void>>
  readonly height: () => Promise<number>
}

/** A node that has a chain of its own, from a moment on where one is given, by the clock else. */
export const chain = (from?: { readonly at: Date; readonly stepS: number }): Effect.Effect<Chain, never, Scope.Scope> =>
  Effect.gen(function* () {
    const server = ganache.server({
      logging: { quiet: true },
      chain: { chainId: CHAIN_ID, hardfork: "london", ...(from === undefined ? {} : { time: from.at }) },
      miner: {
        instamine: "strict",
        blockGasLimit: "0x5f5e1000",
        ...(from === undefined ? {} : { timestampIncrement: from.stepS })
      },
      wallet: { accounts: [{ balance: "0xffffffffffffffffffffff", secretKey: `0x${"11".repeat(32)}` }] }
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => server.listen(0, "127.0.0.1")),
      () => Effect.promise(() => server.close())
    )
    const { port } = server.address()
    const http = `http://127.0.0.1:${port}`
    const request: Chain["request"] = async (method, params = []) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })
      const answer = await fetch(http, { method: "POST", headers: { "content-type": "application/json" }, body })
      const { error, result } = Schema.decodeUnknownSync(Answer)(await answer.json())
      if (error !== undefined) throw new Error(`${method}: ${error.message}`)
      return result
    }
    yield* Effect.promise(() => request("miner_stop"))
    let nonce = 0
    const signed = (fields: { readonly data: Hex; readonly to?: Hex }) =>
      account.signTransaction({
        chainId: CHAIN_ID,
        nonce: nonce++,
        gas: GAS,
        gasPrice: 20_000_000_000n,
        type: "legacy",
        ...fields
      })
    const mine: Chain["mine"] = async (...transactions) => {
      for (const each of transactions) await request("eth_sendRawTransaction", [each])
      await request("evm_mine")
    }
    const height = async () => Number(await request("eth_blockNumber"))
    const deployed = getContractAddress({ from: account.address, nonce: 0n })
    yield* Effect.promise(async () => {
      await mine(await signed({ data: encodeDeployData({ abi: [], bytecode: EMITTER }) }))
    })
    return {
      http,
      ws: `ws://127.0.0.1:${port}`,
      emitter: deployed,
      request,
      sign: (call) =>
        signed({
          to: deployed,
          data:
            "trade" in call
              ? encodeFunctionData({ abi, functionName: "trade", args: [call.trade] })
              : encodeFunctionData({ abi, functionName: "note", args: [BigInt(call.note)] })
        }),
      mine,
      mark: async () => {
        const id = await request("evm_snapshot")
        const nonceThen = nonce
        return async () => {
          await request("evm_revert", [id])
          nonce = nonceThen
        }
      },
      height
    }
  })
