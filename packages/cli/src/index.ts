/** `argv`: the words of a command line, as its verbs take them. */
export * as argv from "./terminal/argv.ts"
export { bookVerbs, completionOf } from "./bookVerbs.ts"
/** `confirm`: a person's yes, before something is done. */
export * as confirm from "./terminal/confirm.ts"
/** `detail`: one record for people. */
export * as detail from "./terminal/detail.ts"
/** `Environment`: the variables of the process. */
export * as Environment from "./Environment.ts"
/** `flags`: what several verbs take. */
export * as flags from "./terminal/flags.ts"
/** `helps`: how every verb explains itself. */
export * as helps from "./terminal/helps.ts"
/** `Output`: where a verb prints. */
export * as Output from "./terminal/Output.ts"
/** `Program`: the program that a command line is part of. */
export * as Program from "./Program.ts"
/** `Progress`: how far something long is. */
export * as Progress from "./terminal/Progress.ts"
export { commandOf } from "./terminal/mounted.ts"
export { run } from "./terminal/run.ts"
/** `Table`: rows for people. */
export * as Table from "./terminal/Table.ts"
/** `Tree`: the words of a command line. */
export * as Tree from "./terminal/Tree.ts"
/** `Verb`: a verb of a command line. */
export * as Verb from "./terminal/Verb.ts"
/** `within`: what is done on a store. */
export * as within from "./within.ts"
