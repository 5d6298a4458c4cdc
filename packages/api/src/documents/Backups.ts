import { Schema } from "effect"
import { Time } from "./words.ts"

/** A backup of the store: one file, made by `store backup`. */
export const BackupDocument = Schema.Struct({
  name: Schema.String,
  bytes: Schema.Int,
  /** When the file was written. */
  at: Time,
  /** The file that a copy restored from it gets; null where the store is no file. */
  copy: Schema.NullOr(Schema.String),
  /** That file exists. */
  isCopied: Schema.Boolean
}).annotations({ identifier: "Backup" })

/** A backup of the store. */
export type BackupDocument = typeof BackupDocument.Type

/** The backups of the store, the newest first. */
export const BackupsDocument = Schema.Struct({
  /** The folder on the daemon's host that they are in. */
  folder: Schema.String,
  /** The address of the running store, without user and password. */
  store: Schema.String,
  /** The file of its paper exchange. */
  paper: Schema.String,
  /** Why the folder cannot be read. */
  problem: Schema.NullOr(Schema.String),
  items: Schema.Array(BackupDocument)
}).annotations({ identifier: "Backups" })

/** The backups of the store. */
export type BackupsDocument = typeof BackupsDocument.Type

/** What a job that backs up or restores came to: how far the copy is, and what the running store has beyond it. */
export const CopiedStore = Schema.Struct({
  file: Schema.String,
  entries: Schema.Int,
  /** When the newest entry was written; null in an empty store. */
  newestAt: Schema.NullOr(Time),
  position: Schema.Int,
  hash: Schema.String,
  heads: Schema.Record({ key: Schema.String, value: Schema.Struct({ seq: Schema.Int, hash: Schema.String }) }),
  /** Journal entries of the running store that the copy lacks, counted as the copy was made. */
  lacks: Schema.Int
}).annotations({ identifier: "CopiedStore" })

/** What a job that backs up or restores came to. */
export type CopiedStore = typeof CopiedStore.Type
