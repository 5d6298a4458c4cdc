/** `alertChannels`: ways to people, as they are configured. */
export * as alertChannels from "./alertChannels.ts"
/** `alerting`: alerts of what needs a person. */
export * as alerting from "./jobs/alerting.ts"
/** `environment`: accounts of real money are refused, and those of play money proven. */
export * as environment from "./environment.ts"
/** `following`: sources, followed for accounts, and watched where they are silent. */
export * as following from "./sources/followSources.ts"
/** `KeptAnchor`: how far the journal is, kept outside of the store. */
export * as KeptAnchor from "./anchors/KeptAnchor.ts"
/** `AnchorFile`: the file of anchors. */
export * as AnchorFile from "./anchors/anchorFile.ts"
/** `archiving`: batches that have ended, put away. */
export * as archiving from "./jobs/archiving.ts"
/** `backups`: files of backups, and the copies that are restored from them. */
export * as backups from "./backups/backups.ts"
/** `channels`: what each way to people is sent. */
export * as channels from "./jobs/channels.ts"
/** `checkpointFiles`: what journals came to, beside the store. */
export * as checkpointFiles from "./anchors/checkpointFiles.ts"
/** `Collector`: where spans, logs and metrics go. */
export * as Collector from "./traces/collector.ts"
/** `completing`: notices of batches that have ended. */
export * as completing from "./jobs/completing.ts"
/** `delivering`: events, posted to webhooks. */
export * as delivering from "./jobs/delivering.ts"
export type { Notice, OwnAlerts } from "./OwnAlerts.ts"
/** `leaseTurns`: accounts taken now, or as who drives them goes. */
export * as leaseTurns from "./leaseTurns.ts"
export type { Opening } from "./sources/Opening.ts"
/** `ownPart`: what a program of one's own fails with, in a line. */
export * as ownPart from "./ownPart.ts"
/** `ReaderProcess`: long reads and audits, in a process of their own. */
export * as ReaderProcess from "./reader/ReaderProcess.ts"
/** `readerServing`: that process. */
export * as readerServing from "./reader/serving.ts"
/** `proveBooks`: an audit that is held to anchors. */
export * as proveBooks from "./anchors/proveBooks.ts"
/** `queue`: the jobs that a daemon knows. */
export * as queue from "./jobs/queue.ts"
/** `reconciling`: an account, compared with its broker. */
export * as reconciling from "./jobs/reconciling.ts"
/** `rejectedTrades`: what a source has that is no trade, kept in a file. */
export * as rejectedTrades from "./sources/rejectedTrades.ts"
/** `sampling`: which traces are kept. */
export * as sampling from "./traces/sampling.ts"
/** `secrets`: the variables that secrets are in. */
export * as secrets from "./secrets.ts"
/** `Settings`: what a daemon works with. */
export * as Settings from "./Settings.ts"
/** `SignedPost`: what is posted with a signature. */
export * as SignedPost from "./jobs/SignedPost.ts"
/** `sourceTrade`: a trade as a source writes it. */
export * as sourceTrade from "./sources/sourceTrade.ts"
/** `supervised`: parts of one's own, run again when they fail. */
export * as supervised from "./supervised.ts"
/** `syncing`: executions and positions of a broker, read into the books. */
export * as syncing from "./jobs/syncing.ts"
/** `threadLag`: whether the thread gets to its work in time. */
export * as threadLag from "./threadLag.ts"
/** `traces`: the journal as spans. */
export * as traces from "./traces/traces.ts"
/** `trying`: a trial by every channel. */
export * as trying from "./jobs/trying.ts"
/** `working`: all of the work in the background. */
export * as working from "./jobs/working.ts"
