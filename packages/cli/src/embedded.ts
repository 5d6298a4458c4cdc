import { accountNames } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import { Broker } from "@roundlot/core"
import { Tokens } from "@roundlot/core/ledger"
import { Settings as Daemon } from "@roundlot/daemon"
import { ConfigProvider, Effect, Layer } from "effect"
import type { Settings } from "./Program.ts"

const notCopied = new UsageError({
  problem: "This program does not support --dry-run",
  remedy: "Run it without --dry-run"
})

/** No account has a broker here: nothing is asked of one, and nothing is sent. */
export const nobody: Layer.Layer<Broker.Brokers> = Layer.succeed(Broker.Brokers, {
  get: (account) => new Broker.NoBroker({ account })
})

/** A program that says nothing beside its books: no configuration, no daemon, no brokers, no copies, and accounts that are there. */
export const nothing: Omit<Settings, "books"> = {
  brokers: { names: ["paper"], unsupportedOrders: () => Effect.succeed(undefined), of: () => nobody },
  configuration: { ...Daemon.nothing, accounts: new Map(), sources: new Map() },
  variable: () => undefined,
  config: ConfigProvider.fromMap(new Map()),
  anchorFile: "anchors.jsonl",
  checkpointFolder: "checkpoints",
  openAccount: accountNames.sole,
  copied: () => Effect.fail(notCopied),
  served: Effect.succeedNone,
  operatorToken: { file: "operator.token", read: Effect.succeedNone, rotate: Tokens.rotate },
  hostFault: ({ host }) => (host === undefined ? undefined : `this program does not connect to host ${host}`)
}
