import type { ConnectionOptions } from "node:tls"
import type { Duration, Redacted } from "effect"

/** Where the store is, and how it is reached. */
export interface PostgresStoreConfig {
  /** The address, `postgres://user:password@host:5432/database`. */
  readonly url: Redacted.Redacted
  /** How the connection is encrypted: `true`, or what Node's `tls.connect` takes. What the address says where there is none. */
  readonly ssl?: boolean | ConnectionOptions
  /** How many connections at most; 10 where nothing is said. */
  readonly maxConnections?: number
  /** How long a connection may take; 5 seconds where nothing is said. */
  readonly connectTimeout?: Duration.DurationInput
  /** How long a statement may take; 30 seconds where nothing is said. */
  readonly statementTimeout?: Duration.DurationInput
  /** How long a write waits for another one of the same account; 10 seconds where nothing is said. */
  readonly lockTimeout?: Duration.DurationInput
  /** How long a write or a read goes on trying where connections break or others are in its way; 10 seconds else. */
  readonly retryFor?: Duration.DurationInput
}

/** How long a write waits for others, goes on trying, and which version of the tables it writes. */
export interface Patience {
  readonly version: number
  readonly lockTimeout: Duration.DurationInput
  readonly retryFor: Duration.DurationInput
}
