/** `argv`: the words of a command line, as its verbs take them. */
export * as argv from "./terminal/argv.ts"
/** `confirm`: a person's yes, before something is done. */
export * as confirm from "./terminal/confirm.ts"
/** `detail`: one record for people. */
export * as detail from "./terminal/detail.ts"
/** `embedded`: what a program has that says nothing beside its books. */
export * as embedded from "./embedded.ts"
/** `Environment`: the variables of the process. */
export * as Environment from "./Environment.ts"
/** `Finding`: what a check of an installation found. */
export * as Finding from "./terminal/Finding.ts"
/** `flags`: what several verbs take. */
export * as flags from "./terminal/flags.ts"
/** `mounted`: a tree of verbs as a command of `@effect/cli`. */
export * as mounted from "./terminal/mounted.ts"
/** `Output`: where a verb prints. */
export * as Output from "./terminal/Output.ts"
/** `Program`: the program that a command line is part of. */
export * as Program from "./Program.ts"
/** `Progress`: how far something long is. */
export * as Progress from "./terminal/Progress.ts"
/** `running`: a command line, from its words to its exit code. */
export * as running from "./terminal/run.ts"
/** `story`: the first trades and orders of a run, line by line. */
export * as story from "./story.ts"
/** `Table`: rows for people. */
export * as Table from "./terminal/Table.ts"
/** `Tree`: the words of a command line. */
export * as Tree from "./terminal/Tree.ts"
/** `Verb`: a verb of a command line. */
export * as Verb from "./terminal/Verb.ts"
/** `verbs`: those that work on books, the proof of a broker, and completion. */
export * as verbs from "./bookVerbs.ts"
/** `within`: what is done on a store. */
export * as within from "./within.ts"
