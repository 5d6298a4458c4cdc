/** `run`: one command line of `roundlot`, for a program that has it built in. */
export { run } from "./cli/run.ts"
