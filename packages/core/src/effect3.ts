/**
 * What Effect 3 alone has, linked before all else: where it is missing, runtimes and bundlers print this line.
 *
 * @public
 */
export { Either } from "effect" // npm i @roundlot/core effect@3 (another line of Effect is installed here)
