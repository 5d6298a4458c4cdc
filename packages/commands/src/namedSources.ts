import type { AccountName, SourcePolicy } from "@roundlot/core"
import type { age } from "@roundlot/core/ledger"

/** What is said of a source of trades: whose they are, which way they go, and what its names of symbols mean. */
export interface Source {
  readonly account?: AccountName.AccountName | undefined
  readonly direction?: SourcePolicy.SourcePolicy["direction"]
  readonly order?: SourcePolicy.SourcePolicy["order"]
  readonly suffixes?: ReadonlyArray<string> | undefined
  readonly symbols?: SourcePolicy.SourcePolicy["mapping"]["symbols"] | undefined
}

/** The sources that a configuration names. */
export interface Sources {
  readonly sources: ReadonlyMap<string, Source>
}

/** How a source's trades are taken: its mapping and direction, where the configuration names it; plain tickers else. */
export const policyOf = (configuration: Sources, source: string): SourcePolicy.SourcePolicy => {
  const entry = configuration.sources.get(source)
  return {
    mapping: { suffixes: entry?.suffixes ?? [], symbols: entry?.symbols ?? {} },
    direction: entry?.direction,
    order: entry?.order
  }
}

/** How the trades of a file are taken: like its source's, old ones as its import says (`orders` on a paper account by default). */
export const filePolicyOf = (
  configuration: Sources,
  source: string,
  backfill?: age.Backfill
): SourcePolicy.SourcePolicy => ({ ...policyOf(configuration, source), delivery: "file", backfill })
